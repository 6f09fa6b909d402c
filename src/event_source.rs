//! Section 9.2.3: a client's connection state and its reconnections, without a socket, a clock or randomness.

use alloc::string::String;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

use crate::decode::chunk::Chunk;
#[cfg(feature = "bytes")]
use crate::decode::chunk::ChunkBuf;
use crate::decode::decoder::Decoder;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::EventBuf;
use crate::names::MIME_TYPE;

/// What a client has to send, to check and to wait for, as the standard's `EventSource` does it; over any HTTP library.
///
/// Implements [section 9.2.3] of the standard as a state machine that is told what happens, and answers. It opens no
/// socket, reads no clock and draws no random number. The loop of a client:
///
/// 1. Request the URL with `Accept: text/event-stream`, and [`LAST_EVENT_ID`](crate::LAST_EVENT_ID) with
///    [`last_event_id_header`](Self::last_event_id_header) where there is one. Following redirects is up to the HTTP library.
/// 2. Tell the response to [`on_response`](Self::on_response). An error is final.
/// 3. Decode the body's chunks with [`next_event`](Self::next_event).
/// 4. When the body ends, or the network fails at any step, ask [`on_end`](Self::on_end) how long to wait; then start
///    again with step 1. `None`: do not.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use sse_wire::{Chunk, EventSource, ReadyState};
///
/// let mut source = EventSource::new();
/// source.on_response(200, Some("text/event-stream"))?;
/// let mut chunk = Chunk::new(b"id: 7\nretry: 500\ndata: hello\n\ndata: cut o");
/// assert_eq!(source.next_event(&mut chunk)?.map(|event| event.data()), Some("hello"));
/// assert_eq!(source.next_event(&mut chunk)?, None);
///
/// // The connection is lost, and with it the unfinished event.
/// assert_eq!(source.on_end(0), Some(Duration::from_millis(500)));
/// assert_eq!(source.ready_state(), ReadyState::Connecting);
/// assert_eq!(source.last_event_id_header(), Some(&b"7"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [section 9.2.3]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
#[derive(Clone, Debug)]
pub struct EventSource {
    decoder: Decoder,
    ready_state: ReadyState,
    reconnection_times: RangeInclusive<Duration>,
    max_delay: Duration,
    /// How many connections have ended without an event since the last one that delivered.
    failures: u32,
}

/// The standard's `readyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// There is no connection yet, or it was lost and is to be made again.
    Connecting,
    /// The response was accepted, and events may come.
    Open,
    /// Closed by the user, or failed for good.
    Closed,
}

impl EventSource {
    /// The reconnection time until the server sends another: 3 s, as in Chromium.
    pub const DEFAULT_RECONNECTION_TIME: Duration = Duration::from_secs(3);

