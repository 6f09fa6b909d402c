//! sse-codec: the codec, over a buffer.

use std::io::{self, Read, Write};

use futures_codec::{BytesMut, Decoder};
use sse_codec::{Event, SSECodec};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut buffer = vec![0; 64 * 1024];
    let (mut codec, mut read) = (SSECodec::default(), BytesMut::new());
    loop {
        let len = input.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        read.extend_from_slice(&buffer[..len]);
        while let Some(event) = codec.decode(&mut read).map_err(io::Error::other)? {
            if let Event::Message { data, .. } = event {
                output.write_all(data.as_bytes())?;
                output.write_all(b"\n")?;
            }
        }
    }
}
