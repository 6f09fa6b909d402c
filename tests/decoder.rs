//! The laws of the decoder, each over generated streams in generated chunkings.

mod common;

use std::time::Duration;

use common::drive::{events, expected, frames, owned, owned_frame};
use common::limit::{self, Step};
use common::oracle;
use common::streams::{Cuts, cuts, streams};
use proptest::prelude::*;
use sse_wire::{Chunk, Decoder, Frame};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matches_oracle(wire in streams(), again in streams(), cuts in cuts()) {
        let first = oracle::interpret(&wire);
        let second = oracle::interpret_from(&first, &again);
        for by_frames in [false, true] {
            let mut decoder = Decoder::new();
            for (wire, outcome) in [(&wire, &first), (&again, &second)] {
                if by_frames {
                    prop_assert_eq!(frames(&mut decoder, &cuts.of(wire)), expected(outcome.frames.clone()));
                } else {
                    let events_of = outcome.events().into_iter().map(oracle::Frame::Event);
                    prop_assert_eq!(events(&mut decoder, &cuts.of(wire)), expected(events_of));
                }
                prop_assert_eq!(decoder.last_event_id(), &outcome.last_event_id);
                prop_assert_eq!(decoder.reconnection_time(), outcome.reconnection_time.map(Duration::from_millis));
                prop_assert_eq!(decoder.end_of_stream().map(owned), outcome.unfinished.clone());
                prop_assert_eq!(decoder.last_event_id(), &outcome.last_event_id);
                prop_assert_eq!(decoder.reconnection_time(), outcome.reconnection_time.map(Duration::from_millis));
            }
        }
    }

    #[test]
    fn independent_of_chunking(wire in streams(), one in cuts(), other in cuts(), limit in 0..200_usize) {
        let decode = |cuts: &Cuts| {
            let mut decoder = Decoder::new().with_max_event_len(limit);
            let steps = frames(&mut decoder, &cuts.of(&wire));
            (steps, decoder.end_of_stream().map(owned), decoder.last_event_id().to_owned(), decoder.reconnection_time())
        };
        prop_assert_eq!(decode(&one), decode(&other));
    }

    #[test]
    fn events_and_frames_mix(wire in streams(), cuts in cuts(), by_frame in any::<u64>()) {
        let mut decoder = Decoder::new();
        let mut found = Vec::new();
        let mut calls = 0;
        for bytes in cuts.of(&wire) {
            let mut chunk = Chunk::new(bytes);
            while !chunk.is_empty() {
                calls += 1;
                if by_frame >> (calls % 64) & 1 == 1 {
                    if let Some(Frame::Event(event)) = decoder.next_frame(&mut chunk).unwrap() {
                        found.push(owned(event));
                    }
                } else {
                    found.extend(decoder.next_event(&mut chunk).unwrap().map(owned));
                }
            }
        }
        prop_assert_eq!(found, oracle::interpret(&wire).events());
    }

    #[test]
    fn a_new_chunk_for_every_call_changes_nothing(wire in streams(), cuts in cuts()) {
        let mut decoder = Decoder::new();
        let mut found = Vec::new();
        for mut rest in cuts.of(&wire) {
            while !rest.is_empty() {
                let mut chunk = Chunk::new(rest);
                found.extend(decoder.next_frame(&mut chunk).unwrap().map(owned_frame));
                rest = chunk.remaining();
            }
        }
        prop_assert_eq!(found, oracle::interpret(&wire).frames);
    }

    #[test]
    fn text_and_bytes_agree(wire in streams()) {
        let text = String::from_utf8_lossy(&wire);
        let mut decoder = Decoder::new();
        let mut chunk = Chunk::from(&*text);
        let mut found = Vec::new();
        while let Some(frame) = decoder.next_frame(&mut chunk).unwrap() {
            found.push(owned_frame(frame));
        }
        prop_assert_eq!(found, oracle::interpret(text.as_bytes()).frames);
    }

    #[test]
    fn limit_is_exact(wire in streams(), cuts in cuts(), limit in 0..60_usize) {
        let decoder = Decoder::new().with_max_event_len(limit);
        prop_assert_eq!(events(&mut decoder.clone(), &cuts.of(&wire)), limit::events_within(&wire, limit));
        prop_assert_eq!(frames(&mut decoder.clone(), &cuts.of(&wire)), limit::frames_within(&wire, limit));
    }

    #[test]
    fn recovers_after_limit(wire in streams(), cuts in cuts(), limit in 0..60_usize) {
        let mut decoder = Decoder::new().with_max_event_len(limit);
        let _ = events(&mut decoder, &cuts.of(&wire));
        let last = [Step::Frame(oracle::Frame::Event(oracle::Event {
            event_type: "message".to_owned(),
            data: String::new(),
            id: Some(String::new()),
            last_event_id: String::new(),
        }))];
        let found = events(&mut decoder, &cuts.of(b"\n\nid\ndata\n\n"));
        prop_assert_eq!(&found[found.len() - 1..], &last);
    }
}

#[test]
fn errors_name_comments() {
    let mut decoder = Decoder::new().with_max_event_len(2);
    let mut chunk = Chunk::new(b"\ndata: 1\n:234\ndata\n\ndata: 123\n\n");
    let error = decoder.next_frame(&mut chunk).unwrap_err();
    assert_eq!(error.to_string(), "comment exceeds the limit of 2 bytes at offset 1");
    assert!(error.is_comment());
    assert!(decoder.next_frame(&mut chunk).unwrap().is_some());
    assert!(!decoder.next_frame(&mut chunk).unwrap_err().is_comment());
}
