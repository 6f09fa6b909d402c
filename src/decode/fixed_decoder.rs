//! Chunks of bytes in, events out, without an allocator.

use core::fmt;
use core::time::Duration;

use crate::decode::chunk::Chunk;
use crate::decode::fixed::Fixed;
use crate::decode::interpreter::{Interpreter, Settings};
use crate::decode::lend;
use crate::decode::memory::Memory;
use crate::error::{BufferTooSmall, DecodeError};
use crate::event::{Event, Frame};

/// Decodes an event stream as `Decoder` does, in memory of a fixed size and without an allocator.
///
/// Implements the interpretation of [section 9.2.6] of the standard, by the same code as `Decoder`: the result never depends
/// on where the stream was cut, and content never fails. The memory is the limit:
///
/// * `EVENT` bytes for the data and the type of one event, as they are handed out: with an LF between each two lines of data,
///   and with U+FFFD where the bytes are ill-formed. A comment has what the event around it leaves.
/// * `ID` bytes for the last event ID, and for each id on its way there.
///
/// What does not fit is an error, the rest of that event is skipped, and the next one comes. An id that does not fit is an
/// error of its event, and the last event ID stands.
///
/// An event whose one data line lies in one chunk is lent from that chunk, without a copy; it has to fit all the same, lest
/// the outcome depend on the chunks. The decoder is `EVENT` + 3 × `ID` + some 250 bytes large: keep it in a `static` or
/// a struct, and do not move it around.
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
    /// Makes a decoder for the beginning of a stream.
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
    /// `None` says that the chunk is used up; go on with the next one. The event borrows from the bytes or the decoder.
    ///
    /// # Errors
    ///
    /// When the event or its id does not fit into the memory. The rest of it is skipped; call again to go on.
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
    /// When the event, its id or the comment does not fit into the memory. The rest of it is skipped; call again to go on.
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
        lend::next::<true, _>(&mut self.interpreter, chunk)
    }

    /// Ends the stream, and returns the event that has no blank line yet, if it has data and fits as text.
    ///
    /// The standard discards that event: to follow it, ignore the result. Its id does not become the
    /// [last event ID](Self::last_event_id). After that the decoder is ready for a new connection.
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

    /// The last event ID: that of the last blank line behind an `id` field, or `""`.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.interpreter.last_event_id()
    }

    /// Sets the last event ID, as it is: for a client that resumes.
    ///
    /// # Errors
    ///
    /// When `id` has more than `ID` bytes; the last event ID is then as it was.
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
        self.interpreter.buffers.memory.commit_id(Some(id.as_bytes()));
        Ok(())
    }

    /// The last reconnection time that the server has sent, if any.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.interpreter.reconnection_time()
    }

    /// How many bytes have been decoded since the decoder was made, over all connections.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.interpreter.position()
    }

    /// How many events have been dispatched since the decoder was made, over all connections.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.interpreter.events()
    }

    /// How many lines have come that the standard ignores.
    #[must_use]
    pub fn ignored_lines(&self) -> u64 {
        self.interpreter.ignored_lines()
    }

    /// Whether the stream could end here without cutting an event.
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.interpreter.is_between_events()
    }

    /// Switches the shortcuts off, so that a test can compare.
    #[doc(hidden)]
    #[must_use]
    pub fn without_shortcuts(mut self) -> Self {
        self.interpreter.settings.no_shortcuts = true;
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
