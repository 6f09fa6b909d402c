//! Events out of any `std::io::Read`.

use alloc::vec::Vec;
use core::ops::Range;
use std::io::{self, Read};

use crate::chunk::Chunk;
use crate::decoder::Decoder;
use crate::error::Error;
use crate::event::{Event, Frame};
use crate::interpreter::Found;

/// How much is read at a time.
const READ: usize = 16 * 1024;

/// Reads events from a blocking reader: a response's body, a child process, a file, a socket.
///
/// A [`Decoder`] and a buffer of 16 KiB; do not wrap the reader in another buffer. It reads only when what it has read
/// is decoded, so each event is handed out as soon as its blank line has come.
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
#[derive(Debug)]
pub struct EventReader<R> {
    inner: R,
    decoder: Decoder,
    buffer: Vec<u8>,
    /// What is read and not decoded: `buffer[start..end]`.
    start: usize,
    end: usize,
}

impl<R: Read> EventReader<R> {
    /// Reads from `inner`, with a new [`Decoder`].
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self::with_decoder(inner, Decoder::new())
    }

    /// Reads from `inner`, with a decoder that has other limits, or goes on from an earlier connection.
    #[must_use]
    pub fn with_decoder(inner: R, decoder: Decoder) -> Self {
        Self { inner, decoder, buffer: Vec::new(), start: 0, end: 0 }
    }

    /// Reads up to the next event.
    ///
    /// `None` says that the reader has reported its end; an event without its blank line is not handed out, see
    /// [`end_of_stream`](Self::end_of_stream). The event borrows from this reader. In steady state nothing is
    /// allocated.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] when the reader fails; it is asked again after [`Interrupted`](io::ErrorKind::Interrupted),
    /// and nothing that has come in is lost, so that after [`WouldBlock`](io::ErrorKind::WouldBlock) or a time-out the
    /// call may be made again. [`Error::Decode`] when an event exceeds the limit; call again for the next one.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Error<io::Error>> {
        match self.find::<false>()? {
            (Found::UsedUp, _) => Ok(None),
            (_, decoded) => Ok(Some(
                self.decoder.interpreter.lend_event(&mut Chunk::decoded(self.buffer.get(decoded).unwrap_or_default())),
            )),
        }
    }

    /// Reads up to the next event, comment or reconnection time, as [`Decoder::next_frame`].
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error<io::Error>> {
        let (found, decoded) = self.find::<true>()?;
        let interpreter = &mut self.decoder.interpreter;
        let mut chunk = Chunk::decoded(self.buffer.get(decoded).unwrap_or_default());
        Ok(match found {
            Found::UsedUp => None,
            Found::Comment => Some(Frame::Comment(interpreter.comment.text(&mut chunk))),
            Found::Retry => interpreter.reconnection_time().map(Frame::Retry),
            _ => Some(Frame::Event(interpreter.lend_event(&mut chunk))),
        })
    }

    /// Reads until something is found, and says in which part of the buffer.
    fn find<const FRAMES: bool>(&mut self) -> Result<(Found, Range<usize>), Error<io::Error>> {
        loop {
            let start = self.start;
            let bytes = self.buffer.get(start..self.end).unwrap_or_default();
            let mut decoded = 0;
            let found = self.decoder.interpreter.find::<FRAMES>(bytes, &mut decoded);
            self.start += decoded;
            match found {
                Found::UsedUp if self.read()? => {}
                Found::EventTooLong | Found::CommentTooLong => {
                    return Err(Error::Decode(self.decoder.interpreter.error(found)));
                }
                _ => return Ok((found, start..self.start)),
            }
        }
    }

    /// Reads once, when all is decoded. `false`: the end.
    fn read(&mut self) -> Result<bool, Error<io::Error>> {
        (self.start, self.end) = (0, 0);
        self.buffer.resize(READ, 0);
        loop {
            match self.inner.read(&mut self.buffer) {
                Ok(len) => {
                    self.end = len;
                    return Ok(len > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Transport(error)),
            }
        }
    }
}

impl<R> EventReader<R> {
    /// Ends the stream, and hands out the event that has no blank line yet: see [`Decoder::end_of_stream`].
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        (self.start, self.end) = (0, 0);
        self.decoder.end_of_stream()
    }

    /// The decoder, for the [last event ID](Decoder::last_event_id) and the
    /// [reconnection time](Decoder::reconnection_time).
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The reader.
    #[must_use]
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The reader. What is read from it here is missing in the events.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Takes it apart: the reader, and the decoder to go on with over the next connection. What was read and not decoded
    /// is lost.
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        (self.inner, self.decoder)
    }
}
