//! Decision 8 by hand: what counts, from which byte on it is too much, and what happens then.

use super::Seen::{Comment, Id, Retry, TooLong};
use super::{Seen, event, message};

/// A stream within a limit.
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

/// A row in which `next_frame` returns what `next_event` returns.
const fn within(limit: usize, name: &'static str, wire: &'static [u8], events: &'static [Seen]) -> LimitRow {
    LimitRow { name, limit, wire, events, frames: events }
}

impl LimitRow {
    const fn frames(self, frames: &'static [Seen]) -> Self {
        Self { frames, ..self }
    }
}

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
    )
    .frames(&[Id("123"), message("abc").after("123")]),
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
