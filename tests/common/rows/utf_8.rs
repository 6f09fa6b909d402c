//! Ill-formed UTF-8 is replaced by U+FFFD for each maximal subpart.

use super::Seen::{Comment, Id};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
    row("in an id: above U+10FFFF", b"id: \xF4\x90\x80\x80\n\n", &[Id("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")])
        .last_event_id("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    row(
        "in an id: truncated",
        b"id: \xE2\x82\ndata: a\n\ndata: b\n\n",
        &[message("a").id("\u{FFFD}"), message("b").after("\u{FFFD}")],
    )
    .last_event_id("\u{FFFD}"),
    row("in an id: without data", b"id: \x80\n\ndata: a\n\n", &[Id("\u{FFFD}"), message("a").after("\u{FFFD}")])
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
