//! Chunks of bytes in, events out.

use core::fmt;
use core::time::Duration;

use crate::decode::chunk::Chunk;
#[cfg(feature = "bytes")]
use crate::decode::chunk::ChunkBuf;
use crate::decode::growable::Growable;
use crate::decode::interpreter::{Interpreter, Settings};
use crate::decode::lend;
#[cfg(feature = "bytes")]
use crate::decode::slice;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::{EventBuf, FrameBuf};

/// Decodes an event stream: chunks of bytes in, events out.
///
/// Implements the interpretation of [section 9.2.6] of the standard, exactly, in every chunking: the result never
/// depends on where the stream was split. Content never fails: ill-formed UTF-8 is replaced by U+FFFD, and fields that the
/// standard ignores are ignored. The one error is an event longer than the [limit](Self::with_max_event_len), and
/// decoding continues after it.
///
/// An event whose one data line lies in one chunk is lent from that chunk, without a copy. Otherwise its bytes are
/// copied once, into buffers that later events reuse; in steady state nothing is allocated. Work is linear in the bytes.
///
/// It corresponds to the `EventSource.fromReadableStream` that is [proposed for the standard]: `last_event_id` is its
/// `lastEventId`, `reconnection_time` its `reconnectionTime`, and `end_of_stream`, after which the next stream may follow,
/// its `reset()`.
///
/// [proposed for the standard]: https://github.com/whatwg/html/issues/12272
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut data = Vec::new();
/// for bytes in ["data: one\n", "\ndata: t", "wo\n\n: bye"] {
///     let mut chunk = Chunk::new(bytes.as_bytes());
///     while let Some(event) = decoder.next_event(&mut chunk)? {
///         data.push(event.data().to_owned());
///     }
/// }
/// assert_eq!(data, ["one", "two"]);
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Decoder {
    pub(crate) interpreter: Interpreter<Growable>,
}

impl Decoder {
    /// The limit unless [`with_max_event_len`](Self::with_max_event_len) sets another: 16 MiB.
    pub const DEFAULT_MAX_EVENT_LEN: usize = 16 * 1024 * 1024;

    const DEFAULT_MAX_RETAINED: usize = 64 * 1024;

