//! 9.2.6: CRLF, LF and CR end a line, and nothing else does.

use super::{Row, message, row};

pub const ROWS: &[Row] = &[
    row("empty stream", b"", &[]),
    row("one line end", b"\n", &[]),
    row("only line ends", b"\n\n\n\n\n", &[]),
    row("only CR", b"\r", &[]).as_written(),
    row("only mixed line ends", b"\r\r\n\n\r\n\r", &[]).as_written(),
    row(
        "blank lines before, between and after",
        b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n",
        &[message("a"), message("b")],
    ),
    row("a last CR ends the event at once", b"data: a\r\r", &[message("a")]).as_written(),
    row("a last CR after CRLF ends the event at once", b"data: a\r\n\r", &[message("a")]).as_written(),
    row("a last CR after LF ends the event at once", b"data: a\n\r", &[message("a")]).as_written(),
    row("one CRLF is one line end", b"data: a\r\ndata: b\r\n\r\n", &[message("a\nb")]).as_written(),
    row("LF CR is two line ends", b"data: a\n\rdata: b\n\r", &[message("a"), message("b")]).as_written(),
    row("CR CRLF is two line ends", b"data: a\r\r\ndata: b\r\r\n", &[message("a"), message("b")]).as_written(),
    row("CRLF LF is two line ends", b"data: a\r\n\ndata: b\r\n\n", &[message("a"), message("b")]).as_written(),
    row("CRLF CR is two line ends", b"data: a\r\n\rdata: b\r\n\r", &[message("a"), message("b")]).as_written(),
    row("LF CRLF is two line ends", b"data: a\n\r\ndata: b\n\r\n", &[message("a"), message("b")]).as_written(),
    row("LF LF CR has a blank line too many", b"data: a\n\n\rdata: b\n\n\r", &[message("a"), message("b")])
        .as_written(),
    row("CR CR LF LF has a blank line too many", b"data: a\r\r\n\ndata: b\r\r\n\n", &[message("a"), message("b")])
        .as_written(),
    row("every line end in one event", b"data: a\rdata: b\ndata: c\r\ndata: d\r\n\r\n", &[message("a\nb\nc\nd")])
        .as_written(),
    row("every line end between empty data", b"data\rdata\ndata\r\ndata\r\r", &[message("\n\n\n")]).as_written(),
    row("CR after a name", b"event\rdata\rid\rretry\r\r", &[message("").id("")]).as_written(),
    row(
        "U+2028, U+2029, U+0085, VT, FF, RS end no line",
        b"data: a\xE2\x80\xA8b\xE2\x80\xA9c\xC2\x85d\x0Be\x0Cf\x1Eg\n\n",
        &[message("a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f\u{1E}g")],
    ),
    row(
        "U+2028, U+2029, U+0085, VT, FF make no blank line",
        b"data: a\n\xE2\x80\xA8\n\xE2\x80\xA9\n\xC2\x85\n\x0B\n\x0C\ndata: b\n\n",
        &[message("a\nb")],
    ),
    row("a space, a tab, a NUL make no blank line", b"data: a\n \n\t\n\0\n  \ndata: b\n\n", &[message("a\nb")]),
    row("a raw 0x85 ends no line", b"data: a\x85data: b\n\n", &[message("a\u{FFFD}data: b")]),
    row("an escaped line end is text", b"data: a\\ndata: b\\r\n\n", &[message("a\\ndata: b\\r")]),
];
