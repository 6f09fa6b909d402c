//! The event type buffer: the last one wins, an empty one means no type, the blank line resets it.

use super::Seen::Id;
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
    row("before the data", b"event: t\ndata: a\n\n", &[event("t", "a")]),
    row("after the data", b"data: a\nevent: t\n\n", &[event("t", "a")]),
    // What looks like a value begins at the length of the name times the event's number.
    row(
        "before long data",
        b"data\n\nevent:t\ndata:xxxxxxxxxxxxxxxxxu\ndata:c\n\n",
        &[message(""), event("t", "xxxxxxxxxxxxxxxxxu\nc")],
    ),
    row("of one event is not that of the next", b"event: t\ndata: a\n\ndata: b\n\n", &[event("t", "a"), message("b")]),
    row("without data is forgotten", b"event: t\n\ndata: a\n\n", &[message("a")]),
    row(
        "without data is forgotten, id and all",
        b"event: t\nid: 1\n\ndata: a\n\n",
        &[Id("1"), message("a").after("1")],
    )
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
