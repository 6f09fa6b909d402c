//! Several streams one after another, read by one decoder: what survives the end of a connection, and what does not.
//!
//! Rows named after web-platform-tests are those of the proposed `EventSource.fromReadableStream` (whatwg/html#12272),
//! which pipe one stream after another with `reset()` in between.

use super::Seen::{self, Comment, Id, Retry};
use super::message;

/// One connection from its first byte to its end, and what is known after it.
#[derive(Debug, Clone, Copy)]
pub struct Connection {
    pub wire: &'static [u8],
    pub frames: &'static [Seen],
    pub last_event_id: &'static str,
    /// Milliseconds.
    pub reconnection_time: Option<u64>,
}

const fn connection(wire: &'static [u8], frames: &'static [Seen]) -> Connection {
    Connection { wire, frames, last_event_id: "", reconnection_time: None }
}

impl Connection {
    const fn last_event_id(self, last_event_id: &'static str) -> Self {
        Self { last_event_id, ..self }
    }

    const fn reconnection_time(self, milliseconds: u64) -> Self {
        Self { reconnection_time: Some(milliseconds), ..self }
    }
}

pub const CONNECTIONS: &[(&str, &[Connection])] = &[
    (
        "multiple streams can be piped through",
        &[connection(b"data: first\n\n", &[message("first")]), connection(b"data: second\n\n", &[message("second")])],
    ),
    (
        "lastEventId persists across reconnections",
        &[
            connection(b"id: 42\ndata: first\n\n", &[message("first").id("42")]).last_event_id("42"),
            connection(b"data: after-reconnect\n\n", &[message("after-reconnect").after("42")]).last_event_id("42"),
        ],
    ),
    (
        "reconnectionTime persists across reconnections",
        &[
            connection(b"retry: 3000\ndata: first\n\n", &[Retry(3000), message("first")]).reconnection_time(3000),
            connection(b"data: after-reconnect\n\n", &[message("after-reconnect")]).reconnection_time(3000),
        ],
    ),
    (
        "reset() discards the event that has begun, and its id",
        &[
            connection(b"id: 1\ndata: a\n\nid: 2\ndata: b\n", &[message("a").id("1")]).last_event_id("1"),
            connection(b"\ndata: c\n\n", &[message("c").after("1")]).last_event_id("1"),
        ],
    ),
    (
        "reset() discards the line that has begun",
        &[
            connection(b"data: a\n\nda", &[message("a")]),
            connection(b"ta: b\n\ndata: c\n\n", &[message("c")]),
            connection(b"data: d\n\nretry: 5", &[message("d")]),
            connection(b"0\n\ndata: e\n\n", &[message("e")]),
        ],
    ),
    (
        "a time acts at its line's end, whatever becomes of the event",
        &[
            connection(b"retry: 7\ndata: a", &[Retry(7)]).reconnection_time(7),
            connection(b"data: b\n\n", &[message("b")]).reconnection_time(7),
        ],
    ),
    (
        "each stream may have a BOM of its own",
        &[
            connection(b"\xEF\xBB\xBFdata: a\n\n", &[message("a")]),
            connection(b"\xEF\xBB\xBFdata: b\n\n", &[message("b")]),
            connection(b"data: c\n\n", &[message("c")]),
        ],
    ),
    (
        "a BOM that was cut off is not completed by the next stream",
        &[connection(b"\xEF\xBB", &[]), connection(b"\xBFdata: a\n\ndata: b\n\n", &[message("b")])],
    ),
    (
        "an LF at the start is a line of its own after a CR at the end",
        &[connection(b"data: a\r\r", &[message("a")]), connection(b"\n: c\n", &[Comment("c")])],
    ),
    (
        "an empty id takes the last event ID back for the streams that follow",
        &[
            connection(b"id: 1\n\n", &[Id("1")]).last_event_id("1"),
            connection(b"id\n\n", &[Id("")]),
            connection(b"data: a\n\n", &[message("a")]),
        ],
    ),
];
