//! Owned events, whose strings are slices of the network buffer.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::time::Duration;

use crate::decode::place::Place;
use crate::event::Event;
use crate::names::DEFAULT_EVENT_TYPE;
use crate::text::Text;
use crate::work;

/// An event that was received, owned: to keep, to send to another task, or to clone for many clients.
///
/// If the event lies in one chunk, its strings are slices of that chunk's buffer, without a copy. That **keeps the
/// whole buffer alive** for as long as the event lives: an event of 100 bytes from a read of 64 KiB keeps 64 KiB. To
/// keep events for a long time, call [`detach`](Self::detach). An event that is split across chunks, has several data
/// lines or much else between its lines, or is ill-formed, owns memory of about its own size: a copy, or the buffer in
/// which it was gathered. Text that is not ASCII, and what lies near it, may be a slice of a copy of about 16 KiB that
/// several events share: with the feature `simdutf8` that costs less than validating the text in place.
///
/// Cloning copies no text. An `EventBuf` compares with [`Event`] field by field.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use sse_wire::{ChunkBuf, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = ChunkBuf::from(Bytes::from("event: add\nid: 7\ndata: 113\n\n"));
/// let event = decoder.next_event_buf(&mut chunk)?.unwrap();
///
/// std::thread::spawn(move || assert_eq!((event.event_type(), event.data(), event.id()), ("add", "113", Some("7"))))
///     .join()
///     .unwrap();
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct EventBuf {
    /// Contains the event's own values, in any order, possibly among others.
    text: Text,
    /// Empty if there is none, which means the same.
    event_type: Place,
    data: Place,
    last_event_id: LastEventId,
}

#[derive(Clone)]
pub(crate) enum LastEventId {
    /// A part of the event's text.
    Own(Place),
    /// An earlier event's, if it is not empty.
    Earlier(Option<Arc<str>>),
}

impl EventBuf {
    /// Returns the event type: see [`Event::event_type`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"event: add\ndata: 1\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!(event.event_type(), "add");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn event_type(&self) -> &str {
        if self.event_type.is_empty() { DEFAULT_EVENT_TYPE } else { self.part(self.event_type) }
    }

    /// Returns the data: see [`Event::data`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"data: a\ndata: b\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!(event.data(), "a\nb");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn data(&self) -> &str {
        self.part(self.data)
    }

    /// Returns the event's own id: see [`Event::id`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"id: 7\ndata: 1\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!(event.id(), Some("7"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn id(&self) -> Option<&str> {
        match &self.last_event_id {
            LastEventId::Own(id) => Some(self.part(*id)),
            LastEventId::Earlier(_) => None,
        }
    }

    /// Returns the last event ID as of this event: see [`Event::last_event_id`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"id: 7\n\ndata: 1\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!((event.id(), event.last_event_id()), (None, "7"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn last_event_id(&self) -> &str {
        match &self.last_event_id {
            LastEventId::Own(id) => self.part(*id),
            LastEventId::Earlier(id) => id.as_deref().unwrap_or_default(),
        }
    }

    /// Returns this event, borrowed. Copies nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"data: 1\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!(event.as_event().data(), "1");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn as_event(&self) -> Event<'_> {
        Event {
            event_type: self.event_type(),
            data: self.data(),
            last_event_id: self.last_event_id(),
            has_id: matches!(self.last_event_id, LastEventId::Own(_)).into(),
        }
    }

    /// Returns a copy that keeps no network buffer alive: one or two allocations, of the size of its strings.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let network_buffer = Bytes::from(b"data: 1\n\n: and much more\n".repeat(1000));
    /// let mut chunk = ChunkBuf::from(network_buffer.clone());
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    ///
    /// let kept = event.detach();
    /// drop((event, chunk));
    /// assert!(network_buffer.is_unique());
    /// assert_eq!(kept.data(), "1");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn detach(&self) -> Self {
        self.as_event().into()
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
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Delta<'a> {
    ///     text: &'a str,
    /// }
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from("data: {\"text\": \"Hello\"}\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// let delta: Delta<'_> = event.json()?;
    /// assert_eq!(delta.text, "Hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, crate::json::JsonError> {
        crate::json::read(self.event_type(), self.data())
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
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// #[derive(Debug, PartialEq, serde::Deserialize)]
    /// #[serde(rename_all = "snake_case")]
    /// enum Message<'a> {
    ///     Ping,
    ///     TextDelta { text: &'a str },
    /// }
    ///
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from("event: text_delta\ndata: {\"text\": \"Hello\"}\n\n"));
    /// let event = Decoder::new().next_event_buf(&mut chunk)?.unwrap();
    /// assert_eq!(event.tagged::<Message<'_>>()?, Message::TextDelta { text: "Hello" });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn tagged<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, crate::json::JsonError> {
        crate::json::read_tagged(self.event_type(), self.data())
    }

    /// An event whose values lie in `text`.
    #[inline(always)]
    pub(crate) const fn new(text: Text, event_type: Place, data: Place, last_event_id: LastEventId) -> Self {
        Self { text, event_type, data, last_event_id }
    }

    /// Copies the event, except for the last event ID of an earlier one, which several events can share.
    pub(crate) fn copied(event: Event<'_>, earlier: Option<Arc<str>>) -> Self {
        let event_type = if event.event_type == DEFAULT_EVENT_TYPE { "" } else { event.event_type };
        let id = event.id();
        if event_type.is_empty() && id.is_none() {
            let data = Place { start: 0, end: event.data.len() };
            return Self::new(Text::copy(event.data), Place::default(), data, LastEventId::Earlier(earlier));
        }
        let mut text = String::with_capacity(event.data.len() + event_type.len() + id.unwrap_or_default().len());
        let data = append(&mut text, event.data);
        let event_type = append(&mut text, event_type);
        let last_event_id = match id {
            Some(id) => LastEventId::Own(append(&mut text, id)),
            None => LastEventId::Earlier(earlier),
        };
        Self { text: text.into(), event_type, data, last_event_id }
    }

    #[inline]
    fn part(&self, place: Place) -> &str {
        let part = place.of_text(self.text.as_str());
        debug_assert!(part.is_some(), "{place:?} is not in the event's text");
        part.unwrap_or_default()
    }
}

