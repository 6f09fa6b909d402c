//! Chunks of bytes in, events out, without an allocator.

use core::fmt;
use core::time::Duration;

use crate::decode::chunk::Chunk;
use crate::decode::fixed::Fixed;
use crate::decode::interpreter::Interpreter;
use crate::decode::lend;
use crate::decode::memory::Memory;
use crate::decode::settings::Settings;
use crate::error::{BufferTooSmall, DecodeError};
use crate::event::{Event, Frame};

/// Decodes an event stream like `Decoder`, in memory of a fixed size and without an allocator.
///
/// Implements the interpretation of [section 9.2.6] of the standard with the same code as `Decoder`: the result never
/// depends on how the stream was split into chunks, and content is never an error. The memory is the limit:
///
/// * `EVENT` bytes for the data and the type of one event, as they are returned: with an LF between two lines of data,
///   and with U+FFFD for ill-formed bytes. A comment can use the bytes that the event around it leaves free.
/// * `ID` bytes for the last event ID, and for each id before it takes effect.
///
/// An event that does not fit is an error; the rest of it is skipped, and decoding continues after it. An id that does
/// not fit is an error of its event, and the last event ID does not change.
///
/// An event with a single data line in a single chunk borrows from that chunk, without a copy. It must fit all the
/// same, so that the result does not depend on the chunks. Each event costs a look at the last event ID, which it
/// returns as text, so choose `ID` no larger than the server's ids need, and `EVENT` as large as the longest event that
/// matters to you. The decoder takes `EVENT` + 3 × `ID` + about 330 bytes: keep it in a `static` or a struct, and avoid
/// moving it. It counts the lines that the standard ignores, but never returns [`Frame::Ignored`].
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, FixedDecoder};
///
/// let mut decoder = FixedDecoder::<64, 16>::new();
/// let mut sum = 0;
/// for bytes in [&b"id: 1\ndata: 11"[..], b"3\n\nid: 2\ndata: 114\n\n"] {
///     let mut chunk = Chunk::new(bytes);
///     while let Some(event) = decoder.next_event(&mut chunk)? {
///         sum += event.data().parse::<u32>()?;
///     }
/// }
/// assert_eq!((sum, decoder.last_event_id()), (227, "2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FixedDecoder<const EVENT: usize, const ID: usize> {
    interpreter: Interpreter<Fixed<EVENT, ID>>,
}

