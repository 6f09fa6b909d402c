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
