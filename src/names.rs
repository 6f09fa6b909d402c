//! The names and literals of the standard that both sides of a connection need.

/// The type of an event without an `event` field, or with an empty one.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, DEFAULT_EVENT_TYPE, Decoder};
///
/// let mut decoder = Decoder::new();
/// let event = decoder.next_event(&mut Chunk::new(b"data: 1\n\n"))?.unwrap();
/// assert_eq!(event.event_type(), DEFAULT_EVENT_TYPE);
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
pub const DEFAULT_EVENT_TYPE: &str = "message";

/// The media type of an event stream, for `Content-Type` and `Accept`.
///
/// # Examples
///
/// ```
/// assert_eq!(sse_wire::MIME_TYPE, "text/event-stream");
/// ```
pub const MIME_TYPE: &str = "text/event-stream";

/// An empty comment, which keeps an idle connection from timing out. Send it between events.
///
/// # Examples
///
/// ```
/// assert_eq!(sse_wire::KEEP_ALIVE, b":\n\n");
/// ```
#[doc(alias = "keep-alive")]
#[doc(alias = "heartbeat")]
#[doc(alias = "ping")]
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// The request header with which a client that reconnects says where to resume.
///
/// Its value is UTF-8, which HTTP libraries do not expect in a header. Read its bytes, for example with
/// `HeaderValue::as_bytes`, and check them with [`EventId::from_header`](crate::EventId::from_header).
/// `HeaderValue::to_str` rejects anything that is not ASCII.
///
/// # Examples
///
/// ```
/// use sse_wire::{EventId, LAST_EVENT_ID};
///
/// let mut request = http::HeaderMap::new();
/// request.insert("Last-Event-ID", http::HeaderValue::from_bytes("é7".as_bytes())?);
///
/// let value = request.get(LAST_EVENT_ID).unwrap();
/// assert_eq!(EventId::from_header(value.as_bytes())?.as_str(), "é7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "last-event-id")]
pub const LAST_EVENT_ID: &str = "last-event-id";

/// The headers of a response that is an event stream, with names in lower case.
///
/// The standard requires `content-type`. `cache-control: no-cache, no-transform` keeps caches from answering for the
/// server, and proxies from compressing, which would delay events. `x-accel-buffering: no` makes nginx, and proxies
/// that imitate it, forward each event at once.
///
/// # Examples
///
/// ```
/// use sse_wire::RESPONSE_HEADERS;
///
/// let mut response = http::Response::new(());
/// for (name, value) in RESPONSE_HEADERS {
///     response.headers_mut().insert(name, http::HeaderValue::from_static(value));
/// }
/// assert_eq!(response.headers()["content-type"], "text/event-stream");
/// ```
pub const RESPONSE_HEADERS: [(&str, &str); 3] =
    [("content-type", MIME_TYPE), ("cache-control", "no-cache, no-transform"), ("x-accel-buffering", "no")];
