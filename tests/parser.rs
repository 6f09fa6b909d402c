//! The laws of the parser, which needs no feature.

mod common;

use common::oracle;
use common::sent::field;
use common::streams::{cuts, streams};
use proptest::prelude::*;
use sse_wire::{Field, Parser, Token};

fn lines(chunks: &[&[u8]]) -> Vec<oracle::Line> {
    let mut parser = Parser::new();
    let mut lines = Vec::new();
    let mut line = Vec::new();
    for &bytes in chunks {
        let mut rest = bytes;
        while let Some(token) = parser.next_token(&mut rest) {
            let (piece, complete) = match token {
                Token::Blank => (&b""[..], true),
                Token::Field { value: piece, complete, .. }
                | Token::Comment { text: piece, complete }
                | Token::Unknown { line: piece, complete } => (piece, complete),
                _ => unreachable!("a new kind of token"),
            };
            assert!(complete || !piece.is_empty(), "an incomplete piece is empty");
            line.extend_from_slice(piece);
            if !complete {
                continue;
            }
            let bytes = std::mem::take(&mut line);
            lines.push(match token {
                Token::Field { field: Field::Event, .. } => field(oracle::FieldName::Event, bytes),
                Token::Field { field: Field::Data, .. } => field(oracle::FieldName::Data, bytes),
                Token::Field { field: Field::Id, .. } => field(oracle::FieldName::Id, bytes),
                Token::Field { field: Field::Retry, .. } => field(oracle::FieldName::Retry, bytes),
                Token::Comment { .. } => oracle::Line::Comment(bytes),
                Token::Unknown { .. } => oracle::Line::Unknown(bytes),
                _ => oracle::Line::Blank,
            });
        }
        assert!(rest.is_empty());
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_put_together_are_the_lines(wire in streams(), cuts in cuts()) {
        prop_assert_eq!(lines(&cuts.of(&wire)), oracle::lines(&wire).0);
    }
}

#[test]
fn tokens_and_chunks_are_shown_as_text() {
    let mut parser = Parser::new();
    let mut chunk = &b"data: a\xFF\n:\"c\nx\n\n"[..];
    let tokens = std::iter::from_fn(|| parser.next_token(&mut chunk)).map(|token| format!("{token:?}"));
    assert_eq!(
        tokens.collect::<Vec<_>>(),
        [
            r#"Field { field: Data, value: b"a\xff", complete: true }"#,
            r#"Comment { text: b"\"c", complete: true }"#,
            r#"Unknown { line: b"x", complete: true }"#,
            "Blank",
        ]
    );
    assert_eq!(format!("{:?}", sse_wire::Chunk::new(b"a\n")), r#"Chunk(b"a\n")"#);
}
