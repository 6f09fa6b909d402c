//! The laws of the decoder, each over generated streams in generated chunkings.

use std::time::Duration;

use crate::common::drive::{events, expected, frames, owned, owned_frame};
use crate::common::limit::{self, Step};
use crate::common::oracle;
use crate::common::streams::{Cuts, cuts, streams};
use proptest::prelude::*;
use sse_wire::{Chunk, Decoder, EventSource, Frame, Parser};

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
    assert_eq!((error.limit(), error.offset()), (2, 1));
    assert!(error.is_comment());
    assert!(decoder.next_frame(&mut chunk).unwrap().is_some());
    assert!(!decoder.next_frame(&mut chunk).unwrap_err().is_comment());
    // The limit is the same for every part of an event.
    for wire in ["data: 123", "event: 123", "id: 123"] {
        let mut decoder = Decoder::new().with_max_event_len(2);
        assert_eq!(decoder.next_event(&mut Chunk::from(wire)).unwrap_err().limit(), 2, "{wire:?}");
    }
}

#[test]
fn the_defaults_are_as_documented() {
    let longest = vec![b'x'; 16 << 20];
    for (more, expected) in [("", 1), ("x", 0)] {
        let mut decoder = Decoder::new();
        let steps = events(&mut decoder, &[b"data:", &longest, more.as_bytes(), b"\n\n"]);
        assert_eq!(steps.iter().filter(|step| matches!(step, Step::Frame(_))).count(), expected);
    }
    assert_eq!(Decoder::DEFAULT_MAX_EVENT_LEN, 16 << 20);
}

#[test]
fn the_last_event_id_to_begin_with_is_taken_as_it_is() {
    for id in ["7", "", " 7\n\0", "é"] {
        let mut decoder = Decoder::new().with_last_event_id("before").with_last_event_id(id);
        assert_eq!(decoder.last_event_id(), id);
        let mut chunk = Chunk::new(b"data\n\nid: 8\ndata\n\n");
        let event = decoder.next_event(&mut chunk).unwrap().unwrap();
        assert_eq!((event.id(), event.last_event_id()), (None, id));
        assert_eq!(decoder.next_event(&mut chunk).unwrap().unwrap().last_event_id(), "8");
    }
}

/// However a connection ends, only the last event ID and the reconnection time are left of it.
#[test]
fn the_next_connection_starts_anew() {
    let ends: [&[u8]; 16] = [
        b"",
        b"\xEF",
        b"\xEF\xBB",
        b"da",
        b"data",
        b"data:",
        b"data: x",
        b"data: x\r",
        b"event: x\n",
        b"id: x",
        b"retry: 1",
        b": half a comm",
        b"unkno",
        b"data: too long\n",
        b": too long\n",
        b": too long",
    ];
    for end in ends {
        for again in
            ["\u{FEFF}: c\ndata: y\n\n", ": c\n\ndata\n\n", "\ndata: y\n\n", "ta: x\n: c\n", "1\n\nid\ndata\n\n"]
        {
            let mut decoder = Decoder::new().with_max_event_len(6);
            let _ = frames(&mut decoder, &[end]);
            let _ = decoder.end_of_stream();
            let found = frames(&mut decoder, &[again.as_bytes()]);
            assert_eq!(found, limit::frames_within(again.as_bytes(), 6), "{} | {again:?}", end.escape_ascii());
        }
    }
}

#[test]
fn a_comment_that_next_event_has_begun_is_not_handed_out() {
    let rows: [(&[u8], &[u8], &[u8]); 3] =
        [(b": be", b"gun", b"\n"), (b": be", b"", b"gun\n"), (b":", b" begun", b"\n")];
    for (by_frame, by_event, rest) in rows {
        let mut decoder = Decoder::new();
        assert_eq!(frames(&mut decoder, &[by_frame]), []);
        assert_eq!(events(&mut decoder, &[by_event]), []);
        let found = frames(&mut decoder, &[rest, b": next\n"]);
        let whole = by_event.is_empty().then(|| oracle::Frame::Comment("begun".to_owned()));
        let next = oracle::Frame::Comment("next".to_owned());
        assert_eq!(found, expected(whole.into_iter().chain([next])));
    }
}

