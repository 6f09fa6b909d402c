//! The reconnection time: only ASCII digits, effective at the line's end.

use super::Seen::Retry;
use super::{Row, message, row};

/// Two hundred zeros.
macro_rules! zeros {
    () => {
        concat!(
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000",
        )
    };
}

pub const ROWS: &[Row] = &[
    row("acts at its line's end", b"retry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("acts before its event", b"data: a\nretry: 5\ndata: b\n\n", &[Retry(5), message("a\nb")]).reconnection_time(5),
    row("alone in its event", b"retry: 5\n\ndata: a\n\n", &[Retry(5), message("a")]).reconnection_time(5),
    row("each one acts", b"retry: 1\nretry: 2\n\nretry: 3\n\n", &[Retry(1), Retry(2), Retry(3)]).reconnection_time(3),
    row("the same one acts again", b"retry: 5\nretry: 5\n", &[Retry(5), Retry(5)]).reconnection_time(5),
    row("no space", b"retry:5\n", &[Retry(5)]).reconnection_time(5),
    row("zero", b"retry: 0\n", &[Retry(0)]).reconnection_time(0),
    row("every digit", b"retry: 1234567890\n", &[Retry(1_234_567_890)]).reconnection_time(1_234_567_890),
    row("above a u32", b"retry: 4294967296\n", &[Retry(4_294_967_296)]).reconnection_time(4_294_967_296),
    row("u64::MAX", b"retry: 18446744073709551615\n", &[Retry(u64::MAX)]).reconnection_time(u64::MAX),
    row("u64::MAX + 1 is ignored", b"retry: 5\nretry: 18446744073709551616\n", &[Retry(5)]).reconnection_time(5),
    row("u64::MAX + 10 is ignored", b"retry: 18446744073709551625\n", &[]),
    row("ten times u64::MAX is ignored", b"retry: 184467440737095516150\n", &[]),
    row("twenty nines are ignored", b"retry: 99999999999999999999\n", &[]),
    row("what wraps to 5 is ignored", b"retry: 18446744073709551621\n", &[]),
    row("forty digits are ignored", b"retry: 1000000000000000000000000000000000000005\ndata: a\n\n", &[message("a")]),
    row("a leading zero", b"retry: 05\n", &[Retry(5)]).reconnection_time(5),
    row("two zeros", b"retry: 00\n", &[Retry(0)]).reconnection_time(0),
    row("hundreds of leading zeros", concat!("retry: ", zeros!(), "7\n").as_bytes(), &[Retry(7)]).reconnection_time(7),
    row("hundreds of zeros", concat!("retry: ", zeros!(), "\n").as_bytes(), &[Retry(0)]).reconnection_time(0),
    row(
        "leading zeros, then u64::MAX",
        concat!("retry: ", zeros!(), "18446744073709551615\n").as_bytes(),
        &[Retry(u64::MAX)],
    )
    .reconnection_time(u64::MAX),
    row("leading zeros, then u64::MAX + 1", concat!("retry: ", zeros!(), "18446744073709551616\n").as_bytes(), &[]),
    row("leading zeros, then a letter", concat!("retry: ", zeros!(), "x\n").as_bytes(), &[]),
    row("no colon is ignored", b"retry: 5\nretry\n", &[Retry(5)]).reconnection_time(5),
    row("no value is ignored", b"retry: 5\nretry:\n", &[Retry(5)]).reconnection_time(5),
    row("only a space is ignored", b"retry: 5\nretry: \n", &[Retry(5)]).reconnection_time(5),
    row("a plus sign is ignored", b"retry: +5\n", &[]),
    row("a minus sign is ignored", b"retry: -5\n", &[]),
    row("only a sign is ignored", b"retry: +\n\nretry: -\n\n", &[]),
    row("two spaces are ignored", b"retry:  5\n", &[]),
    row("a tab is ignored", b"retry:\t5\n", &[]),
    row("a trailing space is ignored", b"retry: 5 \n", &[]),
    row("a trailing tab is ignored", b"retry: 5\t\n", &[]),
    row("a space within is ignored", b"retry: 5 5\n", &[]),
    row("a unit is ignored", b"retry: 5ms\n", &[]),
    row("a leading letter is ignored", b"retry: x5\n", &[]),
    row("a fraction is ignored", b"retry: 5.0\n\nretry: 5,0\n\n", &[]),
    row("an exponent is ignored", b"retry: 1e3\n", &[]),
    row("another base is ignored", b"retry: 0x10\n\nretry: 0b1\n\nretry: ff\n\n", &[]),
    row("separators are ignored", b"retry: 1_000\n\nretry: 1,000\n\nretry: 1'000\n\n", &[]),
    row("a colon is ignored", b"retry: 5:\n\nretry::5\n\nretry: :5\n\n", &[]),
    row("the neighbours of the digits are ignored", b"retry: /\n\nretry: :\n\nretry: 5/\n\n", &[]),
    row("Arabic digits are ignored", b"retry: \xD9\xA5\n", &[]),
    row("full-width digits are ignored", b"retry: \xEF\xBC\x95\n", &[]),
    row("a superscript digit is ignored", b"retry: 5\xC2\xB2\n", &[]),
    row("a NUL is ignored", b"retry: 5\0\n\nretry: \x005\n\nretry: \0\n\n", &[]),
    row("an ignored one leaves its event alone", b"data: a\nretry: x\nid: 1\n\n", &[message("a").id("1")])
        .last_event_id("1"),
    row("after an ignored one", b"retry: x\nretry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("after one too large", b"retry: 18446744073709551616\nretry: 5\n", &[Retry(5)]).reconnection_time(5),
    row("on an unfinished line does not act", b"retry: 5", &[]),
    row("on an unfinished line leaves the one before", b"retry: 4\nretry: 5", &[Retry(4)]).reconnection_time(4),
    row("after a last CR acts", b"retry: 5\r", &[Retry(5)]).reconnection_time(5).as_written(),
];
