//! A stream that ends inside an event: the event has no effect, but can be requested.

use super::Seen::{Comment, Id, Retry};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
    row("an empty id", b"id: 1\n\ndata: a\nid", &[Id("1")]).last_event_id("1").unfinished(message("a").id("")),
    row("a second id", b"id: 1\ndata: a\nid: 2", &[]).unfinished(message("a").id("2")),
    row("an id with a NUL", b"id: 1\n\nid: 2\ndata: a\nid: 3\0", &[Id("1")])
        .last_event_id("1")
        .unfinished(message("a").id("2")),
    row("only an id with a NUL", b"data: a\nid: 3\0", &[]).unfinished(message("a")),
    row("no id of its own", b"id: 1\n\ndata: a", &[Id("1")]).last_event_id("1").unfinished(message("a").after("1")),
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