    /// Makes a decoder for the beginning of a stream. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        let settings = Settings {
            max_event_len: Self::DEFAULT_MAX_EVENT_LEN,
            max_retained: Self::DEFAULT_MAX_RETAINED,
            ignored_frames: false,
            no_shortcuts: false,
        };
        Self { interpreter: Interpreter::new(Growable::new(), settings) }
    }

    /// Sets the limit: how many bytes one event may have.
    ///
    /// What counts is what has to be kept: the data, with an LF between each two lines, the type and the event's own
    /// id, in bytes as they came in; of an id with a NUL, what stands before it, and while another `id` line comes in,
    /// the id before it too. Names, `retry` and ignored lines are free, and so are comments, but for
    /// [`next_frame`](Self::next_frame), where each comment counts by itself.
    ///
    /// The buffers of an event take at most about five times as much: they grow by doubling, and U+FFFD takes three bytes
    /// where it stands for one that is ill-formed. An event that is handed out owned is a copy besides.
    #[must_use]
    pub fn with_max_event_len(mut self, bytes: usize) -> Self {
        self.interpreter.settings.max_event_len = bytes;
        self
    }

    /// Sets how many bytes of buffers the decoder keeps after a large event; defaults to 64 KiB.
    ///
    /// A higher value avoids reallocation in streams of large events. The last event ID is not a buffer, and is always kept.
    #[must_use]
    pub fn with_max_retained(mut self, bytes: usize) -> Self {
        self.interpreter.settings.max_retained = bytes;
        self
    }

    /// Sets the last event ID to begin with, as it is: for a client that resumes.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.set_last_event_id(id);
        self
    }

    /// Sets the last event ID, as it is: for APIs whose ids stand elsewhere than in `id` fields.
    ///
    /// The unfinished event is untouched; its id, if it has one, counts at its blank line.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.set_last_event_id("resp_1:7");
    /// assert_eq!(decoder.last_event_id(), "resp_1:7");
    /// ```
    pub fn set_last_event_id(&mut self, id: &str) {
        self.interpreter.buffers.memory.last_event_id.commit(id.as_bytes());
    }

    /// Sets whether [`next_frame`](Self::next_frame) hands out lines that the standard ignores; off by default.
    ///
    /// Those are [`Frame::Ignored`]. Each line counts by itself against the [limit](Self::with_max_event_len), as a comment
    /// does. Decoding is slower with it: it is for diagnosis. [`ignored_lines`](Self::ignored_lines) counts in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder, Frame};
    ///
    /// let mut decoder = Decoder::new().with_ignored_frames(true);
    /// let mut chunk = Chunk::new(b"{\"error\": \"overloaded\"}\n");
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Ignored("{\"error\": \"overloaded\"}")));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn with_ignored_frames(mut self, yes: bool) -> Self {
        self.interpreter.settings.ignored_frames = yes;
        self
    }

    /// Switches the shortcuts off, so that a test can compare: the interpreter does all the work, and finds the same.
    #[doc(hidden)]
    #[must_use]
    pub fn without_shortcuts(mut self) -> Self {
        self.interpreter.settings.no_shortcuts = true;
        self
    }

    /// Decodes up to the next event.
    ///
    /// `None` says that the chunk is used up; go on with the next one, the decoder remembers what it needs. The event
    /// borrows from the bytes or the decoder, and has to be done with before the next call.
    ///
    /// # Errors
    ///
    /// When the event exceeds the [limit](Self::with_max_event_len). The rest of it is skipped; call again to go on.
    #[inline(always)]
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        lend::next_event(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next event, comment or reconnection time, whichever comes first.
    ///
    /// As [`next_event`](Self::next_event), for those who want to see keep-alive comments and `retry`. The two can be
    /// mixed; a comment of which `next_event` has passed over a part is not handed out.
    ///
    /// # Errors
    ///
    /// When the event, or the comment by itself, exceeds the limit. The rest of it is skipped, and nothing else: an
    /// event around a comment that is too long is handed out in the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::{Chunk, Decoder, Frame};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b": hello\nretry: 1500\n\n");
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Comment("hello")));
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Retry(Duration::from_millis(1500))));
    /// assert_eq!(decoder.next_frame(&mut chunk)?, None);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[inline(always)]
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        lend::next::<true, _>(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next event, as [`next_event`](Self::next_event), and returns it owned.
    ///
    /// Where the event lies in one chunk it is a slice of the chunk's buffer, and nothing is allocated, also where each
    /// event has an id; one without an id, behind a new id, copies that once for all that follow. Text that is not ASCII
    /// may be copied for that, some 16 KiB at a time. Any other event is copied, with one allocation; the buffer of a large
    /// one is handed over instead.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    #[cfg(feature = "bytes")]
    #[inline]
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        match slice::next::<false>(&mut self.interpreter, chunk)? {
            Some(FrameBuf::Event(event)) => Ok(Some(event)),
            frame => {
                debug_assert!(frame.is_none(), "a frame that was not asked for");
                Ok(None)
            }
        }
    }

    /// Decodes up to the next frame, as [`next_frame`](Self::next_frame), and returns it owned. Comments are copied.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    #[cfg(feature = "bytes")]
    #[inline]
    pub fn next_frame_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<FrameBuf>, DecodeError> {
        slice::next::<true>(&mut self.interpreter, chunk)
    }

    /// Ends the stream, and hands out the event that has no blank line yet, if it has data.
    ///
    /// The standard discards that event: to follow it, ignore what comes back. Servers that forget the last blank line
    /// are why it is there. A last line without its end counts as ended for it. Its id does not become the decoder's
    /// [`last_event_id`](Self::last_event_id), so a client that resumes asks for it again.
    ///
    /// After that the decoder is ready for a new connection: last event ID and reconnection time survive, offsets
    /// start anew. Call it between two connections in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 1\ndata: a\n\nid: 2\ndata: b");
    /// while let Some(_) = decoder.next_event(&mut chunk)? {}
    ///
    /// let event = decoder.end_of_stream().unwrap();
    /// assert_eq!((event.data(), event.id()), ("b", Some("2")));
    /// assert_eq!(decoder.last_event_id(), "1");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        lend::end_of_stream(&mut self.interpreter)
    }

    /// The last event ID: that of the last blank line behind an `id` field, or `""`. What a client sends as
    /// `Last-Event-ID` when it reconnects, where it is not empty.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.interpreter.last_event_id()
    }

    /// The last reconnection time that the server has sent, if any.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.interpreter.reconnection_time()
    }

    /// How many bytes have been decoded since the decoder was made, over all connections.
    ///
    /// A counter that any timer can compare: where it stands still, the connection is idle.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// assert_eq!(decoder.next_event(&mut Chunk::new(b": still here\n"))?, None);
    /// assert_eq!((decoder.position(), decoder.events()), (13, 0));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn position(&self) -> u64 {
        self.interpreter.position()
    }

    /// How many events have been dispatched since the decoder was made, over all connections.
    ///
    /// Where it stands still while [`position`](Self::position) moves, the peer sends keep-alives and nothing else.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.interpreter.events()
    }

    /// How many lines have come that the standard ignores: unknown names, ids with a NUL, times that are no number.
    ///
    /// No event but ignored lines is what a JSON error looks like that came in place of a stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"{\n  \"error\": \"overloaded\"\n}\n");
    /// assert_eq!(decoder.next_event(&mut chunk)?, None);
    /// assert_eq!((decoder.events(), decoder.ignored_lines()), (0, 3));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn ignored_lines(&self) -> u64 {
        self.interpreter.ignored_lines()
    }

    /// Whether the stream could end here without cutting an event: at its beginning, and behind each blank line, until a
    /// line begins that is no comment.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\n: bye");
    /// while decoder.next_event(&mut chunk)?.is_some() {}
    /// assert!(decoder.is_between_events());
    /// assert_eq!(decoder.next_event(&mut Chunk::new(b"\nda"))?, None);
    /// assert!(!decoder.is_between_events());
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.interpreter.is_between_events()
    }

    /// Moves with whatever a server sends on purpose: an event, a comment, a valid `retry`, another last event ID.
    pub(crate) fn signs_of_life(&self) -> u64 {
        self.interpreter.signs_of_life()
    }
}

/// Shows settings and what a client may log, never the data.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("max_event_len", &self.interpreter.settings.max_event_len)
            .field("max_retained", &self.interpreter.settings.max_retained)
            .field("last_event_id_len", &self.last_event_id().len())
            .field("reconnection_time", &self.reconnection_time())
            .field("position", &self.position())
            .field("events", &self.events())
            .field("ignored_lines", &self.ignored_lines())
            .finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
