//! The conformance table: what a stream must show, written by hand from the standard.
//!
//! A row is written with LF for its line ends. Where the text has another, it runs as it is written.

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
    /// The error of a decoder with a limit; the offset in the stream.
    TooLong(u64),
}

use Seen::{Comment, Retry, TooLong};

/// A row that has no id, no reconnection time, and nothing unfinished.
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

    /// The row has its own byte order mark, or asks what one is.
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
    /// With an id of its own.
    const fn id(self, id: &'static str) -> Self {
        match self {
            Self::Event { event_type, data, .. } => Self::Event { event_type, data, id: Some(id), last_event_id: id },
            other => other,
        }
    }

    /// After an event with an id, and without one of its own.
    const fn after(self, last_event_id: &'static str) -> Self {
        match self {
            Self::Event { event_type, data, id, .. } => Self::Event { event_type, data, id, last_event_id },
            other => other,
        }
    }
}

const TABLES: &[(&str, &[Row])] = &[
    ("standard", STANDARD),
    ("web-platform-tests", WEB_PLATFORM_TESTS),
    ("line ends", LINE_ENDS),
    ("byte order mark", BYTE_ORDER_MARK),
    ("data", DATA),
    ("event type", EVENT_TYPE),
    ("id", ID),
    ("retry", RETRY),
    ("names", NAMES),
    ("comments", COMMENTS),
    ("NUL", NUL),
    ("UTF-8", UTF_8),
    ("unfinished", UNFINISHED),
    ("in the wild", IN_THE_WILD),
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
    let mut streams = Vec::new();
    for (table, rows) in TABLES {
        for row in *rows {
            let line_ends: &[(&str, &[u8])] = match row.line_ends {
                LineEnds::Every => &[("LF", b"\n"), ("CR", b"\r"), ("CRLF", b"\r\n")],
                LineEnds::AsWritten => &[("as written", b"\n")],
            };
            let starts: &[(&str, &[u8])] =
                if row.bom { &[("", b""), (", BOM", b"\xEF\xBB\xBF")] } else { &[("", b"")] };
            for (line_end, end) in line_ends {
                for (mark, start) in starts {
                    let lines: Vec<&[u8]> = row.wire.split(|&byte| byte == b'\n').collect();
                    let label = format!("{table}: {} [{line_end}{mark}]", row.name);
                    streams.push(Stream { label, wire: [*start, &lines.join(*end)].concat(), row });
                }
            }
        }
    }
    streams
}

/// The examples in the text of 9.2.1 and 9.2.6.
pub const STANDARD: &[Row] = &[
    row(
        "9.2.1: three messages",
        b"data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\n\
          data: This is the third message.\n\n",
        &[
            message("This is the first message."),
            message("This is the second message, it\nhas two lines."),
            message("This is the third message."),
        ],
    ),
    row(
        "9.2.1: event types",
        b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n",
        &[event("add", "73857293"), event("remove", "2153"), event("add", "113411")],
    ),
    row("9.2.6: three data lines", b"data: YHOO\ndata: +2\ndata: 10\n\n", &[message("YHOO\n+2\n10")]),
    row(
        "9.2.6: four blocks, the last one ended",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[
            Comment("test stream"),
            message("first event").id("1"),
            message("second event").id(""),
            message(" third event"),
        ],
    ),
    row(
        "9.2.6: four blocks, the last one not ended",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
        &[Comment("test stream"), message("first event").id("1"), message("second event").id("")],
    )
    .unfinished(message(" third event")),
    row("9.2.6: two events and a discarded one", b"data\n\ndata\ndata\n\ndata:", &[message(""), message("\n")])
        .unfinished(message("")),
    row(
        "9.2.6: the space after the colon is ignored",
        b"data:test\n\ndata: test\n\n",
        &[message("test"), message("test")],
    ),
];

