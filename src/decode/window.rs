//! Which stretch of a chunk is known to be text.
//!
//! Turning bytes into `&str` requires validation, and validating each event separately is what makes decoders slow. So
//! whole lines are validated together, about 16 KiB at a time, and each byte once. If a window is ill-formed, the texts
//! in it are validated one by one.

use crate::decode::place::Place;
use crate::line_end;

/// How many bytes are validated at a time: enough that the call costs nothing per event, little enough that the bytes
/// are still in the nearest cache when they are decoded.
const LEN: usize = 16 * 1024;

/// A stretch that has been validated. `T` is the text of it: borrowed, shared, or a copy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window<T> {
    /// None or empty if the stretch is ill-formed.
    pub(crate) text: T,
    /// Where the stretch begins in the chunk.
    start: usize,
    /// Everything before this has been in a window, well-formed or not.
    checked: usize,
}

impl<T> Window<T> {
    /// A window over `text`, which begins at the chunk's first byte.
    pub(crate) const fn new(text: T, len: usize) -> Self {
        Self { text, start: 0, checked: len }
    }

    /// Where the stretch begins in the chunk.
    #[cfg(feature = "bytes")]
    pub(crate) const fn start(&self) -> usize {
        self.start
    }

    /// Whether nothing was validated yet.
    #[cfg(feature = "bytes")]
    #[inline(always)]
    pub(crate) const fn is_new(&self) -> bool {
        self.checked == 0
    }

    /// Where this stretch of the chunk is in the text; out of range if it is not in the window.
    #[inline(always)]
    pub(crate) const fn in_text(&self, place: Place) -> Place {
        place.from(self.start)
    }

    /// Which bytes to validate before the text at `place` can be read: none if they already are.
    ///
    /// The first window covers only what is decoded: a caller that makes a new chunk for every call, because its buffer
    /// moves, would otherwise pay for a whole window with every event. Later windows cover as many whole lines as fit.
    ///
    /// Much that came before and was no part of any text, such as a large comment, is left out: an event that keeps a
    /// copy of the window would keep that too.
    #[inline]
    pub(crate) fn next(&mut self, bytes: &[u8], decoded: usize, place: Place) -> Option<Place> {
        if place.end <= self.checked {
            return None;
        }
        let is_first = self.checked == 0;
        let much = decoded - self.checked > LEN;
        self.start = if much { place.start.max(self.checked) } else { self.checked };
        self.checked = if is_first { decoded } else { whole_lines(bytes, self.start, decoded) };
        Some(Place { start: self.start, end: self.checked })
    }
}

/// Where the last line ends that fits into a window from `start` on; `decoded` at least.
#[inline(never)]
fn whole_lines(bytes: &[u8], start: usize, decoded: usize) -> usize {
    let ahead = bytes.get(decoded..bytes.len().min(start + LEN)).unwrap_or_default();
    decoded + line_end::last_line_end(ahead).map_or(0, |index| index + 1)
}
