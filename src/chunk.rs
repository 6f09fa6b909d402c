//! The bytes that came in, and how much of them is known to be text.

use core::fmt;

#[cfg(feature = "bytes")]
use {bytes::Bytes, bytestring::ByteString};

use crate::escaped::Escaped;
#[cfg(feature = "alloc")]
use crate::line_end;
#[cfg(feature = "alloc")]
use crate::utf8::utf8;

/// How many bytes are validated at a time: enough that the call costs nothing per event, little enough that the bytes
/// are still in the nearest cache when they are decoded.
#[cfg(feature = "alloc")]
const WINDOW: usize = 16 * 1024;

/// The bytes that came in, and how far they are decoded.
///
/// `&str` out of bytes costs a validation, and one for every event is what makes decoders slow. So the chunk remembers
/// a validated window of whole lines, some 16 KiB at a time, and the events in it are plain sub-slices. Where a window
/// is ill-formed, each event in it is looked at by itself.
///
/// Keep one `Chunk` for as long as its bytes last. A new one for every call, from [`remaining`](Self::remaining), is
/// correct and validates more often. Events borrow from the bytes, not from the `Chunk`.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\nda");
///
/// let first = decoder.next_event(&mut chunk)?.map(|event| event.data().len());
/// assert_eq!((first, chunk.remaining()), (Some(1), &b"data: 2\n\nda"[..]));
///
/// while let Some(event) = decoder.next_event(&mut chunk)? {
///     assert_eq!(event.data(), "2");
/// }
/// assert!(chunk.is_empty());
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone)]
#[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "the decoder reads them"))]
pub struct Chunk<'i> {
    bytes: &'i [u8],
    /// The first byte that is not decoded yet.
    pub(crate) index: usize,
    /// The window, where it is well-formed: `bytes` from `text_start` on.
    text: &'i str,
    text_start: usize,
    /// Everything before this has been in a window, well-formed or not.
    checked: usize,
}

impl<'i> Chunk<'i> {
    /// A cursor over `bytes`. Costs nothing: they are validated when events are found in them.
    #[must_use]
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, index: 0, text: "", text_start: 0, checked: 0 }
    }

    /// The bytes that are not decoded yet.
    #[must_use]
    pub const fn remaining(&self) -> &'i [u8] {
        match self.bytes.split_at_checked(self.index) {
            Some((_, remaining)) => remaining,
            None => &[],
        }
    }

    /// Whether all bytes are decoded.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.index >= self.bytes.len()
    }
}

#[cfg(feature = "alloc")]
impl<'i> Chunk<'i> {
    /// Bytes that are all decoded, to be lent from.
    #[cfg(any(feature = "std", feature = "bytes"))]
    pub(crate) const fn decoded(bytes: &'i [u8]) -> Self {
        Self { index: bytes.len(), ..Self::new(bytes) }
    }

    /// All bytes, those that are decoded included.
    pub(crate) fn bytes(&self) -> &'i [u8] {
        self.bytes
    }

    /// `bytes[start..end]`, a part of one line before `index`, as text. `None` where it is ill-formed.
    #[inline]
    pub(crate) fn text(&mut self, start: usize, end: usize) -> Option<&'i str> {
        // Where it is not in the window, the subtraction wraps, or the end is too large.
        match self.text.get(start.wrapping_sub(self.text_start)..end.wrapping_sub(self.text_start)) {
            Some(text) => Some(text),
            None => self.text_outside(start, end),
        }
    }

    #[cold]
    fn text_outside(&mut self, start: usize, end: usize) -> Option<&'i str> {
        if end > self.checked {
            self.check();
            if let Some(text) = self.text.get(start.wrapping_sub(self.text_start)..end.wrapping_sub(self.text_start)) {
                return Some(text);
            }
        }
        utf8(self.bytes.get(start..end)?)
    }

    /// Validates the next window: up to the end of what is decoded, and then as many whole lines as fit.
    fn check(&mut self) {
        let start = self.checked;
        self.checked = window_end(self.bytes, start, self.index);
        self.text = self.bytes.get(start..self.checked).and_then(utf8).unwrap_or_default();
        self.text_start = start;
    }
}

impl<'i> From<&'i [u8]> for Chunk<'i> {
    fn from(bytes: &'i [u8]) -> Self {
        Self::new(bytes)
    }
}

