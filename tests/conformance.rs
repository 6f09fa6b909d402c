//! The conformance table (`common/rows.rs`): the oracle, the parser and the decoder over every row, in every line end, with
//! and without a byte order mark, cut in every way into chunks.

mod common;

use common::limit::{self, Calls, Step};
use common::oracle::{self, FieldName, Frame, Line};
use common::rows::{self, Seen, Stream};
use sse_wire::{Field, Parser, Token};

/// A connection that leaves everything behind that one can: an id, a time, an event without its end, a CR.
const LEFTOVERS: &[u8] = b"data: a\n\nid: left\nretry: 1\n\nevent: over\nid: over\ndata: over\r";

const CALLS: [Calls; 2] = [Calls::NextEvent, Calls::NextFrame];

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
fn limit_model_agrees_with_the_table() {
    for row in rows::LIMIT {
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

/// What the table expects, in the oracle's words.
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

#[test]
fn tokens_put_together_are_the_lines() {
    for Stream { label, wire, .. } in rows::streams() {
        for cut in Cut::every(&wire) {
            let mut parser = Parser::new();
            let mut assembled = Assembled::default();
            let mut fed = Vec::new();
            for chunk in cut.chunks(&wire) {
                assembled.feed(&mut parser, chunk);
                fed.extend_from_slice(chunk);
                let (ended, _) = oracle::lines(&fed);
                assert_eq!(assembled.lines, ended, "{label}, {cut:?}, after {}", fed.escape_ascii());
            }

            // The pieces of the unfinished line come to light when it ends.
            assembled.feed(&mut parser, b"\n");
            fed.push(b'\n');
            let (ended, _) = oracle::lines(&fed);
            assert_eq!(assembled.lines, ended, "{label}, {cut:?}, after {}", fed.escape_ascii());
        }
    }
}

/// The lines of a parser's tokens.
#[derive(Default)]
struct Assembled {
    lines: Vec<Line>,
    unfinished: Option<Line>,
}

impl Assembled {
    fn feed(&mut self, parser: &mut Parser, mut chunk: &[u8]) {
        while let Some(token) = parser.next_token(&mut chunk) {
            self.push(token);
        }
        assert!(chunk.is_empty(), "the parser leaves {}", chunk.escape_ascii());
        assert!(parser.next_token(&mut chunk).is_none());
    }

    fn push(&mut self, token: Token<'_>) {
        let (piece, complete) = match token {
            Token::Field { field, value, complete } => {
                (Line::Field { name: name(field), value: value.to_vec() }, complete)
            }
            Token::Comment { text, complete } => (Line::Comment(text.to_vec()), complete),
            Token::Unknown { line, complete } => (Line::Unknown(line.to_vec()), complete),
            Token::Blank => (Line::Blank, true),
            other => unreachable!("{other:?}"),
        };
        assert!(complete || !matches!(bytes_of(&piece), []), "an incomplete piece is never empty: {piece:?}");

        let line = match (self.unfinished.take(), piece) {
            (None, piece) => piece,
            (Some(Line::Field { name, value }), Line::Field { name: again, value: more }) if name == again => {
                Line::Field { name, value: [value, more].concat() }
            }
            (Some(Line::Comment(text)), Line::Comment(more)) => Line::Comment([text, more].concat()),
            (Some(Line::Unknown(line)), Line::Unknown(more)) => Line::Unknown([line, more].concat()),
            (Some(start), piece) => unreachable!("{start:?} goes on with {piece:?}"),
        };
        if complete {
            self.lines.push(line);
        } else {
            self.unfinished = Some(line);
        }
    }
}

fn name(field: Field) -> FieldName {
    match field {
        Field::Event => FieldName::Event,
        Field::Data => FieldName::Data,
        Field::Id => FieldName::Id,
        Field::Retry => FieldName::Retry,
        other => unreachable!("{other:?}"),
    }
}

fn bytes_of(line: &Line) -> &[u8] {
    match line {
        Line::Field { value: bytes, .. } | Line::Comment(bytes) | Line::Unknown(bytes) => bytes,
        Line::Blank => &[],
    }
}

#[cfg(feature = "alloc")]
mod decoder {
    use super::{CALLS, Calls, Cut, Frame, LEFTOVERS, Step, Stream, limit, oracle, rows, steps};
    use core::str;
    use sse_wire::{Chunk, Decoder, Event};

    #[test]
    fn every_row_in_every_chunking() {
        for Stream { label, wire, .. } in rows::streams() {
            let connections = [&wire[..], &wire, LEFTOVERS, &wire];
            for calls in CALLS {
                let mut before = oracle::Outcome::default();
                let want = connections.map(|connection| {
                    before = oracle::interpret_from(&before, connection);
                    limit::Outcome::unlimited(&before, calls)
                });
                for cut in Cut::every(&wire) {
                    for input in Input::EVERY {
                        let mut reader = Reader::new(calls, input);
                        for (count, (connection, want)) in connections.iter().zip(&want).enumerate() {
                            let got = reader.connection(&cut.chunks(connection));
                            assert_eq!(got, *want, "{label}, {cut:?}, {calls:?}, {input:?}, connection {count}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_late() {
        for Stream { label, wire, .. } in rows::streams() {
            for calls in CALLS {
                let mut reader = Reader::new(calls, Input::OneChunk);
                let mut fed = Vec::new();
                let mut steps = Vec::new();
                for byte in wire.chunks(1) {
                    fed.extend_from_slice(byte);
                    reader.read(byte, &mut steps);
                    let got = reader.clone().end(steps.clone());
                    let want = limit::Outcome::unlimited(&oracle::interpret(&fed), calls);
                    assert_eq!(got, want, "{label}, {calls:?}, after {}", fed.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn limit_table_in_every_chunking() {
        for row in rows::LIMIT {
            for cut in Cut::every(row.wire) {
                for (calls, seen) in [(Calls::NextEvent, row.events), (Calls::NextFrame, row.frames)] {
                    let mut reader = Reader::within(row.limit, calls, Input::OneChunk);
                    let got = reader.connection(&cut.chunks(row.wire)).steps;
                    assert_eq!(got, steps(seen), "{}, {cut:?}, {calls:?}", row.name);
                }
            }
        }
    }

    #[test]
    fn every_row_within_every_limit() {
        for Stream { label, wire, .. } in rows::streams() {
            let whole = Input::EVERY.map(|input| (Cut::Whole, input));
            let parts = [
                (Cut::Bytewise, Input::OneChunk),
                (Cut::EmptyAt(wire.len() / 3), Input::Str),
                (Cut::At(wire.len() * 2 / 3), Input::ChunkPerCall),
            ];
            let connections = [&wire[..], LEFTOVERS, &wire];
            for limit in 0..wire.len() + 3 {
                for calls in CALLS {
                    let mut before = limit::Outcome::default();
                    let want = connections.map(|connection| {
                        before = limit::within(&before, connection, limit, calls);
                        before.clone()
                    });
                    for (cut, input) in whole.into_iter().chain(parts) {
                        let mut reader = Reader::within(limit, calls, input);
                        for (connection, want) in connections.iter().zip(&want) {
                            let got = reader.connection(&cut.chunks(connection));
                            assert_eq!(got, *want, "{label}, limit {limit}, {cut:?}, {calls:?}, {input:?}");
                        }
                    }
                }
            }
        }
    }

    /// Long enough for whatever looks at some thousand bytes at a time.
    #[test]
    fn every_row_in_one_stream() {
        let wires: Vec<_> = rows::streams().into_iter().map(|stream| stream.wire).collect();
        let wire = wires.join(&b"\n\n"[..]);
        for limit in [0, 5, 20, 60, usize::MAX] {
            for calls in CALLS {
                let want = limit::within(&limit::Outcome::default(), &wire, limit, calls);
                for len in [wire.len(), 16 * 1024, 4099, 1460, 64, 3] {
                    for input in Input::EVERY {
                        let chunks: Vec<_> = wire.chunks(len).collect();
                        let got = Reader::within(limit, calls, input).connection(&chunks);
                        let differs = got.steps.iter().zip(&want.steps).find(|(got, want)| got != want);
                        assert_eq!(differs, None, "limit {limit}, chunks of {len}, {calls:?}, {input:?}");
                        assert!(got == want, "limit {limit}, chunks of {len}, {calls:?}, {input:?}: after the steps");
                    }
                }
            }
        }
    }

    /// How the bytes get into a `Chunk`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Input {
        OneChunk,
        /// A new `Chunk` of what remains, for each call.
        ChunkPerCall,
        /// From a `&str`, where the bytes are one.
        Str,
    }

    impl Input {
        const EVERY: [Self; 3] = [Self::OneChunk, Self::ChunkPerCall, Self::Str];
    }

    /// The loop of a user who writes everything down.
    #[derive(Clone)]
    struct Reader {
        decoder: Decoder,
        limit: usize,
        calls: Calls,
        input: Input,
    }

    impl Reader {
        fn new(calls: Calls, input: Input) -> Self {
            Self { decoder: Decoder::new(), limit: Decoder::DEFAULT_MAX_EVENT_LEN, calls, input }
        }

        fn within(limit: usize, calls: Calls, input: Input) -> Self {
            Self { decoder: Decoder::new().with_max_event_len(limit), limit, calls, input }
        }

        /// A whole connection.
        fn connection(&mut self, chunks: &[&[u8]]) -> limit::Outcome {
            let mut steps = Vec::new();
            for bytes in chunks {
                self.read(bytes, &mut steps);
            }
            self.end(steps)
        }

        fn read(&mut self, bytes: &[u8], steps: &mut Vec<Step>) {
            let mut chunk = match str::from_utf8(bytes) {
                Ok(text) if self.input == Input::Str => Chunk::from(text),
                _ => Chunk::new(bytes),
            };
            while let Some(step) = self.next(&mut chunk) {
                steps.push(step);
                if self.input == Input::ChunkPerCall {
                    chunk = Chunk::new(chunk.remaining());
                }
            }
            assert!(chunk.is_empty() && chunk.remaining().is_empty(), "the decoder leaves {chunk:?}");
        }

        fn next(&mut self, chunk: &mut Chunk<'_>) -> Option<Step> {
            let result = match self.calls {
                Calls::NextEvent => self.decoder.next_event(chunk).map(|event| Some(Frame::Event(owned(event?)))),
                Calls::NextFrame => self.decoder.next_frame(chunk).map(|frame| Some(owned_frame(frame?))),
            };
            match result {
                Ok(frame) => frame.map(Step::Frame),
                Err(error) => {
                    assert_eq!(error.limit(), self.limit);
                    Some(Step::TooLong { offset: error.offset() })
                }
            }
        }

        fn end(&mut self, steps: Vec<Step>) -> limit::Outcome {
            let unfinished = self.decoder.end_of_stream().map(owned);
            let last_event_id = self.decoder.last_event_id().to_owned();
            let reconnection_time = self.decoder.reconnection_time().map(milliseconds);
            limit::Outcome { steps, last_event_id, reconnection_time, unfinished }
        }
    }

    fn owned(event: Event<'_>) -> oracle::Event {
        oracle::Event {
            event_type: event.event_type().to_owned(),
            data: event.data().to_owned(),
            id: event.id().map(str::to_owned),
            last_event_id: event.last_event_id().to_owned(),
        }
    }

    fn owned_frame(frame: sse_wire::Frame<'_>) -> Frame {
        match frame {
            sse_wire::Frame::Event(event) => Frame::Event(owned(event)),
            sse_wire::Frame::Comment(text) => Frame::Comment(text.to_owned()),
            sse_wire::Frame::Retry(time) => Frame::Retry(milliseconds(time)),
            other => unreachable!("{other:?}"),
        }
    }

    fn milliseconds(time: core::time::Duration) -> u64 {
        let milliseconds = u64::try_from(time.as_millis());
        assert_eq!(time.subsec_nanos() % 1_000_000, 0, "{time:?} is whole milliseconds");
        milliseconds.unwrap_or_else(|_| unreachable!("{time:?} came from a u64"))
    }
}