    /// A source that is connecting, with a new [`Decoder`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_decoder(Decoder::new())
    }

    /// A source that is connecting, with a decoder that has other limits, or a last event ID to begin with.
    #[must_use]
    pub fn with_decoder(decoder: Decoder) -> Self {
        Self {
            decoder,
            ready_state: ReadyState::Connecting,
            reconnection_times: Duration::from_millis(100)..=Duration::from_secs(5 * 60),
            max_delay: Duration::from_secs(60),
            failures: 0,
        }
    }

    /// Sets the bounds between which a server may choose the reconnection time; 100 ms and 5 minutes at first, so that
    /// neither `retry: 0` nor a century does harm.
    #[must_use]
    pub fn with_reconnection_times(mut self, bounds: RangeInclusive<Duration>) -> Self {
        self.reconnection_times = bounds;
        self
    }

    /// Sets how long [`on_end`](Self::on_end) may make a client wait after failures in a row; 60 s at first. A reconnection
    /// time above it stands.
    #[must_use]
    pub fn with_max_delay(mut self, max: Duration) -> Self {
        self.max_delay = max;
        self
    }

    /// The state.
    #[must_use]
    pub const fn ready_state(&self) -> ReadyState {
        self.ready_state
    }

    /// The decoder, for the last event ID and the reconnection time that the server sent.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The value of the `Last-Event-ID` header for the next request, in UTF-8; `None`: send no such header.
    ///
    /// That is so when the last event ID is empty, and when it cannot travel in a header as it is: with a control
    /// character, which would be refused or could add a header, or with a space or tab at an end, which would be cut
    /// off. The server then takes the client for a new one, rather than for one that was elsewhere.
    /// [`Decoder::last_event_id`] has the id all the same, for another way to send it.
    #[must_use]
    pub fn last_event_id_header(&self) -> Option<&[u8]> {
        let id = self.decoder.last_event_id().as_bytes();
        let travels = !id.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') && id.trim_ascii() == id;
        (travels && !id.is_empty()).then_some(id)
    }

    /// Takes the response: its status, and its `Content-Type` header where it has one.
    ///
    /// # Errors
    ///
    /// For any status but 200, for any type but `text/event-stream`, and for a charset other than UTF-8, as browsers do.
    /// It is final: the source is closed, 204 being a server's way to say so.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventSource;
    ///
    /// let error = EventSource::new().on_response(204, None).unwrap_err();
    /// assert_eq!(error.to_string(), "status 204 in place of 200");
    /// let error = EventSource::new().on_response(200, Some("application/json")).unwrap_err();
    /// assert_eq!(error.to_string(), "content type \"application/json\" in place of text/event-stream in UTF-8");
    /// ```
    pub fn on_response(&mut self, status: u16, content_type: Option<&str>) -> Result<(), ConnectionFailed> {
        let before = core::mem::replace(&mut self.ready_state, ReadyState::Closed);
        if before == ReadyState::Closed {
            return Err(ConnectionFailed(Reason::Closed));
        }
        if status != 200 {
            return Err(ConnectionFailed(Reason::Status(status)));
        }
        if !content_type.is_some_and(is_event_stream) {
            return Err(ConnectionFailed(Reason::ContentType(content_type.map(String::from))));
        }
        // Nothing of an earlier connection goes on in this one.
        let _ = self.decoder.end_of_stream();
        self.ready_state = ReadyState::Open;
        Ok(())
    }

    /// Decodes up to the next event of the body: see [`Decoder::next_event`]. `None` once the source is closed.
    ///
    /// # Errors
    ///
    /// When an event exceeds the limit. It is skipped; call again to go on.
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            return Ok(None);
        }
        let event = self.decoder.next_event(chunk)?;
        if event.is_some() {
            self.failures = 0;
        }
        Ok(event)
    }

    /// As [`next_event`](Self::next_event), with comments and reconnection times.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            return Ok(None);
        }
        let frame = self.decoder.next_frame(chunk)?;
        if matches!(frame, Some(Frame::Event(_))) {
            self.failures = 0;
        }
        Ok(frame)
    }

    /// As [`next_event`](Self::next_event), owned: see [`Decoder::next_event_buf`].
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    #[cfg(feature = "bytes")]
    pub fn next_event_buf(&mut self, chunk: &mut ChunkBuf) -> Result<Option<EventBuf>, DecodeError> {
        if self.ready_state != ReadyState::Open {
            return Ok(None);
        }
        let event = self.decoder.next_event_buf(chunk)?;
        if event.is_some() {
            self.failures = 0;
        }
        Ok(event)
    }

    /// Takes the end of the connection, be it the body's end, a reset, or that there never was one. Says how long to
    /// wait before the next request, or `None` if there is to be none because the source is closed.
    ///
    /// The unfinished event is discarded, and its id with it. After a connection that has delivered an event the time is
    /// the reconnection time: the server's last `retry` within the [bounds](Self::with_reconnection_times), or
    /// [3 s](Self::DEFAULT_RECONNECTION_TIME). With each further connection in a row that has not, the time may double up
    /// to the [maximum](Self::with_max_delay), and is drawn between the reconnection time and that by `random` (any `u32`
    /// from `fastrand` or `rand`), so that the clients of a server that stays away do not come back all at once.
    #[must_use = "the next request has to wait"]
    pub fn on_end(&mut self, random: u32) -> Option<Duration> {
        let _ = self.decoder.end_of_stream();
        if self.ready_state == ReadyState::Closed {
            return None;
        }
        self.ready_state = ReadyState::Connecting;
        let time = self.reconnection_time();
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        if failures == 0 {
            return Some(time);
        }
        // A server that has set the time to nothing gets a pause all the same, once it fails.
        let doubled = time.max(Duration::from_millis(100)).saturating_mul(2_u32.saturating_pow(failures));
        let most = doubled.min(self.max_delay);
        Some(time.saturating_add(share(most.saturating_sub(time), random)))
    }

    /// Closes the source: [`on_end`](Self::on_end) will say `None`, and no event comes any
    /// more, so the rest of the body need not be read.
    pub fn close(&mut self) {
        self.ready_state = ReadyState::Closed;
    }

    /// The reconnection time in force: the server's within the bounds, or the default.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        let (least, most) = (*self.reconnection_times.start(), *self.reconnection_times.end());
        match self.decoder.reconnection_time() {
            Some(time) => time.min(most).max(least),
            None => Self::DEFAULT_RECONNECTION_TIME,
        }
    }
}

impl Default for EventSource {
    fn default() -> Self {
        Self::new()
    }
}

/// `random` of `u32::MAX` parts of `time`, for any time: floating point would be out of range near the longest.
fn share(time: Duration, random: u32) -> Duration {
    const NANOS: u128 = 1_000_000_000;
    let nanos = time.as_nanos() * u128::from(random) / u128::from(u32::MAX);
    let (secs, nanos) = (u64::try_from(nanos / NANOS), u32::try_from(nanos % NANOS));
    Duration::new(secs.unwrap_or(u64::MAX), nanos.unwrap_or_default())
}

/// Whether a `Content-Type` is that of an event stream, in UTF-8 as far as it says so.
fn is_event_stream(content_type: &str) -> bool {
    let mut quoted = false;
    let between = |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    };
    let mut parts = content_type.split(between).map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let charset = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"'));
    essence.eq_ignore_ascii_case(MIME_TYPE)
        && charset.is_none_or(|charset| charset.is_empty() || charset.eq_ignore_ascii_case("utf-8"))
}

/// A response that is no event stream: the standard's "fail the connection", for good.
///
/// # Examples
///
/// ```
/// use sse_wire::EventSource;
///
/// let failed = EventSource::new().on_response(503, None).unwrap_err();
/// assert_eq!((failed.status(), failed.content_type()), (Some(503), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFailed(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Status(u16),
    ContentType(Option<String>),
    Closed,
}

impl ConnectionFailed {
    /// The status, where it was that: anything but 200.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.0 {
            Reason::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The content type, where it was that: anything but `text/event-stream` in UTF-8.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        match &self.0 {
            Reason::ContentType(content_type) => content_type.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for ConnectionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Status(status) => write!(f, "status {status} in place of 200"),
            Reason::ContentType(None) => write!(f, "no content type in place of {MIME_TYPE}"),
            Reason::ContentType(Some(other)) => write!(f, "content type {other:?} in place of {MIME_TYPE} in UTF-8"),
            Reason::Closed => f.write_str("the event source was closed before the response came"),
        }
    }
}

impl core::error::Error for ConnectionFailed {}
