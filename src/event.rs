//! Section 9.2.6: what a decoder returns: events, and what comes between them.

use core::fmt;
use core::time::Duration;

/// An event that was received, as [section 9.2.6] dispatches it.
///
/// It borrows from the chunk that it was received in, or from the decoder. It is `Copy`: three `&str` and a flag.
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\nid: 7\ndata: 113\n\ndata: 114\n\n");
///
/// let event = decoder.next_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type(), event.data()), ("add", "113"));
/// assert_eq!((event.id(), event.last_event_id()), (Some("7"), "7"));
///
/// let event = decoder.next_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type(), event.data()), ("message", "114"));
/// assert_eq!((event.id(), event.last_event_id()), (None, "7"));
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::struct_field_names, reason = "the standard's names")]
pub struct Event<'a> {
    pub(crate) event_type: &'a str,
    pub(crate) data: &'a str,
    pub(crate) last_event_id: &'a str,
    pub(crate) has_id: HasId,
}

/// A `bool` of a word's size: with padding after it, the compiler would move an event in pieces.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub(crate) enum HasId {
    No,
    Yes,
}

impl From<bool> for HasId {
    #[inline]
    fn from(has_id: bool) -> Self {
        if has_id { Self::Yes } else { Self::No }
    }
}

impl<'a> Event<'a> {
    /// Returns the event type: the value of the last `event` field, or `"message"` if there was none or it was empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let event = decoder.next_event(&mut Chunk::new(b"event: add\ndata: 1\n\n"))?.unwrap();
    /// assert_eq!(event.event_type(), "add");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn event_type(&self) -> &'a str {
        self.event_type
    }

    /// Returns the data: the `data` lines, with an LF between two lines. It may be empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let event = decoder.next_event(&mut Chunk::new(b"data: a\r\ndata: b\r\n\r\n"))?.unwrap();
    /// assert_eq!(event.data(), "a\nb");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn data(&self) -> &'a str {
        self.data
    }

    /// Returns the event's own id, if it had an `id` field. `Some("")` resets the last event ID; `None` leaves it as it
    /// is.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: 1\n\ndata: 2\n\n");
    /// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().id(), Some("7"));
    /// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().id(), None);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn id(&self) -> Option<&'a str> {
        if matches!(self.has_id, HasId::Yes) { Some(self.last_event_id) } else { None }
    }

    /// Returns the last event ID as of this event: its own id, or the last one received before it, or `""`.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: 1\n\ndata: 2\n\n");
    /// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().last_event_id(), "7");
    /// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().last_event_id(), "7");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn last_event_id(&self) -> &'a str {
        self.last_event_id
    }

    /// Reads the data as JSON. Strings may borrow from the event.
    ///
    /// # Errors
    ///
    /// When the data is not the JSON of a `T`: the error says which event, and where in its data.
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
    #[cfg(feature = "json")]
    pub fn json<T: serde::Deserialize<'a>>(&self) -> Result<T, crate::json::JsonError> {
        crate::json::read(self.event_type, self.data)
    }

    /// Reads the event as a variant of the enum `T`: the variant's name is the event type, its content the data as
    /// JSON.
    ///
    /// A newtype variant takes the data as it is, a struct variant an object, a tuple variant an array; a unit variant
    /// accepts any data, JSON or not. With `#[serde(other)]` a unit variant takes every other event type
    /// too. Strings may borrow from the event. The inverse is
    /// [`EventBuilder::encode_tagged`](crate::EventBuilder::encode_tagged).
    ///
    /// # Errors
    ///
    /// When `T` has no variant for the event type: the error names the type, see
    /// [`is_unknown_type`](crate::json::JsonError::is_unknown_type). When the data is not the content of the variant.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// #[derive(Debug, PartialEq, serde::Deserialize)]
    /// #[serde(rename_all = "snake_case")]
    /// enum Message<'a> {
    ///     Ping,
    ///     TextDelta { text: &'a str },
    /// }
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"event: text_delta\ndata: {\"text\": \"Hello\"}\n\nevent: ping\ndata: -\n\n");
    /// let event = decoder.next_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.tagged::<Message<'_>>()?, Message::TextDelta { text: "Hello" });
    /// let event = decoder.next_event(&mut chunk)?.unwrap();
    /// assert_eq!(event.tagged::<Message<'_>>()?, Message::Ping);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn tagged<T: serde::Deserialize<'a>>(&self) -> Result<T, crate::json::JsonError> {
        crate::json::read_tagged(self.event_type, self.data)
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event_type", &self.event_type)
            .field("data", &self.data)
            .field("id", &self.id())
            .field("last_event_id", &self.last_event_id)
            .finish()
    }
}

/// An event, or something else that a stream carries: what `Decoder::next_frame` returns.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder, Frame};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b": still here\ndata: 1\n\n");
/// let mut seen = Vec::new();
/// while let Some(frame) = decoder.next_frame(&mut chunk)? {
///     seen.push(match frame {
///         Frame::Event(event) => event.data().to_owned(),
///         Frame::Comment(text) => format!("comment: {text}"),
///         _ => continue,
///     });
/// }
/// assert_eq!(seen, ["comment: still here", "1"]);
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame<'a> {
    /// An event, at its blank line.
    Event(Event<'a>),
    /// A comment, at its line's end, without the colon and one space after it. Servers send comments to keep the
    /// connection alive.
    Comment(&'a str),
    /// A new reconnection time, at its line's end.
    Retry(Duration),
    /// A last event ID, at the blank line of a block that has an `id` but no data, and so is not an event. It may be
    /// the same as before, or empty.
    Id(&'a str),
    /// A line that the standard ignores, at its end: an unknown field, an `id` with a NUL, a `retry` that is not a
    /// number. Returned only after `Decoder::with_ignored_frames(true)`.
    Ignored(&'a str),
}
