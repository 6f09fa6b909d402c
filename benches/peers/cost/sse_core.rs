//! sse-core: the decoder.

use std::io::{self, Read, Write};

use sse_core::{SseDecoder, SseEvent};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut buffer = vec![0; 64 * 1024];
    let mut decoder = SseDecoder::new();
    loop {
        let len = input.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        let mut chunk = &buffer[..len];
        while let Some(event) = decoder.next(&mut chunk) {
            if let SseEvent::Message(event) = event.map_err(io::Error::other)? {
                output.write_all(event.data.as_bytes())?;
                output.write_all(b"\n")?;
            }
        }
    }
}
