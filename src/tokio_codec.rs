//! A codec for tokio-util's `FramedRead` and `FramedWrite`.

use core::fmt;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio_util::codec;

use crate::decode::chunk::ChunkBuf;
use crate::decode::decoder::Decoder;
use crate::encode::EventBuilder;
use crate::error::Error;
use crate::event_buf::EventBuf;

/// Decodes with `FramedRead`, encodes with `FramedWrite`, or does both with `Framed`.
///
/// It consumes the buffer of `FramedRead` as it arrives, and nothing is scanned twice. The events are slices of that
/// buffer: see [`EventBuf`].
///
/// An event over the [limit](Decoder::with_max_event_len) is an error, and decoding continues after it. `FramedRead`
/// yields a `None` after each error, so a `while let Some(..)` loop ends there. Ask again to continue: you get the
/// events that follow once more bytes, or the end of the stream, have arrived. An `EventStream` (feature `stream`)
/// continues at once, without the `None`.
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
#[doc(alias = "parse")]
#[doc(alias = "sse")]
#[derive(Clone, Default)]
pub struct EventCodec {
    decoder: Decoder,
    chunk: ChunkBuf,
}

impl EventCodec {
    /// Creates a codec with a new [`Decoder`].
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use sse_wire::tokio_codec::EventCodec;
    /// use tokio_util::codec::Decoder as _;
    ///
    /// let mut buffer = BytesMut::from("data: 1\n\n");
    /// let event = EventCodec::new().decode(&mut buffer)?.unwrap();
    /// assert_eq!((event.data(), buffer.len()), ("1", 0));
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a codec with a decoder that has other limits, or that continues from an earlier connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use sse_wire::{Decoder, tokio_codec::EventCodec};
    /// use tokio_util::codec::Decoder as _;
    ///
    /// let mut codec = EventCodec::with_decoder(Decoder::new().with_max_event_len(4));
    /// assert!(codec.decode(&mut BytesMut::from("data: 12345\n\n")).is_err());
    /// ```
    #[must_use]
    pub fn with_decoder(decoder: Decoder) -> Self {
        Self { decoder, chunk: ChunkBuf::default() }
    }

    /// Returns the decoder: for its counters, the last event ID and the reconnection time.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use sse_wire::tokio_codec::EventCodec;
    /// use tokio_util::codec::Decoder as _;
    ///
    /// let mut codec = EventCodec::new();
    /// codec.decode(&mut BytesMut::from("id: 7\ndata: 1\n\n"))?;
    /// assert_eq!(codec.decoder().last_event_id(), "7");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Returns the decoder, to continue with on the next connection. Call [`end_of_stream`](Decoder::end_of_stream) on
    /// it before you do.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Decoder, tokio_codec::EventCodec};
    ///
    /// let codec = EventCodec::with_decoder(Decoder::new().with_last_event_id("7"));
    /// assert_eq!(codec.into_decoder().last_event_id(), "7");
    /// ```
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }
}

/// Shows lengths and settings, never the data.
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

/// Writes events that are [already encoded](EventBuilder::to_bytes), for many clients.
impl codec::Encoder<Bytes> for EventCodec {
    type Error = io::Error;

    fn encode(&mut self, events: Bytes, dst: &mut BytesMut) -> io::Result<()> {
        dst.extend_from_slice(&events);
        Ok(())
    }
}