/// Appends `part`, and returns where it lies.
fn append(text: &mut String, part: &str) -> Place {
    work::copied(part.len());
    let start = text.len();
    text.push_str(part);
    Place { start, end: text.len() }
}

/// Returns an event of the default type with empty data, without an id or a last event ID. Allocates nothing.
///
/// # Examples
///
/// ```
/// use sse_wire::{Event, EventBuf};
///
/// let event = EventBuf::default();
/// assert_eq!((event.event_type(), event.data(), event.id()), ("message", "", None));
/// assert_eq!(Event::from(&event), event);
/// ```
impl Default for EventBuf {
    fn default() -> Self {
        Self {
            text: Text::default(),
            event_type: Place::default(),
            data: Place::default(),
            last_event_id: LastEventId::Earlier(None),
        }
    }
}

/// Borrows the event, like [`EventBuf::as_event`].
impl<'a> From<&'a EventBuf> for Event<'a> {
    fn from(event: &'a EventBuf) -> Self {
        event.as_event()
    }
}

/// Copies the event.
impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        let id = event.last_event_id;
        let earlier = if event.id().is_some() || id.is_empty() { None } else { Some(id.into()) };
        Self::copied(event, earlier)
    }
}

impl PartialEq for EventBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_event() == other.as_event()
    }
}

impl Eq for EventBuf {}

impl PartialEq<Event<'_>> for EventBuf {
    fn eq(&self, other: &Event<'_>) -> bool {
        self.as_event() == *other
    }
}

impl PartialEq<EventBuf> for Event<'_> {
    fn eq(&self, other: &EventBuf) -> bool {
        *self == other.as_event()
    }
}

impl Hash for EventBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_event().hash(state);
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuf")
            .field("event_type", &self.event_type())
            .field("data", &self.data())
            .field("id", &self.id())
            .field("last_event_id", &self.last_event_id())
            .finish()
    }
}

/// An owned [`Frame`](crate::Frame): what [`Decoder::next_frame_buf`](crate::Decoder::next_frame_buf) returns.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use sse_wire::{ChunkBuf, Decoder, FrameBuf};
///
/// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"retry: 1500\n"));
/// let frame = Decoder::new().next_frame_buf(&mut chunk)?;
/// assert_eq!(frame, Some(FrameBuf::Retry(Duration::from_millis(1500))));
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameBuf {
    /// An event, at its blank line.
    Event(EventBuf),
    /// A comment, at its line's end.
    Comment(String),
    /// A new reconnection time, at its line's end.
    Retry(Duration),
    /// A last event ID, at the blank line of a block that is not an event.
    Id(String),
    /// A line that the standard ignores, at its end. Returned only after
    /// [`with_ignored_frames(true)`](crate::Decoder::with_ignored_frames).
    Ignored(String),
}
