//! Streams: *soup*, which is odd, and *regular* ones, in which the same few values come again and again. The generators of
//! `tests/common/streams.rs`, without what makes cases small: `shrink.rs` does that better for bytes.

use fastrand::Rng;

/// A stream of some dozen bytes.
pub(super) fn stream(rng: &mut Rng) -> Vec<u8> {
    let mut wire = Vec::new();
    if rng.u8(..8) == 0 {
        wire.extend("\u{FEFF}".bytes());
    }
    if rng.bool() {
        soup(rng, &mut wire);
    } else {
        regular(rng, &mut wire);
    }
    wire
}

const LINE_ENDS: [&str; 3] = ["\n", "\r", "\r\n"];

/// Everything that means something, in any order.
const FRAGMENTS: [&[u8]; 46] = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b"dat",
    b"datax",
    b"Data",
    b"i",
    b"data:",
    b"event:",
    b"id:",
    b"retry:",
    b"data: ",
    b"event: ",
    b"id: ",
    b"retry: ",
    b":",
    b" ",
    b": ",
    b"\0",
    b"\t",
    b"\xEF\xBB\xBF",
    b"\xC3\xA9",
    b"\xE6\x95\xB0",
    b"\xF0\x9F\x98\x80",
    b"\xE2\x80\xA8",
    b"0",
    b"7",
    b"1500",
    b"007",
    b"4294967296",
    b"18446744073709551615",
    b"18446744073709551616",
    b"\xFF",
    b"\xE6\x95",
    b"\x80",
    b"\xC0\xAF",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\xEF\xBB",
    b"a",
    b"b c",
    b"+1",
    b"-1",
    b"1.5",
    b"0x1",
];

fn soup(rng: &mut Rng, wire: &mut Vec<u8>) {
    for _ in 0..rng.usize(..24) {
        if rng.u8(..3) == 0 {
            wire.extend(LINE_ENDS[rng.usize(..LINE_ENDS.len())].bytes());
        } else {
            wire.extend(FRAGMENTS[rng.usize(..FRAGMENTS.len())]);
        }
    }
}

const LINES: [&str; 25] = [
    "data: a",
    "data: b",
    "data:bb",
    "data",
    "data:",
    "event: x",
    "event: y",
    "event: xx",
    "event",
    "id: 1",
    "id: 2",
    "id: 12",
    "id",
    "id: 1\0",
    "retry: 5",
    "retry: 6",
    "retry: x",
    "retry: 5 ",
    "retry",
    ": c",
    ":",
    "other: 1",
    "data : a",
    " data: a",
    "ID: 3",
];

fn regular(rng: &mut Rng, wire: &mut Vec<u8>) {
    let end = LINE_ENDS[rng.usize(..LINE_ENDS.len())];
    for _ in 0..rng.usize(..16) {
        if rng.u8(..3) > 0 {
            wire.extend(LINES[rng.usize(..LINES.len())].bytes());
        }
        wire.extend(end.bytes());
    }
}
