//! JSON in the data of events, with `serde_json`, and events as variants of an enum.
//!
//! The methods are on the events themselves:
//!
//! | | Read an event | Write an event |
//! | --- | --- | --- |
//! | data as JSON | [`Event::json`], [`EventBuf::json`] | [`EventBuilder::encode_json`], [`EventWriter::write_json`] |
//! | type and data as a variant of an enum | [`Event::tagged`], [`EventBuf::tagged`] | [`EventBuilder::encode_tagged`], [`EventWriter::write_tagged`] |
//!
//! For logs, [`Event`], [`EventBuf`], [`Frame`] and [`FrameBuf`] implement `Serialize`.
//!
//! JSON is sent on one line, and U+0085, U+2028 and U+2029 in it are escaped: some receivers treat them as line ends,
//! and in JSON the escapes mean the same.
//!
//! [`Event`]: crate::Event
//! [`Event::json`]: crate::Event::json
//! [`Event::tagged`]: crate::Event::tagged
//! [`EventBuf`]: crate::EventBuf
//! [`EventBuf::json`]: crate::EventBuf::json
//! [`EventBuf::tagged`]: crate::EventBuf::tagged
//! [`EventBuilder::encode_json`]: crate::EventBuilder::encode_json
//! [`EventBuilder::encode_tagged`]: crate::EventBuilder::encode_tagged
//! [`EventWriter::write_json`]: crate::io::EventWriter::write_json
//! [`EventWriter::write_tagged`]: crate::io::EventWriter::write_tagged
//! [`Frame`]: crate::Frame
//! [`FrameBuf`]: crate::FrameBuf

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::{error, fmt};

use serde::Deserialize;

use crate::json::tagged::Failed;

pub(crate) mod escape;
mod received;
pub(crate) mod tagged;

/// An error for an event whose data is not the expected JSON, or whose type is unknown.
///
/// Its message includes that of `serde_json`, so there is no [`source`](error::Error::source).
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: price\ndata: [1,\ndata: true]\n\n");
/// let error = decoder.next_event(&mut chunk)?.unwrap().json::<Vec<u32>>().unwrap_err();
/// assert_eq!((error.event_type(), error.offset()), ("price", 7));
/// assert_eq!(
///     error.to_string(),
///     "data of event \"price\" at offset 7: invalid type: boolean `true`, expected u32 at line 2 column 4"
/// );
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct JsonError {
    event_type: String,
    offset: usize,
    is_unknown_type: bool,
    cause: serde_json::Error,
}

impl JsonError {
    /// Returns the type of the event.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"event: price\ndata: [DONE]\n\n");
    /// let error = decoder.next_event(&mut chunk)?.unwrap().json::<u32>().unwrap_err();
    /// assert_eq!(error.event_type(), "price");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// Returns the index in the data of the byte at which `serde_json` stopped, or 0 if it does not say.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: [1, 2, ?]\n\n");
    /// let error = decoder.next_event(&mut chunk)?.unwrap().json::<Vec<u32>>().unwrap_err();
    /// assert_eq!(error.offset(), 7);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Returns `true` if the enum has no variant for the event type, and `false` for an error in the data.
    ///
    /// Servers add event types over time. You can skip an event of an unknown type, or give the enum a unit variant
    /// with `#[serde(other)]`.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// #[derive(Debug, serde::Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Message {
    ///     Ping,
    /// }
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"event: pong\ndata: {}\n\n");
    /// let error = decoder.next_event(&mut chunk)?.unwrap().tagged::<Message>().unwrap_err();
    /// assert!(error.is_unknown_type());
    /// assert_eq!(error.to_string(), "type of event \"pong\": unknown variant `pong`, expected `ping`");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn is_unknown_type(&self) -> bool {
        self.is_unknown_type
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event_type, offset, is_unknown_type, cause } = self;
        if *is_unknown_type {
            write!(f, "type of event {event_type:?}: {cause}")
        } else {
            write!(f, "data of event {event_type:?} at offset {offset}: {cause}")
        }
    }
}

impl error::Error for JsonError {}

/// Reads the data of an event as JSON.
pub(crate) fn read<'a, T: Deserialize<'a>>(event_type: &str, data: &'a str) -> Result<T, JsonError> {
    serde_json::from_str(data).map_err(|cause| data_error(event_type, data, cause))
}

/// Reads the type and the data of an event as a variant of an enum.
pub(crate) fn read_tagged<'a, T: Deserialize<'a>>(event_type: &'a str, data: &'a str) -> Result<T, JsonError> {
    tagged::read(event_type, data).map_err(|failed| match failed {
        Failed::Type(cause) => JsonError { event_type: event_type.to_owned(), offset: 0, is_unknown_type: true, cause },
        Failed::Data(cause) => data_error(event_type, data, cause),
    })
}

fn data_error(event_type: &str, data: &str, cause: serde_json::Error) -> JsonError {
    JsonError { event_type: event_type.to_owned(), offset: offset(data, &cause), is_unknown_type: false, cause }
}

/// `serde_json` counts lines and columns from 1, columns in bytes, and includes the byte at fault: a line end is column
/// 0 of the line after it. If the data ends too early, all of it was as expected. An error without a place has line 0.
fn offset(data: &str, error: &serde_json::Error) -> usize {
    let lines = data.split_inclusive('\n').take(error.line().saturating_sub(1));
    let end = lines.map(str::len).sum::<usize>() + error.column();
    if error.is_eof() { end } else { end.saturating_sub(1) }
}
