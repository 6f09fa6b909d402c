//! A line that starts with a colon is ignored; its text is shown on request.

use super::Seen::Comment;
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
