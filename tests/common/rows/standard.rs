//! The examples in the text of 9.2.1 and 9.2.6.

use super::Seen::Comment;
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
