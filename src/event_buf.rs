//! Owned events, whose strings are slices of the network buffer.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;
use core::time::Duration;

use bytestring::ByteString;

use crate::chunk::{Chunk, ChunkBuf};
use crate::decoder::Decoder;
use crate::error::DecodeError;
use crate::event::Event;
use crate::interpreter::{Found, Interpreter};
use crate::last_event_id::share;
use crate::names::DEFAULT_EVENT_TYPE;
use crate::value::Value;

/// An event that was received, owned: to be kept, sent to another task, or cloned to many.
///
/// Where the event lay in one chunk, its strings are slices of that chunk's buffer, without a copy. That **pins the whole
/// buffer** for as long as the event lives: an event of 100 bytes out of a read of 64 KiB keeps 64 KiB. Whoever keeps
/// events for long, rather than handing them on, calls [`detach`](Self::detach). Where a chunk's end cut the event, or it
/// has several data lines, it owns a copy of just its size. Text that is not ASCII may be sliced from a copy too, of some
/// 16 KiB that several events share: with the feature `simdutf8` that costs less than to validate what is there.
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
    /// That of an earlier event, if it is not empty.
    Earlier(Option<Arc<str>>),
}

impl EventBuf {
    /// The event type, as [`Event::event_type`].
    #[must_use]
    pub fn event_type(&self) -> &str {
        if self.event_type.is_empty() { DEFAULT_EVENT_TYPE } else { self.part(&self.event_type) }
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
            LastEventId::Earlier(id) => id.as_deref().unwrap_or_default(),
        }
    }

    /// This event, borrowed. Costs nothing.
    #[must_use]
    pub fn as_event(&self) -> Event<'_> {
        Event {
            event_type: self.event_type(),
            data: self.data(),
            last_event_id: self.last_event_id(),
            has_id: matches!(self.last_event_id, LastEventId::Own(_)).into(),
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
    /// event has an id; one without an id, behind a new id, copies that once for all that follow. Text that is not ASCII
    /// may be copied for that, some 16 KiB at a time. Any other event is copied, with one allocation.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    #[inline(always)]
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        match self.find_buf::<false>(chunk) {
            Ok(event) => Ok(Some(event)),
            Err(Found::UsedUp) => Ok(None),
            Err(found @ (Found::EventTooLong | Found::CommentTooLong)) => Err(self.interpreter.error(found)),
            Err(_) => Ok(Some(self.interpreter.take_event(chunk))),
        }
    }

    /// Decodes up to the next frame, as [`next_frame`](Self::next_frame), and hands it out owned. Comments are copied.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    pub fn next_frame_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<FrameBuf>, DecodeError> {
        match self.find_buf::<true>(chunk) {
            Ok(event) => Ok(Some(FrameBuf::Event(event))),
            Err(Found::UsedUp) => Ok(None),
            Err(found @ (Found::EventTooLong | Found::CommentTooLong)) => Err(self.interpreter.error(found)),
            Err(Found::Comment) => Ok(Some(FrameBuf::Comment(self.interpreter.take_comment_text(chunk)))),
            Err(Found::Retry) => Ok(self.interpreter.reconnection_time().map(FrameBuf::Retry)),
            Err(_) => Ok(Some(FrameBuf::Event(self.interpreter.take_event(chunk)))),
        }
    }

    /// A plain event, or else what was found.
    #[inline(always)]
    fn find_buf<const FRAMES: bool>(&mut self, chunk: &mut ChunkBuf) -> Result<EventBuf, Found> {
        let interpreter = &mut self.interpreter;
        loop {
            let mut index = chunk.index;
            let Some(plain) = interpreter.find_plain::<FRAMES>(chunk.bytes(), &mut index) else {
                match interpreter.find_any_in::<FRAMES>(chunk) {
                    Found::NextEvent => continue,
                    found => return Err(found),
                }
            };
            chunk.index = index;
            let Some(text) = chunk.slice(plain.start, plain.data.1) else {
                interpreter.keep(plain.data, plain.event_type, plain.has_id, chunk.bytes());
                return Err(Found::Event);
            };
            let range = |place: (usize, usize)| place.0 - plain.start..place.1 - plain.start;
            let last_event_id = if plain.has_id {
                let id = range(interpreter.head.id.unwrap_or_default());
                interpreter.set_last_event_id(text.get(id.clone()).unwrap_or_default());
                LastEventId::Own(id)
            } else {
                LastEventId::Earlier(interpreter.last_event_id.share())
            };
            let event_type = if plain.event_type == (0, 0) { 0..0 } else { range(plain.event_type) };
            chunk.let_go();
            return Ok(EventBuf { event_type, data: range(plain.data), last_event_id, text });
        }
    }
}

impl Interpreter {
    #[inline(never)]
    fn find_any_in<const FRAMES: bool>(&mut self, chunk: &mut ChunkBuf) -> Found {
        let mut index = chunk.index;
        let found = self.find_any::<FRAMES>(chunk.bytes(), &mut index);
        chunk.index = index;
        if !matches!(found, Found::Event | Found::Comment) {
            chunk.let_go();
        }
        found
    }

    /// Takes the event that was found.
    #[inline(never)]
    fn take_event(&mut self, chunk: &mut ChunkBuf) -> EventBuf {
        let event = self.slice_event(chunk).unwrap_or_else(|| self.copy_event(chunk.bytes()));
        chunk.let_go();
        event
    }

    /// Copies the comment that was found.
    fn take_comment_text(&mut self, chunk: &mut ChunkBuf) -> String {
        let mut text = String::new();
        self.comment.clone_text_into(chunk.bytes(), &mut text);
        chunk.let_go();
        text
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
        // What lies between the values would be kept with them.
        if end - start > 2 * event.len() + 256 {
            return None;
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

    /// A copy of the event, in one buffer. Taking the decoder's own would cost more: it would have to grow again, and std
    /// to validate it.
    fn copy_event(&mut self, bytes: &[u8]) -> EventBuf {
        let last_event_id = (!self.event.id.is_present()).then(|| self.last_event_id.share());
        let event = self.lend_event(&mut Chunk::decoded(bytes));
        EventBuf::copied(event, |_| last_event_id.unwrap_or_default())
    }
}

impl EventBuf {
    /// Copies the event; `share` makes of the last event ID what several events can have.
    fn copied(event: Event<'_>, share: impl FnOnce(&str) -> Option<Arc<str>>) -> Self {
        let event_type = if event.event_type == DEFAULT_EVENT_TYPE { "" } else { event.event_type };
        let id = event.id().unwrap_or_default();
        let mut text = String::with_capacity(event.data.len() + event_type.len() + id.len());
        let data = append(&mut text, event.data);
        let event_type = append(&mut text, event_type);
        let last_event_id = match event.id() {
            Some(id) => LastEventId::Own(append(&mut text, id)),
            None => LastEventId::Earlier(share(event.last_event_id)),
        };
        Self { text: text.into(), event_type, data, last_event_id }
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
        Self::copied(event, share)
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
    /// A new last event ID, at the blank line of a block that is no event.
    Id(String),
    /// A line that the standard ignores, at its end. Only on request.
    Ignored(String),
}
