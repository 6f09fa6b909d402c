//! Owned events, whose strings are slices of the network buffer.

use alloc::string::String;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;
use core::time::Duration;

use bytestring::ByteString;

use crate::chunk::ChunkBuf;
use crate::decoder::Decoder;
use crate::error::DecodeError;
use crate::event::Event;
use crate::interpreter::{Found, Interpreter};
use crate::value::Value;

/// An event that was received, owned: to be kept, sent to another task, or cloned to many.
///
/// Where the event lay in one chunk, its strings are slices of that chunk's buffer, without a copy. That **pins the whole
/// buffer** for as long as the event lives: an event of 100 bytes out of a read of 64 KiB keeps 64 KiB. Whoever keeps
/// events for long, rather than handing them on, calls [`detach`](Self::detach). Where a chunk's end cut the event, or it
/// has several data lines, it owns the decoder's buffer, of about its own size.
///
/// A clone copies nothing. Compares with [`Event`], field by field.
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
    /// The event's own values, in whatever order, with what lay between them.
    text: ByteString,
    event_type: Range<usize>,
    data: Range<usize>,
    last_event_id: LastEventId,
}

#[derive(Clone)]
enum LastEventId {
    /// A part of the event's text.
    Own(Range<usize>),
    /// That of an earlier event.
    Earlier(ByteString),
}

impl EventBuf {
    /// The event type, as [`Event::event_type`].
    #[must_use]
    pub fn event_type(&self) -> &str {
        if self.event_type.is_empty() { "message" } else { self.part(&self.event_type) }
    }

    /// The data, as [`Event::data`].
    #[must_use]
    pub fn data(&self) -> &str {
        self.part(&self.data)
    }

    /// The event's own id, as [`Event::id`].
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.last_event_id {
            LastEventId::Own(range) => Some(self.part(range)),
            LastEventId::Earlier(_) => None,
        }
    }

    /// The last event ID as of this event, as [`Event::last_event_id`].
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        match &self.last_event_id {
            LastEventId::Own(range) => self.part(range),
            LastEventId::Earlier(id) => id,
        }
    }

    /// This event, borrowed. Costs nothing.
    #[must_use]
    pub fn as_event(&self) -> Event<'_> {
        Event {
            event_type: self.event_type(),
            data: self.data(),
            last_event_id: self.last_event_id(),
            has_id: matches!(self.last_event_id, LastEventId::Own(_)),
        }
    }

    /// A copy that pins no network buffer: one or two allocations, of the size of its strings.
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

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

impl Decoder {
    /// Decodes up to the next event, as [`next_event`](Self::next_event), and hands it out owned.
    ///
    /// Where the event lies in one chunk it is a slice of the chunk's buffer, and nothing is allocated, also where each
    /// event has an id; one without an id, behind a new id, copies that once for all that follow. Otherwise it takes the decoder's buffer with it, so that the data is copied once in all.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        let mut index = chunk.index;
        let found = self.interpreter.find::<false>(chunk.bytes(), &mut index);
        chunk.index = index;
        let event = found.map(|found| found.map(|found| self.interpreter.take_event(found, chunk)));
        chunk.let_go();
        event
    }

    /// Decodes up to the next frame, as [`next_frame`](Self::next_frame), and hands it out owned. Comments are copied.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    pub fn next_frame_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<FrameBuf>, DecodeError> {
        let mut index = chunk.index;
        let found = self.interpreter.find::<true>(chunk.bytes(), &mut index);
        chunk.index = index;
        let frame = found.map(|found| found.map(|found| self.interpreter.take_frame(found, chunk)));
        chunk.let_go();
        frame
    }
}

impl Interpreter {
    /// Takes what was found.
    fn take_frame(&mut self, found: Found, chunk: &mut ChunkBuf) -> FrameBuf {
        match found {
            Found::Event | Found::Plain(_) => FrameBuf::Event(self.take_event(found, chunk)),
            Found::Comment => {
                let mut text = String::new();
                self.comment.clone_text_into(chunk.bytes(), &mut text);
                FrameBuf::Comment(text)
            }
            Found::Retry(time) => FrameBuf::Retry(time),
        }
    }

    /// Takes the event that was found.
    fn take_event(&mut self, found: Found, chunk: &mut ChunkBuf) -> EventBuf {
        if let Found::Plain(plain) = found {
            self.keep(plain, chunk.bytes());
        }
        self.slice_event(chunk).unwrap_or_else(|| self.gather_event(chunk.bytes()))
    }

    /// The event as a slice of the chunk, if all of it lies there and is well-formed.
    fn slice_event(&mut self, chunk: &mut ChunkBuf) -> Option<EventBuf> {
        let event = &self.event;
        let mut start = usize::MAX;
        let mut end = 0;
        for value in [&event.event_type, &event.data, &event.id] {
            if value.is_present() {
                let place = value.place_in_chunk()?;
                start = start.min(place.0);
                end = end.max(place.1);
            }
        }
        let range = |value: &Value| value.place_in_chunk().map(|place| place.0 - start..place.1 - start);
        let (event_type, data, id) = (range(&event.event_type), range(&event.data), range(&event.id));
        Some(EventBuf {
            text: chunk.slice(start, end)?,
            event_type: event_type.unwrap_or_default(),
            data: data.unwrap_or_default(),
            last_event_id: match id {
                Some(id) => LastEventId::Own(id),
                None => LastEventId::Earlier(self.last_event_id.share()),
            },
        })
    }

    /// The event in a buffer of its own: the data's, and behind it the small values.
    fn gather_event(&mut self, bytes: &[u8]) -> EventBuf {
        self.event.gather(bytes);
        let mut text = self.event.data.take_text();
        let data = 0..text.len();
        let event_type = append(&mut text, &self.event.event_type.take_text());
        let last_event_id = if self.event.id.is_present() {
            LastEventId::Own(append(&mut text, self.last_event_id.as_str()))
        } else {
            LastEventId::Earlier(self.last_event_id.share())
        };
        EventBuf { text: text.into(), event_type, data, last_event_id }
    }
}

/// Appends `part`, and says where it lies.
fn append(text: &mut String, part: &str) -> Range<usize> {
    let start = text.len();
    text.push_str(part);
    start..text.len()
}

/// Copies the event.
impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        let event_type = if event.event_type == "message" { "" } else { event.event_type };
        let id = event.id().unwrap_or_default();
        let mut text = String::with_capacity(event.data.len() + event_type.len() + id.len());
        let data = append(&mut text, event.data);
        let event_type = append(&mut text, event_type);
        let last_event_id = match event.id() {
            Some(id) => LastEventId::Own(append(&mut text, id)),
            None => LastEventId::Earlier(event.last_event_id.into()),
        };
        Self { text: text.into(), event_type, data, last_event_id }
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

/// A [`Frame`](crate::Frame), owned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameBuf {
    /// An event, at its blank line.
    Event(EventBuf),
    /// A comment, at its line's end.
    Comment(String),
    /// A new reconnection time, at its line's end.
    Retry(Duration),
}
