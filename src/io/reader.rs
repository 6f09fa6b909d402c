//! Events from any `std::io::Read`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::io::{self, Read};

use crate::decode::decoder::Decoder;
use crate::decode::find::{Next, find};
use crate::decode::lend::{lend, lend_plain, plain_texts};
use crate::decode::place::Place;
use crate::decode::window::Window;
use crate::error::Error;
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::EventBuf;
use crate::utf8::utf8;
use crate::work;

/// How much is read at a time.
const READ: usize = 16 * 1024;

/// Reads events from a blocking reader: a response's body, a child process, a file, a socket.
///
/// It has a [`Decoder`] and a buffer of 16 KiB; do not wrap the reader in another buffer. It reads only once everything
/// before is decoded, so each event is returned as soon as its blank line has been received.
///
/// # Examples
///
/// ```
/// use sse_wire::io::EventReader;
///
/// let body: &[u8] = b"data: 1\n\ndata: 2\n\n";
/// let mut reader = EventReader::new(body);
/// let mut sum = 0;
/// while let Some(event) = reader.next_event()? {
///     sum += event.data().parse::<u32>()?;
/// }
/// assert_eq!(sum, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "parse")]
#[doc(alias = "sse")]
pub struct EventReader<R> {
    inner: R,
    decoder: Decoder,
    buffer: Buffer,
}

/// A chunk that owns the bytes that were read.
#[derive(Default)]
struct Buffer {
    /// The first `len` bytes were read.
    bytes: Vec<u8>,
    len: usize,
    /// The first byte that is not decoded yet.
    index: usize,
    /// A copy, which costs a tenth of the validations that it saves.
    window: Window<String>,
}

impl<R: Read> EventReader<R> {
    /// Creates a reader of events from `inner`, with a new [`Decoder`]. Allocates nothing yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"data: 1\n\n"[..]);
    /// assert_eq!(reader.next_event()?.unwrap().data(), "1");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self::with_decoder(inner, Decoder::new())
    }

    /// Creates a reader of events from `inner`, with a decoder that has other limits, or that continues from an earlier
    /// connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Decoder, io::EventReader};
    ///
    /// let decoder = Decoder::new().with_max_event_len(4);
    /// let mut reader = EventReader::with_decoder(&b"data: 12345\n\n"[..], decoder);
    /// assert!(reader.next_event().is_err());
    /// ```
    #[must_use]
    pub fn with_decoder(inner: R, decoder: Decoder) -> Self {
        Self { inner, decoder, buffer: Buffer::default() }
    }

    /// Reads up to the next event.
    ///
    /// Returns `None` when the reader reports its end. An event without its blank line is not returned: see
    /// [`end_of_stream`](Self::end_of_stream). The event borrows from this `EventReader`. In the steady state nothing
    /// is allocated.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] when the reader fails. No input is lost, so you can retry the call, for example after
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) or a timeout; [`Interrupted`](io::ErrorKind::Interrupted) is retried
    /// for you. [`Error::Decode`] when an event exceeds the limit; call again for the next one.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"data: 1\n\ndata: 2\n\ndata: unfinished"[..]);
    /// let mut sum = 0;
    /// while let Some(event) = reader.next_event()? {
    ///     sum += event.data().parse::<u32>()?;
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Error<io::Error>> {
        match self.next::<false>()? {
            Some(Frame::Event(event)) => Ok(Some(event)),
            frame => {
                debug_assert!(frame.is_none(), "a frame that was not asked for");
                Ok(None)
            }
        }
    }

    /// Reads up to the next event, comment, reconnection time or id: see [`Decoder::next_frame`].
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Frame, io::EventReader};
    ///
    /// let mut reader = EventReader::new(&b": hello\n"[..]);
    /// assert_eq!(reader.next_frame()?, Some(Frame::Comment("hello")));
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error<io::Error>> {
        self.next::<true>()
    }

    #[inline]
    fn next<const FRAMES: bool>(&mut self) -> Result<Option<Frame<'_>>, Error<io::Error>> {
        let next = loop {
            let Buffer { bytes, len, index, .. } = &mut self.buffer;
            match find::<FRAMES, _>(&mut self.decoder.interpreter, bytes.get(..*len).unwrap_or_default(), index) {
                Next::UsedUp if self.buffer.read(&mut self.inner)? => {}
                next => break next,
            }
        };
        let interpreter = &mut self.decoder.interpreter;
        let found = match next {
            Next::UsedUp => return Ok(None),
            Next::Plain(places, len) => {
                self.buffer.validate(self.buffer.index);
                let buffer = &self.buffer;
                if let Some(texts) = plain_texts(places, |place| buffer.text(place)) {
                    return Ok(Some(Frame::Event(lend_plain(interpreter, texts, len))));
                }
                interpreter.dispatch_whole(places, &buffer.bytes, len)
            }
            Next::Comment(comment) => {
                self.buffer.validate(comment.end);
                let buffer = &self.buffer;
                if let Some(text) = buffer.text(comment) {
                    return Ok(Some(Frame::Comment(text)));
                }
                interpreter.keep_comment(comment, &buffer.bytes)
            }
            Next::Found(found) => {
                self.buffer.validate(self.buffer.index);
                found
            }
        };
        let buffer = &self.buffer;
        lend(interpreter, found, &buffer.bytes, |place| buffer.text(place)).map(Some).map_err(Error::Decode)
    }
}

