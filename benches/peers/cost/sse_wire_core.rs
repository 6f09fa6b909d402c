//! sse-wire without an allocator: the parser.

use std::io::{self, Read, Write};

use sse_wire::{Field, Parser, Token};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut buffer = vec![0; 64 * 1024];
    let mut parser = Parser::new();
    loop {
        let len = input.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        let mut chunk = &buffer[..len];
        while let Some(token) = parser.next_token(&mut chunk) {
            if let Token::Field { field: Field::Data, value, complete } = token {
                output.write_all(value)?;
                if complete {
                    output.write_all(b"\n")?;
                }
            }
        }
    }
}
