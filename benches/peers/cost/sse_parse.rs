//! sse-parse: the parser.

use std::io::{self, Read, Write};

use sse_parse::SseParser;

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut buffer = vec![0; 64 * 1024];
    let mut parser = SseParser::new();
    loop {
        let len = input.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        parser.feed(&buffer[..len]);
        while let Some(event) = parser.next_event() {
            output.write_all(event.data.as_bytes())?;
            output.write_all(b"\n")?;
        }
    }
}
