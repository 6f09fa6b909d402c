//! The names and literals that the standard gives, and that both sides of a connection need.

/// The type of an event that says none, and whose event type buffer is therefore empty.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, DEFAULT_EVENT_TYPE, Decoder};
///
/// let mut decoder = Decoder::new();
/// let event = decoder.next_event(&mut Chunk::new(b"data: 1\n\n"))?.unwrap().event_type() == DEFAULT_EVENT_TYPE;
/// assert!(event);
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
pub const DEFAULT_EVENT_TYPE: &str = "message";

/// The media type of an event stream.
///
/// # Examples
///
/// ```
/// assert_eq!(sse_wire::MIME_TYPE, "text/event-stream");
/// ```
pub const MIME_TYPE: &str = "text/event-stream";

/// An empty comment, which keeps a connection from timing out. Send it between events.
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

/// The request header with which a client that reconnects says where it was.
///
/// Its value is UTF-8, which is not what HTTP libraries take a header for: read its bytes, such as
/// `HeaderValue::as_bytes`, and check them with [`EventId::from_header`](crate::EventId::from_header). `to_str` refuses
/// what is not ASCII.
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
pub const LAST_EVENT_ID: &str = "last-event-id";

/// The headers of a response that is an event stream, by their names in lower case.
///
/// `content-type` is the standard's. `cache-control: no-cache, no-transform` keeps caches from answering for the server, and
/// proxies from compressing, which holds events back. `x-accel-buffering: no` has nginx, and proxies that follow it, send
/// each event on at once.
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
