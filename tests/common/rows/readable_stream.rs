//! What the web-platform-tests of the proposed `EventSource.fromReadableStream` check (whatwg/html#12272) of a single
//! stream; `connections.rs` has the streams one after another.
//!
//! Its `lastEventId` is `Decoder::last_event_id`, its `reconnectionTime` is `Decoder::reconnection_time`, and its
//! `reset()` is `Decoder::end_of_stream`.

use super::Seen::{Comment, Retry};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
    row("lastEventId and reconnectionTime before anything came", b"", &[]),
    row("receives a message event", b"data: hello\n\n", &[message("hello")]),
    row("handles multi-line data fields", b"data: hello\ndata: world\n\n", &[message("hello\nworld")]),
    row("receives multiple message events", b"data: first\n\ndata: second\n\n", &[message("first"), message("second")]),
    row("handles custom event types", b"event: custom\ndata: hello\n\n", &[event("custom", "hello")]),
    row("ignores comments", b": this is a comment\ndata: hello\n\n", &[Comment("this is a comment"), message("hello")]),
    row("id field updates lastEventId", b"id: 42\ndata: hello\n\n", &[message("hello").id("42")]).last_event_id("42"),
    row("retry field updates reconnectionTime", b"retry: 5000\ndata: hello\n\n", &[Retry(5000), message("hello")])
        .reconnection_time(5000),
    row("retry field with non-digit value is ignored", b"retry: bogus\ndata: hello\n\n", &[message("hello")]),
    row(
        "id and retry of a response",
        b"id: 42\nretry: 5000\ndata: hello\n\n",
        &[Retry(5000), message("hello").id("42")],
    )
    .last_event_id("42")
    .reconnection_time(5000),
    row(
        "handles CR, LF, and CRLF line endings",
        b"data: cr\r\rdata: lf\n\ndata: crlf\r\n\r\n",
        &[message("cr"), message("lf"), message("crlf")],
    )
    .as_written(),
    row("strips leading UTF-8 BOM", b"\xEF\xBB\xBFdata: hello\n\n", &[message("hello")]).no_bom(),
    row("does not strip a BOM after the first event", b"data: a\n\n\xEF\xBB\xBFdata: b\n\n", &[message("a")]),
];
