//! A parser's tokens, put together into the oracle's lines.

use sse_wire::{Field, Parser, Token};

use super::oracle::{FieldName, Line};

/// A parser, and the lines that it was fed.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    parser: Parser,
    /// The lines that have ended.
    pub lines: Vec<Line>,
    /// The received part of the line that has not.
    pub unfinished: Option<Line>,
}

impl Tokens {
    /// Takes a chunk to its end.
    pub fn feed(&mut self, mut chunk: &[u8]) {
        while let Some(token) = self.parser.next_token(&mut chunk) {
            let (piece, complete) = line(token);
            assert!(complete || !matches!(bytes(&piece), []), "an incomplete piece is empty: {token:?}");
            let line = match self.unfinished.take() {
                Some(begun) => joined(begun, &piece),
                None => piece,
            };
            if complete {
                self.lines.push(line);
            } else {
                self.unfinished = Some(line);
            }
        }
        assert!(chunk.is_empty(), "the parser leaves {}", chunk.escape_ascii());
        assert!(self.parser.next_token(&mut chunk).is_none(), "a token of no bytes");
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
        token => unreachable!("a new kind of token: {token:?}"),
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
        (begun, other) => unreachable!("a line begins as {begun:?} and goes on as {other:?}"),
    }
    begun
}
