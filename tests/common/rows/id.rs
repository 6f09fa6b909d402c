//! The last event ID buffer: set by a valid field, committed by the blank line, never reset.

use super::Seen::Id;
use super::{Row, message, row};

pub const ROWS: &[Row] = &[
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
    row("without data counts for what follows", b"id: 1\n\ndata: a\n\n", &[Id("1"), message("a").after("1")])
        .last_event_id("1"),
    row("without data, alone", b"id: 1\n\n", &[Id("1")]).last_event_id("1"),
    row("without data, several", b"id: 1\n\nid: 2\n\nid: 3\n\n", &[Id("1"), Id("2"), Id("3")]).last_event_id("3"),
    row("without data, with a type", b"event: t\nid: 1\n\ndata: a\n\n", &[Id("1"), message("a").after("1")])
        .last_event_id("1"),
    row("the last one wins", b"id: 1\nid: 2\ndata: a\n\n", &[message("a").id("2")]).last_event_id("2"),
    row("a shorter one wins", b"id: 12345\nid: 1\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("empty, initially", b"id\ndata: a\n\n", &[message("a").id("")]),
    row(
        "empty resets: no colon",
        b"id: 1\ndata: a\n\nid\ndata: b\n\ndata: c\n\n",
        &[message("a").id("1"), message("b").id(""), message("c")],
    ),
    row("empty resets: a colon", b"id: 1\ndata: a\n\nid:\ndata: b\n\n", &[message("a").id("1"), message("b").id("")]),
    row("empty resets: a space", b"id: 1\ndata: a\n\nid: \ndata: b\n\n", &[message("a").id("1"), message("b").id("")]),
    row(
        "empty resets without data",
        b"id: 1\ndata: a\n\nid\n\ndata: b\n\n",
        &[message("a").id("1"), Id(""), message("b")],
    ),
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
    row(
        "with a NUL without data leaves the last one",
        b"id: 1\n\nid: 2\0\n\ndata: a\n\n",
        &[Id("1"), message("a").after("1")],
    )
    .last_event_id("1"),
    row("with a NUL, then a valid one", b"id: 1\0\nid: 2\ndata: a\n\n", &[message("a").id("2")]).last_event_id("2"),
    row("valid, then with a NUL", b"id: 1\nid: 2\0\ndata: a\n\n", &[message("a").id("1")]).last_event_id("1"),
    row("valid, then with a NUL, longer", b"id: 1\nid: 23456\x007\ndata: a\n\n", &[message("a").id("1")])
        .last_event_id("1"),
    row("empty, then with a NUL", b"id: 1\n\nid\nid: 2\0\ndata: a\n\n", &[Id("1"), message("a").id("")]),
    row("valid, with a NUL, valid", b"id: 1\nid: 2\0\nid: 3\ndata: a\n\n", &[message("a").id("3")]).last_event_id("3"),
    row("only one space goes", b"id:  1 \ndata: a\n\n", &[message("a").id(" 1 ")]).last_event_id(" 1 "),
    row("a tab stays", b"id:\t1\ndata: a\n\n", &[message("a").id("\t1")]).last_event_id("\t1"),
    row("with colons", b"id: 1:2:\ndata: a\n\n", &[message("a").id("1:2:")]).last_event_id("1:2:"),
    row("non-ASCII", b"id: \xE2\x82\xAC\xF0\x9F\x98\x80\ndata: a\n\n", &[message("a").id("\u{20AC}\u{1F600}")])
        .last_event_id("\u{20AC}\u{1F600}"),
    row("of an unfinished event is not committed", b"id: 1\n\nid: 2\ndata: a\n", &[Id("1")])
        .last_event_id("1")
        .unfinished(message("a").id("2")),
];
