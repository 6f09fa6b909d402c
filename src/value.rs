//! One value of the event being put together: still in the chunk, or gathered in a buffer.

use alloc::string::String;
use alloc::vec::Vec;

use crate::chunk::Chunk;
use crate::utf8::{replace, utf8};

/// A value that comes in pieces. While it is one stretch of one chunk, only its place is kept; otherwise each of its
/// bytes is copied once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    place: Place,
    gathered: Vec<u8>,
    /// The text handed out where the bytes are ill-formed.
    replaced: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Absent,
    Chunk {
        start: usize,
        end: usize,
    },
    Gathered,
    /// Handed out, ill-formed as it was.
    Replaced,
}

impl Value {
    /// Whether there is a value, be it an empty one.
    pub(crate) fn is_present(&self) -> bool {
        self.place != Place::Absent
    }

    /// The length in bytes, as they came in.
    pub(crate) fn len(&self) -> usize {
        match self.place {
            Place::Absent => 0,
            Place::Chunk { start, end } => end - start,
            Place::Gathered => self.gathered.len(),
            Place::Replaced => self.replaced.len(),
        }
    }

    /// Appends `bytes[start..end]`.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8], start: usize, end: usize) {
        if self.place == Place::Absent {
            self.place = Place::Chunk { start, end };
        } else {
            self.gather(bytes);
            self.gathered.extend_from_slice(bytes.get(start..end).unwrap_or_default());
        }
    }

    /// The value, copied out of the chunk.
    pub(crate) fn gathered(&mut self, bytes: &[u8]) -> &mut Vec<u8> {
        self.gather(bytes);
        &mut self.gathered
    }

    /// Copies the value out of the chunk, because the chunk ends or the value goes on elsewhere.
    #[inline]
    pub(crate) fn gather(&mut self, bytes: &[u8]) {
        if let Place::Chunk { start, end } = self.place {
            self.gathered.clear();
            self.gathered.extend_from_slice(bytes.get(start..end).unwrap_or_default());
            self.place = Place::Gathered;
        }
    }

    /// Where the value lies, if it lies in the chunk.
    #[cfg(feature = "bytes")]
    pub(crate) fn place_in_chunk(&self) -> Option<(usize, usize)> {
        match self.place {
            Place::Chunk { start, end } => Some((start, end)),
            Place::Absent | Place::Gathered | Place::Replaced => None,
        }
    }

    /// Becomes a place in the chunk.
    pub(crate) fn set(&mut self, (start, end): (usize, usize)) {
        self.place = Place::Chunk { start, end };
    }

    /// Forgets the value and keeps the buffers.
    pub(crate) fn clear(&mut self) {
        self.place = Place::Absent;
    }

    /// The bytes of memory that the buffers take.
    pub(crate) fn held(&self) -> usize {
        self.gathered.capacity() + self.replaced.capacity()
    }

    /// Gives the buffers back, if no value is in them.
    pub(crate) fn release(&mut self) {
        if !self.is_present() {
            *self = Self::default();
        }
    }

    /// The value as it came in.
    #[inline]
    pub(crate) fn bytes<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        match self.place {
            Place::Absent => &[],
            Place::Chunk { start, end } => bytes.get(start..end).unwrap_or_default(),
            Place::Gathered => &self.gathered,
            Place::Replaced => self.replaced.as_bytes(),
        }
    }

    /// Copies the value as text.
    pub(crate) fn clone_text_into(&self, bytes: &[u8], text: &mut String) {
        match utf8(self.bytes(bytes)) {
            Some(value) => {
                text.clear();
                text.reserve_exact(value.len());
                text.push_str(value);
            }
            None => replace(self.bytes(bytes), text),
        }
    }

    /// Lends the value as text, from the chunk where it lies there, with U+FFFD for every maximal subpart of ill-formed
    /// UTF-8. `""` where there is no value.
    #[inline(never)]
    pub(crate) fn text<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> &'s str {
        let bytes = match self.place {
            Place::Absent => return "",
            Place::Chunk { start, end } => match chunk.text(start, end) {
                Some(text) => return text,
                None => chunk.bytes().get(start..end).unwrap_or_default(),
            },
            Place::Gathered => match utf8(&self.gathered) {
                Some(text) => return text,
                None => &self.gathered,
            },
            Place::Replaced => return &self.replaced,
        };
        replace(bytes, &mut self.replaced);
        self.place = Place::Replaced;
        &self.replaced
    }
}
