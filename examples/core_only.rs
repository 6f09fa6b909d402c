//! Decodes and encodes without an allocator, as on a small device: `cargo run --example core_only --no-default-features`.
//!
//! A lamp is switched by the events of a server, and answers each with an event of its own. Everything lives in fixed
//! arrays; only `main`, which stands for the network, prints through `std`.

use core::mem;

use sse_wire::{BufferTooSmall, EventBuilder, EventType, Field, Parser, Token};

/// Decodes the data of each event into an array of `N` bytes; types, ids and comments are of no interest to it.
///
/// The line end after each data line takes a byte too, so the longest data has `N - 1` bytes.
struct DataDecoder<const N: usize> {
    parser: Parser,
    data: [u8; N],
    /// How much of `data` is in use.
    len: usize,
    too_long: bool,
}

/// The event did not fit, and is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TooLong;

impl<const N: usize> DataDecoder<N> {
    const fn new() -> Self {
        Self { parser: Parser::new(), data: [0; N], len: 0, too_long: false }
    }

    /// The data of the next event in `chunk`, `None` once the chunk is used up.
    fn next_data(&mut self, chunk: &mut &[u8]) -> Option<Result<&[u8], TooLong>> {
        loop {
            match self.parser.next_token(chunk)? {
                Token::Field { field: Field::Data, value, complete } => {
                    self.append(value);
                    if complete {
                        self.append(b"\n");
                    }
                }
                Token::Blank if mem::take(&mut self.too_long) => {
                    self.len = 0;
                    return Some(Err(TooLong));
                }
                // Without the line end after the last data line. A blank line alone is no event.
                Token::Blank => {
                    if let Some(len) = mem::take(&mut self.len).checked_sub(1) {
                        return self.data.get(..len).map(Ok);
                    }
                }
                _ => {}
            }
        }
    }

    fn append(&mut self, piece: &[u8]) {
        match self.data.get_mut(self.len..self.len + piece.len()) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.len += piece.len();
            }
            None => self.too_long = true,
        }
    }
}

/// The lamp's answer to a wish, encoded to the front of `out`; its length comes back.
fn encode_answer(wish: Result<&[u8], TooLong>, out: &mut [u8]) -> Result<usize, BufferTooSmall> {
    const LAMP: EventType<'_> = EventType::from_static("lamp");
    const ERROR: EventType<'_> = EventType::from_static("error");
    let (event_type, data) = match wish {
        Ok(b"on") => (LAMP, "lit"),
        Ok(b"off") => (LAMP, "dark"),
        Ok(_) => (ERROR, "no such wish"),
        Err(TooLong) => (ERROR, "too long"),
    };
    EventBuilder::new().event_type(event_type).data(data).encode_to_slice(out)
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    // What the network brings, cut where it liked.
    const CHUNKS: [&[u8]; 5] =
        [b": hi\n\nda", b"ta: on\r", b"\n\r\ndata: o", b"ff\n\nda", b"ta: a disco ball\n\ndata: a party\n\n"];

    let mut decoder = DataDecoder::<8>::new();
    let mut sent = [0; 128];
    let mut len = 0;
    for mut chunk in CHUNKS {
        while let Some(wish) = decoder.next_data(&mut chunk) {
            len += encode_answer(wish, sent.get_mut(len..).unwrap_or_default())?;
        }
    }
    let sent = str::from_utf8(sent.get(..len).unwrap_or_default())?;
    print!("{sent}");
    assert_eq!(
        sent,
        "event: lamp\ndata: lit\n\n\
         event: lamp\ndata: dark\n\n\
         event: error\ndata: too long\n\n\
         event: error\ndata: no such wish\n\n"
    );
    Ok(())
}