/// What continues in it is then not at its beginning.
#[test]
fn a_chunk_that_another_decoder_has_begun_continues_a_line() {
    for (rest, data) in [("bcd\n\n", "abcd"), ("bcd\ndata: efg\nxxxx\n\n", "abcd\nefg")] {
        let wire = ["data: 1\n\n", rest].concat();
        let mut decoder = Decoder::new();
        assert_eq!(decoder.next_event(&mut Chunk::new(b"data: a")), Ok(None));
        let mut chunk = Chunk::from(&*wire);
        assert_eq!(Decoder::new().next_event(&mut chunk).unwrap().unwrap().data(), "1");
        assert_eq!(decoder.next_event(&mut chunk).unwrap().unwrap().data(), data);
        assert_eq!(decoder.position(), (b"data: a".len() + rest.len()) as u64);
    }
}

/// Not while the shortcut looks ahead: an event that is too long may be reported before its `retry` line is decoded.
#[test]
fn a_reconnection_time_acts_when_its_line_is_decoded() {
    for wire in ["\nevent: long\nretry: 5\ndata: x\n\n", "\nid: long\r\nretry: 5\r\ndata: x\r\n\r\n"] {
        let mut decoder = Decoder::new().with_max_event_len(2);
        let mut chunk = Chunk::new(wire.as_bytes());
        assert!(decoder.next_event(&mut chunk).is_err());
        assert_eq!(decoder.reconnection_time(), None);
        assert_eq!(decoder.next_event(&mut chunk), Ok(None));
        assert_eq!(decoder.reconnection_time(), Some(Duration::from_millis(5)));
    }
}

/// After a blank line, where the shortcut is.
#[test]
fn a_type_that_is_replaced_counts_until_then() {
    let wire = b"\nevent: long\nevent: x\ndata: y\n\n";
    let mut decoder = Decoder::new().with_max_event_len(3);
    assert_eq!(events(&mut decoder, &[wire]), limit::events_within(wire, 3));
}

#[test]
fn ill_formed_events_in_a_row_share_nothing() {
    let wire = b"\nevent: x\nid: 1\ndata: \xFF\n\ndata: \xFF\n\n:\xFF\n:c\ndata: \xFF\n\n";
    let outcome = oracle::interpret(wire);
    assert_eq!(frames(&mut Decoder::new(), &[wire]), expected(outcome.frames));
}

/// After any call: the id and the time are those of what has been decoded, no more.
#[test]
fn what_is_remembered_is_that_of_what_is_decoded() {
    let wire =
        b"\nretry: 1\nid: 1\ndata: a\n\n:c\n\nid: 2\nretry: 2\ndata: b\n\nevent: e\nid: 3\n\nretry: 3\ndata: c\n\n";
    for frames in [false, true] {
        let mut decoder = Decoder::new();
        let mut chunk = Chunk::new(wire);
        while !chunk.is_empty() {
            if frames {
                let _ = decoder.next_frame(&mut chunk).unwrap();
            } else {
                let _ = decoder.next_event(&mut chunk).unwrap();
            }
            let outcome = oracle::interpret(&wire[..wire.len() - chunk.remaining().len()]);
            assert_eq!(decoder.last_event_id(), &outcome.last_event_id);
            assert_eq!(
                decoder.reconnection_time().map(|time| time.as_millis()),
                outcome.reconnection_time.map(u128::from)
            );
        }
    }
}

#[test]
fn debug_shows_lengths_and_settings_and_no_payload() {
    const WIRE: &[u8] =
        b"event: secret\nid: secret\ndata: secret\n\n: secret\nevent: secret\nid: secret\ndata: secret\ndata: secre";
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(WIRE);
    while decoder.next_event(&mut chunk).unwrap().is_some() {}
    let mut source = EventSource::with_decoder(Decoder::new());
    source.on_response(200, Some(b"text/event-stream")).unwrap();
    let mut chunk = Chunk::new(WIRE);
    while source.next_event(&mut chunk).unwrap().is_some() {}
    let mut parser = Parser::new();
    let mut bytes = b"data: secret\nsecret: secret".as_slice();
    while parser.next_token(&mut bytes).is_some() {}
    for shown in [format!("{decoder:?}"), format!("{source:?}"), format!("{parser:?}")] {
        assert!(!shown.contains("secre") && !shown.contains("115, 101, 99"), "{shown}");
    }
    assert!(format!("{decoder:?}").contains("last_event_id_len: 6"));
}

#[test]
fn a_chunk_is_made_from_bytes_and_text() {
    let bytes: &[u8] = b"data: 1\n\n";
    for mut chunk in [Chunk::from(bytes), Chunk::from(b"data: 1\n\n"), Chunk::from("data: 1\n\n"), Chunk::new(bytes)] {
        assert_eq!(chunk.remaining(), bytes);
        assert!(!chunk.is_empty());
        assert_eq!(Decoder::new().next_event(&mut chunk).unwrap().map(|event| event.data()), Some("1"));
        assert!(chunk.is_empty());
    }
}
