//! The conformance table (`common/rows/`): the oracle, the parser and the decoder over every row, in every line end,
//! with and without a byte order mark, split into chunks in every way.

#[cfg(feature = "alloc")]
use crate::common::drive::{self, Input, Pair};
use crate::common::limit::{self, Calls, Step};
use crate::common::oracle::{self, Frame};
use crate::common::rows::{self, Seen, Stream};
use crate::common::tokens::Tokens;

/// A connection that leaves behind everything possible: an id, a time, an event without its end, a CR.
const LEFTOVERS: &[u8] = b"data: a\n\nid: left\nretry: 1\n\nevent: over\nid: over\ndata: over\r";

const CALLS: [Calls; 3] = Calls::EVERY;

/// Each of these laws over each heading of the table, as a separate test, so that they run side by side.
macro_rules! laws_over_the_table {
    ($($(#[$attribute:meta])* $law:ident;)*) => {
        $($(#[$attribute])* mod $law {
            laws_over_the_table! { @ $law
                "standard" standard, "web-platform-tests" web_platform_tests, "readable stream" readable_stream,
                "line ends" line_ends, "byte order mark" byte_order_mark, "data" data, "event type" event_type, "id" id,
                "retry" retry, "names" names, "comments" comments, "NUL" nul, "UTF-8" utf_8, "unfinished" unfinished,
                "in the wild" in_the_wild,
            }
        })*
    };
    (@ $law:ident $($heading:literal $test:ident,)*) => {
        $(#[test]
        fn $test() {
            super::$law(&super::rows::streams_of($heading));
        })*

        #[test]
        fn is_a_law_over_every_heading() {
            assert_eq!(super::rows::TABLES.map(|(heading, _)| heading), [$($heading),*]);
        }
    };
}

laws_over_the_table! {
    tokens_put_together_are_the_lines;
    #[cfg(feature = "alloc")]
    is_decoded_in_every_chunking;
    #[cfg(feature = "alloc")]
    is_decoded_within_every_limit;
    #[cfg(feature = "alloc")]
    nothing_is_late;
}

fn tokens_put_together_are_the_lines(streams: &[Stream]) {
    for Stream { label, wire, .. } in streams {
        for cut in Cut::every(wire) {
            let mut tokens = Tokens::default();
            let mut fed = Vec::new();
            for chunk in cut.chunks(wire) {
                tokens.feed(chunk);
                fed.extend_from_slice(chunk);
                let (ended, _) = oracle::lines(&fed);
                assert_eq!(tokens.lines, ended, "{label}, {cut:?}, after {}", fed.escape_ascii());
            }

            // The pieces of the unfinished line show when it ends.
            tokens.feed(b"\n");
            fed.push(b'\n');
            let (ended, _) = oracle::lines(&fed);
            assert_eq!(tokens.lines, ended, "{label}, {cut:?}, after {}", fed.escape_ascii());
        }
    }
}

#[cfg(feature = "alloc")]
fn is_decoded_in_every_chunking(streams: &[Stream]) {
    for Stream { label, wire, .. } in streams {
        let connections = [&wire[..], LEFTOVERS, wire];
        for calls in CALLS {
            let mut before = oracle::Outcome::default();
            let want = connections.map(|connection| {
                before = oracle::interpret_from(&before, connection);
                limit::Outcome::unlimited(&before, calls)
            });
            for cut in Cut::every(wire) {
                for input in Input::EVERY {
                    let mut decoder = Pair::new(drive::decoder(calls));
                    for (count, (connection, want)) in connections.iter().zip(&want).enumerate() {
                        let got = decoder.connection(calls, input, &cut.chunks(connection));
                        assert_eq!(got, *want, "{label}, {cut:?}, {calls:?}, {input:?}, connection {count}");
                    }
                }
            }
        }
    }
}

#[cfg(feature = "alloc")]
fn is_decoded_within_every_limit(streams: &[Stream]) {
    for Stream { label, wire, .. } in streams {
        let whole = Input::EVERY.map(|input| (Cut::Whole, input));
        let parts = [
            (Cut::Bytewise, Input::OneChunk),
            (Cut::EmptyAt(wire.len() / 3), Input::Str),
            (Cut::At(wire.len() * 2 / 3), Input::ChunkPerCall),
        ];
        let connections = [&wire[..], LEFTOVERS, wire];
        // Until nothing exceeds three limits in a row.
        let (mut limit, mut met) = (0, 0);
        while met < 3 {
            met += 1;
            for calls in CALLS {
                let mut before = limit::Outcome::default();
                let want = connections.map(|connection| {
                    before = limit::within(&before, connection, limit, calls);
                    before.clone()
                });
                if want.iter().any(limit::Outcome::exceeds) {
                    met = 0;
                }
                for (cut, input) in whole.into_iter().chain(parts) {
                    let mut decoder = Pair::new(drive::decoder(calls).with_max_event_len(limit));
                    for (connection, want) in connections.iter().zip(&want) {
                        let got = decoder.connection(calls, input, &cut.chunks(connection));
                        assert_eq!(got, *want, "{label}, limit {limit}, {cut:?}, {calls:?}, {input:?}");
                    }
                }
            }
            limit += 1;
        }
    }
}

#[cfg(feature = "alloc")]
fn nothing_is_late(streams: &[Stream]) {
    for Stream { label, wire, .. } in streams {
        for calls in CALLS {
            let mut decoder = Pair::new(drive::decoder(calls));
            let mut fed = Vec::new();
            let mut steps = Vec::new();
            for byte in wire.chunks(1) {
                fed.extend_from_slice(byte);
                decoder.read(calls, Input::OneChunk, byte, &mut steps);
                let got = decoder.clone().end(steps.clone());
                let want = limit::Outcome::unlimited(&oracle::interpret(&fed), calls);
                assert_eq!(got, want, "{label}, {calls:?}, after {}", fed.escape_ascii());
            }
        }
    }
}

#[test]
#[cfg(feature = "alloc")]
fn limit_table_in_every_chunking() {
    for row in rows::limit::LIMIT {
        for cut in Cut::every(row.wire) {
            for (calls, seen) in [(Calls::NextEvent, row.events), (Calls::NextFrame, row.frames)] {
                let mut decoder = Pair::new(drive::decoder(calls).with_max_event_len(row.limit));
                let got = decoder.connection(calls, Input::OneChunk, &cut.chunks(row.wire)).steps;
                assert_eq!(got, steps(seen), "{}, {cut:?}, {calls:?}", row.name);
            }
        }
    }
}

#[test]
#[cfg(feature = "alloc")]
fn connections_in_every_chunking() {
    for (name, connections) in rows::connections::CONNECTIONS {
        let longest = connections.iter().map(|connection| connection.wire).max_by_key(|wire| wire.len());
        for cut in Cut::every(longest.unwrap_or_default()) {
            let mut decoder = Pair::new(drive::decoder(Calls::NextFrame));
            for (count, want) in connections.iter().enumerate() {
                let got = decoder.connection(Calls::NextFrame, Input::OneChunk, &cut.chunks(want.wire));
                let label = format!("{name}, {cut:?}, connection {count}");
                assert_eq!(got.steps, steps(want.frames), "{label}");
                assert_eq!(got.last_event_id, want.last_event_id, "{label}");
                assert_eq!(got.reconnection_time, want.reconnection_time, "{label}");
            }
        }
    }
}

/// Long enough for code that examines some thousand bytes at a time.
#[test]
#[cfg(feature = "alloc")]
fn every_row_in_one_stream() {
    let wires: Vec<_> = rows::streams().into_iter().map(|stream| stream.wire).collect();
    let wire = wires.join(&b"\n\n"[..]);
    for limit in [0, 5, 20, 60, usize::MAX] {
        for calls in CALLS {
            let want = limit::within(&limit::Outcome::default(), &wire, limit, calls);
            for len in [wire.len(), 16 * 1024, 4099, 1460, 64, 3] {
                for input in Input::EVERY {
                    let chunks: Vec<_> = wire.chunks(len).collect();
                    let mut decoder = Pair::new(drive::decoder(calls).with_max_event_len(limit));
                    let got = decoder.connection(calls, input, &chunks);
                    let differs = got.steps.iter().zip(&want.steps).find(|(got, want)| got != want);
                    assert_eq!(differs, None, "limit {limit}, chunks of {len}, {calls:?}, {input:?}");
                    assert!(got == want, "limit {limit}, chunks of {len}, {calls:?}, {input:?}: after the steps");
                }
            }
        }
    }
}

#[test]
fn oracle_agrees_with_the_table() {
    for Stream { label, wire, row } in rows::streams() {
        let outcome = oracle::interpret(&wire);
        let unfinished = outcome.unfinished.clone().map(|event| Step::Frame(Frame::Event(event)));
        assert_eq!(limit::Outcome::unlimited(&outcome, Calls::NextFrame).steps, steps(row.frames), "{label}");
        assert_eq!(outcome.last_event_id, row.last_event_id, "{label}");
        assert_eq!(outcome.reconnection_time, row.reconnection_time, "{label}");
        assert_eq!(unfinished, row.unfinished.as_ref().map(step), "{label}");
    }
}

#[test]
fn oracle_agrees_with_the_connections() {
    for (name, connections) in rows::connections::CONNECTIONS {
        let mut outcome = oracle::Outcome::default();
        for (count, want) in connections.iter().enumerate() {
            outcome = oracle::interpret_from(&outcome, want.wire);
            let got = limit::Outcome::unlimited(&outcome, Calls::NextFrame);
            assert_eq!(got.steps, steps(want.frames), "{name}, connection {count}");
            assert_eq!(got.last_event_id, want.last_event_id, "{name}, connection {count}");
            assert_eq!(got.reconnection_time, want.reconnection_time, "{name}, connection {count}");
        }
    }
}

#[test]
fn limit_model_agrees_with_the_table() {
    for row in rows::limit::LIMIT {
        assert_eq!(limit::events_within(row.wire, row.limit), steps(row.events), "{}: next_event", row.name);
        assert_eq!(limit::frames_within(row.wire, row.limit), steps(row.frames), "{}: next_frame", row.name);
    }
}

#[test]
fn limit_model_without_a_limit_is_the_oracle() {
    for Stream { label, wire, .. } in rows::streams() {
        for calls in CALLS {
            let mut model = limit::Outcome::default();
            let mut want = oracle::Outcome::default();
            for connection in [&wire[..], &wire, LEFTOVERS, &wire] {
                model = limit::within(&model, connection, usize::MAX, calls);
                want = oracle::interpret_from(&want, connection);
                assert_eq!(model, limit::Outcome::unlimited(&want, calls), "{label}, {calls:?}");
            }
        }
    }
}

/// What the table expects, in the oracle's types.
fn steps(seen: &[Seen]) -> Vec<Step> {
    seen.iter().map(step).collect()
}

fn step(seen: &Seen) -> Step {
    match *seen {
        Seen::Event { event_type, data, id, last_event_id } => Step::Frame(Frame::Event(oracle::Event {
            event_type: event_type.to_owned(),
            data: data.to_owned(),
            id: id.map(str::to_owned),
            last_event_id: last_event_id.to_owned(),
        })),
        Seen::Comment(text) => Step::Frame(Frame::Comment(text.to_owned())),
        Seen::Retry(time) => Step::Frame(Frame::Retry(time)),
        Seen::Id(id) => Step::Frame(Frame::Id(id.to_owned())),
        Seen::TooLong(offset) => Step::TooLong { offset },
    }
}

/// A way to cut a stream into chunks.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Whole,
    Bytewise,
    /// With an empty chunk before each byte and at the end.
    BytewiseAndEmpty,
    At(usize),
    /// With an empty chunk in between.
    EmptyAt(usize),
}

impl Cut {
    fn every(wire: &[u8]) -> Vec<Self> {
        let mut cuts = vec![Self::Whole, Self::Bytewise, Self::BytewiseAndEmpty];
        cuts.extend((0..=wire.len()).flat_map(|index| [Self::At(index), Self::EmptyAt(index)]));
        cuts
    }

    fn chunks(self, wire: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![wire],
            Self::Bytewise => wire.chunks(1).collect(),
            Self::BytewiseAndEmpty => wire.chunks(1).flat_map(|byte| [b"", byte]).chain([&b""[..]]).collect(),
            Self::At(index) => {
                let (before, after) = wire.split_at(index.min(wire.len()));
                vec![before, after]
            }
            Self::EmptyAt(index) => {
                let (before, after) = wire.split_at(index.min(wire.len()));
                vec![before, b"", after]
            }
        }
    }
}
