//! Section 9.2.6: where the value of each of the standard's buffers is.

use crate::decode::memory::{Buffer, Source};
use crate::decode::place::Place;

/// Where a value is: in one stretch of one chunk, or in the memory, to which all of its bytes were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Absent,
    Chunk(Place),
    Memory,
}

impl Value {
    #[inline(always)]
    pub(crate) fn in_chunk(place: Option<Place>) -> Self {
        place.map_or(Self::Absent, Self::Chunk)
    }

    /// Where its text comes from. `text` finds well-formed text in the chunk.
    #[inline(always)]
    pub(crate) fn source<'s>(self, bytes: &'s [u8], text: &mut impl FnMut(Place) -> Option<&'s str>) -> Source<'s> {
        match self {
            Self::Absent => Source::Text(""),
            Self::Memory => Source::Memory,
            Self::Chunk(place) => match text(place) {
                Some(text) => Source::Text(text),
                None => Source::IllFormed(place.of(bytes)),
            },
        }
    }
}

/// The values of all buffers.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) event_type: Value,
    pub(crate) data: Value,
    pub(crate) id: Value,
    /// The value of the `id` line that is arriving. A NUL makes it void; the previous id then remains.
    pub(crate) next_id: Value,
    /// A comment, or a line that the standard ignores.
    pub(crate) text: Value,
}

impl Values {
    pub(crate) const fn new() -> Self {
        Self {
            event_type: Value::Absent,
            data: Value::Absent,
            id: Value::Absent,
            next_id: Value::Absent,
            text: Value::Absent,
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, buffer: Buffer) -> Value {
        match buffer {
            Buffer::EventType => self.event_type,
            Buffer::Data => self.data,
            Buffer::Id => self.id,
            Buffer::NextId => self.next_id,
            Buffer::Text => self.text,
        }
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, buffer: Buffer, value: Value) {
        match buffer {
            Buffer::EventType => self.event_type = value,
            Buffer::Data => self.data = value,
            Buffer::Id => self.id = value,
            Buffer::NextId => self.next_id = value,
            Buffer::Text => self.text = value,
        }
    }
}
