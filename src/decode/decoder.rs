//! Chunks of bytes in, events out.

use core::fmt;
use core::time::Duration;

use crate::decode::chunk::Chunk;
#[cfg(feature = "bytes")]
use crate::decode::chunk::ChunkBuf;
use crate::decode::growable::Growable;
use crate::decode::interpreter::Interpreter;
use crate::decode::lend;
use crate::decode::memory::Memory;
use crate::decode::settings::Settings;
#[cfg(feature = "bytes")]
use crate::decode::slice;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::{EventBuf, FrameBuf};

/// Decodes an event stream: chunks of bytes in, events out.
///
/// Implements the interpretation of [section 9.2.6] of the standard, exactly: the result never depends on how the
/// stream was split into chunks. Content is never an error: ill-formed UTF-8 is replaced by U+FFFD, and fields that the
/// standard ignores are ignored. The only error is an event longer than the [limit](Self::with_max_event_len), and
/// decoding continues after it.
///
/// An event with a single data line in a single chunk borrows from that chunk, without a copy. Otherwise its bytes are
/// copied once, into buffers that later events reuse, so that nothing is allocated in the steady state. Work is
/// linear in the bytes.
///
/// It corresponds to the `EventSource.fromReadableStream` that is [proposed for the standard]: `last_event_id` is its
/// `lastEventId`, `reconnection_time` its `reconnectionTime`, and `end_of_stream`, after which the next stream may
/// follow, its `reset()`.
///
/// [proposed for the standard]: https://github.com/whatwg/html/issues/12272
///
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
#[doc(alias = "sse")]
pub struct Decoder {
    pub(crate) interpreter: Interpreter<Growable>,
}

impl Decoder {
    /// The default of [`with_max_event_len`](Self::with_max_event_len): 16 MiB.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::Decoder::DEFAULT_MAX_EVENT_LEN, 16 << 20);
    /// ```
    pub const DEFAULT_MAX_EVENT_LEN: usize = 16 * 1024 * 1024;

    const DEFAULT_MAX_RETAINED: usize = 64 * 1024;

    /// Creates a decoder for the beginning of a stream. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::Decoder;
    ///
    /// const DECODER: Decoder = Decoder::new();
    /// assert_eq!(DECODER.last_event_id(), "");
    /// ```
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

