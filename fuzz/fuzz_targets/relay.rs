//! A relay loses nothing: what is decoded to frames and encoded again gives a receiver the same events, the same last
//! event IDs and the same reconnection time, however the stream is split, with borrowed and with owned frames.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sse_wire::{Chunk, ChunkBuf, Decoder, EventBuilder};
use sse_wire_fuzz::{Cut, Streams, oracle};

fuzz_target!(|input: &[u8]| {
    let Streams { seed, connections, .. } = Streams::new(input);
    for stream in &connections {
        let wire = &stream.wire;
        let expected = received(wire);
        let whole = relayed(&[wire]);
        assert_eq!(received(&whole), expected, "{} became {}", wire.escape_ascii(), whole.escape_ascii());
        assert_eq!(relayed(&[&whole]), whole, "a second relay, of {}", wire.escape_ascii());
        for cut in Cut::ways(seed) {
            let pieces = cut.pieces(wire, &stream.marks);
            assert_eq!(relayed(&pieces), whole, "{cut:?} of {}", wire.escape_ascii());
            assert_eq!(relayed_owned(&pieces), whole, "{cut:?} of {}", wire.escape_ascii());
        }
    }
});

/// The events, the last event IDs one after the other, and the reconnection time.
fn received(wire: &[u8]) -> (Vec<oracle::Event>, Vec<String>, Option<u64>) {
    let (mut ids, mut decoder) = (vec![String::new()], Decoder::new());
    for byte in wire.chunks(1) {
        let mut chunk = Chunk::new(byte);
        while decoder.next_event(&mut chunk).expect("below the limit").is_some() {}
        if ids.last().is_none_or(|id| id != decoder.last_event_id()) {
            ids.push(decoder.last_event_id().to_owned());
        }
    }
    let outcome = oracle::interpret(wire);
    (outcome.events(), ids, outcome.reconnection_time)
}

fn relayed(chunks: &[&[u8]]) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    for bytes in chunks {
        let mut chunk = Chunk::new(bytes);
        while let Some(frame) = decoder.next_frame(&mut chunk).expect("below the limit") {
            EventBuilder::from(frame).encode_into(&mut out);
        }
    }
    out
}

fn relayed_owned(chunks: &[&[u8]]) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    for bytes in chunks {
        let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(bytes));
        while let Some(frame) = decoder.next_frame_buf(&mut chunk).expect("below the limit") {
            EventBuilder::from(&frame).encode_into(&mut out);
        }
    }
    out
}