impl Buffer {
    /// Reads once, when everything is decoded. Returns `false` at the end.
    fn read<R: Read>(&mut self, inner: &mut R) -> Result<bool, Error<io::Error>> {
        self.clear();
        self.bytes.resize(READ, 0);
        self.window.text.reserve(READ);
        loop {
            match inner.read(&mut self.bytes) {
                Ok(len) => {
                    self.len = len;
                    return Ok(len > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Transport(error)),
            }
        }
    }

    /// Discards what was read.
    fn clear(&mut self) {
        (self.len, self.index) = (0, 0);
        let mut text = core::mem::take(&mut self.window.text);
        text.clear();
        self.window = Window::new(text, 0);
    }

    /// Validates the next window, unless everything up to `end` is validated.
    #[inline]
    fn validate(&mut self, end: usize) {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        if let Some(place) = self.window.next(bytes, self.index, Place { start: 0, end }) {
            let text = utf8(place.of(bytes)).unwrap_or_default();
            work::copied(text.len());
            self.window.text.clear();
            self.window.text.push_str(text);
        }
    }

    /// The bytes at `place` as text, if they are well-formed.
    #[inline]
    fn text(&self, place: Place) -> Option<&str> {
        match self.window.in_text(place).of_text(&self.window.text) {
            Some(text) => Some(text),
            None => utf8(place.of(&self.bytes)),
        }
    }
}

impl<R> EventReader<R> {
    /// Ends the stream, and returns the event that has no blank line yet: see [`Decoder::end_of_stream`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"data: unfinished"[..]);
    /// assert!(reader.next_event()?.is_none());
    /// assert_eq!(reader.end_of_stream().unwrap().data(), "unfinished");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        self.buffer.clear();
        self.decoder.end_of_stream()
    }