    /// Sets the maximum length of an event in bytes.
    ///
    /// Only what must be kept counts: the data, with an LF between two lines, the type and the event's own id, in bytes
    /// as received. Of an id with a NUL, only the part before the NUL counts; while a second `id` line is arriving, the
    /// first one counts too. Field names, `retry` and ignored lines do not count. Neither do comments, except that
    /// [`next_frame`](Self::next_frame) applies the limit to each comment separately.
    ///
    /// The buffers of an event take at most about five times this limit, because they grow by doubling and a single
    /// ill-formed byte becomes a U+FFFD of three bytes. An owned event may be a copy on top of that.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new().with_max_event_len(4);
    /// let mut chunk = Chunk::new(b"data: 1234\n\ndata: 12345\n\n");
    /// assert!(decoder.next_event(&mut chunk)?.is_some());
    /// assert_eq!(decoder.next_event(&mut chunk).unwrap_err().limit(), 4);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn with_max_event_len(mut self, bytes: usize) -> Self {
        self.interpreter.block.settings.max_event_len = bytes;
        self
    }

    /// Sets how many bytes of buffers the decoder keeps after a large event; defaults to 64 KiB.
    ///
    /// A higher value avoids reallocation in streams of large events. The last event ID is not a buffer, and is always
    /// kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::Decoder;
    ///
    /// // For a stream in which events of up to 1 MiB are common.
    /// let decoder = Decoder::new().with_max_retained(1 << 20);
    /// assert!(format!("{decoder:?}").contains("max_retained: 1048576"));
    /// ```
    #[must_use]
    pub fn with_max_retained(mut self, bytes: usize) -> Self {
        self.interpreter.block.settings.max_retained = bytes;
        self
    }

    /// Sets the initial last event ID, without checking it: for a client that resumes.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new().with_last_event_id("7");
    /// let event = decoder.next_event(&mut Chunk::new(b"data: 1\n\n"))?.unwrap();
    /// assert_eq!((event.id(), event.last_event_id()), (None, "7"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.set_last_event_id(id);
        self
    }

    /// Sets the last event ID, without checking it: for APIs that send ids elsewhere than in `id` fields.
    ///
    /// The unfinished event is not affected; its id, if it has one, takes effect at its blank line.
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
        self.interpreter.block.buffers.memory.last_event_id.commit(id.as_bytes());
    }

    /// Sets whether [`next_frame`](Self::next_frame) returns lines that the standard ignores; off by default.
    ///
    /// They are returned as [`Frame::Ignored`]. The [limit](Self::with_max_event_len) applies to each such line
    /// separately, as it does to comments. This makes decoding slower and is meant for diagnostics.
    /// [`ignored_lines`](Self::ignored_lines) counts these lines in any case. Set it before the first chunk: it does not
    /// hold for a line that has begun.
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
        self.interpreter.block.settings.ignored_frames = yes;
        self
    }

    /// Switches the shortcuts off, so that a test can check that the result is the same without them.
    #[doc(hidden)]
    #[must_use]
    pub fn without_shortcuts(mut self) -> Self {
        self.interpreter.without_shortcuts();
        self
    }

    /// Decodes up to the next event.
    ///
    /// Returns `None` when the chunk is used up; continue with the next chunk. A chunk may hold several events, so call
    /// this until it returns `None`: events in a chunk that you drop early are lost. The event borrows from the chunk's
    /// bytes or from the decoder, and must not be used after the next call.
    ///
    /// # Errors
    ///
    /// When the event exceeds the [limit](Self::with_max_event_len). The rest of it is skipped; call again to continue.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\ndata: unfinished");
    /// let mut sum = 0;
    /// while let Some(event) = decoder.next_event(&mut chunk)? {
    ///     sum += event.data().parse::<u32>()?;
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "parse")]
    #[inline(always)]
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        lend::next_event(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next event, comment, reconnection time, or id without an event, whichever comes first.
    ///
    /// Works like [`next_event`](Self::next_event), but also returns keep-alive comments, `retry` and ids without an
    /// event. You can mix the two; a comment partly skipped by `next_event` is not returned.
    ///
    /// # Errors
    ///
    /// When the event, or a single comment, exceeds the limit. Only the rest of that event or comment is skipped: an
    /// event around a comment that is too long is still returned.
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
        lend::next_frame(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next event, like [`next_event`](Self::next_event), and returns it owned.
    ///
    /// A well-formed event that lies in one chunk, with little else between its lines, is a slice of the chunk's buffer,
    /// and nothing is allocated, whether or not it has an id. Two cases copy: the first event without an id after a new
    /// id copies that id once, for all that follow, and text that is not ASCII, with what lies near it, may be copied,
    /// about 16 KiB at a time. Any other event is copied with one allocation; a large one takes over the decoder's
    /// buffer instead.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b"data: 1\n\ndata: 2\n\n"));
    /// let mut kept = Vec::new();
    /// while let Some(event) = decoder.next_event_buf(&mut chunk)? {
    ///     kept.push(event);
    /// }
    /// assert_eq!((kept[0].data(), kept[1].data()), ("1", "2"));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[cfg(feature = "bytes")]
    #[inline]
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        slice::next_event(&mut self.interpreter, chunk)
    }

    /// Decodes up to the next frame, like [`next_frame`](Self::next_frame), and returns it owned.
    ///
    /// Events cost what they cost in [`next_event_buf`](Self::next_event_buf); the text of any other frame is copied.
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{ChunkBuf, Decoder, FrameBuf};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(b": hello\n"));
    /// assert_eq!(decoder.next_frame_buf(&mut chunk)?, Some(FrameBuf::Comment("hello".to_owned())));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[cfg(feature = "bytes")]
    #[inline]
    pub fn next_frame_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<FrameBuf>, DecodeError> {
        slice::next_frame(&mut self.interpreter, chunk)
    }

    /// Ends the stream, and returns the event that has no blank line yet, if it has data.
    ///
    /// The standard discards that event: to conform, ignore the result. It is useful with servers that omit the final
    /// blank line. An unterminated last line counts as part of the event. Its id does not become the decoder's
    /// [`last_event_id`](Self::last_event_id), so a client that resumes requests the event again.
    ///
    /// The decoder is then ready for a new connection: the last event ID and the reconnection time remain, and the
    /// offsets of errors start at 0 again. Always call this between two connections.
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

    /// Returns the last event ID, or `""` if there is none.
    ///
    /// An `id` field takes effect at the blank line that follows it. A client that reconnects sends this as
    /// [`Last-Event-ID`](crate::LAST_EVENT_ID), unless it is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 7\ndata: 1\n\nid: 8\ndata: unfinished");
    /// while decoder.next_event(&mut chunk)?.is_some() {}
    /// assert_eq!(decoder.last_event_id(), "7");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.interpreter.block.buffers.memory.last_event_id()
    }

    /// Returns the last reconnection time that the server sent, if any.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// assert_eq!(decoder.reconnection_time(), None);
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
    /// Compare it when a timer fires: if it has not changed, the connection is idle.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// assert_eq!(decoder.next_event(&mut Chunk::new(b": still here\n"))?, None);
    /// assert_eq!(decoder.position(), 13);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn position(&self) -> u64 {
        self.interpreter.block.progress.position()
    }

    /// Returns how many events have been dispatched since the decoder was created, over all connections.
    ///
    /// If it does not change while [`position`](Self::position) does, the peer sends nothing but keep-alives.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\n: still here\n\ndata: 2\n\n");
    /// while decoder.next_event(&mut chunk)?.is_some() {}
    /// assert_eq!(decoder.events(), 2);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn events(&self) -> u64 {
        self.interpreter.block.progress.events()
    }

    /// Returns how many lines have been received that the standard ignores: unknown field names, an `id` with a NUL, a
    /// `retry` that is not a number. A last line without an end counts from [`end_of_stream`](Self::end_of_stream) on.
    ///
    /// Ignored lines without any event are typical of a JSON error sent instead of a stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"{\n  \"error\": \"overloaded\"\n}");
    /// assert_eq!(decoder.next_event(&mut chunk)?, None);
    /// assert_eq!(decoder.end_of_stream(), None);
    /// assert_eq!((decoder.events(), decoder.ignored_lines()), (0, 3));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn ignored_lines(&self) -> u64 {
        self.interpreter.block.progress.ignored_lines()
    }

    /// Returns whether the stream could end here without cutting off an event.
    ///
    /// That is the case at the beginning of the stream and after each blank line, until a line begins that is not a
    /// comment. Ask before [`end_of_stream`](Self::end_of_stream), which begins a new stream. A connection that is cut
    /// between two events looks like one that ended; only the layer below can tell, for example HTTP's framing.
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
    ///
    /// assert_eq!(decoder.next_event(&mut Chunk::new(b"\nda"))?, None);
    /// assert!(!decoder.is_between_events());
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.interpreter.is_between_events()
    }

    /// Changes with everything that a server sends on purpose: an event, a comment, a valid `retry`, another last event
    /// ID.
    pub(crate) fn signs_of_life(&self) -> u64 {
        self.interpreter.block.progress.signs_of_life()
    }
}

/// Shows settings and counters, never the data.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("max_event_len", &self.interpreter.block.settings.max_event_len)
            .field("max_retained", &self.interpreter.block.settings.max_retained)
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
