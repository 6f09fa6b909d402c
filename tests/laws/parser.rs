//! The laws of the parser, which needs no feature.

use crate::common::oracle;
use crate::common::streams::{cuts, streams};
use crate::common::tokens::Tokens;
use proptest::prelude::*;
use sse_wire::Parser;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_put_together_are_the_lines(wire in streams(), cuts in cuts()) {
        let mut tokens = Tokens::default();
        for chunk in cuts.of(&wire) {
            tokens.feed(chunk);
        }
        prop_assert_eq!(tokens.lines, oracle::lines(&wire).0);
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
