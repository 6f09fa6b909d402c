//! U+0000 is a character like any other, except in an id.

use super::Seen::Comment;
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
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
