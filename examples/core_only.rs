//! Decodes and encodes without an allocator, as on a small device: `cargo run --example core_only --no-default-features`.
//!
//! A server's events switch a lamp, which answers each with an event. Everything lives in fixed
//! arrays; only `main`, which stands for the network, prints through `std`.

use sse_wire::{BufferTooSmall, Chunk, DecodeError, Event, EventBuilder, EventType, FixedDecoder};

/// No wish is longer than this, its type included; there are no ids.
type Decoder = FixedDecoder<8, 0>;

/// The lamp's answer to a wish, encoded to the front of `out`. Returns its length.
fn encode_answer(wish: Result<Event<'_>, DecodeError>, out: &mut [u8]) -> Result<usize, BufferTooSmall> {
    const LAMP: EventType<'_> = EventType::from_static("lamp");
    const ERROR: EventType<'_> = EventType::from_static("error");
    let (event_type, data) = match wish.map(|wish| wish.data()) {
        Ok("on") => (LAMP, "lit"),
        Ok("off") => (LAMP, "dark"),
        Ok(_) => (ERROR, "no such wish"),
        Err(_) => (ERROR, "too long"),
    };
    EventBuilder::new().event_type(event_type).data(data).encode_to_slice(out)
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    // What the network delivers, split anywhere.
    const CHUNKS: [&[u8]; 5] =
        [b": hi\n\nda", b"ta: on\r", b"\n\r\ndata: o", b"ff\n\nda", b"ta: a disco ball\n\ndata: a party\n\n"];

    let mut decoder = Decoder::new();
    let mut sent = [0; 128];
    let mut len = 0;
    for bytes in CHUNKS {
        let mut chunk = Chunk::new(bytes);
        while let Some(wish) = decoder.next_event(&mut chunk).transpose() {
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