impl<const EVENT: usize, const ID: usize> FixedDecoder<EVENT, ID> {
    /// Creates a decoder for the beginning of a stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::FixedDecoder;
    ///
    /// const DECODER: FixedDecoder<1024, 32> = FixedDecoder::new();
    /// assert_eq!(DECODER.last_event_id(), "");
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        let settings =
            Settings { max_event_len: EVENT, max_retained: usize::MAX, ignored_frames: false, no_shortcuts: false };
        Self { interpreter: Interpreter::new(Fixed::new(), settings) }
    }

    /// Decodes up to the next event.
    ///
    /// Returns `None` when the chunk is used up; continue with the next one. The event borrows from the chunk's bytes
    /// or from the decoder, and must not be used after the next call.
    ///
    /// # Errors
    ///
    /// When the event or its id does not fit into the memory. The rest of it is skipped; call again to continue.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<4, 8>::new();
    /// let mut chunk = Chunk::new(b"data: 12345\n\ndata: 6\n\n");
    /// assert_eq!(decoder.next_event(&mut chunk).unwrap_err().limit(), 4);
    /// assert_eq!(decoder.next_event(&mut chunk)?.map(|event| event.data()), Some("6"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        lend::next_event(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next event, comment, reconnection time or id without an event, whichever comes first.
    ///
    /// # Errors
    ///
    /// When the event, its id or the comment does not fit into the memory. The rest of it is skipped; call again to
    /// continue.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder, Frame};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let mut chunk = Chunk::new(b": still here\n\nid: 7\n\n");
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Comment("still here")));
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Id("7")));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        lend::next_frame(&mut self.interpreter, chunk)
    }

    /// Ends the stream, and returns the event that has no blank line yet, if it has data and fits as text.
    ///
    /// The standard discards that event: to conform, ignore the result. Its id does not become the
    /// [last event ID](Self::last_event_id). The decoder is then ready for a new connection: always call this between
    /// two.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// assert_eq!(decoder.next_event(&mut Chunk::new(b"data: cut"))?, None);
    /// assert_eq!(decoder.end_of_stream().map(|event| event.data()), Some("cut"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        lend::end_of_stream(&mut self.interpreter)
    }

    /// Returns the last event ID, or `""` if there is none. An `id` field takes effect at the blank line that follows
    /// it.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// assert!(decoder.next_event(&mut Chunk::new(b"id: 7\ndata: 1\n\n"))?.is_some());
    /// assert_eq!(decoder.last_event_id(), "7");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.interpreter.block.buffers.memory.last_event_id()
    }

    /// Sets the last event ID, without checking its content: for a client that resumes.
    ///
    /// # Errors
    ///
    /// When `id` has more than `ID` bytes; the last event ID then does not change.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::FixedDecoder;
    ///
    /// let mut decoder = FixedDecoder::<64, 4>::new();
    /// decoder.set_last_event_id("1234")?;
    /// assert!(decoder.set_last_event_id("12345").is_err());
    /// assert_eq!(decoder.last_event_id(), "1234");
    /// # Ok::<(), sse_wire::BufferTooSmall>(())
    /// ```
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), BufferTooSmall> {
        if id.len() > ID {
            return Err(BufferTooSmall { needed: id.len(), available: ID });
        }
        self.interpreter.block.buffers.memory.commit_id(Some(id.as_bytes()));
        Ok(())
    }

    /// Returns the last reconnection time that the server sent, if any.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// decoder.next_event(&mut Chunk::new(b"retry: 1500\n"))?;
    /// assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(1500)));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.interpreter.block.retry.time()
    }

    /// Returns how many bytes have been decoded since the decoder was created, over all connections.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// decoder.next_event(&mut Chunk::new(b": still here\n"))?;
    /// assert_eq!(decoder.position(), 13);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn position(&self) -> u64 {
        self.interpreter.block.progress.position()
    }

    /// Returns how many events have been dispatched since the decoder was created, over all connections.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// while decoder.next_event(&mut chunk)?.is_some() {}
    /// assert_eq!(decoder.events(), 2);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn events(&self) -> u64 {
        self.interpreter.block.progress.events()
    }

    /// Returns how many lines have been received that the standard ignores.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// decoder.next_event(&mut Chunk::new(b"{\"error\": \"overloaded\"}\n"))?;
    /// assert_eq!(decoder.ignored_lines(), 1);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn ignored_lines(&self) -> u64 {
        self.interpreter.block.progress.ignored_lines()
    }

    /// Returns whether the stream could end here without cutting off an event. Ask before
    /// [`end_of_stream`](Self::end_of_stream), which begins a new stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<64, 8>::new();
    /// assert!(decoder.is_between_events());
    /// decoder.next_event(&mut Chunk::new(b"da"))?;
    /// assert!(!decoder.is_between_events());
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.interpreter.is_between_events()
    }

    /// Switches the shortcuts off, so that a test can check that the result is the same without them.
    #[doc(hidden)]
    #[must_use]
    pub fn without_shortcuts(mut self) -> Self {
        self.interpreter.without_shortcuts();
        self
    }
}

impl<const EVENT: usize, const ID: usize> Default for FixedDecoder<EVENT, ID> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows lengths and counters, never the data.
impl<const EVENT: usize, const ID: usize> fmt::Debug for FixedDecoder<EVENT, ID> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedDecoder")
            .field("event", &EVENT)
            .field("id", &ID)
            .field("last_event_id_len", &self.last_event_id().len())
            .field("reconnection_time", &self.reconnection_time())
            .field("position", &self.position())
            .field("events", &self.events())
            .field("ignored_lines", &self.ignored_lines())
            .finish_non_exhaustive()
    }
}
