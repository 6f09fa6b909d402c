//! Section 9.2.6: the places of dispatched events in, text out.

use core::time::Duration;

use crate::chunk::Chunk;
use crate::error::{DecodeError, What};
use crate::event::Event;
use crate::interpreter::{Found, Interpreter};
use crate::names::DEFAULT_EVENT_TYPE;
use crate::plain::Plain;

/// What has been found, and lies in the chunk as text.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'i> {
    event_type: &'i str,
    data: &'i str,
    has_id: bool,
}

impl<'i> Texts<'i> {
    /// The event; its id has become the last event ID.
    #[inline(always)]
    pub(crate) fn event<'s>(self, last_event_id: &'s str) -> Event<'s>
    where
        'i: 's,
    {
        let Self { event_type, data, has_id } = self;
        Event { event_type, data, last_event_id, has_id: has_id.into() }
    }
}

impl Interpreter {
    /// Finds the next event, or with `FRAMES` the next frame. `Ok`: a plain event, lent from the chunk. `Err`: anything
    /// else, which the interpreter has.
    ///
    /// All of it, and the caller, is compiled into one loop, so that a plain event never goes through memory.
    #[inline(always)]
    pub(crate) fn find_texts<'i, const FRAMES: bool>(&mut self, chunk: &mut Chunk<'i>) -> Result<Texts<'i>, Found> {
        loop {
            if let Some(plain) = self.find_plain::<FRAMES>(chunk.bytes(), &mut chunk.index) {
                if let Some(texts) = self.texts(plain, chunk) {
                    return Ok(texts);
                }
                self.keep(plain.data, plain.event_type, plain.has_id, chunk.bytes());
                return Err(Found::Event);
            }
            match self.find_any::<FRAMES>(chunk.bytes(), &mut chunk.index) {
                Found::NextEvent => {}
                found => return Err(found),
            }
        }
    }

    /// The plain event that was found, as text; `None` where it is ill-formed.
    #[inline(always)]
    fn texts<'i>(&mut self, plain: Plain, chunk: &mut Chunk<'i>) -> Option<Texts<'i>> {
        let data = chunk.text(plain.data.0, plain.data.1)?;
        let (start, end) = plain.event_type;
        let event_type = if start == end { DEFAULT_EVENT_TYPE } else { chunk.text(start, end)? };
        if plain.has_id {
            let (start, end) = self.head.id.unwrap_or_default();
            let id = chunk.text(start, end)?;
            self.set_last_event_id(id);
        }
        Some(Texts { event_type, data, has_id: plain.has_id })
    }

    /// Finds the next event, or with `FRAMES` the next frame, for a reader that cannot lend before it has found.
    #[cfg(feature = "std")]
    pub(crate) fn find<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Found {
        loop {
            if let Some(plain) = self.find_plain::<FRAMES>(bytes, index) {
                self.keep(plain.data, plain.event_type, plain.has_id, bytes);
                return Found::Event;
            }
            match self.find_any::<FRAMES>(bytes, index) {
                Found::NextEvent => {}
                found => return found,
            }
        }
    }

    /// Lends the event that was found.
    #[inline(always)]
    pub(crate) fn lend_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Event<'s> {
        Event {
            event_type: event_type(self.event.event_type.text(chunk)),
            data: self.event.data.text(chunk),
            last_event_id: self.last_event_id.as_str(),
            has_id: self.event.id.is_present().into(),
        }
    }

    /// Lends the event that the stream has left unfinished: its id has not become the last event ID.
    pub(crate) fn lend_unfinished(&mut self) -> Event<'_> {
        let chunk = &mut Chunk::new(&[]);
        let has_id = self.event.id.is_present();
        Event {
            event_type: event_type(self.event.event_type.text(chunk)),
            data: self.event.data.text(chunk),
            last_event_id: if has_id { self.event.id.text(chunk) } else { self.last_event_id.as_str() },
            has_id: has_id.into(),
        }
    }

    /// The reconnection time in force.
    pub(crate) fn reconnection_time(&self) -> Option<Duration> {
        self.retry.map(Duration::from_millis)
    }

    /// The error that was found.
    #[cold]
    pub(crate) fn error(&self, found: Found) -> DecodeError {
        let what = if found == Found::CommentTooLong { What::Comment } else { What::Event };
        DecodeError { what, limit: self.max_event_len, offset: self.event_offset }
    }
}

/// The type that the standard gives an event whose event type buffer is empty.
#[inline]
fn event_type(buffer: &str) -> &str {
    if buffer.is_empty() { DEFAULT_EVENT_TYPE } else { buffer }
}
