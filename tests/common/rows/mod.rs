//! The conformance table: what a stream must show, written by hand from the standard.
//!
//! A row is written with LF for its line ends. If its text contains another, it runs as it is. Each heading is a file;
//! `connections.rs` has several streams one after another, and `limit.rs` what a limit does.

mod byte_order_mark;
mod comments;
pub mod connections;
mod data;
mod event_type;
mod id;
mod in_the_wild;
pub mod limit;
mod line_ends;
mod names;
mod nul;
mod readable_stream;
mod retry;
mod standard;
mod unfinished;
mod utf_8;
mod web_platform_tests;

/// One stream, and everything that a reader of it may see.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub wire: &'static [u8],
    /// In the order of the lines that show them.
    pub frames: &'static [Seen],
    pub last_event_id: &'static str,
    /// Milliseconds.
    pub reconnection_time: Option<u64>,
    /// What the end of the stream discards, if it has data; always an event.
    pub unfinished: Option<Seen>,
    pub line_ends: LineEnds,
    /// The stream may be preceded by a byte order mark.
    pub bom: bool,
}

/// The line ends that a row runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// LF, CR, CRLF.
    Every,
    AsWritten,
}

/// What a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Event {
        event_type: &'static str,
        data: &'static str,
        /// Its own.
        id: Option<&'static str>,
        last_event_id: &'static str,
    },
    Comment(&'static str),
    /// Milliseconds.
    Retry(u64),
    /// The last event ID, from a block that is not an event.
    Id(&'static str),
    /// The error of a decoder with a limit; the offset in the stream.
    TooLong(u64),
}

/// A row without an id, a reconnection time, or anything unfinished.
const fn row(name: &'static str, wire: &'static [u8], frames: &'static [Seen]) -> Row {
    Row {
        name,
        wire,
        frames,
        last_event_id: "",
        reconnection_time: None,
        unfinished: None,
        line_ends: LineEnds::Every,
        bom: true,
    }
}

impl Row {
    const fn last_event_id(self, last_event_id: &'static str) -> Self {
        Self { last_event_id, ..self }
    }

    const fn reconnection_time(self, milliseconds: u64) -> Self {
        Self { reconnection_time: Some(milliseconds), ..self }
    }

    const fn unfinished(self, event: Seen) -> Self {
        Self { unfinished: Some(event), ..self }
    }

    const fn as_written(self) -> Self {
        Self { line_ends: LineEnds::AsWritten, ..self }
    }

    /// The row has its own byte order mark, or tests for one.
    const fn no_bom(self) -> Self {
        Self { bom: false, ..self }
    }
}

/// An event without type and id.
const fn message(data: &'static str) -> Seen {
    event("message", data)
}

const fn event(event_type: &'static str, data: &'static str) -> Seen {
    Seen::Event { event_type, data, id: None, last_event_id: "" }
}

impl Seen {
    /// With its own id.
    const fn id(self, id: &'static str) -> Self {
        match self {
            Self::Event { event_type, data, .. } => Self::Event { event_type, data, id: Some(id), last_event_id: id },
            other => other,
        }
    }

    /// After an event with an id, but without its own.
    const fn after(self, last_event_id: &'static str) -> Self {
        match self {
            Self::Event { event_type, data, id, .. } => Self::Event { event_type, data, id, last_event_id },
            other => other,
        }
    }
}

/// The headings, each with its rows.
pub const TABLES: [(&str, &[Row]); 15] = [
    ("standard", standard::ROWS),
    ("web-platform-tests", web_platform_tests::ROWS),
    ("readable stream", readable_stream::ROWS),
    ("line ends", line_ends::ROWS),
    ("byte order mark", byte_order_mark::ROWS),
    ("data", data::ROWS),
    ("event type", event_type::ROWS),
    ("id", id::ROWS),
    ("retry", retry::ROWS),
    ("names", names::ROWS),
    ("comments", comments::ROWS),
    ("NUL", nul::ROWS),
    ("UTF-8", utf_8::ROWS),
    ("unfinished", unfinished::ROWS),
    ("in the wild", in_the_wild::ROWS),
];

/// A row, written out with one kind of line end, with or without a byte order mark.
#[derive(Debug, Clone)]
pub struct Stream {
    pub label: String,
    pub wire: Vec<u8>,
    pub row: &'static Row,
}

/// Every stream that the tables stand for.
pub fn streams() -> Vec<Stream> {
    TABLES.iter().flat_map(|(heading, _)| streams_of(heading)).collect()
}

/// Every stream that the rows under a heading stand for.
pub fn streams_of(heading: &str) -> Vec<Stream> {
    let (_, rows) = TABLES.iter().find(|(name, _)| *name == heading).expect("a heading of the table");
    let mut streams = Vec::new();
    for row in *rows {
        let line_ends: &[(&str, &[u8])] = match row.line_ends {
            LineEnds::Every => &[("LF", b"\n"), ("CR", b"\r"), ("CRLF", b"\r\n")],
            LineEnds::AsWritten => &[("as written", b"\n")],
        };
        let starts: &[(&str, &[u8])] = if row.bom { &[("", b""), (", BOM", b"\xEF\xBB\xBF")] } else { &[("", b"")] };
        for (line_end, end) in line_ends {
            for (mark, start) in starts {
                let lines: Vec<&[u8]> = row.wire.split(|&byte| byte == b'\n').collect();
                let label = format!("{heading}: {} [{line_end}{mark}]", row.name);
                streams.push(Stream { label, wire: [*start, &lines.join(*end)].concat(), row });
            }
        }
    }
    streams
}
