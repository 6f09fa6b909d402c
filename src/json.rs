//! JSON in the data of events, by `serde_json`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::{error, fmt};
use std::io;

use serde::{Deserialize, Serialize};

use crate::encode::EventBuilder;
use crate::encode::lines::DataLines;
use crate::event::Event;
use crate::io::EventWriter;

/// Data that is not the JSON that was expected.
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
    source: serde_json::Error,
}

impl JsonError {
    /// The type of the event.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// How far the data was as expected: the index of the byte at which `serde_json` stopped; 0 where it does not say.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data of event {:?} at offset {}: {}", self.event_type, self.offset, self.source)
    }
}

impl error::Error for JsonError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}

impl<'a> Event<'a> {
    /// Reads the data as JSON. Strings may borrow from the event.
    ///
    /// # Errors
    ///
    /// When the data is not the JSON of a `T`: the error says of which event, and where in its data.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Delta<'a> {
    ///     text: &'a str,
    /// }
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: {\"text\": \"Hello\"}\n\n");
    /// let delta: Delta<'_> = decoder.next_event(&mut chunk)?.unwrap().json()?;
    /// assert_eq!(delta.text, "Hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json<T: Deserialize<'a>>(&self) -> Result<T, JsonError> {
        serde_json::from_str(self.data()).map_err(|source| JsonError {
            event_type: self.event_type().to_owned(),
            offset: offset(self.data(), &source),
            source,
        })
    }
}

/// Lines and columns count from 1, columns in bytes, up to and with the byte at fault: a line end is column 0 of the line
/// that it begins. Where the data ends too early, all of it was as expected. An error without a place has line 0.
fn offset(data: &str, error: &serde_json::Error) -> usize {
    let lines = data.split_inclusive('\n').take(error.line().saturating_sub(1));
    let end = lines.map(str::len).sum::<usize>() + error.column();
    if error.is_eof() { end } else { end.saturating_sub(1) }
}

impl EventBuilder<'_> {
    /// The encoded event, with `value` as JSON for its data, behind what data it has.
    ///
    /// # Errors
    ///
    /// When `value` cannot be serialized.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let wire = EventBuilder::new().encode_json(&[1, 2])?;
    /// assert_eq!(wire, b"data: [1,2]\n\n");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn encode_json<T: Serialize + ?Sized>(&self, value: &T) -> serde_json::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.encode_json_into(value, &mut out)?;
        Ok(out)
    }

    /// Appends the encoded event to `out`, with `value` as JSON for its data, without a buffer in between.
    ///
    /// # Errors
    ///
    /// When `value` cannot be serialized; `out` is then as it was.
    pub fn encode_json_into<T: Serialize + ?Sized>(&self, value: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let len = out.len();
        let mut data = self.begin_data(out);
        let result = serde_json::to_writer(Appender(&mut data, out), value);
        if result.is_ok() {
            DataLines::end(out);
        } else {
            out.truncate(len);
        }
        result
    }
}

struct Appender<'a>(&'a mut DataLines, &'a mut Vec<u8>);

impl io::Write for Appender<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.append(piece, self.1);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: io::Write> EventWriter<W> {
    /// Writes one event, with `value` as JSON for its data, behind what data `head` has; without a buffer for the whole.
    ///
    /// For pretty-printed JSON, or any other serializer, use [`data_writer`](Self::data_writer) in the same way.
    ///
    /// # Errors
    ///
    /// As [`write_event`](Self::write_event); and when `value` cannot be serialized: then the event is taken back, or torn
    /// if a part of it is out.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{io::EventWriter, EventBuilder, EventType};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// writer.write_json(&EventBuilder::new().event_type(EventType::from_static("point")), &(1, 2))?;
    /// assert_eq!(writer.into_inner(), b"event: point\ndata: [1,2]\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_json<T: Serialize + ?Sized>(&mut self, head: &EventBuilder<'_>, value: &T) -> io::Result<()> {
        let mut data = self.data_writer(head)?;
        serde_json::to_writer(&mut data, value)?;
        data.finish()
    }
}