/// What the eventsource/format-* family of web-platform-tests checks.
pub const WEB_PLATFORM_TESTS: &[Row] = &[
    row(
        "format-bom",
        b"\xEF\xBB\xBFdata:1\n\n\xEF\xBB\xBFdata:2\n\ndata:3\n\n",
        &[message("1"), message("3")],
    )
    .no_bom(),
    row("format-bom-2", b"\xEF\xBB\xBF\xEF\xBB\xBFdata:1\n\ndata:2\n\ndata:3\n\n", &[message("2"), message("3")])
        .no_bom(),
    row(
        "format-comments",
        b"data:1\r:\0\n:\r\ndata:2\n:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\rdata:3\n:data:fail\r\
          :xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\ndata:4\n\n",
        &[
            Comment("\0"),
            Comment(""),
            Comment("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            Comment("data:fail"),
            Comment("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            message("1\n2\n3\n4"),
        ],
    )
    .as_written(),
    row(
        "format-data-before-final-empty-line",
        b"retry:1000\ndata:test1\n\nid:test\ndata:test2",
        &[Retry(1000), message("test1")],
    )
    .reconnection_time(1000)
    .unfinished(message("test2").id("test")),
    row(
        "format-field-data",
        b"data:\n\ndata\ndata\n\ndata:test\n\n",
        &[message(""), message("\n"), message("test")],
    ),
    row("format-field-event", b"event:test\ndata:x\n\ndata:x\n\n", &[event("test", "x"), message("x")]),
    row("format-field-event-empty", b"event: \ndata:data\n\n", &[message("data")]),
    row(
        "format-field-id",
        b"id: \xE2\x80\xA6\nretry: 200\ndata: hello\n\n",
        &[Retry(200), message("hello").id("\u{2026}")],
    )
    .last_event_id("\u{2026}")
    .reconnection_time(200),
    row(
        "format-field-id-2",
        b"id: \xE2\x80\xA6\nretry: 200\ndata: hello\n\ndata: 1\n\ndata: 2\n\n",
        &[
            Retry(200),
            message("hello").id("\u{2026}"),
            message("1").after("\u{2026}"),
            message("2").after("\u{2026}"),
        ],
    )
    .last_event_id("\u{2026}")
    .reconnection_time(200),
    row("format-field-id-3: persists", b"id: 1\ndata: 1\n\ndata:2\n\n", &[message("1").id("1"), message("2").after("1")])
        .last_event_id("1"),
    row(
        "format-field-id-3: changes and persists",
        b"id: 1\ndata: 1\n\nid: 2\ndata:2\n\ndata:3\n\n",
        &[message("1").id("1"), message("2").id("2"), message("3").after("2")],
    )
    .last_event_id("2"),
    row(
        "format-field-id-3: resets",
        b"id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n",
        &[message("1").id("1"), message("2").id(""), message("3")],
    ),
    row("format-field-id-null", b"id: \0\0\nretry: 200\ndata: hello\n\n", &[Retry(200), message("hello")])
        .reconnection_time(200),
    row(
        "format-field-parsing",
        b"data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
        &[message("\0\n 2\n1\n3\n\n4")],
    )
    .as_written(),
    row("format-field-retry", b"retry:02000\ndata:x\n\n", &[Retry(2000), message("x")]).reconnection_time(2000),
    row("format-field-retry-bogus", b"retry:2000\nretry:1000x\ndata:x\n\n", &[Retry(2000), message("x")])
        .reconnection_time(2000),
    row("format-field-retry-empty", b"retry\ndata:test\n\n", &[message("test")]),
    row(
        "format-field-unknown",
        b"data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
        &[Comment("thisisacommentyay"), message("test\n\ntest")],
    ),
    row("format-leading-space", b"data:\ttest\rdata: \ndata:test\n\n", &[message("\ttest\n\ntest")]).as_written(),
    row("format-newlines", b"data:test\r\ndata\ndata:test\r\n\r", &[message("test\n\ntest")]).as_written(),
    row("format-null-character", b"data:\0\n\n\n\n", &[message("\0")]),
    row("format-utf-8", b"data:ok\xE2\x80\xA6\n\n", &[message("ok\u{2026}")]),
    row(
        "event-data",
        b"data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n",
        &[message("msg\nmsg"), Comment(""), message(""), message("end")],
    ),
];

/// 9.2.6: CRLF, LF and CR end a line, and nothing else does.
pub const LINE_ENDS: &[Row] = &[
    row("empty stream", b"", &[]),
    row("one line end", b"\n", &[]),
    row("only line ends", b"\n\n\n\n\n", &[]),
    row("only CR", b"\r", &[]).as_written(),
    row("only mixed line ends", b"\r\r\n\n\r\n\r", &[]).as_written(),
    row(
        "blank lines before, between and after",
        b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n",
        &[message("a"), message("b")],
    ),
    row("a last CR ends the event at once", b"data: a\r\r", &[message("a")]).as_written(),
    row("a last CR after CRLF ends the event at once", b"data: a\r\n\r", &[message("a")]).as_written(),
    row("a last CR after LF ends the event at once", b"data: a\n\r", &[message("a")]).as_written(),
    row("one CRLF is one line end", b"data: a\r\ndata: b\r\n\r\n", &[message("a\nb")]).as_written(),
    row("LF CR is two line ends", b"data: a\n\rdata: b\n\r", &[message("a"), message("b")]).as_written(),
    row("CR CRLF is two line ends", b"data: a\r\r\ndata: b\r\r\n", &[message("a"), message("b")]).as_written(),
    row("CRLF LF is two line ends", b"data: a\r\n\ndata: b\r\n\n", &[message("a"), message("b")]).as_written(),
    row("CRLF CR is two line ends", b"data: a\r\n\rdata: b\r\n\r", &[message("a"), message("b")]).as_written(),
    row("LF CRLF is two line ends", b"data: a\n\r\ndata: b\n\r\n", &[message("a"), message("b")]).as_written(),
    row("LF LF CR has a blank line too many", b"data: a\n\n\rdata: b\n\n\r", &[message("a"), message("b")])
        .as_written(),
    row("CR CR LF LF has a blank line too many", b"data: a\r\r\n\ndata: b\r\r\n\n", &[message("a"), message("b")])
        .as_written(),
    row("every line end in one event", b"data: a\rdata: b\ndata: c\r\ndata: d\r\n\r\n", &[message("a\nb\nc\nd")])
        .as_written(),
    row("every line end between empty data", b"data\rdata\ndata\r\ndata\r\r", &[message("\n\n\n")]).as_written(),
    row("CR after a name", b"event\rdata\rid\rretry\r\r", &[message("").id("")]).as_written(),
    row(
        "U+2028, U+2029, U+0085, VT, FF, RS end no line",
        b"data: a\xE2\x80\xA8b\xE2\x80\xA9c\xC2\x85d\x0Be\x0Cf\x1Eg\n\n",
        &[message("a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f\u{1E}g")],
    ),
    row(
        "U+2028, U+2029, U+0085, VT, FF make no blank line",
        b"data: a\n\xE2\x80\xA8\n\xE2\x80\xA9\n\xC2\x85\n\x0B\n\x0C\ndata: b\n\n",
        &[message("a\nb")],
    ),
    row("a space, a tab, a NUL make no blank line", b"data: a\n \n\t\n\0\n  \ndata: b\n\n", &[message("a\nb")]),
    row("a raw 0x85 ends no line", b"data: a\x85data: b\n\n", &[message("a\u{FFFD}data: b")]),
    row("an escaped line end is text", b"data: a\\ndata: b\\r\n\n", &[message("a\\ndata: b\\r")]),
];

/// One U+FEFF at the very start is no content; any other is.
pub const BYTE_ORDER_MARK: &[Row] = &[
    row("alone", b"\xEF\xBB\xBF", &[]).no_bom(),
    row("before a line end", b"\xEF\xBB\xBF\n", &[]).no_bom(),
    row("before a blank line and an event", b"\xEF\xBB\xBF\n\ndata: a\n\n", &[message("a")]).no_bom(),
    row("before CRLF", b"\xEF\xBB\xBF\r\ndata: a\r\n\r\n", &[message("a")]).as_written().no_bom(),
    row("before a lone CR", b"\xEF\xBB\xBF\rdata: a\r\r", &[message("a")]).as_written().no_bom(),
    row("before a comment", b"\xEF\xBB\xBF: a\n\n", &[Comment("a")]).no_bom(),
    row("before an unfinished line", b"\xEF\xBB\xBFdata: a", &[]).unfinished(message("a")).no_bom(),
    row("two alone", b"\xEF\xBB\xBF\xEF\xBB\xBF", &[]).no_bom(),
    row("two before a comment", b"\xEF\xBB\xBF\xEF\xBB\xBF: a\n\n", &[]).no_bom(),
    row("two, the second one cut short", b"\xEF\xBB\xBF\xEF\xBB\ndata: a\n\n", &[message("a")]).no_bom(),
    row("cut after one byte", b"\xEF", &[]),
    row("cut after two bytes", b"\xEF\xBB", &[]),
    row("one byte of it, then a line end", b"\xEF\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a line end", b"\xEF\xBB\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then a field", b"\xEFdata: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a field", b"\xEF\xBBdata: x\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then a comment", b"\xEF: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a comment", b"\xEF\xBB: x\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then all of it", b"\xEF\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then all of it", b"\xEF\xBB\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("another character that starts alike", b"\xEF\xBB\xBEdata: x\ndata: a\n\n", &[message("a")]),
    row("after a blank line", b"\n\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("after a space", b" \xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("at the start of a later line", b"data: a\n\xEF\xBB\xBFdata: x\ndata: b\n\n", &[message("a\nb")]),
    row("before a later blank line", b"data: a\n\xEF\xBB\xBF\ndata: b\n\n", &[message("a\nb")]),
    row("before a later comment", b"data: a\n\xEF\xBB\xBF: x\n\n", &[message("a")]),
    row("in a value", b"data: \xEF\xBB\xBFa\xEF\xBB\xBF\n\n", &[message("\u{FEFF}a\u{FEFF}")]),
    row("between the colon and the space", b"data:\xEF\xBB\xBF a\n\n", &[message("\u{FEFF} a")]),
    row("of UTF-16", b"\xFF\xFEdata: x\ndata: a\n\n", &[message("a")]),
    row("of UTF-16, big-endian", b"\xFE\xFFdata: x\ndata: a\n\n", &[message("a")]),
];

/// The data buffer: one space less, LF between the lines, dispatched if there was a line at all.
pub const DATA: &[Row] = &[
    row("no space after the colon", b"data:a\n\n", &[message("a")]),
    row("one space after the colon", b"data: a\n\n", &[message("a")]),
    row("two spaces after the colon", b"data:  a\n\n", &[message(" a")]),
    row("four spaces after the colon", b"data:    a\n\n", &[message("   a")]),
    row("a tab after the colon", b"data:\ta\n\n", &[message("\ta")]),
    row("a space and a tab after the colon", b"data: \ta\n\n", &[message("\ta")]),
    row("a no-break space after the colon", b"data:\xC2\xA0a\n\n", &[message("\u{A0}a")]),
    row("spaces at the end", b"data: a  \n\n", &[message("a  ")]),
    row("only a space", b"data: \n\n", &[message("")]),
    row("only two spaces", b"data:  \n\n", &[message(" ")]),
    row("no value", b"data:\n\n", &[message("")]),
    row("no colon", b"data\n\n", &[message("")]),
    row("two empty lines", b"data\ndata:\n\n", &[message("\n")]),
    row("three empty lines", b"data: \ndata\ndata:\n\n", &[message("\n\n")]),
    row("an empty line first", b"data\ndata: a\n\n", &[message("\na")]),
    row("an empty line last", b"data: a\ndata\n\n", &[message("a\n")]),
    row("empty lines in the middle", b"data: a\ndata\ndata: \ndata: b\n\n", &[message("a\n\n\nb")]),
    row("one byte", b"data:a\n\ndata:b\n\n", &[message("a"), message("b")]),
    row("a colon", b"data::\n\n", &[message(":")]),
    row("a space and a colon", b"data: :\n\n", &[message(":")]),
    row("colons", b"data::: a:b: c:\n\n", &[message(":: a:b: c:")]),
    row("a field", b"data: data: a\n\n", &[message("data: a")]),
    row("a comment", b"data: : a\n\n", &[message(": a")]),
    row("lines in between that are ignored", b"data: a\nfoo\nfoo: bar\ndata: b\n\n", &[message("a\nb")]),
    row("a comment in between", b"data: a\n: c\ndata: b\n\n", &[Comment("c"), message("a\nb")]),
    row(
        "every field in between",
        b"data: a\nevent: t\ndata: b\nid: 1\ndata: c\nretry: 5\ndata: d\n\n",
        &[Retry(5), event("t", "a\nb\nc\nd").id("1")],
    )
    .last_event_id("1")
    .reconnection_time(5),
    row("does not survive the blank line", b"data: a\n\ndata: b\n\n", &[message("a"), message("b")]),
    row("none: nothing is dispatched", b"event: t\nid: 1\nretry: 5\n: c\nfoo: bar\n\n", &[Retry(5), Comment("c")])
        .last_event_id("1")
        .reconnection_time(5),
    row(
        "empty event, then a full one, then an empty one",
        b"data\n\ndata: a\n\ndata:\n\n",
        &[message(""), message("a"), message("")],
    ),
    row(
        "short after long",
        b"data: abcdefghijklmnopqrstuvwxyz\ndata: 0123456789\n\ndata: a\n\ndata\n\n",
        &[message("abcdefghijklmnopqrstuvwxyz\n0123456789"), message("a"), message("")],
    ),
];

/// The event type buffer: the last one wins, an empty one is no type, the blank line forgets it.
pub const EVENT_TYPE: &[Row] = &[
    row("before the data", b"event: t\ndata: a\n\n", &[event("t", "a")]),
    row("after the data", b"data: a\nevent: t\n\n", &[event("t", "a")]),
    row("of one event is not that of the next", b"event: t\ndata: a\n\ndata: b\n\n", &[event("t", "a"), message("b")]),
    row("without data is forgotten", b"event: t\n\ndata: a\n\n", &[message("a")]),
    row("without data is forgotten, id and all", b"event: t\nid: 1\n\ndata: a\n\n", &[message("a").after("1")])
        .last_event_id("1"),
    row("the last one wins", b"event: t\nevent: u\ndata: a\n\n", &[event("u", "a")]),
    row("the last one wins around the data", b"event: t\ndata: a\nevent: u\n\n", &[event("u", "a")]),
    row("a shorter one wins", b"event: long\nevent: t\ndata: a\n\n", &[event("t", "a")]),
    row("an empty one takes it back", b"event: t\nevent:\ndata: a\n\n", &[message("a")]),
    row("a space takes it back", b"event: t\nevent: \ndata: a\n\n", &[message("a")]),
    row("one without a colon takes it back", b"event: t\ndata: a\nevent\n\n", &[message("a")]),
    row("empty, then one", b"event\nevent: t\ndata: a\n\n", &[event("t", "a")]),
    row("message, written out", b"event: message\ndata: a\n\n", &[message("a")]),
    row("another case is another type", b"event: Message\ndata: a\n\n", &[event("Message", "a")]),
    row("only one space goes", b"event:  t \ndata: a\n\n", &[event(" t ", "a")]),
    row("two spaces are a type", b"event:  \ndata: a\n\n", &[event(" ", "a")]),
    row("a tab stays", b"event:\tt\ndata: a\n\n", &[event("\tt", "a")]),
    row("with colons", b"event: t:u:\ndata: a\n\n", &[event("t:u:", "a")]),
    row("a name of a field", b"event: data\ndata: event\n\n", &[event("data", "event")]),
    row(
        "of an event source's own event",
        b"event: error\ndata: a\n\nevent: open\ndata: b\n\n",
        &[event("error", "a"), event("open", "b")],
    ),
    row("non-ASCII", b"event: \xE4\xBA\x8B\xE4\xBB\xB6\ndata: a\n\n", &[event("\u{4E8B}\u{4EF6}", "a")]),
    row(
        "repeated and alternating",
        b"event: t\ndata: a\n\nevent: u\ndata: b\n\nevent: t\ndata: c\n\ndata: d\n\n",
        &[event("t", "a"), event("u", "b"), event("t", "c"), message("d")],
    ),
];

/// The last event ID buffer: set by a valid field, committed by the blank line, never reset.
pub const ID: &[Row] = &[
    row("before the data", b"id: 1\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("after the data", b"data: a\nid: 1\n\n", &[message("a").id("1")]).last_event_id("1"),
    row(
        "stays",
        b"id: 1\ndata: a\n\ndata: b\n\ndata: c\n\n",
        &[message("a").id("1"), message("b").after("1"), message("c").after("1")],
    )
    .last_event_id("1"),
    row(
        "the same one again is the event's own",
        b"id: 1\ndata: a\n\nid: 1\ndata: b\n\n",
        &[message("a").id("1"), message("b").id("1")],
    )
    .last_event_id("1"),
    row(
        "alternating",
        b"id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 1\ndata: c\n\ndata: d\n\n",
        &[message("a").id("1"), message("b").id("2"), message("c").id("1"), message("d").after("1")],
    )
    .last_event_id("1"),
    row("without data counts for what follows", b"id: 1\n\ndata: a\n\n", &[message("a").after("1")]).last_event_id("1"),
    row("without data, alone", b"id: 1\n\n", &[]).last_event_id("1"),
    row("without data, several", b"id: 1\n\nid: 2\n\nid: 3\n\n", &[]).last_event_id("3"),
    row("without data, with a type", b"event: t\nid: 1\n\ndata: a\n\n", &[message("a").after("1")]).last_event_id("1"),
    row("the last one wins", b"id: 1\nid: 2\ndata: a\n\n", &[message("a").id("2")]).last_event_id("2"),
    row("a shorter one wins", b"id: 12345\nid: 1\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("empty, at first", b"id\ndata: a\n\n", &[message("a").id("")]),
    row(
        "empty resets: no colon",
        b"id: 1\ndata: a\n\nid\ndata: b\n\ndata: c\n\n",
        &[message("a").id("1"), message("b").id(""), message("c")],
    ),
    row("empty resets: a colon", b"id: 1\ndata: a\n\nid:\ndata: b\n\n", &[message("a").id("1"), message("b").id("")]),
    row("empty resets: a space", b"id: 1\ndata: a\n\nid: \ndata: b\n\n", &[message("a").id("1"), message("b").id("")]),
    row("empty resets without data", b"id: 1\ndata: a\n\nid\n\ndata: b\n\n", &[message("a").id("1"), message("b")]),
    row("empty resets within the event", b"id: 1\nid\ndata: a\n\n", &[message("a").id("")]),
    row("empty, then one", b"id\nid: 1\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("with a NUL is ignored", b"id: 1\x002\ndata: a\n\n", &[message("a")]),
    row("of a NUL is ignored", b"id: \0\ndata: a\n\n", &[message("a")]),
    row("of a NUL without a space is ignored", b"id:\0\ndata: a\n\n", &[message("a")]),
    row("with a NUL at its end is ignored", b"id: 12345\0\ndata: a\n\n", &[message("a")]),
    row(
        "with a NUL leaves the last one",
        b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n",
        &[message("a").id("1"), message("b").after("1")],
    )
    .last_event_id("1"),
    row("with a NUL without data leaves the last one", b"id: 1\n\nid: 2\0\n\ndata: a\n\n", &[message("a").after("1")])
        .last_event_id("1"),
    row("with a NUL, then a valid one", b"id: 1\0\nid: 2\ndata: a\n\n", &[message("a").id("2")]).last_event_id("2"),
    row("valid, then with a NUL", b"id: 1\nid: 2\0\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("valid, then with a NUL, longer", b"id: 1\nid: 23456\x007\ndata: a\n\n", &[message("a").id("1")])
        .last_event_id("1"),
    row("empty, then with a NUL", b"id: 1\n\nid\nid: 2\0\ndata: a\n\n", &[message("a").id("")]),
    row("valid, with a NUL, valid", b"id: 1\nid: 2\0\nid: 3\ndata: a\n\n", &[message("a").id("3")]).last_event_id("3"),
    row("only one space goes", b"id:  1 \ndata: a\n\n", &[message("a").id(" 1 ")]).last_event_id(" 1 "),
    row("a tab stays", b"id:\t1\ndata: a\n\n", &[message("a").id("\t1")]).last_event_id("\t1"),
    row("with colons", b"id: 1:2:\ndata: a\n\n", &[message("a").id("1:2:")]).last_event_id("1:2:"),
    row("non-ASCII", b"id: \xE2\x82\xAC\xF0\x9F\x98\x80\ndata: a\n\n", &[message("a").id("\u{20AC}\u{1F600}")])
        .last_event_id("\u{20AC}\u{1F600}"),
    row("of an unfinished event is not committed", b"id: 1\n\nid: 2\ndata: a\n", &[])
        .last_event_id("1")
        .unfinished(message("a").id("2")),
];

/// Two hundred zeros.
macro_rules! zeros {
    () => {
        concat!(
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
        )
    };
}

/// The reconnection time: ASCII digits alone, at the line's end.
pub const RETRY: &[Row] = &[
    row("acts at its line's end", b"retry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("acts before its event", b"data: a\nretry: 5\ndata: b\n\n", &[Retry(5), message("a\nb")]).reconnection_time(5),
    row("alone in its event", b"retry: 5\n\ndata: a\n\n", &[Retry(5), message("a")]).reconnection_time(5),
    row("each one acts", b"retry: 1\nretry: 2\n\nretry: 3\n\n", &[Retry(1), Retry(2), Retry(3)]).reconnection_time(3),
    row("the same one acts again", b"retry: 5\nretry: 5\n", &[Retry(5), Retry(5)]).reconnection_time(5),
    row("no space", b"retry:5\n", &[Retry(5)]).reconnection_time(5),
    row("zero", b"retry: 0\n", &[Retry(0)]).reconnection_time(0),
    row("every digit", b"retry: 1234567890\n", &[Retry(1_234_567_890)]).reconnection_time(1_234_567_890),
    row("above a u32", b"retry: 4294967296\n", &[Retry(4_294_967_296)]).reconnection_time(4_294_967_296),
    row("u64::MAX", b"retry: 18446744073709551615\n", &[Retry(u64::MAX)]).reconnection_time(u64::MAX),
    row("u64::MAX + 1 is ignored", b"retry: 5\nretry: 18446744073709551616\n", &[Retry(5)]).reconnection_time(5),
    row("u64::MAX + 10 is ignored", b"retry: 18446744073709551625\n", &[]),
    row("ten times u64::MAX is ignored", b"retry: 184467440737095516150\n", &[]),
    row("twenty nines are ignored", b"retry: 99999999999999999999\n", &[]),
    row("what wraps to 5 is ignored", b"retry: 18446744073709551621\n", &[]),
    row("forty digits are ignored", b"retry: 1000000000000000000000000000000000000005\ndata: a\n\n", &[message("a")]),
    row("a leading zero", b"retry: 05\n", &[Retry(5)]).reconnection_time(5),
    row("two zeros", b"retry: 00\n", &[Retry(0)]).reconnection_time(0),
    row("hundreds of leading zeros", concat!("retry: ", zeros!(), "7\n").as_bytes(), &[Retry(7)]).reconnection_time(7),
    row("hundreds of zeros", concat!("retry: ", zeros!(), "\n").as_bytes(), &[Retry(0)]).reconnection_time(0),
    row(
        "leading zeros, then u64::MAX",
        concat!("retry: ", zeros!(), "18446744073709551615\n").as_bytes(),
        &[Retry(u64::MAX)],
    )
    .reconnection_time(u64::MAX),
    row("leading zeros, then u64::MAX + 1", concat!("retry: ", zeros!(), "18446744073709551616\n").as_bytes(), &[]),
    row("leading zeros, then a letter", concat!("retry: ", zeros!(), "x\n").as_bytes(), &[]),
    row("no colon is ignored", b"retry: 5\nretry\n", &[Retry(5)]).reconnection_time(5),
    row("no value is ignored", b"retry: 5\nretry:\n", &[Retry(5)]).reconnection_time(5),
    row("only a space is ignored", b"retry: 5\nretry: \n", &[Retry(5)]).reconnection_time(5),
    row("a plus sign is ignored", b"retry: +5\n", &[]),
    row("a minus sign is ignored", b"retry: -5\n", &[]),
    row("only a sign is ignored", b"retry: +\n\nretry: -\n\n", &[]),
    row("two spaces are ignored", b"retry:  5\n", &[]),
    row("a tab is ignored", b"retry:\t5\n", &[]),
    row("a trailing space is ignored", b"retry: 5 \n", &[]),
    row("a trailing tab is ignored", b"retry: 5\t\n", &[]),
    row("a space within is ignored", b"retry: 5 5\n", &[]),
    row("a unit is ignored", b"retry: 5ms\n", &[]),
    row("a leading letter is ignored", b"retry: x5\n", &[]),
    row("a fraction is ignored", b"retry: 5.0\n\nretry: 5,0\n\n", &[]),
    row("an exponent is ignored", b"retry: 1e3\n", &[]),
    row("another base is ignored", b"retry: 0x10\n\nretry: 0b1\n\nretry: ff\n\n", &[]),
    row("separators are ignored", b"retry: 1_000\n\nretry: 1,000\n\nretry: 1'000\n\n", &[]),
    row("a colon is ignored", b"retry: 5:\n\nretry::5\n\nretry: :5\n\n", &[]),
    row("the neighbours of the digits are ignored", b"retry: /\n\nretry: :\n\nretry: 5/\n\n", &[]),
    row("Arabic digits are ignored", b"retry: \xD9\xA5\n", &[]),
    row("full-width digits are ignored", b"retry: \xEF\xBC\x95\n", &[]),
    row("a superscript digit is ignored", b"retry: 5\xC2\xB2\n", &[]),
    row("a NUL is ignored", b"retry: 5\0\n\nretry: \x005\n\nretry: \0\n\n", &[]),
    row("an ignored one leaves its event alone", b"data: a\nretry: x\nid: 1\n\n", &[message("a").id("1")])
        .last_event_id("1"),
    row("after an ignored one", b"retry: x\nretry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("after one too large", b"retry: 18446744073709551616\nretry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("on an unfinished line does not act", b"retry: 5", &[]),
    row("on an unfinished line leaves the one before", b"retry: 4\nretry: 5", &[Retry(4)]).reconnection_time(4),
    row("after a last CR acts", b"retry: 5\r", &[Retry(5)]).reconnection_time(5).as_written(),
];

/// Names are compared literally; a line with any other is ignored.
pub const NAMES: &[Row] = &[
    row("upper case", b"DATA: x\nEVENT: x\nID: x\nRETRY: 9\ndata: a\n\n", &[message("a")]),
    row("first letter upper case", b"Data: x\nEvent: x\nId: x\nRetry: 9\ndata: a\n\n", &[message("a")]),
    row("last letter upper case", b"datA: x\nevenT: x\niD: x\nretrY: 9\ndata: a\n\n", &[message("a")]),
    row("upper case, no colon", b"DATA\nEVENT\nID\nRETRY\n\n", &[]),
    row("a trailing space", b"data : x\nevent : x\nid : x\nretry : 9\ndata: a\n\n", &[message("a")]),
    row("a trailing space, no colon", b"data \nevent \nid \nretry \n\n", &[]),
    row("a trailing tab", b"data\t: x\nevent\t: x\nid\t: x\nretry\t: 9\ndata: a\n\n", &[message("a")]),
    row("a leading space", b" data: x\n event: x\n id: x\n retry: 9\ndata: a\n\n", &[message("a")]),
    row("a leading tab", b"\tdata: x\n\tevent: x\n\tid: x\n\tretry: 9\ndata: a\n\n", &[message("a")]),
    row("a leading space before a colon", b" : x\n :\ndata: a\n\n", &[message("a")]),
    row("a prefix of data", b"d: x\nda: x\ndat: x\nd\nda\ndat\nd:\nda:\ndat:\n\n", &[]),
    row("a prefix of event", b"e: x\nev: x\neve: x\neven: x\ne\nev\neve\neven\neven:\ndata: a\n\n", &[message("a")]),
    row("a prefix of id", b"i: x\ni\ni:\ndata: a\n\n", &[message("a")]),
    row("a prefix of retry", b"r: 9\nre: 9\nret: 9\nretr: 9\nr\nre\nret\nretr\nretr:\n\n", &[]),
    row("one letter too many", b"dataa: x\nevents: x\nidd: x\nids: x\nretryy: 9\ndata: a\n\n", &[message("a")]),
    row("one letter too many, no colon", b"dataa\nevents\nidd\nretry5\n\n", &[]),
    row("one letter wrong", b"dato: x\nevenz: x\nis: x\nretri: 9\ndata: a\n\n", &[message("a")]),
    row("the first letter wrong", b"xata: x\nxvent: x\nxd: x\nxetry: 9\ndata: a\n\n", &[message("a")]),
    row("of another field's length", b"even: x\nretr: x\ndatas: x\nda: x\nxx: x\ndata: a\n\n", &[message("a")]),
    row("two names", b"datadata: x\ndataid: x\niddata: x\neventdata: x\ndata: a\n\n", &[message("a")]),
    row("a NUL after the name", b"data\0: x\nevent\0: x\nid\0: x\nretry\0: 9\ndata: a\n\n", &[message("a")]),
    row("a NUL before the name", b"\0data: x\n\0event: x\n\0id: x\n\0retry: 9\ndata: a\n\n", &[message("a")]),
    row("a NUL in the name", b"da\0ta: x\nev\0ent: x\ni\0d: x\nre\0try: 9\ndata: a\n\n", &[message("a")]),
    row("a NUL for a name", b"\0: x\n\0\n\0\0\ndata: a\n\n", &[message("a")]),
    row("an equals sign", b"data= x\nevent=x\nid=1\nretry=9\ndata: a\n\n", &[message("a")]),
    row("a full-width colon", b"data\xEF\xBC\x9A x\nid\xEF\xBC\x9A1\ndata: a\n\n", &[message("a")]),
    row("a zero-width space", b"data\xE2\x80\x8B: x\n\xE2\x80\x8Bid: x\ndata: a\n\n", &[message("a")]),
    row("look-alike letters", b"d\xD0\xB0ta: x\nid\xCC\x87: x\ndata: a\n\n", &[message("a")]),
    row(
        "ill-formed, after the name",
        b"data\xFF: x\nevent\xC3: x\nid\x80: x\nretry\xE2: 9\ndata: a\n\n",
        &[message("a")],
    ),
    row(
        "ill-formed, before the name",
        b"\xFFdata: x\n\xC3event: x\n\x80id: x\n\xE2retry: 9\ndata: a\n\n",
        &[message("a")],
    ),
    row("ill-formed, in the name", b"da\xFFta: x\nev\xC3ent: x\ni\x80d: x\nre\xE2try: 9\ndata: a\n\n", &[message("a")]),
    row("ill-formed, no colon", b"data\xFF\n\xFF\n\xC3\nid\x80\n\n", &[]),
    row(
        "any other",
        b"foo: bar\nfoo\nfoo:\nmessage: x\ntype: x\nname: x\nlast-event-id: 1\n\ndata: a\n\n",
        &[message("a")],
    ),
    row("any other, long", b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz: x\ndata: a\n\n", &[message("a")]),
    row("any other, with colons", b"foo:data: x\nfoo: id: 1\nfoo::\ndata: a\n\n", &[message("a")]),
    row("no colon at all", b"data\nevent\nid\nretry\n\n", &[message("").id("")]),
    row("a colon and nothing else", b"data:\nevent:\nid:\nretry:\n\n", &[message("").id("")]),
];

/// A line that starts with a colon is ignored; its text is shown to whoever asks.
pub const COMMENTS: &[Row] = &[
    row("a colon alone", b":\n", &[Comment("")]),
    row("a keep-alive", b":\n\n:\n\n", &[Comment(""), Comment("")]),
    row("a colon and a space", b": \n", &[Comment("")]),
    row("a colon and two spaces", b":  \n", &[Comment(" ")]),
    row("text without a space", b":a\n", &[Comment("a")]),
    row("text after a space", b": a\n", &[Comment("a")]),
    row("text after two spaces", b":  a \n", &[Comment(" a ")]),
    row("text after a tab", b":\ta\n", &[Comment("\ta")]),
    row("two colons", b"::\n", &[Comment(":")]),
    row("two colons and text", b":: a\n", &[Comment(": a")]),
    row("a field", b":data: a\n: data: b\n\n", &[Comment("data: a"), Comment("data: b")]),
    row("a retry", b":retry: 5\n: id: 1\n\n", &[Comment("retry: 5"), Comment("id: 1")]),
    row("between events", b"data: a\n\n: c\n\ndata: b\n\n", &[message("a"), Comment("c"), message("b")]),
    row("before its event", b": c\ndata: a\n\n", &[Comment("c"), message("a")]),
    row("after the data", b"data: a\n: c\n\n", &[Comment("c"), message("a")]),
    row(
        "several in an event",
        b": c\ndata: a\n:\n: d\ndata: b\n: e\n\n",
        &[Comment("c"), Comment(""), Comment("d"), Comment("e"), message("a\nb")],
    ),
    row(
        "between type, id and data",
        b"event: t\n: c\nid: 1\n: d\ndata: a\n\n",
        &[Comment("c"), Comment("d"), event("t", "a").id("1")],
    )
    .last_event_id("1"),
    row("with a NUL", b": a\0b\n", &[Comment("a\0b")]),
    row("non-ASCII", b": \xE2\x82\xAC\xF0\x9F\x98\x80\n", &[Comment("\u{20AC}\u{1F600}")]),
    row("unfinished is not shown", b": a\n: b", &[Comment("a")]),
    row("a colon, unfinished", b":", &[]),
    row("with a last CR is shown", b": a\r", &[Comment("a")]).as_written(),
    row(
        "short after long",
        b": abcdefghijklmnopqrstuvwxyz\n: a\n:\n",
        &[Comment("abcdefghijklmnopqrstuvwxyz"), Comment("a"), Comment("")],
    ),
];

/// U+0000 is a character as any other, except in an id.
pub const NUL: &[Row] = &[
    row("in data", b"data: a\0b\n\n", &[message("a\0b")]),
    row("as data", b"data:\0\ndata: \0\0\n\n", &[message("\0\n\0\0")]),
    row("before a space in data", b"data:\0 a\n\n", &[message("\0 a")]),
    row("in a type", b"event: t\0u\ndata: a\n\n", &[event("t\0u", "a")]),
    row("as a type", b"event: \0\ndata: a\n\n", &[event("\0", "a")]),
    row(
        "in everything",
        b"event: \0\ndata: \0\nid: \0\nretry: \0\n: \0\n\0: \0\n\n",
        &[Comment("\0"), event("\0", "\0")],
    ),
];

/// Ill-formed UTF-8 is replaced by U+FFFD for each maximal subpart.
pub const UTF_8: &[Row] = &[
    row(
        "well-formed: the ends of every length",
        b"data: \x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\n\n",
        &[message("\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}")],
    ),
    row("well-formed: around the surrogates", b"data: \xED\x9F\xBF\xEE\x80\x80\n\n", &[message("\u{D7FF}\u{E000}")]),
    row("well-formed: noncharacters", b"data: \xEF\xBF\xBE\xEF\xB7\x90\n\n", &[message("\u{FFFE}\u{FDD0}")]),
    row("well-formed: U+FFFD itself", b"data: \xEF\xBF\xBD\n\n", &[message("\u{FFFD}")]),
    row("a lone continuation byte", b"data: a\x80b\n\n", &[message("a\u{FFFD}b")]),
    row("two continuation bytes", b"data: \x80\xBF\n\n", &[message("\u{FFFD}\u{FFFD}")]),
    row("one continuation byte too many", b"data: \xE2\x82\xAC\x80\n\n", &[message("\u{20AC}\u{FFFD}")]),
    row("0xFF", b"data: a\xFFb\n\n", &[message("a\u{FFFD}b")]),
    row("0xFE", b"data: a\xFEb\n\n", &[message("a\u{FFFD}b")]),
    row("0xFE 0xFF alone", b"data:\xFE\xFF\n\n", &[message("\u{FFFD}\u{FFFD}")]),
    row("0xC0, 0xC1", b"data: \xC0\xC1\n\n", &[message("\u{FFFD}\u{FFFD}")]),
    row("overlong, two bytes", b"data: \xC0\xAF\n\n", &[message("\u{FFFD}\u{FFFD}")]),
    row("overlong, three bytes", b"data: \xE0\x9F\xBF\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("overlong, four bytes", b"data: \xF0\x8F\xBF\xBF\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("overlong NUL", b"data: \xC0\x80\xE0\x80\x80\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row(
        "overlong LF and CR end no line",
        b"data: a\xC0\x8Ab\xC0\x8Dc\n\n",
        &[message("a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}c")],
    ),
    row("overlong colon is none", b"data\xC0\xBA x\ndata: a\n\n", &[message("a")]),
    row("overlong space is none", b"data:\xC0\xA0a\n\n", &[message("\u{FFFD}\u{FFFD}a")]),
    row("a surrogate", b"data: \xED\xA0\x80\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("the last surrogate", b"data: \xED\xBF\xBF\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row(
        "a pair of surrogates",
        b"data: \xED\xA0\xBD\xED\xB8\x80\n\n",
        &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")],
    ),
    row("above U+10FFFF", b"data: \xF4\x90\x80\x80\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("0xF5", b"data: \xF5\x80\x80\x80\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("five bytes", b"data: \xF8\x88\x80\x80\x80\n\n", &[message("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("two bytes, truncated at the line's end", b"data: a\xC3\n\n", &[message("a\u{FFFD}")]),
    row(
        "three bytes, truncated at the line's end",
        b"data: a\xE2\n\ndata: b\xE2\x82\n\n",
        &[message("a\u{FFFD}"), message("b\u{FFFD}")],
    ),
    row(
        "four bytes, truncated at the line's end",
        b"data: a\xF0\n\ndata: b\xF0\x9F\n\ndata: c\xF0\x9F\x98\n\n",
        &[message("a\u{FFFD}"), message("b\u{FFFD}"), message("c\u{FFFD}")],
    ),
    row("the rest on the next line", b"data: \xE2\x82\n\xACdata: x\ndata: \xAC\n\n", &[message("\u{FFFD}\n\u{FFFD}")]),
    row(
        "the rest in the next event",
        b"data: \xF0\x9F\n\ndata: \x98\x80\n\n",
        &[message("\u{FFFD}"), message("\u{FFFD}\u{FFFD}")],
    ),
    row("truncated before ASCII", b"data: \xC3(\xE2\x82a\xF0\x9F\x98b\n\n", &[message("\u{FFFD}(\u{FFFD}a\u{FFFD}b")]),
    row("truncated before a space", b"data:\xE2 a\n\n", &[message("\u{FFFD} a")]),
    row("truncated before a colon", b"data:\xE2:a\n\n", &[message("\u{FFFD}:a")]),
    row("truncated before a NUL", b"data: \xE2\x82\0\n\n", &[message("\u{FFFD}\0")]),
    row(
        "truncated before another",
        b"data: \xE2\x82\xE2\x82\xAC\xF0\x9F\xC3\xA9\n\n",
        &[message("\u{FFFD}\u{20AC}\u{FFFD}\u{E9}")],
    ),
    row(
        "maximal subparts, the Unicode standard's example",
        b"data: a\xF1\x80\x80\xE1\x80\xC2b\x80c\x80\xBFd\n\n",
        &[message("a\u{FFFD}\u{FFFD}\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}d")],
    ),
    row(
        "in one event of three",
        b"data: a\n\ndata: \xFF\n\ndata: b\n\n",
        &[message("a"), message("\u{FFFD}"), message("b")],
    ),
    row(
        "in one line of three",
        b"data: \xE2\x82\xAC\ndata: \xFF\ndata: \xE2\x82\xAC\n\n",
        &[message("\u{20AC}\n\u{FFFD}\n\u{20AC}")],
    ),
    row("Latin-1", b"data: caf\xE9\n\n", &[message("caf\u{FFFD}")]),
    row("in a type: 0xFF", b"event: t\xFFu\ndata: a\n\n", &[event("t\u{FFFD}u", "a")]),
    row("in a type: overlong", b"event: \xC0\x80\ndata: a\n\n", &[event("\u{FFFD}\u{FFFD}", "a")]),
    row("in a type: a surrogate", b"event: \xED\xA0\x80\ndata: a\n\n", &[event("\u{FFFD}\u{FFFD}\u{FFFD}", "a")]),
    row(
        "in a type: above U+10FFFF",
        b"event: \xF4\x90\x80\x80\ndata: a\n\n",
        &[event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}", "a")],
    ),
    row(
        "in a type: truncated",
        b"data: a\nevent: \xE2\x82\n\nevent: \xF0\x9Ft\ndata: b\n\n",
        &[event("\u{FFFD}", "a"), event("\u{FFFD}t", "b")],
    ),
    row(
        "in a type: of this event alone",
        b"event: \xFF\ndata: a\n\nevent: t\ndata: b\n\n",
        &[event("\u{FFFD}", "a"), event("t", "b")],
    ),
    row("in an id: 0xFF", b"id: 1\xFF2\ndata: a\n\n", &[message("a").id("1\u{FFFD}2")]).last_event_id("1\u{FFFD}2"),
    row("in an id: an overlong NUL is none", b"id: 1\xC0\x80\ndata: a\n\n", &[message("a").id("1\u{FFFD}\u{FFFD}")])
        .last_event_id("1\u{FFFD}\u{FFFD}"),
    row("in an id: a surrogate", b"id: \xED\xA0\x80\ndata: a\n\n", &[message("a").id("\u{FFFD}\u{FFFD}\u{FFFD}")])
        .last_event_id("\u{FFFD}\u{FFFD}\u{FFFD}"),
    row("in an id: above U+10FFFF", b"id: \xF4\x90\x80\x80\n\n", &[]).last_event_id("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    row(
        "in an id: truncated",
        b"id: \xE2\x82\ndata: a\n\ndata: b\n\n",
        &[message("a").id("\u{FFFD}"), message("b").after("\u{FFFD}")],
    )
    .last_event_id("\u{FFFD}"),
    row("in an id: without data", b"id: \x80\n\ndata: a\n\n", &[message("a").after("\u{FFFD}")])
        .last_event_id("\u{FFFD}"),
    row("in an id: before a NUL", b"id: \xE2\x82\0\ndata: a\n\n", &[message("a")]),
    row(
        "in every field of an event",
        b"id: \xFF\nevent: \xC3\ndata: \x80\n\n",
        &[event("\u{FFFD}", "\u{FFFD}").id("\u{FFFD}")],
    )
    .last_event_id("\u{FFFD}"),
    row("in a comment: 0xFF, 0xFE", b": a\xFF\xFEb\n", &[Comment("a\u{FFFD}\u{FFFD}b")]),
    row("in a comment: overlong", b": \xC0\xAF\n", &[Comment("\u{FFFD}\u{FFFD}")]),
    row("in a comment: a surrogate", b": \xED\xA0\x80\n", &[Comment("\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("in a comment: above U+10FFFF", b": \xF4\x90\x80\x80\n", &[Comment("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
    row("in a comment: truncated", b": \xE2\x82\n:\xF0\x9F a\n\n", &[Comment("\u{FFFD}"), Comment("\u{FFFD} a")]),
    row(
        "in a comment: around an event",
        b": \xFF\ndata: a\n: \xE2\n\n",
        &[Comment("\u{FFFD}"), Comment("\u{FFFD}"), message("a")],
    ),
    row(
        "in a comment: the event's text is sound",
        b"data: \xE2\x82\xAC\n: \xE2\x82\n\n",
        &[Comment("\u{FFFD}"), message("\u{20AC}")],
    ),
    row("in a retry", b"retry: 5\xFF\n\nretry: \x805\n\nretry: \xE2\x82\n\nretry: 5\xC0\xB0\n\n", &[]),
    row("in an ignored line", b"\xFF: \xFF\nfoo: \xC3\nfoo\x80\n\xE2\x82\ndata: a\n\n", &[message("a")]),
    row(
        "in an ignored line: overlong, surrogate",
        b"\xC0\x80: x\n\xED\xA0\x80\n\xF4\x90\x80\x80:\ndata: a\n\n",
        &[message("a")],
    ),
];

/// A stream that ends within an event: nothing of it acts, but it can be asked for.
pub const UNFINISHED: &[Row] = &[
    row("a value", b"data: a", &[]).unfinished(message("a")),
    row("an ended line", b"data: a\n", &[]).unfinished(message("a")),
    row("a line ended by CR", b"data: a\r", &[]).unfinished(message("a")).as_written(),
    row("two lines ended by CR", b"data: a\rdata: b\r", &[]).unfinished(message("a\nb")).as_written(),
    row("a CR of a CRLF", b"data: a\r\ndata: b\r", &[]).unfinished(message("a\nb")).as_written(),
    row("after an event", b"data: a\n\ndata: b", &[message("a")]).unfinished(message("b")),
    row("nothing", b"data: a\n\n", &[message("a")]),
    row("a name", b"data", &[]).unfinished(message("")),
    row("a name and a colon", b"data:", &[]).unfinished(message("")),
    row("a name, a colon, a space", b"data: ", &[]).unfinished(message("")),
    row("a name, a colon, two spaces", b"data:  ", &[]).unfinished(message(" ")),
    row("a part of a name", b"dat", &[]),
    row("a part of a name after data", b"data: a\ndat", &[]).unfinished(message("a")),
    row("a name after data", b"data: a\ndata", &[]).unfinished(message("a\n")),
    row("a name and a colon after data", b"data: a\ndata:", &[]).unfinished(message("a\n")),
    row("a second line", b"data: a\ndata: b", &[]).unfinished(message("a\nb")),
    row("another line", b"data: a\nfoo", &[]).unfinished(message("a")),
    row("a comment", b"data: a\n: b", &[]).unfinished(message("a")),
    row("a type", b"data: a\nevent: t", &[]).unfinished(event("t", "a")),
    row("a type taken back", b"event: t\ndata: a\nevent", &[]).unfinished(message("a")),
    row("a type in the making", b"event: t\ndata: a\neven", &[]).unfinished(event("t", "a")),
    row("an id", b"data: a\nid: 1", &[]).unfinished(message("a").id("1")),
    row("an id, ended", b"data: a\nid: 1\n", &[]).unfinished(message("a").id("1")),
    row("an empty id", b"id: 1\n\ndata: a\nid", &[]).last_event_id("1").unfinished(message("a").id("")),
    row("a second id", b"id: 1\ndata: a\nid: 2", &[]).unfinished(message("a").id("2")),
    row("an id with a NUL", b"id: 1\n\nid: 2\ndata: a\nid: 3\0", &[])
        .last_event_id("1")
        .unfinished(message("a").id("2")),
    row("only an id with a NUL", b"data: a\nid: 3\0", &[]).unfinished(message("a")),
    row("no id of its own", b"id: 1\n\ndata: a", &[]).last_event_id("1").unfinished(message("a").after("1")),
    row("no data: an id", b"id: 1", &[]),
    row("no data: an ended id", b"id: 1\n", &[]),
    row("no data: a type", b"event: t", &[]),
    row("no data: everything else", b"event: t\nid: 1\n: c\nfoo\n", &[Comment("c")]),
    row("a retry", b"data: a\nretry: 5", &[]).unfinished(message("a")),
    row("a retry, ended", b"data: a\nretry: 5\n", &[Retry(5)]).reconnection_time(5).unfinished(message("a")),
    row("data within a character", b"data: a\xE2\x82", &[]).unfinished(message("a\u{FFFD}")),
    row("data within a character of four bytes", b"data: \xF0\x9F\x98", &[]).unfinished(message("\u{FFFD}")),
    row("data within a character, after an ill-formed line", b"data: \xFF\ndata: \xC3", &[])
        .unfinished(message("\u{FFFD}\n\u{FFFD}")),
    row("a type within a character", b"data: a\nevent: t\xF0\x9F", &[]).unfinished(event("t\u{FFFD}", "a")),
    row("an id within a character", b"data: a\nid: \xE2", &[]).unfinished(message("a").id("\u{FFFD}")),
    row("a name within a character", b"data: a\ndata\xC3", &[]).unfinished(message("a")),
];

/// What servers send.
pub const IN_THE_WILD: &[Row] = &[
    row(
        "a chat stream and its end",
        b"data: {\"choices\":[{\"delta\":{\"content\":\" Hi\"}}]}\n\ndata: [DONE]\n\n",
        &[message("{\"choices\":[{\"delta\":{\"content\":\" Hi\"}}]}"), message("[DONE]")],
    ),
    row("an end without its blank line", b"data: {}\n\ndata: [DONE]\n", &[message("{}")]).unfinished(message("[DONE]")),
    row("an end without its line end", b"data: {}\n\ndata: [DONE]", &[message("{}")]).unfinished(message("[DONE]")),
    row(
        "named events",
        b"event: message_start\ndata: {\"type\":\"message_start\"}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
        &[event("message_start", "{\"type\":\"message_start\"}"), event("ping", "{\"type\": \"ping\"}")],
    ),
    row(
        "a priming event with empty data",
        b"id: 0\nretry: 3000\ndata: \n\nevent: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\"}\n\n",
        &[Retry(3000), message("").id("0"), message("{\"jsonrpc\":\"2.0\"}").id("1")],
    )
    .last_event_id("1")
    .reconnection_time(3000),
    row(
        "comments while nothing else comes",
        b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\n",
        &[Comment("OPENROUTER PROCESSING"), Comment("OPENROUTER PROCESSING"), message("{}")],
    ),
    row("JSON over several lines", b"data: {\ndata:   \"a\": 1\ndata: }\n\n", &[message("{\n  \"a\": 1\n}")]),
    row("JSON over several lines, sent raw", b"data: {\n  \"a\": 1\n}\n\n", &[message("{")]),
    row("an error body that is no stream", b"{\"error\": {\"message\": \"no\"}}\n", &[]),
    row("a page that is no stream", b"<html>\n<body>502: Bad Gateway</body>\n</html>\n\n", &[]),
    row(
        "padding first",
        b":                                \n\ndata: a\n\n",
        &[Comment("                               "), message("a")],
    ),
    row(
        "retry first",
        b"retry: 3000\n\nevent: price\nid: 7\ndata: 1.25\n\n",
        &[Retry(3000), event("price", "1.25").id("7")],
    )
    .last_event_id("7")
    .reconnection_time(3000),
];

/// A stream within a limit: what counts, from which byte on it is too much, and what happens then.
#[derive(Debug, Clone, Copy)]
pub struct LimitRow {
    pub name: &'static str,
    pub limit: usize,
    pub wire: &'static [u8],
    /// From `next_event`.
    pub events: &'static [Seen],
    /// From `next_frame`.
    pub frames: &'static [Seen],
}

/// A row in which `next_frame` gives what `next_event` gives.
const fn within(limit: usize, name: &'static str, wire: &'static [u8], events: &'static [Seen]) -> LimitRow {
    LimitRow { name, limit, wire, events, frames: events }
}

impl LimitRow {
    const fn frames(self, frames: &'static [Seen]) -> Self {
        Self { frames, ..self }
    }
}

/// Decision 8, by hand.
pub const LIMIT: &[LimitRow] = &[
    within(3, "data of just the limit", b"data: abc\n\n", &[message("abc")]),
    within(2, "one byte too many, then a fitting event", b"data: abc\n\ndata: de\n\n", &[TooLong(0), message("de")]),
    within(3, "spaces but the first one count", b"data:    a\n\n", &[TooLong(0)]),
    within(4, "the first space is free", b"data:    a\n\n", &[message("   a")]),
    within(
        3,
        "raw bytes count, not what replaces them",
        b"data: \xFF\xFF\xFF\n\n",
        &[message("\u{FFFD}\u{FFFD}\u{FFFD}")],
    ),
    within(3, "the LF between two lines", b"data: a\ndata: b\n\n", &[message("a\nb")]),
    within(2, "the LF between two lines is too much", b"data: a\ndata: b\n\n", &[TooLong(0)]),
    within(3, "the LF before an empty line", b"data: ab\ndata\n\n", &[message("ab\n")]),
    within(2, "the LF before an empty line is too much", b"data: ab\ndata\n\n", &[TooLong(0)]),
    within(3, "the LF counts with the next line's first byte", b"data: ab\ndata: c", &[TooLong(0)]),
    within(2, "the LF does not count before that", b"data: ab\ndata: ", &[]),
    within(0, "an empty event", b"data\n\ndata:\n\n", &[message(""), message("")]),
    within(0, "one LF", b"data\ndata\n\ndata\n\n", &[TooLong(0), message("")]),
    within(2, "the offset after LF LF", b"data: a\n\ndata: abc\n\n", &[message("a"), TooLong(9)]),
    within(2, "the offset after CR CR", b"data: a\r\rdata: abc\r\r", &[message("a"), TooLong(9)]),
    within(2, "the offset after CRLF CRLF", b"data: a\r\n\r\ndata: abc\r\n\r\n", &[message("a"), TooLong(11)]),
    within(2, "the offset after a byte order mark", b"\xEF\xBB\xBFdata: abc\n\n", &[TooLong(0)]),
    within(
        2,
        "the offset counts the byte order mark",
        b"\xEF\xBB\xBFdata: a\n\ndata: abc\n\n",
        &[message("a"), TooLong(12)],
    ),
    within(2, "the offset after blank lines", b"\n\r\n\rdata: abc\n\n", &[TooLong(4)]),
    within(2, "the offset after an event without data", b"event: t\n\ndata: abc\n\n", &[TooLong(10)]),
    within(2, "the offset after a skipped event", b"data: abc\n\n\ndata: abc\n\n", &[TooLong(0), TooLong(12)]),
    within(2, "the offset is not that of the line", b"data: a\nfoo: b\n: c\ndata: abc\n\n", &[TooLong(0)])
        .frames(&[Comment("c"), TooLong(0)]),
    within(3, "one error for one event", b"data: abcd\ndata: abcd\nevent: abcd\nid: abcd\n\n", &[TooLong(0)]),
    within(3, "the type", b"event: tu\ndata: a\n\n", &[event("tu", "a")]),
    within(2, "the type is too much", b"event: tu\ndata: a\n\n", &[TooLong(0)]),
    within(2, "the type, last", b"data: a\nevent: tu\n\n", &[TooLong(0)]),
    within(3, "the type, without data", b"event: tuvw\n\ndata: a\n\n", &[TooLong(0), message("a")]),
    within(4, "a type that was replaced is free", b"event: tuvw\nevent: x\ndata: abc\n\n", &[event("x", "abc")]),
    within(4, "a type that was taken back is free", b"event: tuvw\nevent\ndata: abcd\n\n", &[message("abcd")]),
    within(4, "a type that is replaced by its like", b"event: tuvw\nevent: vwxy\ndata\n\n", &[event("vwxy", "")]),
    within(3, "a type too long, replaced too late", b"event: tuvw\nevent: x\ndata: a\n\n", &[TooLong(0)]),
    within(3, "the id", b"id: 12\ndata: a\n\n", &[message("a").id("12")]),
    within(2, "the id is too much", b"id: 12\ndata: a\n\n", &[TooLong(0)]),
    within(2, "the id, without data", b"id: 123\n\ndata: a\n\n", &[TooLong(0), message("a")]),
    within(4, "an id and the one that replaces it", b"id: 12\nid: 34\ndata: ab\n\n", &[message("ab").id("34")]),
    within(3, "an id and the one that replaces it are too much", b"id: 12\nid: 34\ndata: a\n\n", &[TooLong(0)]),
    within(3, "an id taken back is free", b"id: 123\nid\ndata: abc\n\n", &[message("abc").id("")]),
    within(4, "a void id is free after its NUL", b"id: 1234\x00567\ndata: abcd\n\n", &[message("abcd")]),
    within(3, "a void id counts before its NUL", b"id: 1234\x00567\ndata: a\n\n", &[TooLong(0)]),
    within(0, "a void id that starts with its NUL", b"id: \x0012345\ndata\n\n", &[message("")]),
    within(4, "a void id beside a valid one", b"id: 12\nid: 34\x0056\ndata: ab\n\n", &[message("ab").id("12")]),
    within(3, "a void id beside a valid one is too much", b"id: 12\nid: 34\0\ndata: a\n\n", &[TooLong(0)]),
    within(
        3,
        "the last event ID of earlier events is free",
        b"id: 123\n\ndata: abc\n\n",
        &[message("abc").after("123")],
    ),
    within(
        3,
        "the id of a skipped event is not committed",
        b"id: 1\ndata: a\n\nid: 2\ndata: abcd\nid: 3\n\ndata: b\n\n",
        &[message("a").id("1"), TooLong(15), message("b").after("1")],
    ),
    within(
        3,
        "the type of a skipped event is forgotten",
        b"event: t\ndata: abcd\nevent: u\n\ndata: b\n\n",
        &[TooLong(0), message("b")],
    ),
    within(3, "the retry of a skipped event acts", b"data: abcd\nretry: 5\n\ndata: a\n\n", &[TooLong(0), message("a")])
        .frames(&[TooLong(0), Retry(5), message("a")]),
    within(
        1,
        "names, retry and ignored lines are free",
        b"abcdefgh: ijklmn\nfoo\ndata: a\nretry: 00000005\n\n",
        &[message("a")],
    )
    .frames(&[Retry(5), message("a")]),
    within(3, "type, data and id add up", b"event: t\ndata: a\nid: 1\n\n", &[event("t", "a").id("1")]),
    within(2, "type, data and id are too much", b"event: t\ndata: a\nid: 1\n\n", &[TooLong(0)]),
    within(
        3,
        "nothing adds up over events",
        b"event: t\ndata: a\nid: 1\n\nevent: t\ndata: a\nid: 1\n\nevent: t\n\n",
        &[event("t", "a").id("1"), event("t", "a").id("1")],
    ),
    within(3, "a comment of just the limit", b": abc\ndata: abc\n\n", &[message("abc")])
        .frames(&[Comment("abc"), message("abc")]),
    within(
        2,
        "a comment counts by itself where it is shown",
        b"data: a\n\n: abc\ndata: ab\n\n",
        &[message("a"), message("ab")],
    )
    .frames(&[message("a"), TooLong(9), message("ab")]),
    within(3, "a comment leaves the event around it alone", b"data: a\n: abcd\ndata: b\n\n", &[message("a\nb")])
        .frames(&[TooLong(0), message("a\nb")]),
    within(2, "each comment counts by itself", b": abc\n: ab\n: abc\n\n", &[]).frames(&[
        TooLong(0),
        Comment("ab"),
        TooLong(0),
    ]),
    within(3, "the comments of a skipped event are shown", b"data: abcd\n: c\n: defg\n\n", &[TooLong(0)]).frames(&[
        TooLong(0),
        Comment("c"),
        TooLong(0),
    ]),
    within(3, "an unfinished line is too long as soon as it is", b"data: abcd", &[TooLong(0)]),
    within(3, "an unfinished comment is too long as soon as it is", b": abcd", &[]).frames(&[TooLong(0)]),
    within(3, "an unfinished line that fits", b"data: abc", &[]),
];
