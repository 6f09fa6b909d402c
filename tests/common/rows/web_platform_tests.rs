//! What the eventsource/format-* family of web-platform-tests checks.

use super::Seen::{Comment, Retry};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
