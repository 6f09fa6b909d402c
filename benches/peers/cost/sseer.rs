//! sseer: the stream, polled by hand.

use std::io::{self, Read, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

struct Chunks {
    input: io::StdinLock<'static>,
    buffer: Vec<u8>,
}

impl Stream for Chunks {
    type Item = io::Result<bytes::Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { input, buffer } = &mut *self;
        Poll::Ready(match input.read(buffer) {
            Ok(0) => None,
            Ok(len) => Some(Ok(bytes::Bytes::copy_from_slice(&buffer[..len]))),
            Err(error) => Some(Err(error)),
        })
    }
}

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    let chunks = Chunks { input: io::stdin().lock(), buffer: vec![0; 64 * 1024] };
    let mut events = pin!(sseer::EventStream::new(chunks));
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(event)) = events.as_mut().poll_next(&mut context) {
        output.write_all(event.map_err(io::Error::other)?.data.as_bytes())?;
        output.write_all(b"\n")?;
    }
    Ok(())
}
