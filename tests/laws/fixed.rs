//! A decoder in memory of a fixed size decodes like one with a limit, in linear time.

use crate::common::drive::FixedPair;
use crate::common::limit::{self, Calls, Outcome, Step};
use crate::common::oracle;
use crate::common::rows::{self, Stream};
use crate::common::streams::{cuts, regular, streams};
use proptest::prelude::*;
use sse_wire::{Chunk, FixedDecoder, Frame};

/// With shortcuts and without, and compared.
fn both<const EVENT: usize, const ID: usize>(calls: Calls, connections: &[Vec<&[u8]>]) -> Vec<Outcome> {
    let mut pair = FixedPair::<EVENT, ID>::default();
    connections.iter().map(|chunks| pair.connection(calls, chunks)).collect()
}

const CALLS: [Calls; 2] = [Calls::NextEvent, Calls::NextFrame];

#[test]
fn every_row_is_decoded_where_there_is_room() {
    for Stream { label, wire, .. } in rows::streams() {
        for calls in CALLS {
            let outcome = oracle::interpret(&wire);
            let want = Outcome::unlimited(&outcome, calls);
            for len in [1, 2, 3, 7, wire.len().max(1)] {
                let got = both::<65536, 4096>(calls, &[wire.chunks(len).collect()]);
                assert_eq!(got, core::slice::from_ref(&want), "{label}, chunks of {len}, {calls:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fixed_memory_decodes_alike(wire in prop_oneof![streams(), regular()], again in regular(), cuts in cuts()) {
        for calls in CALLS {
            let mut before = oracle::Outcome::default();
            let want: Vec<_> = [&wire, &again].into_iter().map(|wire| {
                before = oracle::interpret_from(&before, wire);
                Outcome::unlimited(&before, calls)
            }).collect();
            prop_assert_eq!(both::<65536, 4096>(calls, &[cuts.of(&wire), cuts.of(&again)]), want);
        }
    }

    #[test]
    fn the_verdict_does_not_depend_on_the_chunks(wire in prop_oneof![streams(), regular()], cuts in cuts()) {
        for calls in CALLS {
            let whole = both::<9, 4>(calls, &[vec![&wire]]);
            prop_assert_eq!(&both::<9, 4>(calls, &[cuts.of(&wire)]), &whole);
            prop_assert_eq!(both::<9, 4>(calls, &[wire.chunks(1).collect()]), whole);
        }
    }

    /// If everything is text, and no id or comment shares the memory, the memory is the exact limit.
    #[test]
    fn the_memory_is_the_limit(wire in "((data|event|retry|x): ?[a-c]{0,6}\n|\n){0,12}\n", cuts in cuts()) {
        let want = limit::within(&Outcome::default(), wire.as_bytes(), 9, Calls::NextEvent);
        prop_assert_eq!(both::<9, 4>(Calls::NextEvent, &[cuts.of(wire.as_bytes())]), [want]);
    }
}

fn message(data: &str, id: Option<&str>, last_event_id: &str) -> Step {
    Step::Frame(oracle::Frame::Event(oracle::Event {
        event_type: "message".to_owned(),
        data: data.to_owned(),
        id: id.map(str::to_owned),
        last_event_id: last_event_id.to_owned(),
    }))
}

/// In every chunking.
fn steps<const EVENT: usize, const ID: usize>(calls: Calls, wire: &[u8]) -> Vec<Step> {
    let whole = both::<EVENT, ID>(calls, &[vec![wire]]);
    for at in 0..=wire.len() {
        let (before, after) = wire.split_at(at);
        assert_eq!(both::<EVENT, ID>(calls, &[vec![before, after]]), whole, "cut at {at}");
    }
    assert_eq!(both::<EVENT, ID>(calls, &[wire.chunks(1).collect()]), whole);
    whole.into_iter().next().unwrap().steps
}

#[test]
fn an_id_that_does_not_fit_is_an_error_of_its_event() {
    let wire = b"id: 1234\ndata: a\n\nid: 12345\ndata: b\n\ndata: c\n\nid: 45678\n\n";
    let found = steps::<9, 4>(Calls::NextFrame, wire);
    let too_long = |offset| Step::TooLong { offset };
    assert_eq!(found, [message("a", Some("1234"), "1234"), too_long(18), message("c", None, "1234"), too_long(46)]);
}

#[test]
fn text_has_to_fit_as_it_is_handed_out() {
    let wire = b"data: \xFF\xFF\xFF\n\nid: 1\ndata: \xFF\xFF\xFF\xFF\n\ndata: a\n\n";
    let fits = message("\u{FFFD}\u{FFFD}\u{FFFD}", None, "");
    assert_eq!(steps::<9, 4>(Calls::NextEvent, wire), [fits, Step::TooLong { offset: 11 }, message("a", None, "")]);

    let found = steps::<9, 4>(Calls::NextFrame, b"id: \xFF\n\nid: \xFF\xFF\n\n");
    assert_eq!(found, [Step::Frame(oracle::Frame::Id("\u{FFFD}".to_owned())), Step::TooLong { offset: 7 }]);

    // The error names the memory that was too small.
    let limit = |wire: &[u8]| FixedDecoder::<9, 4>::new().next_event(&mut Chunk::new(wire)).unwrap_err().limit();
    assert_eq!(limit(b"id: \xFF\xFF\n\n"), 4);
    assert_eq!(limit(b"id: 12345\n\n"), 4);
    assert_eq!(limit(b"data: \xFF\xFF\xFF\xFF\n\n"), 9);
    assert_eq!(limit(b"data: 1234567890\n\n"), 9);

    // An event that its end leaves unfinished is discarded, as the standard does.
    let mut decoder = FixedDecoder::<9, 4>::new();
    assert_eq!(decoder.next_event(&mut Chunk::new(b"data: \xFF\xFF\xFF\xFF")), Ok(None));
    assert_eq!(decoder.end_of_stream(), None);
}

#[test]
fn types_and_data_share_the_memory_in_any_order() {
    for lines in ["event: ab\ndata: cd\nevent: efg\ndata: hij", "data: cd\nevent: abc\nevent: efg\ndata: hij"] {
        let found = steps::<9, 4>(Calls::NextEvent, format!("{lines}\n\n").as_bytes());
        let Step::Frame(oracle::Frame::Event(event)) = &found[0] else { panic!("{found:?}") };
        assert_eq!((&*event.event_type, &*event.data), ("efg", "cd\nhij"), "{lines:?}");
        let found = steps::<9, 4>(Calls::NextEvent, format!("{lines}k\n\n").as_bytes());
        assert_eq!(found, [Step::TooLong { offset: 0 }], "{lines:?}");
    }
}

#[test]
fn comments_have_what_the_event_around_them_leaves() {
    let comment = |text: &str| Step::Frame(oracle::Frame::Comment(text.to_owned()));
    let wire = b": abcdefghi\ndata: abcdef\n: abc\n: abcd\n: \xFF\n\n: abcdefghij\n";
    let too_long = |offset| Step::TooLong { offset };
    let around = message("abcdef", None, "");
    assert_eq!(
        steps::<9, 4>(Calls::NextFrame, wire),
        [comment("abcdefghi"), comment("abc"), too_long(0), comment("\u{FFFD}"), around, too_long(43)]
    );
}

#[test]
fn no_memory_is_enough_for_what_needs_none() {
    let found = steps::<0, 0>(Calls::NextEvent, b"data\n\nid\nretry: 7\n\ndata: a\n\ndata\nid\n\n");
    assert_eq!(found, [message("", None, ""), Step::TooLong { offset: 19 }, message("", Some(""), "")]);
}

#[test]
fn frames_are_those_of_a_decoder() {
    let mut decoder = FixedDecoder::<9, 4>::new();
    let mut chunk = Chunk::new(b"retry: 5\nid: 1\n\nnothing\n");
    assert_eq!(decoder.next_frame(&mut chunk), Ok(Some(Frame::Retry(core::time::Duration::from_millis(5)))));
    assert_eq!(decoder.next_frame(&mut chunk), Ok(Some(Frame::Id("1"))));
    assert_eq!(decoder.next_frame(&mut chunk), Ok(None));
    assert_eq!((decoder.position(), decoder.events(), decoder.ignored_lines()), (24, 0, 1));
    assert!(!decoder.is_between_events());
    assert_eq!(decoder.next_event(&mut Chunk::new(b"data\n\n")).map(|event| event.is_some()), Ok(true));
    assert_eq!((decoder.events(), decoder.is_between_events()), (1, true));
}

#[test]
fn an_id_to_begin_with_has_to_fit() {
    let mut decoder = FixedDecoder::<9, 4>::new();
    for (id, is) in [("12", "12"), ("1234", "1234"), ("12345", "1234"), ("", "")] {
        assert_eq!(decoder.set_last_event_id(id).is_ok(), id == is, "{id:?}");
        assert_eq!(decoder.last_event_id(), is);
    }
}

/// As a decoder counts them: `life.rs` and `decoder.rs`.
#[test]
fn ignored_lines_are_counted_and_debug_shows_no_payload() {
    let mut pair = FixedPair::<65536, 4096>::default();
    pair.connection(Calls::NextEvent, &[b"{\n  \"error\": \"overloaded\"\n}\nid: 1\0\nretry: soon\n"]);
    assert_eq!(pair.ignored_lines(), 5);

    let mut decoder = FixedDecoder::<65536, 4096>::new();
    let mut chunk = Chunk::new(b"event: secret\nid: secret\ndata: secret\n\n: secret\nid: secret\ndata: secre");
    while decoder.next_event(&mut chunk).unwrap().is_some() {}
    let shown = format!("{decoder:?}");
    assert!(!shown.contains("secre") && !shown.contains("115, 101, 99"), "{shown}");
}
