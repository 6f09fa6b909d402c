//! Section 9.2.3: a client's connection state and its reconnections, without a socket, a clock or randomness.

mod delay;
mod response;
mod retry_after;

use core::time::Duration;

use crate::decode::chunk::Chunk;
#[cfg(feature = "bytes")]
use crate::decode::chunk::ChunkBuf;
use crate::decode::decoder::Decoder;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::{EventBuf, FrameBuf};
use crate::event_source::delay::Delays;
pub(crate) use crate::event_source::response::judge;
#[cfg(feature = "http-body")]
pub(crate) use crate::event_source::response::judge_encoding;
use crate::names::{LAST_EVENT_ID, MIME_TYPE};

pub use crate::event_source::response::ConnectionFailed;
pub use crate::event_source::retry_after::retry_after;

/// The standard's `EventSource` as a state machine for any HTTP library: what to send, what to check, how long to wait.
///
/// Implements [section 9.2.3] of the standard. You report what happens, and it says what to do next. It opens no
/// socket, reads no clock and draws no random number. With the feature `stream`, `into_stream` drives it for you. By
/// hand:
///
/// 1. Request the URL with the [`request_headers`](Self::request_headers). The HTTP library follows redirects.
/// 2. Pass the response to [`on_response`](Self::on_response). An error is final.
/// 3. Decode the body's chunks with [`next_event`](Self::next_event). If the server sends keep-alives, set a read
///    timeout that is longer than their interval: nothing else detects a connection that died silently.
/// 4. When the body ends, or the network fails at any step, [`on_end`](Self::on_end) returns how long to wait. Then
///    start again with step 1, or stop if it returns `None`.
///
/// An event over the limit is an error, but the connection continues after it: do not leave the loop with `?` there, or
/// the server may send the same event again after each reconnection.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use sse_wire::{Chunk, EventSource};
///
/// let mut source = EventSource::new();
/// source.on_response(200, Some(b"text/event-stream"))?;
/// let mut chunk = Chunk::new(b"id: 7\nretry: 500\ndata: hello\n\ndata: cut o");
/// assert_eq!(source.next_event(&mut chunk)?.map(|event| event.data()), Some("hello"));
/// assert_eq!(source.next_event(&mut chunk)?, None);
///
/// // The connection is lost, and with it the unfinished event.
/// assert_eq!(source.on_end(0), Some(Duration::from_millis(500)));
/// assert!(source.request_headers().any(|header| header == ("last-event-id", b"7")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [section 9.2.3]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
///
#[doc = include_str!("event_source/states.md")]
#[doc(alias = "reconnect")]
#[doc(alias = "last-event-id")]
#[doc(alias = "retry")]
#[derive(Clone, Debug)]
pub struct EventSource {
    decoder: Decoder,
    ready_state: ReadyState,
    delays: Delays,
    max_header_len: usize,
    /// How many connections in a row failed before this one.
    failures: u32,
    /// The decoder's signs of life when this connection was accepted.
    signs_before: u64,
    /// Whether this connection's unfinished event was returned.
    gave_unfinished: bool,
}

/// The standard's `readyState`. It has exactly these three states.
///
/// # Examples
///
/// ```
/// # use sse_wire::{EventSource, ReadyState};
/// let mut source = EventSource::new();
/// source.on_response(200, Some(b"text/event-stream"))?;
/// assert_eq!(source.ready_state(), ReadyState::Open);
/// # Ok::<(), sse_wire::ConnectionFailed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// There is no connection yet, or it was lost and the next one is due.
    Connecting,
    /// The response was accepted, and events may arrive.
    Open,
    /// Closed by you, or failed permanently.
    Closed,
}

impl EventSource {
    /// The default of [`with_reconnection_time`](Self::with_reconnection_time): 3 s, as in Chromium.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// assert_eq!(EventSource::new().reconnection_time(), EventSource::DEFAULT_RECONNECTION_TIME);
    /// ```
    pub const DEFAULT_RECONNECTION_TIME: Duration = Delays::DEFAULT.time;

