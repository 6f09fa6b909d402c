//! What tells a stream that is alive from one that is silent, stalled, cut off, or not an event stream at all: the
//! counters of a decoder, and whether it is between events (decision 22).

use crate::common::limit::Calls;
use crate::common::oracle::{self, Frame};
use crate::common::streams::{cuts, regular, streams};
use proptest::prelude::*;
use sse_wire::{Chunk, Decoder};

/// Whether what has been received of a connection ends between two events, line by line.
fn is_between_events(wire: &[u8]) -> bool {
    // A partial byte order mark may still turn out to be something else.
    if b"\xEF\xBB".starts_with(wire) {
        return true;
    }
    let mut rest = oracle::without_bom(wire);
    let mut is_between = true;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        is_between = match &rest[..end] {
            [] => true,
            [b':', ..] => is_between,
            _ => false,
        };
        rest = rest[end..].strip_prefix(b"\r\n").unwrap_or(&rest[end + 1..]);
    }
    is_between && matches!(rest, [] | [b':', ..])
}

/// Reads one chunk to its end. Returns how many events it had.
fn read(decoder: &mut Decoder, calls: Calls, bytes: &[u8]) -> u64 {
    let mut chunk = Chunk::new(bytes);
    let mut events = 0;
    loop {
        let found = match calls {
            Calls::NextEvent => decoder.next_event(&mut chunk).map(|event| event.map(|_| true)),
            _ => decoder
                .next_frame(&mut chunk)
                .map(|frame| frame.map(|frame| matches!(frame, sse_wire::Frame::Event(_)))),
        };
        match found {
            Ok(Some(is_event)) => events += u64::from(is_event),
            Ok(None) => return events,
            Err(_) => {}
        }
    }
}

fn ignored(outcome: &oracle::Outcome) -> u64 {
    outcome.ignored_too.iter().filter(|frame| matches!(frame, Frame::Ignored(_))).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counters_count_over_all_connections(
        connections in proptest::collection::vec((prop_oneof![streams(), regular()], cuts()), 1..4),
        limit in prop_oneof![Just(usize::MAX), 0..40_usize],
    ) {
        for calls in Calls::EVERY {
            let mut decoder = crate::common::drive::decoder(calls).with_max_event_len(limit);
            let (mut position, mut events, mut ignored_before) = (0, 0, 0);
            for (wire, cuts) in &connections {
                prop_assert!(decoder.is_between_events());
                let mut len = 0;
                for chunk in cuts.of(wire) {
                    events += read(&mut decoder, calls, chunk);
                    position += chunk.len() as u64;
                    len += chunk.len();
                    prop_assert_eq!((decoder.position(), decoder.events()), (position, events));
                    let so_far = &wire[..len];
                    prop_assert_eq!(
                        decoder.is_between_events(), is_between_events(so_far), "{}", so_far.escape_ascii()
                    );
                    if limit == usize::MAX {
                        let expected = ignored_before + ignored(&oracle::interpret(so_far));
                        prop_assert_eq!(decoder.ignored_lines(), expected, "{}", so_far.escape_ascii());
                    }
                }
                let _ = decoder.end_of_stream();
                prop_assert_eq!((decoder.position(), decoder.events()), (position, events));
                if limit == usize::MAX {
                    // The unfinished last line counts as ended.
                    let expected = ignored_before + ignored(&oracle::interpret(&[wire, &b"\n"[..]].concat()));
                    prop_assert_eq!(decoder.ignored_lines(), expected, "{}", wire.escape_ascii());
                }
                ignored_before = decoder.ignored_lines();
            }
        }
    }
}

#[test]
fn a_cut_is_told_from_a_clean_end() {
    let rows: [(&[u8], bool); 29] = [
        (b"", true),
        (b"\n", true),
        (b"\r", true),
        (b":", true),
        (b": a comment", true),
        (b": a comment\n", true),
        (b"data: 1\n\n", true),
        (b"data: 1\r\r", true),
        (b"data: 1\r\n\r", true),
        (b"data: 1\r\n\r\n", true),
        (b"data: 1\n\n: a comm", true),
        (b"data: 1\n\n\n\n", true),
        (b"id: 7\n\n", true),
        (b"x: y\n\n", true),
        (b"\xEF\xBB", true),
        (b"\xEF\xBB\xBF", true),
        (b"\xEF\xBB\xBF: a comment", true),
        (b"data: 1", false),
        (b"data: 1\n", false),
        (b"data: 1\r\n", false),
        (b"da", false),
        (b"event: resp", false),
        (b"event: resp\n", false),
        (b"id: 7\n", false),
        (b"id: 7\n: a comment\n", false),
        (b"retry: 5\n", false),
        (b"{\"error\":", false),
        (b"{\"error\": 1}\n", false),
        (b"data: 1\n\nd", false),
    ];
    for (wire, expected) in rows {
        assert_eq!(is_between_events(wire), expected, "the model, of {}", wire.escape_ascii());
        for len in [1, wire.len().max(1)] {
            for calls in Calls::EVERY {
                let mut decoder = crate::common::drive::decoder(calls);
                wire.chunks(len).for_each(|chunk| {
                    read(&mut decoder, calls, chunk);
                });
                assert_eq!(decoder.is_between_events(), expected, "{} in chunks of {len}", wire.escape_ascii());
                let _ = decoder.end_of_stream();
                assert!(decoder.is_between_events(), "the next connection, after {}", wire.escape_ascii());
            }
        }
    }
}

/// The body of an error in a response with status 200, which takes days to find.
#[test]
fn an_error_in_json_is_no_event_and_ignored_lines() {
    for (wire, ignored) in [
        ("{\n  \"error\": \"overloaded\"\n}\n", 3),
        ("{\"error\": \"overloaded\"}\r", 1),
        ("{\"error\": \"overloaded\"}", 1),
        ("\u{feff}x", 1),
        ("<html>\r\n<body>\r\n", 2),
        ("id: 1\0\nretry: soon\nx\n", 3),
        ("id: 1\nretry: 5\n: c\nevent: x\ndata\n", 0),
    ] {
        let mut decoder = Decoder::new();
        read(&mut decoder, Calls::NextEvent, wire.as_bytes());
        assert_eq!(decoder.end_of_stream().map(|event| event.data().len()), (ignored == 0).then_some(0));
        assert_eq!((decoder.events(), decoder.ignored_lines()), (0, ignored), "{wire:?}");
    }
}

#[test]
fn an_id_that_is_too_long_counts_once_and_only_with_a_nul() {
    for (wire, ignored) in [("id: 1234\ndata: a\n\n", 0), ("id: 1234\0\ndata: a\n\n", 1)] {
        for at in 0..wire.len() {
            for calls in Calls::EVERY {
                let mut decoder = crate::common::drive::decoder(calls).with_max_event_len(3);
                for bytes in [&wire[..at], &wire[at..]] {
                    read(&mut decoder, calls, bytes.as_bytes());
                }
                assert_eq!((decoder.events(), decoder.ignored_lines()), (0, ignored), "{wire:?}, cut at {at}");
            }
        }
    }
}
