//! Lines that are returned by themselves: comments, and ignored lines. The limit applies to each separately.

use crate::decode::buffers::Buffers;
use crate::decode::line::Part;
use crate::decode::memory::{Buffer, Memory};
use crate::decode::place::Place;

/// The progress of a line that is returned by itself. Its text is in the buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextLine {
    Whole,
    TooLong,
}

/// Why the rest of the line is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SkipText {
    No,
    /// A part of it was skipped, or it was already reported as an error.
    Passed,
    /// It is longer than the limit: an error if it turns out to be an ignored line.
    TooLong,
}

impl SkipText {
    /// Adds a piece of a comment, or of a line that is ignored no matter what follows.
    #[inline(never)]
    pub(crate) fn add<M: Memory>(
        &mut self,
        buffers: &mut Buffers<M>,
        part: Part,
        complete: bool,
        bytes: &[u8],
        max: usize,
    ) -> Option<TextLine> {
        if *self != Self::No {
            *self = if complete { Self::No } else { *self };
            return None;
        }
        if !buffers.add_text(part, bytes, max) {
            *self = if complete { Self::No } else { Self::Passed };
            return Some(TextLine::TooLong);
        }
        if complete && !buffers.text_fits(bytes, max) {
            buffers.clear(Buffer::Text);
            return Some(TextLine::TooLong);
        }
        complete.then_some(TextLine::Whole)
    }

    /// The line is not returned.
    #[inline]
    pub(crate) fn pass<M: Memory>(&mut self, buffers: &mut Buffers<M>, complete: bool) {
        buffers.clear(Buffer::Text);
        *self = if complete { Self::No } else { Self::Passed };
    }

    /// Keeps a piece of a line that may turn out to be ignored. The first one comes with the beginning of the line.
    #[cold]
    pub(crate) fn capture<M: Memory>(
        &mut self,
        buffers: &mut Buffers<M>,
        beginning: Option<[&'static str; 2]>,
        value: Place,
        bytes: &[u8],
        max: usize,
    ) {
        let mut fits = true;
        if let Some(beginning) = beginning {
            *self = Self::No;
            fits = beginning.into_iter().all(|part| buffers.add_text(Part::Static(part.as_bytes()), bytes, max));
        }
        if *self == Self::No && !(fits && buffers.add_text(Part::InChunk(value), bytes, max)) {
            *self = Self::TooLong;
        }
    }

    /// Ends a line that was captured and is ignored.
    #[cold]
    pub(crate) fn end_captured<M: Memory>(
        &mut self,
        buffers: &mut Buffers<M>,
        bytes: &[u8],
        max: usize,
    ) -> Option<TextLine> {
        match core::mem::replace(self, Self::No) {
            Self::No if buffers.text_fits(bytes, max) => Some(TextLine::Whole),
            Self::No => {
                buffers.clear(Buffer::Text);
                Some(TextLine::TooLong)
            }
            Self::Passed => None,
            Self::TooLong => Some(TextLine::TooLong),
        }
    }
}
