//! One U+FEFF at the very start is skipped; any other is content.

use super::Seen::Comment;
use super::{Row, message, row};

pub const ROWS: &[Row] = &[
    row("alone", b"\xEF\xBB\xBF", &[]).no_bom(),
    row("before a line end", b"\xEF\xBB\xBF\n", &[]).no_bom(),
    row("before a blank line and an event", b"\xEF\xBB\xBF\n\ndata: a\n\n", &[message("a")]).no_bom(),
    row("before CRLF", b"\xEF\xBB\xBF\r\ndata: a\r\n\r\n", &[message("a")]).as_written().no_bom(),
    row("before a lone CR", b"\xEF\xBB\xBF\rdata: a\r\r", &[message("a")]).as_written().no_bom(),
    row("before a comment", b"\xEF\xBB\xBF: a\n\n", &[Comment("a")]).no_bom(),
    row("before an unfinished line", b"\xEF\xBB\xBFdata: a", &[]).unfinished(message("a")).no_bom(),
    row("two alone", b"\xEF\xBB\xBF\xEF\xBB\xBF", &[]).no_bom(),
    row("two before a comment", b"\xEF\xBB\xBF\xEF\xBB\xBF: a\n\n", &[]).no_bom(),
    row("two, the second one cut short", b"\xEF\xBB\xBF\xEF\xBB\ndata: a\n\n", &[message("a")]).no_bom(),
    row("cut after one byte", b"\xEF", &[]),
    row("cut after two bytes", b"\xEF\xBB", &[]),
    row("one byte of it, then a line end", b"\xEF\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a line end", b"\xEF\xBB\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then a field", b"\xEFdata: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a field", b"\xEF\xBBdata: x\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then a comment", b"\xEF: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then a comment", b"\xEF\xBB: x\ndata: a\n\n", &[message("a")]),
    row("one byte of it, then all of it", b"\xEF\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("two bytes of it, then all of it", b"\xEF\xBB\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("another character that starts alike", b"\xEF\xBB\xBEdata: x\ndata: a\n\n", &[message("a")]),
    row("after a blank line", b"\n\xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("after a space", b" \xEF\xBB\xBFdata: x\ndata: a\n\n", &[message("a")]),
    row("at the start of a later line", b"data: a\n\xEF\xBB\xBFdata: x\ndata: b\n\n", &[message("a\nb")]),
    row("before a later blank line", b"data: a\n\xEF\xBB\xBF\ndata: b\n\n", &[message("a\nb")]),
    row("before a later comment", b"data: a\n\xEF\xBB\xBF: x\n\n", &[message("a")]),
    row("in a value", b"data: \xEF\xBB\xBFa\xEF\xBB\xBF\n\n", &[message("\u{FEFF}a\u{FEFF}")]),
    row("between the colon and the space", b"data:\xEF\xBB\xBF a\n\n", &[message("\u{FEFF} a")]),
    row("of UTF-16", b"\xFF\xFEdata: x\ndata: a\n\n", &[message("a")]),
    row("of UTF-16, big-endian", b"\xFE\xFFdata: x\ndata: a\n\n", &[message("a")]),
];