/// Text is never validated again.
impl<'i> From<&'i str> for Chunk<'i> {
    fn from(text: &'i str) -> Self {
        Self { bytes: text.as_bytes(), index: 0, text, text_start: 0, checked: text.len() }
    }
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chunk").field(&Escaped(self.remaining())).finish()
    }
}

/// The bytes that came in, shared, for [`Decoder::next_event_buf`](crate::Decoder::next_event_buf).
///
/// What [`Chunk`] is for borrowed bytes: it remembers a validated window, of which the events are slices, or of a copy of
/// it where it is not ASCII. It lets go of the bytes with the last of them, so that only the events keep the buffer.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use sse_wire::{ChunkBuf, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = ChunkBuf::from(Bytes::from_static(b"data: 1\n\ndata: 2\n\n"));
/// let mut events = Vec::new();
/// while let Some(event) = decoder.next_event_buf(&mut chunk)? {
///     events.push(event);
/// }
/// assert_eq!(events[1].data(), "2");
/// assert!(chunk.is_empty());
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[cfg(feature = "bytes")]
#[derive(Clone, Default)]
pub struct ChunkBuf {
    bytes: Bytes,
    /// The first byte that is not decoded yet.
    pub(crate) index: usize,
    /// The window, where it is well-formed: `bytes` from `text_start` on.
    text: ByteString,
    text_start: usize,
    /// Everything before this has been in a window, well-formed or not.
    checked: usize,
}

#[cfg(feature = "bytes")]
impl ChunkBuf {
    /// The bytes that are not decoded yet.
    #[must_use]
    pub fn remaining(&self) -> &[u8] {
        self.bytes.get(self.index..).unwrap_or_default()
    }

    /// Whether all bytes are decoded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index >= self.bytes.len()
    }

    /// All bytes, those that are decoded included.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lets go of the bytes, if all of them are decoded.
    pub(crate) fn let_go(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }

    /// `bytes[start..end]`, a part before `index`, as text: a slice of the buffer, or of a copy of a window, see
    /// [`text_of`]. `None` where it is ill-formed.
    #[inline(always)]
    pub(crate) fn slice(&mut self, start: usize, end: usize) -> Option<ByteString> {
        match self.text.get(start.wrapping_sub(self.text_start)..end.wrapping_sub(self.text_start)) {
            Some(text) => Some(self.text.slice_ref(text)),
            None => self.slice_outside(start, end),
        }
    }

    #[cold]
    #[inline(never)]
    fn slice_outside(&mut self, start: usize, end: usize) -> Option<ByteString> {
        // For the last event a window would be of no use.
        if end > self.checked && !self.is_empty() {
            let window_start = self.checked;
            self.checked = window_end(&self.bytes, window_start, self.index);
            self.text = text_of(self.bytes.slice(window_start..self.checked)).unwrap_or_default();
            self.text_start = window_start;
            if let Some(text) = self.text.get(start.wrapping_sub(window_start)..end.wrapping_sub(window_start)) {
                return Some(self.text.slice_ref(text));
            }
        }
        text_of(self.bytes.slice(start..end))
    }
}

/// `bytes` as text, if they are well-formed: shared where they begin with ASCII. Otherwise a copy of what `simdutf8` has
/// validated costs less than the validation by std that comes with a `ByteString`.
#[cfg(feature = "bytes")]
fn text_of(bytes: Bytes) -> Option<ByteString> {
    const SAMPLE: usize = 256;
    if cfg!(feature = "simdutf8") && !bytes.get(..SAMPLE).unwrap_or(&bytes).is_ascii() {
        return utf8(&bytes).map(ByteString::from);
    }
    ByteString::try_from(bytes).ok()
}

/// Shares the bytes; validates nothing yet.
#[cfg(feature = "bytes")]
impl From<Bytes> for ChunkBuf {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, ..Self::default() }
    }
}

#[cfg(feature = "bytes")]
impl fmt::Debug for ChunkBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChunkBuf").field(&Escaped(self.remaining())).finish()
    }
}

/// Where the window from `start` on ends: at the end of what is decoded, or behind it as many whole lines as fit.
#[cfg(feature = "alloc")]
fn window_end(bytes: &[u8], start: usize, decoded: usize) -> usize {
    // The first window is what was decoded first, no more: whoever makes a new chunk for every call, because its buffer
    // moves, would pay for a whole window with every event.
    if start == 0 {
        return decoded;
    }
    let ahead = bytes.get(decoded..bytes.len().min(start + WINDOW)).unwrap_or_default();
    decoded + line_end::last_line_end(ahead).map_or(0, |index| index + 1)
}
