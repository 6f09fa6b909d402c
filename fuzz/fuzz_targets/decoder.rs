//! The decoder does what the standard says, with and without a limit, however the stream is split and the decoder is
//! called, on every connection of one decoder; with its shortcuts and, in lockstep, without them; and in memory of a fixed
//! size, which is then the limit.
#![no_main]

use fastrand::Rng;
use libfuzzer_sys::fuzz_target;
use sse_wire::Decoder;
use sse_wire_fuzz::drive::FixedPair;
use sse_wire_fuzz::limit::{self, Calls, Outcome};
use sse_wire_fuzz::read::{self, Way};
use sse_wire_fuzz::{Cut, Streams, oracle};

fuzz_target!(|input: &[u8]| {
    let streams = Streams::new(input);
    let mut rng = Rng::with_seed(streams.seed);
    let calls = Calls::EVERY[rng.usize(..3)];
    let last_event_id = ["", "before"][rng.usize(..2)];
    let retained = [0, 16, 64 * 1024][rng.usize(..3)];
    let decoder = Decoder::new()
        .with_last_event_id(last_event_id)
        .with_max_retained(retained)
        .with_ignored_frames(calls == Calls::IgnoredToo);
    let before = oracle::Outcome { last_event_id: last_event_id.to_owned(), ..oracle::Outcome::default() };

    let outcomes = each(&streams, before.clone(), oracle::interpret_from);
    let expected = outcomes.iter().map(|outcome| Outcome::unlimited(outcome, calls)).collect::<Vec<_>>();
    for cut in Cut::ways(streams.seed) {
        check(&streams, decoder.clone(), calls, cut, Way::any(&mut rng), &expected);
    }

    let before = Outcome::unlimited(&before, calls);
    let expected = each(&streams, before, |before, wire| limit::within(before, wire, streams.limit, calls));
    let limited = decoder.clone().with_max_event_len(streams.limit);
    for cut in Cut::ways(streams.seed) {
        check(&streams, limited.clone(), calls, cut, Way::any(&mut rng), &expected);
    }

    fixed(&streams, if calls == Calls::IgnoredToo { Calls::NextFrame } else { calls });

    let mut decoder = decoder;
    for (stream, outcome) in streams.connections.iter().zip(&outcomes) {
        let pieces = Cut::Random(streams.seed).pieces(&stream.wire, &stream.marks);
        let frames = read::mixed(&mut decoder, &pieces, &mut rng);
        let mut all = outcome.ignored_too.iter();
        assert!(frames.iter().all(|frame| all.any(|other| frame == other)), "in turn {frames:?} of {streams:?}");
        let found = oracle::Outcome { frames, ..oracle::Outcome::default() };
        assert_eq!(found.events(), outcome.events(), "in turn, of {streams:?}");
    }
    assert_eq!(decoder.end_of_stream(), None, "something of a stream that has not begun");
});

/// Memory of a fixed size: with enough of it, as the oracle says; with little, the same in every chunking.
fn fixed(streams: &Streams, calls: Calls) {
    let expected = each(streams, oracle::Outcome::default(), oracle::interpret_from);
    let expected = expected.iter().map(|outcome| Outcome::unlimited(outcome, calls)).collect::<Vec<_>>();
    // No input makes a longer stream, replacement included.
    let small = fixed_connections::<3, 1>(streams, calls, Cut::Whole);
    for cut in Cut::ways(streams.seed) {
        let large = fixed_connections::<{ 32 * 1024 }, { 32 * 1024 }>(streams, calls, cut);
        assert_eq!(large, expected, "{calls:?}, {cut:?}, in much memory, of {streams:?}");
        assert_eq!(fixed_connections::<3, 1>(streams, calls, cut), small, "{calls:?}, {cut:?}, of {streams:?}");
    }

    // If no id, comment or replacement shares the memory, it is the exact limit.
    let is_id = |line: &oracle::Line| matches!(line, oracle::Line::Field { name: oracle::FieldName::Id, .. });
    let has_id = |wire: &[u8]| {
        let (lines, unfinished) = oracle::lines(wire);
        lines.iter().any(is_id) || unfinished.starts_with(b"id")
    };
    let is_plain = |wire: &[u8]| str::from_utf8(wire).is_ok() && !has_id(wire);
    if calls == Calls::NextEvent && streams.connections.iter().all(|stream| is_plain(&stream.wire)) {
        let within = |before: &Outcome, wire: &[u8]| limit::within(before, wire, 3, calls);
        assert_eq!(small, each(streams, Outcome::default(), within), "within 3 bytes, of {streams:?}");
    }
}

fn fixed_connections<const EVENT: usize, const ID: usize>(streams: &Streams, calls: Calls, cut: Cut) -> Vec<Outcome> {
    let mut pair = FixedPair::<EVENT, ID>::default();
    let connections = streams.connections.iter();
    connections.map(|stream| pair.connection(calls, &cut.pieces(&stream.wire, &stream.marks))).collect()
}

/// What the judge says about each connection, given the previous one.
fn each<T: Clone>(streams: &Streams, before: T, judge: impl Fn(&T, &[u8]) -> T) -> Vec<T> {
    let mut before = before;
    let mut outcomes = Vec::new();
    for stream in &streams.connections {
        before = judge(&before, &stream.wire);
        outcomes.push(before.clone());
    }
    outcomes
}

/// Reads the connections one after the other, with and without shortcuts, and compares the results.
fn check(streams: &Streams, decoder: Decoder, calls: Calls, cut: Cut, way: Way, expected: &[Outcome]) {
    let fast = check_one(streams, decoder.clone(), calls, cut, way, expected);
    let slow = check_one(streams, decoder.without_shortcuts(), calls, cut, way, expected);
    assert_eq!(counters(&fast), counters(&slow), "{calls:?}, {way:?}, {cut:?}, of {streams:?}");
}

fn counters(decoder: &Decoder) -> (u64, u64, u64, bool) {
    (decoder.position(), decoder.events(), decoder.ignored_lines(), decoder.is_between_events())
}

fn check_one(
    streams: &Streams,
    mut decoder: Decoder,
    calls: Calls,
    cut: Cut,
    way: Way,
    expected: &[Outcome],
) -> Decoder {
    for (index, (stream, expected)) in streams.connections.iter().zip(expected).enumerate() {
        let outcome;
        (decoder, outcome) = read::connection(decoder, &cut.pieces(&stream.wire, &stream.marks), calls, way);
        assert!(
            outcome == *expected,
            "{calls:?}, {way:?}, {cut:?}, connection {index} of {streams:?}\n{outcome:?}, and expected is\n{expected:?}"
        );
        assert_eq!(decoder.last_event_id(), expected.last_event_id, "the end of the stream changes it");
        assert_eq!(
            decoder.reconnection_time().map(|time| time.as_millis()),
            expected.reconnection_time.map(u128::from),
            "the end of the stream changes it",
        );
    }
    decoder
}
