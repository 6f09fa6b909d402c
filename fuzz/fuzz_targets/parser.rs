//! Tokens put together are the lines that the standard sees, however the stream is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sse_wire::{Field, Parser, Token};
use sse_wire_fuzz::oracle::{self, FieldName, Line};
use sse_wire_fuzz::{Cut, Streams};

fuzz_target!(|input: &[u8]| {
    let streams = Streams::new(input);
    for stream in &streams.connections {
        let (lines, _) = oracle::lines(&stream.wire);
        let (lines_when_ended, _) = oracle::lines(&[&stream.wire[..], b"\n"].concat());
        for cut in Cut::ways(streams.seed) {
            let mut tokens = Tokens::default();
            for piece in cut.pieces(&stream.wire, &stream.marks) {
                tokens.take(piece);
            }
            assert_eq!(tokens.lines, lines, "{cut:?} of {}", stream.wire.escape_ascii());

            // The pieces of the last line are right if the line is, once it ends.
            tokens.take(b"\n");
            assert_eq!(tokens.lines, lines_when_ended, "{cut:?} of {}, ended", stream.wire.escape_ascii());
            assert_eq!(tokens.unfinished, None);
        }
    }
});

/// A parser, and its tokens put together.
#[derive(Default)]
struct Tokens {
    parser: Parser,
    lines: Vec<Line>,
    unfinished: Option<Line>,
}

impl Tokens {
    fn take(&mut self, piece: &[u8]) {
        let mut chunk = piece;
        while let Some(token) = self.parser.next_token(&mut chunk) {
            let (line, complete) = line(token);
            assert!(complete || !bytes(&line).is_empty(), "an incomplete piece is empty: {token:?}");
            let line = match self.unfinished.take() {
                Some(begun) => joined(begun, &line),
                None => line,
            };
            if complete {
                self.lines.push(line);
            } else {
                self.unfinished = Some(line);
            }
        }
        assert!(chunk.is_empty(), "None, and not used up: {}", chunk.escape_ascii());
    }
}

/// What a token stands for, and whether its line has ended.
fn line(token: Token<'_>) -> (Line, bool) {
    match token {
        Token::Field { field, value, complete } => {
            let name = match field {
                Field::Event => FieldName::Event,
                Field::Data => FieldName::Data,
                Field::Id => FieldName::Id,
                Field::Retry => FieldName::Retry,
                field => unreachable!("a new field: {field:?}"),
            };
            (Line::Field { name, value: value.to_vec() }, complete)
        }
        Token::Comment { text, complete } => (Line::Comment(text.to_vec()), complete),
        Token::Unknown { line, complete } => (Line::Unknown(line.to_vec()), complete),
        Token::Blank => (Line::Blank, true),
        token => unreachable!("a new token: {token:?}"),
    }
}

fn bytes(line: &Line) -> &[u8] {
    match line {
        Line::Field { value: bytes, .. } | Line::Comment(bytes) | Line::Unknown(bytes) => bytes,
        Line::Blank => &[],
    }
}

/// A line that has begun, with its next piece.
fn joined(mut begun: Line, piece: &Line) -> Line {
    match (&mut begun, piece) {
        (Line::Field { name, value }, Line::Field { name: same, value: more }) if name == same => value.extend(more),
        (Line::Comment(text), Line::Comment(more)) => text.extend(more),
        (Line::Unknown(line), Line::Unknown(more)) => line.extend(more),
        (begun, other) => panic!("a line begins as {begun:?} and goes on as {other:?}"),
    }
    begun
}
