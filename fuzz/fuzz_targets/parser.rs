//! Tokens put together are the lines that the standard sees, however the stream is split.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sse_wire_fuzz::tokens::Tokens;
use sse_wire_fuzz::{Cut, Streams, oracle};

fuzz_target!(|input: &[u8]| {
    let streams = Streams::new(input);
    for stream in &streams.connections {
        let (lines, _) = oracle::lines(&stream.wire);
        let (lines_when_ended, _) = oracle::lines(&[&stream.wire[..], b"\n"].concat());
        for cut in Cut::ways(streams.seed) {
            let mut tokens = Tokens::default();
            for piece in cut.pieces(&stream.wire, &stream.marks) {
                tokens.feed(piece);
            }
            assert_eq!(tokens.lines, lines, "{cut:?} of {}", stream.wire.escape_ascii());

            // The pieces of the last line are right if the line is, once it ends.
            tokens.feed(b"\n");
            assert_eq!(tokens.lines, lines_when_ended, "{cut:?} of {}, ended", stream.wire.escape_ascii());
            assert_eq!(tokens.unfinished, None);
        }
    }
});