    /// Creates a source that is connecting, with a new [`Decoder`]. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// assert_eq!(EventSource::new().last_event_id_header(), None);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_decoder(Decoder::new())
    }

    /// Creates a source that is connecting, with a decoder that has other limits or an initial last event ID.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Decoder, EventSource};
    /// let source = EventSource::with_decoder(Decoder::new().with_last_event_id("7"));
    /// assert_eq!(source.last_event_id_header(), Some(&b"7"[..]));
    /// ```
    #[must_use]
    pub fn with_decoder(decoder: Decoder) -> Self {
        Self {
            decoder,
            ready_state: ReadyState::Connecting,
            delays: Delays::DEFAULT,
            max_header_len: 4096,
            failures: 0,
            signs_before: 0,
            gave_unfinished: false,
        }
    }

    /// Sets the reconnection time that applies until the server sends another, within the
    /// [bounds](Self::with_reconnection_time_bounds). Default: [3 s](Self::DEFAULT_RECONNECTION_TIME).
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let source = EventSource::new().with_reconnection_time(Duration::from_secs(1));
    /// assert_eq!(source.reconnection_time(), Duration::from_secs(1));
    /// ```
    #[must_use]
    pub const fn with_reconnection_time(mut self, time: Duration) -> Self {
        self.delays.time = time;
        self
    }

    /// Sets the bounds of the reconnection time, whether it comes from the server or from you. Default: 100 ms and 5
    /// minutes, so that neither `retry: 0` nor a century does harm. If `least` exceeds `most`, `least` applies.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let source = EventSource::new().with_reconnection_time_bounds(Duration::ZERO, Duration::from_secs(1));
    /// assert_eq!(source.reconnection_time(), Duration::from_secs(1)); // instead of 3 s
    /// ```
    #[must_use]
    pub const fn with_reconnection_time_bounds(mut self, least: Duration, most: Duration) -> Self {
        (self.delays.least, self.delays.most) = (least, most);
        self
    }

    /// Sets the maximum wait that repeated failures, or a server's `Retry-After`, can lead to. Default: 60 s. It does
    /// not cap the reconnection time itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let mut source = EventSource::new().with_max_delay(Duration::from_secs(5));
    /// let waits = [source.on_end(0), source.on_end(0)]; // 3 s, then 5 s instead of 6 s
    /// assert_eq!(waits[1], Some(Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub const fn with_max_delay(mut self, max: Duration) -> Self {
        self.delays.max = max;
        self
    }

    /// Sets the maximum percentage by which a wait is lengthened, so that the clients of a killed server do not all return at
    /// the same instant. Default: 12, about an eighth. 0 turns it off. No wait is ever shortened.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let mut source = EventSource::new().with_jitter(50);
    /// assert_eq!(source.on_end(u32::MAX), Some(Duration::from_millis(4500)));
    /// ```
    #[must_use]
    pub const fn with_jitter(mut self, percent: u8) -> Self {
        self.delays.jitter = percent;
        self
    }

    /// Sets the maximum length of a last event ID that is sent in a header. Default: 4096 bytes. A longer one is not
    /// sent: servers answer 431 to large headers, and a single event could lock the client out for good.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// let mut source = EventSource::new().with_max_header_len(3);
    /// source.set_last_event_id("long");
    /// assert_eq!(source.last_event_id_header(), None);
    /// ```
    #[must_use]
    pub const fn with_max_header_len(mut self, bytes: usize) -> Self {
        self.max_header_len = bytes;
        self
    }

    /// Returns the standard's `readyState`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{EventSource, ReadyState};
    /// assert_eq!(EventSource::new().ready_state(), ReadyState::Connecting);
    /// ```
    #[must_use]
    pub const fn ready_state(&self) -> ReadyState {
        self.ready_state
    }

    /// Returns how many connections in a row have failed: could not be made, were
    /// [unavailable](Self::on_unavailable), or ended without a sign of life. It is 0 again at the next sign of life.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// let mut source = EventSource::new();
    /// assert!(source.on_end(0).is_some() && source.on_end(0).is_some());
    /// assert_eq!(source.failures(), 2); // a client may give up after so many
    /// ```
    #[must_use]
    pub fn failures(&self) -> u32 {
        if self.is_alive() { 0 } else { self.failures }
    }

    /// Returns the current reconnection time: the server's, or yours, within the bounds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// assert_eq!(EventSource::new().reconnection_time(), Duration::from_secs(3));
    /// ```
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.delays.reconnection_time(self.decoder.reconnection_time())
    }

    /// Returns the decoder: for its counters, the unchecked last event ID, and the reconnection time as it was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Decoder, EventSource};
    /// let source = EventSource::with_decoder(Decoder::new().with_last_event_id("does not travel\n"));
    /// assert_eq!(source.decoder().last_event_id(), "does not travel\n");
    /// ```
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Returns the decoder, to continue with elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Decoder, EventSource};
    /// let source = EventSource::with_decoder(Decoder::new().with_last_event_id("7"));
    /// assert_eq!(source.into_decoder().last_event_id(), "7");
    /// ```
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }

    /// Sets the last event ID: for APIs that send ids in the JSON, or to start over with `""`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// let mut source = EventSource::new();
    /// source.set_last_event_id("seq_41");
    /// assert_eq!(source.last_event_id_header(), Some(&b"seq_41"[..]));
    /// ```
    pub fn set_last_event_id(&mut self, id: &str) {
        self.decoder.set_last_event_id(id);
    }

    /// Returns the names and values of all headers that the standard's request carries: `accept`, `cache-control`, and
    /// [`LAST_EVENT_ID`] if there is an id that [can be sent](Self::last_event_id_header).
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Decoder, EventSource};
    /// let source = EventSource::with_decoder(Decoder::new().with_last_event_id("7"));
    /// let headers: [(&str, &[u8]); 3] =
    ///     [("accept", b"text/event-stream"), ("cache-control", b"no-cache"), ("last-event-id", b"7")];
    /// assert!(source.request_headers().eq(headers));
    /// ```
    #[doc(alias = "last-event-id")]
    pub fn request_headers(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let id = self.last_event_id_header().map(|id| (LAST_EVENT_ID, id));
        [("accept", MIME_TYPE.as_bytes()), ("cache-control", b"no-cache")].into_iter().chain(id)
    }

    /// Returns the value of the `Last-Event-ID` header for the next request, in UTF-8, or `None` to send no such
    /// header.
    ///
    /// It is `None` if the last event ID is empty or too [long](Self::with_max_header_len), and if a header cannot
    /// carry it unchanged: a control character would be refused or could add a header, and a space or tab at either end
    /// would be cut off. Without the header the server treats the client as new, instead of resuming at the wrong
    /// place. [`Decoder::last_event_id`] still returns the id, in case you can send it in another way.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Decoder, EventSource};
    /// let source = EventSource::with_decoder(Decoder::new().with_last_event_id("7\nx-forged: 1"));
    /// assert_eq!(source.last_event_id_header(), None);
    /// ```
    #[doc(alias = "last-event-id")]
    #[must_use]
    pub fn last_event_id_header(&self) -> Option<&[u8]> {
        let id = self.decoder.last_event_id().as_bytes();
        let fits = !id.is_empty() && id.len() <= self.max_header_len && id.trim_ascii() == id;
        (fits && !id.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t')).then_some(id)
    }

    /// Call this with the response's status, and its `Content-Type` header if it has one.
    ///
    /// The standard gives up on any status but 200. Some of them are temporary, though; a client that should keep
    /// trying passes those to [`on_unavailable`](Self::on_unavailable):
    ///
    /// ```
    /// # use sse_wire::{EventSource, retry_after};
    /// # let (mut source, now, random) = (EventSource::new(), core::time::Duration::ZERO, 0);
    /// # let (status, content_type, header) = (503, Some(&b"text/html"[..]), Some(&b"7"[..]));
    /// let wait = match status {
    ///     408 | 425 | 429 | 500 | 502 | 503 | 504 => {
    ///         source.on_unavailable(header.and_then(|value| retry_after(value, now)), random)
    ///     }
    ///     status => {
    ///         source.on_response(status, content_type)?;
    ///         source.on_end(random) // once the body has ended
    ///     }
    /// };
    /// assert_eq!(wait.map(|wait| wait.as_secs()), Some(7));
    /// # Ok::<(), sse_wire::ConnectionFailed>(())
    /// ```
    ///
    /// For a provider that sends event streams without a content type, pass `Some(MIME_TYPE.as_bytes())`
    /// ([`MIME_TYPE`]). That is not the default, because a proxy's login page would then pass as an event stream that
    /// never has events. So would a compressed body: unless the HTTP library decompresses, send no `Accept-Encoding`,
    /// and treat a `Content-Encoding` other than `identity` as an error before you call this.
    ///
    /// # Errors
    ///
    /// For any status but 200, any type but `text/event-stream`, and any charset but UTF-8, as in browsers. The error
    /// is final: the source is then closed. With 204 a server closes it on purpose.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// assert!(EventSource::new().on_response(200, Some(b"text/event-stream; charset=utf-8")).is_ok());
    /// assert!(EventSource::new().on_response(200, Some(b"text/html")).is_err());
    /// ```
    pub fn on_response(&mut self, status: u16, content_type: Option<&[u8]>) -> Result<(), ConnectionFailed> {
        self.on_judged(judge(status, content_type))
    }

    /// Takes a response whose status and content type are already judged.
    pub(crate) fn on_judged(&mut self, judged: Result<(), ConnectionFailed>) -> Result<(), ConnectionFailed> {
        if self.ready_state == ReadyState::Closed {
            return Err(ConnectionFailed::CLOSED);
        }
        // Nothing of an earlier connection continues in this one.
        self.end_connection();
        self.ready_state = if judged.is_ok() { ReadyState::Open } else { ReadyState::Closed };
        judged
    }

    /// Call this instead of [`on_response`](Self::on_response) for a response that says "not now". The source keeps
    /// connecting, and counts a failure. Returns how long to wait before the next request, or `None` if the source is
    /// closed.
    ///
    /// The wait is as long as after [`on_end`](Self::on_end), or as long as the server asks for, whichever is longer.
    /// To read the header, use the function [`retry_after`]. What the server asks for is capped at the
    /// [maximum](Self::with_max_delay).
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let mut source = EventSource::new();
    /// assert_eq!(source.on_unavailable(Some(Duration::from_secs(20)), 0), Some(Duration::from_secs(20)));
    /// ```
    #[must_use = "the next request has to wait"]
    pub fn on_unavailable(&mut self, retry_after: Option<Duration>, random: u32) -> Option<Duration> {
        self.end_connection();
        self.wait(true, retry_after, random)
    }

    /// Call this when the connection ends or could not be made. Returns how long to wait before the next request, or
    /// `None` if the source is closed and should not reconnect.
    ///
    /// The unfinished event is discarded, and its id with it. After a connection that brought an event, a comment, a
    /// valid `retry` or a new last event ID, the wait is the [reconnection time](Self::reconnection_time). Any other
    /// connection counts as failed: the wait is the same after the first failure in a row, and doubles with each
    /// further one, up to the [maximum](Self::with_max_delay). `random`, any `u32` from `fastrand` or `rand`, decides
    /// how much of the [jitter](Self::with_jitter) is added.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, sse_wire::EventSource};
    /// let mut source = EventSource::new().with_jitter(0);
    /// let waits = [source.on_end(0), source.on_end(0), source.on_end(0)];
    /// assert_eq!(waits, [3, 6, 12].map(|secs| Some(Duration::from_secs(secs))));
    /// ```
    #[doc(alias = "reconnect")]
    #[must_use = "the next request has to wait"]
    pub fn on_end(&mut self, random: u32) -> Option<Duration> {
        let alive = self.end_connection();
        self.wait(!alive, None, random)
    }

    /// Abandons the connection, or the wait for one, so that you can reconnect at once. Counts no failure.
    ///
    /// The unfinished event is discarded, and its id with it. Start again with the request; do not call `on_end` for
    /// the body that you dropped. A closed source stays closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{EventSource, ReadyState};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// source.restart();
    /// assert_eq!((source.ready_state(), source.failures()), (ReadyState::Connecting, 0));
    /// # Ok::<(), sse_wire::ConnectionFailed>(())
    /// ```
    #[doc(alias = "reconnect")]
    pub fn restart(&mut self) {
        self.end_connection();
    }

    /// Closes the source: [`on_end`](Self::on_end) then returns `None`. There are no more events, so you need not read
    /// the rest of the body.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::EventSource;
    /// let mut source = EventSource::new();
    /// source.close();
    /// assert_eq!(source.on_end(0), None);
    /// ```
    pub fn close(&mut self) {
        self.end_connection();
        self.ready_state = ReadyState::Closed;
    }

    /// Ends the stream, and returns the event that has no blank line yet: see [`Decoder::end_of_stream`].
    ///
    /// Useful with servers that omit the final blank line. Call it before [`on_end`](Self::on_end), and only after a
    /// clean end of the body. The event's id does not become the last event ID, but the event is a sign of life.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Chunk, EventSource};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// assert_eq!(source.next_event(&mut Chunk::new(b"data: bye"))?, None);
    /// assert_eq!(source.end_of_stream().map(|event| event.data()), Some("bye"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        if self.ready_state != ReadyState::Open {
            return None;
        }
        let event = self.decoder.end_of_stream();
        self.gave_unfinished |= event.is_some();
        event
    }

    /// Decodes up to the next event of the body: see [`Decoder::next_event`]. `None` always means that the chunk is
    /// used up: if the source is not open, the chunk is emptied.
    ///
    /// # Errors
    ///
    /// When an event exceeds the limit. It is skipped; call again to continue.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Chunk, EventSource};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    /// assert_eq!(source.next_event(&mut chunk)?.map(|event| event.data()), Some("1"));
    /// source.close();
    /// assert!(source.next_event(&mut chunk)?.is_none() && chunk.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            *chunk = Chunk::new(&[]);
        }
        self.decoder.next_event(chunk)
    }

    /// Decodes up to the next event, comment, reconnection time or id: see [`Decoder::next_frame`].
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event), and when a comment exceeds the limit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sse_wire::{Chunk, EventSource, Frame};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// assert_eq!(source.next_frame(&mut Chunk::new(b": still here\n"))?, Some(Frame::Comment("still here")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            *chunk = Chunk::new(&[]);
        }
        self.decoder.next_frame(chunk)
    }

    /// Decodes up to the next event, and returns it owned: see [`Decoder::next_event_buf`].
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    ///
    /// # Examples
    ///
    /// ```
    /// # use {bytes::Bytes, sse_wire::{ChunkBuf, EventSource}};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// let event = source.next_event_buf(&mut ChunkBuf::from(Bytes::from_static(b"data: 1\n\n")))?;
    /// assert_eq!(event.unwrap().data(), "1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "bytes")]
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            *chunk = ChunkBuf::default();
        }
        self.decoder.next_event_buf(chunk)
    }

    /// Decodes up to the next frame, and returns it owned: see [`Decoder::next_frame_buf`].
    ///
    /// # Errors
    ///
    /// As [`next_frame`](Self::next_frame).
    ///
    /// # Examples
    ///
    /// ```
    /// # use {bytes::Bytes, sse_wire::{ChunkBuf, EventSource, FrameBuf}};
    /// let mut source = EventSource::new();
    /// source.on_response(200, Some(b"text/event-stream"))?;
    /// let frame = source.next_frame_buf(&mut ChunkBuf::from(Bytes::from_static(b": still here\n")))?;
    /// assert_eq!(frame, Some(FrameBuf::Comment("still here".to_owned())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "bytes")]
    pub fn next_frame_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<FrameBuf>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            *chunk = ChunkBuf::default();
        }
        self.decoder.next_frame_buf(chunk)
    }

    /// Whether the connection has brought anything that a server sends on purpose.
    fn is_alive(&self) -> bool {
        let signs = self.decoder.signs_of_life();
        self.ready_state == ReadyState::Open && (self.gave_unfinished || signs != self.signs_before)
    }

    /// Ends the connection, if any; the source is then connecting, unless closed. Returns whether the connection was
    /// alive.
    fn end_connection(&mut self) -> bool {
        let alive = self.is_alive();
        self.failures = self.failures();
        let _ = self.decoder.end_of_stream();
        self.gave_unfinished = false;
        self.signs_before = self.decoder.signs_of_life();
        if self.ready_state == ReadyState::Open {
            self.ready_state = ReadyState::Connecting;
        }
        alive
    }

    /// The wait for the next connection, if there may be one. Counts the failure first.
    fn wait(&mut self, failed: bool, retry_after: Option<Duration>, random: u32) -> Option<Duration> {
        if self.ready_state == ReadyState::Closed {
            return None;
        }
        self.failures = self.failures.saturating_add(failed.into());
        Some(self.delays.wait(self.reconnection_time(), self.failures, retry_after, random))
    }
}

impl Default for EventSource {
    fn default() -> Self {
        Self::new()
    }
}
