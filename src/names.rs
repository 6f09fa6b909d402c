//! The names and literals that the standard gives, and that both sides of a connection need.

/// The media type of an event stream.
pub const MIME_TYPE: &str = "text/event-stream";

/// An empty comment, which keeps a connection from timing out. To be sent between events.
///
/// # Examples
///
/// ```
/// assert_eq!(sse_wire::KEEP_ALIVE, b":\n\n");
/// ```
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// The request header with which a client that reconnects says where it was.
///
/// Its value is UTF-8, which is not what HTTP libraries take a header for: a server reads it with
/// `HeaderValue::as_bytes`, not with `to_str`, which refuses what is not ASCII.
pub const LAST_EVENT_ID: &str = "last-event-id";