    /// Returns the decoder: for its counters, the [last event ID](Decoder::last_event_id) and the
    /// [reconnection time](Decoder::reconnection_time).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"id: 7\ndata: 1\n\n"[..]);
    /// reader.next_event()?;
    /// assert_eq!(reader.decoder().last_event_id(), "7");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Returns the inner reader.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let reader = EventReader::new(&b"data: 1\n\n"[..]);
    /// assert_eq!(reader.get_ref().len(), 9);
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// Returns the inner reader. Bytes you read from it are lost to the decoder.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read as _;
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"secret\ndata: 1\n\n"[..]);
    /// reader.get_mut().read_exact(&mut [0; 7])?;
    /// assert_eq!(reader.next_event()?.unwrap().data(), "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Returns the inner reader. Bytes that were read but not decoded are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let reader = EventReader::new(&b"data: 1\n\n"[..]);
    /// assert_eq!(reader.into_inner(), b"data: 1\n\n");
    /// ```
    #[must_use]
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// Returns the inner reader, and the decoder to continue with on the next connection. Bytes that were read but not
    /// decoded are lost; call [`end_of_stream`](Self::end_of_stream) first.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut reader = EventReader::new(&b"id: 7\ndata: 1\n\ndata: cut o"[..]);
    /// while reader.next_event()?.is_some() {}
    /// reader.end_of_stream();
    /// let (_, decoder) = reader.into_parts();
    ///
    /// let mut reader = EventReader::with_decoder(&b"data: 2\n\n"[..], decoder);
    /// assert_eq!(reader.next_event()?.unwrap().last_event_id(), "7");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        (self.inner, self.decoder)
    }

    /// Returns an iterator over owned events, for `for` loops and iterator adapters.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let body: &[u8] = b"data: 1\n\ndata: 2\n\n";
    /// let events = EventReader::new(body).events().collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(events[1].data(), "2");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[cfg(feature = "bytes")]
    pub const fn events(self) -> Events<R> {
        Events(self)
    }
}

/// Shows lengths and settings; neither the inner reader nor the data.
impl<R> fmt::Debug for EventReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventReader")
            .field("decoder", &self.decoder)
            .field("undecoded", &self.buffer.len.saturating_sub(self.buffer.index))
            .finish_non_exhaustive()
    }
}

/// An iterator over the owned events of an [`EventReader`], returned by [`EventReader::events`].
///
/// Each item is a `Result<EventBuf, Error<io::Error>>`: what [`EventReader::next_event`] returns, copied with one
/// allocation, and a second one if the event has no id but an earlier one had. It ends when the reader
/// reports its end. It continues after an error, so a loop that ignores the errors of a broken reader may never end.
///
/// # Examples
///
/// ```
/// use sse_wire::io::EventReader;
///
/// let body: &[u8] = b"retry: 10\ndata: 1\n\n";
/// let mut events = EventReader::new(body).events();
/// for event in &mut events {
///     assert_eq!(event?.data(), "1");
/// }
/// assert!(events.get_ref().decoder().reconnection_time().is_some());
/// # Ok::<(), sse_wire::Error<std::io::Error>>(())
/// ```
#[cfg(feature = "bytes")]
#[derive(Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct Events<R>(EventReader<R>);

#[cfg(feature = "bytes")]
impl<R> Events<R> {
    /// Returns the event reader, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut events = EventReader::new(&b"id: 7\ndata: 1\n\n"[..]).events();
    /// assert!(events.next().is_some());
    /// assert_eq!(events.get_ref().decoder().last_event_id(), "7");
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &EventReader<R> {
        &self.0
    }

    /// Returns the event reader, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut events = EventReader::new(&b"data: unfinished"[..]).events();
    /// assert!(events.next().is_none());
    /// assert_eq!(events.get_mut().end_of_stream().unwrap().data(), "unfinished");
    /// ```
    pub const fn get_mut(&mut self) -> &mut EventReader<R> {
        &mut self.0
    }

    /// Returns the event reader. Nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::io::EventReader;
    ///
    /// let mut events = EventReader::new(&b"data: 1\n\ndata: 2\n\n"[..]).events();
    /// assert_eq!(events.next().unwrap()?.data(), "1");
    /// assert_eq!(events.into_inner().next_event()?.unwrap().data(), "2");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_inner(self) -> EventReader<R> {
        self.0
    }
}

#[cfg(feature = "bytes")]
impl<R: Read> Iterator for Events<R> {
    type Item = Result<EventBuf, Error<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_event().map(|event| event.map(EventBuf::from)).transpose()
    }
}
