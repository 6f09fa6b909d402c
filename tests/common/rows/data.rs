//! The data buffer: one space less, LF between the lines, dispatched if there was a line at all.

use super::Seen::{Comment, Id, Retry};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
    row(
        "none: nothing is dispatched",
        b"event: t\nid: 1\nretry: 5\n: c\nfoo: bar\n\n",
        &[Retry(5), Comment("c"), Id("1")],
    )
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
