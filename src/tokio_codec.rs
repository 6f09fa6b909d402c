//! For `tokio_util::codec`: `FramedRead` and `FramedWrite`.

use core::fmt;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio_util::codec;

use crate::decode::chunk::ChunkBuf;
use crate::decode::decoder::Decoder;
use crate::encode::EventBuilder;
use crate::error::Error;
use crate::event_buf::EventBuf;

/// Decodes with `FramedRead`, encodes with `FramedWrite`, or both with `Framed`.
///
/// It takes the bytes out of the frame's buffer as they come in and never looks at them again; the events are slices of
/// that buffer, see [`EventBuf`].
///
/// An event over the [limit](Decoder::with_max_event_len) is an error, after which decoding goes on. `FramedRead` puts a
/// `None` behind each error, so a `while let Some(..)` loop ends there. Ask again to go on: the events that follow come as
/// soon as more bytes or the end of the stream have come in. An [`EventStream`](crate::stream::EventStream) goes on at
/// once, and without the `None`.
///
/// # Examples
///
/// ```
/// use futures_util::StreamExt;
/// use sse_wire::tokio_codec::EventCodec;
/// use tokio_util::codec::FramedRead;
///
/// # futures_executor::block_on(async {
/// let socket: &[u8] = b"data: 1\n\ndata: 2\n\n";
/// let mut events = FramedRead::new(socket, EventCodec::new());
/// assert_eq!(events.next().await.unwrap()?.data(), "1");
/// assert_eq!(events.next().await.unwrap()?.data(), "2");
/// assert!(events.next().await.is_none());
/// # Ok::<(), sse_wire::Error<std::io::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct EventCodec {
    decoder: Decoder,
    chunk: ChunkBuf,
}

impl EventCodec {
    /// Makes a codec with a new [`Decoder`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a codec with a decoder that has other limits, or goes on from an earlier connection.
    #[must_use]
    pub fn with_decoder(decoder: Decoder) -> Self {
        Self { decoder, chunk: ChunkBuf::default() }
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, to go on with over the next connection.
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }
}

/// Lengths and settings, not what has come in.
impl fmt::Debug for EventCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventCodec")
            .field("decoder", &self.decoder)
            .field("undecoded", &self.chunk.remaining().len())
            .finish()
    }
}

impl codec::Decoder for EventCodec {
    type Item = EventBuf;
    type Error = Error<io::Error>;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<EventBuf>, Self::Error> {
        loop {
            if let Some(event) = self.decoder.next_event_buf(&mut self.chunk)? {
                return Ok(Some(event));
            }
            if src.is_empty() {
                return Ok(None);
            }
            self.chunk = ChunkBuf::from(src.split().freeze());
        }
    }
}

impl codec::Encoder<EventBuilder<'_>> for EventCodec {
    type Error = io::Error;

    fn encode(&mut self, event: EventBuilder<'_>, dst: &mut BytesMut) -> io::Result<()> {
        dst.reserve(event.encoded_len());
        event.encode_to(dst).map_err(|error| io::Error::new(io::ErrorKind::OutOfMemory, error))
    }
}

/// Events that are [encoded already](EventBuilder::to_bytes), for many clients.
impl codec::Encoder<Bytes> for EventCodec {
    type Error = io::Error;

    fn encode(&mut self, events: Bytes, dst: &mut BytesMut) -> io::Result<()> {
        dst.extend_from_slice(&events);
        Ok(())
    }
}
