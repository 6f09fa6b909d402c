//! A chunk of the stream, and how far it is decoded.

use core::fmt;

#[cfg(feature = "bytes")]
use bytes::Bytes;

use crate::decode::place::Place;
#[cfg(feature = "bytes")]
use crate::decode::place::is_mostly_used;
use crate::decode::window::Window;
use crate::escaped::Escaped;
#[cfg(feature = "bytes")]
use crate::text::Text;
use crate::utf8::utf8;

/// A chunk of the stream that was received, and how far it is decoded.
///
/// Turning bytes into `&str` requires validation, and validating each event separately is what makes decoders slow. So
/// the chunk remembers a validated window of whole lines, about 16 KiB at a time, and the events in it are plain
/// sub-slices. If a window is ill-formed, the events in it are validated one by one.
///
/// Keep one `Chunk` until its bytes are used up: the events in a chunk that you drop early are lost. A new `Chunk` from
/// [`remaining`](Self::remaining) for every call is correct too, but validates more often. Events borrow from the
/// bytes, not from the `Chunk`.
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
pub struct Chunk<'i> {
    bytes: &'i [u8],
    /// The first byte that is not decoded yet.
    pub(crate) index: usize,
    window: Window<&'i str>,
}

impl<'i> Chunk<'i> {
    /// Creates a chunk of `bytes`. Costs nothing: they are validated when events are found in them.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::Chunk;
    ///
    /// assert_eq!(Chunk::new(b"data: 1\n\n").remaining(), b"data: 1\n\n");
    /// ```
    #[must_use]
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, index: 0, window: Window::new("", 0) }
    }

    /// Returns the bytes that are not decoded yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// decoder.next_event(&mut chunk)?;
    /// assert_eq!(chunk.remaining(), b"data: 2\n\n");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn remaining(&self) -> &'i [u8] {
        match self.bytes.split_at_checked(self.index) {
            Some((_, remaining)) => remaining,
            None => &[],
        }
    }

    /// Returns whether all bytes are decoded.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: cut");
    /// assert!(!chunk.is_empty());
    /// assert_eq!(decoder.next_event(&mut chunk)?, None);
    /// assert!(chunk.is_empty());
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.index >= self.bytes.len()
    }

    /// All bytes, those that are decoded included.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &'i [u8] {
        self.bytes
    }

    /// The decoded bytes at `place` as text. `None` if they are ill-formed.
    #[inline(always)]
    pub(crate) fn text(&mut self, place: Place) -> Option<&'i str> {
        match self.window.in_text(place).of_text(self.window.text) {
            Some(text) => Some(text),
            None => self.text_outside(place),
        }
    }

    #[inline(never)]
    fn text_outside(&mut self, place: Place) -> Option<&'i str> {
        if let Some(window) = self.window.next(self.bytes, self.index, place) {
            self.window.text = utf8(window.of(self.bytes)).unwrap_or_default();
            if let Some(text) = self.window.in_text(place).of_text(self.window.text) {
                return Some(text);
            }
        }
        utf8(place.of(self.bytes))
    }
}

impl<'i> From<&'i [u8]> for Chunk<'i> {
    fn from(bytes: &'i [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<'i, const N: usize> From<&'i [u8; N]> for Chunk<'i> {
    fn from(bytes: &'i [u8; N]) -> Self {
        Self::new(bytes)
    }
}

/// Uses the text as it is, without validating it again.
impl<'i> From<&'i str> for Chunk<'i> {
    fn from(text: &'i str) -> Self {
        Self { bytes: text.as_bytes(), index: 0, window: Window::new(text, text.len()) }
    }
}

impl Default for Chunk<'_> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chunk").field(&Escaped(self.remaining())).finish()
    }
}

/// A chunk of the stream in a shared buffer, for [`Decoder::next_event_buf`](crate::Decoder::next_event_buf).
///
/// Like [`Chunk`], it remembers a validated window. The events are slices of that window; or, with the feature
/// `simdutf8` and text that is not ASCII, possibly of a copy of it. It releases the buffer once everything in it has been
/// decoded, so that only the events keep it alive.
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
    window: Window<Option<Text>>,
}

#[cfg(feature = "bytes")]
impl ChunkBuf {
    /// Returns the bytes that are not decoded yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"data: 1\n\ndata: 2\n\n"));
    /// decoder.next_event_buf(&mut chunk)?;
    /// assert_eq!(chunk.remaining(), b"data: 2\n\n");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn remaining(&self) -> &[u8] {
        self.bytes.get(self.index..).unwrap_or_default()
    }

    /// Returns whether all bytes are decoded.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::ChunkBuf;
    ///
    /// assert!(ChunkBuf::default().is_empty());
    /// assert!(!ChunkBuf::from(bytes::Bytes::from_static(b"data: cut")).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index >= self.bytes.len()
    }

    /// All bytes, those that are decoded included.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Releases the bytes, if all of them are decoded.
    #[inline]
    pub(crate) fn release(&mut self) {
        if self.is_empty() && self.index > 0 {
            *self = Self::default();
        }
    }

    /// Moves the bytes out as text, from the first one on, instead of counting references: if all are decoded and ASCII,
    /// none of them is shared, and those at `place` [mostly use](is_mostly_used) them. Then nothing remains to be released.
    #[inline(always)]
    pub(crate) fn take(&mut self, place: Place) -> Option<Text> {
        if !self.is_empty() || !self.window.is_new() || !is_mostly_used(self.bytes.len(), place.len()) {
            return None;
        }
        let text = Text::take(&mut self.bytes)?;
        self.index = 0;
        Some(text)
    }

    /// The decoded bytes at `place` as shared text, and where that text begins in the chunk. `None` if they are
    /// ill-formed. If everything is decoded, the chunk gives the text away and must be released.
    #[inline]
    pub(crate) fn share(&mut self, place: Place) -> Option<(Text, usize)> {
        if !self.is_in_window(place) {
            if let Some(window) = self.window.next(&self.bytes, self.index, place) {
                self.window.text = Text::of(&self.bytes, window);
            }
            if !self.is_in_window(place) {
                return Some((Text::of(&self.bytes, place)?, place.start));
            }
        }
        let text = if self.is_empty() { self.window.text.take() } else { self.window.text.clone() };
        Some((text?, self.window.start()))
    }

    /// The decoded bytes at `place` as text; from the window if they are there. `None` if they are ill-formed.
    pub(crate) fn text(&self, place: Place) -> Option<&str> {
        let window = self.window.text.as_ref().map_or("", Text::as_str);
        match self.window.in_text(place).of_text(window) {
            Some(text) => Some(text),
            None => utf8(place.of(&self.bytes)),
        }
    }

    #[inline(always)]
    fn is_in_window(&self, place: Place) -> bool {
        let in_text = self.window.in_text(place);
        let has = |text: &Text| in_text.start <= in_text.end && in_text.end <= text.as_str().len();
        self.window.text.as_ref().is_some_and(has)
    }
}

/// Shares the bytes, without a copy; validates nothing yet.
#[cfg(feature = "bytes")]
impl From<Bytes> for ChunkBuf {
    #[inline]
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
