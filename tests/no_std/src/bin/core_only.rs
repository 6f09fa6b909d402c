//! Parses and encodes without an allocator: if anything used one, this would not link.
//!
//! The exit status is 0, or the number of the first check that does not hold.
#![no_std]
#![no_main]

use core::ffi::c_int;
use core::time::Duration;

use no_std_proof as _;
use sse_wire::{EventBuilder, EventId, EventType, Field, Parser, Token};

const STREAM: &[u8] = b"\xEF\xBB\xBF: hi\r\nevent: add\rdata: 1\ndata\nid: 7\nretry: 1500\nfoo: bar\n\n";

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    let checks = [
        // In every chunking: as a whole, bytewise, in between.
        parses(STREAM.len()),
        parses(1),
        parses(7),
        encodes(),
        refuses_a_buffer_that_is_too_small(),
        refuses_a_line_end_in_an_id(),
    ];
    checks.iter().zip(1..).find(|(holds, _)| !**holds).map_or(0, |(_, number)| number)
}

fn parses(chunk_len: usize) -> bool {
    let mut parser = Parser::new();
    let mut fields = [0; 4];
    let (mut data_len, mut comment_len, mut unknown_len, mut blanks) = (0, 0, 0, 0);
    for mut chunk in STREAM.chunks(chunk_len) {
        while let Some(token) = parser.next_token(&mut chunk) {
            match token {
                Token::Field { field, value, complete } => {
                    let index = match field {
                        Field::Event => 0,
                        Field::Data => 1,
                        Field::Id => 2,
                        _ => 3,
                    };
                    fields[index] += usize::from(complete);
                    data_len += if field == Field::Data { value.len() } else { 0 };
                }
                Token::Comment { text, .. } => comment_len += text.len(),
                Token::Unknown { line, .. } => unknown_len += line.len(),
                Token::Blank => blanks += 1,
                _ => return false,
            }
        }
    }
    (fields, data_len, comment_len, unknown_len, blanks) == ([1, 2, 1, 1], 1, 2, 8, 1)
}

fn encodes() -> bool {
    const ADD: EventType<'_> = EventType::from_static("add");
    const ID: EventId<'_> = EventId::from_static("7");
    let event =
        EventBuilder::new().comment("hi").event_type(ADD).id(ID).retry(Duration::from_millis(1500)).data("1\r\n2");
    let mut out = [0; 64];
    let expected = b": hi\nevent: add\nid: 7\nretry: 1500\ndata: 1\ndata: 2\n\n";
    event.encode_to_slice(&mut out).is_ok_and(|len| &out[..len] == expected)
}

fn refuses_a_buffer_that_is_too_small() -> bool {
    let mut out = [0; 8];
    let refused = EventBuilder::new().data("hello").encode_to_slice(&mut out);
    refused.is_err_and(|error| error.needed() == 13) && out == [0; 8]
}

fn refuses_a_line_end_in_an_id() -> bool {
    EventId::new("7\ndata: forged").is_err()
}
