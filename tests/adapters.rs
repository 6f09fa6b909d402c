//! The laws of `EventStream` and `EventCodec`.

mod common;

use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use common::drive::owned;
use common::oracle;
use common::sent::sent;
use common::streams::{cuts, streams};
use futures_executor::block_on;
use futures_util::stream::{self, FusedStream};
use futures_util::{SinkExt, Stream, StreamExt};
use proptest::prelude::*;
use sse_wire::{Decoder, Error, EventBuf, EventBuilder, FrameBuf, stream::EventStream, tokio_codec::EventCodec};
use tokio_util::codec::{Decoder as _, Encoder as _, FramedRead, FramedWrite};

/// A network that makes a reader wait before every chunk.
struct Network<'w> {
    chunks: std::vec::IntoIter<&'w [u8]>,
    waited: bool,
}

impl<'w> Network<'w> {
    fn new(chunks: Vec<&'w [u8]>) -> Self {
        Self { chunks: chunks.into_iter(), waited: false }
    }
}

impl Stream for Network<'_> {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.waited = !self.waited;
        if self.waited {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.chunks.next().map(Bytes::copy_from_slice).map(Ok))
    }
}

fn owned_bufs(events: Vec<EventBuf>) -> Vec<oracle::Event> {
    events.into_iter().map(|event| owned(event.as_event())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn streams_yield_the_events(wire in streams(), cuts in cuts()) {
        let outcome = oracle::interpret(&wire);
        let mut events = EventStream::new(Network::new(cuts.of(&wire)));
        // Each pending `next()` is dropped, and called again.
        let mut cx = Context::from_waker(Waker::noop());
        let mut found = Vec::new();
        loop {
            prop_assert!(!events.is_terminated());
            match events.next().poll_unpin_once(&mut cx) {
                Poll::Pending => {}
                Poll::Ready(Some(event)) => found.push(event.unwrap()),
                Poll::Ready(None) => break,
            }
        }
        prop_assert_eq!(owned_bufs(found), outcome.events());
        prop_assert_eq!(events.last_event_id(), outcome.last_event_id);
        prop_assert_eq!(events.reconnection_time(), outcome.reconnection_time.map(Duration::from_millis));
        prop_assert!(events.is_terminated());
        prop_assert!(block_on(events.next()).is_none(), "fused");
        prop_assert_eq!(events.end_of_stream().map(owned), outcome.unfinished);
    }

    #[test]
    fn streams_yield_the_frames(wire in streams(), cuts in cuts()) {
        let mut frames = EventStream::new(Network::new(cuts.of(&wire))).frames();
        prop_assert!(!frames.is_terminated());
        let found = block_on(frames.by_ref().map(|frame| match frame.unwrap() {
            FrameBuf::Event(event) => oracle::Frame::Event(owned(event.as_event())),
            FrameBuf::Comment(text) => oracle::Frame::Comment(text),
            FrameBuf::Retry(time) => oracle::Frame::Retry(time.as_millis().try_into().unwrap()),
            FrameBuf::Id(id) => oracle::Frame::Id(id),
            _ => unreachable!("a new kind of frame"),
        }).collect::<Vec<_>>());
        prop_assert!(frames.is_terminated());
        prop_assert_eq!(found, oracle::interpret(&wire).frames);
    }

    /// The buffer as `FramedRead` fills it: more comes in at any time.
    #[test]
    fn codecs_decode_the_events(wire in streams(), cuts in cuts()) {
        let mut codec = EventCodec::new();
        let mut buffer = BytesMut::new();
        let mut found = Vec::new();
        for bytes in cuts.of(&wire) {
            buffer.extend_from_slice(bytes);
            // Once, although there may be more: the next bytes come in after what is left.
            found.extend(codec.decode(&mut buffer).unwrap());
        }
        while let Some(event) = codec.decode_eof(&mut buffer).unwrap() {
            found.push(event);
        }
        prop_assert_eq!(owned_bufs(found), oracle::interpret(&wire).events());
    }

    #[test]
    fn codecs_encode_the_events(sent in proptest::collection::vec(sent(), 0..4)) {
        let mut sink = FramedWrite::new(Vec::new(), EventCodec::new());
        let mut wire = Vec::new();
        for event in &sent {
            event.builder().encode_into(&mut wire);
            block_on(sink.feed(event.builder())).unwrap();
        }
        block_on(SinkExt::<EventBuilder<'_>>::flush(&mut sink)).unwrap();
        prop_assert_eq!(sink.into_inner(), wire);
    }
}

/// `Next` polled once and dropped.
trait PollOnce: Future + Unpin + Sized {
    fn poll_unpin_once(mut self, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self).poll(cx)
    }
}

impl<F: Future + Unpin> PollOnce for F {}

#[test]
fn errors_come_in_their_place_and_keep_their_source() {
    let chunks =
        [Ok("data: 1\n\ndata: 12345\n\nda"), Err(io::Error::from(io::ErrorKind::ConnectionReset)), Ok("ta: 2\n\n")];
    let decoder = Decoder::new().with_max_event_len(4);
    let mut events = EventStream::with_decoder(stream::iter(chunks), decoder);
    let mut next = || block_on(events.next());

    assert_eq!(next().unwrap().unwrap().data(), "1");
    let error = next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "event exceeds the limit of 4 bytes at offset 9");
    assert!(error.source().is_none(), "the message would stand there twice");
    let error = next().unwrap().unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.kind() == io::ErrorKind::ConnectionReset));
    assert!(error.source().unwrap().is::<io::Error>());
    assert_eq!(next().unwrap().unwrap().data(), "2", "bytes from before the error are lost");
    assert!(next().is_none());
}

#[test]
fn streams_are_send_and_unpin_where_the_inner_one_is() {
    fn check<T: Send + Unpin>(_: T) {}
    check(EventStream::new(stream::empty::<Result<Bytes, io::Error>>()));
    // One that is not `Unpin` is pinned first.
    let inner = stream::once(async { Ok::<_, io::Error>("data: 1\n\n") });
    let events = EventStream::new(Box::pin(inner));
    assert_eq!(block_on(events.map(|event| event.unwrap().data().to_owned()).collect::<Vec<_>>()), ["1"]);
}

#[test]
fn a_stream_goes_on_with_the_next_connection() {
    let first = stream::iter([Ok::<_, io::Error>("id: 1\ndata: a\n\nid: 2\ndata: b\n")]);
    let mut events = EventStream::new(first).frames().events();
    while block_on(events.next()).is_some() {}
    assert_eq!(events.end_of_stream().unwrap().data(), "b");
    let (_, decoder) = events.into_parts();

    let second = stream::iter([Ok::<_, io::Error>("data: c\n\n")]);
    let mut events = EventStream::with_decoder(second, decoder);
    let event = block_on(events.next()).unwrap().unwrap();
    assert_eq!((event.data(), event.last_event_id()), ("c", "1"));
}

/// Bytes leave the buffer at once, so that nothing is examined twice.
#[test]
fn codecs_take_what_they_have_seen() {
    let mut codec = EventCodec::new();
    let mut buffer = BytesMut::from(&b"data: 1\n\ndata: 2\n\nda"[..]);
    assert_eq!(codec.decode(&mut buffer).unwrap().unwrap().data(), "1");
    assert!(buffer.is_empty());
    buffer.extend_from_slice(b"ta: 3\n\n");
    assert_eq!(codec.decode(&mut buffer).unwrap().unwrap().data(), "2");
    assert_eq!(codec.decode(&mut buffer).unwrap().unwrap().data(), "3");
    assert_eq!(codec.decode(&mut buffer).unwrap(), None);
}

/// Bytes as they come in, with a pending poll between two of them.
struct Reads(std::collections::VecDeque<&'static [u8]>);

impl tokio::io::AsyncRead for Reads {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.pop_front() {
            Some(b"") => return Poll::Pending,
            bytes => buffer.put_slice(bytes.unwrap_or_default()),
        }
        Poll::Ready(Ok(()))
    }
}

/// As its docs say: an error, one `None`, and then the events that follow, with the next bytes or the end.
#[test]
fn framed_read_goes_on_after_an_error() {
    let reads = [&b"data: 1\n\ndata: 12345\n\ndata: 2\n\n"[..], b"", b"data: 3\n\ndata: 67890\n\ndata: 4\n\n"];
    let codec = EventCodec::with_decoder(Decoder::new().with_max_event_len(4));
    let mut events = FramedRead::new(Reads(reads.into()), codec);
    let mut next = || match events.next().poll_unpin_once(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => "pending".to_owned(),
        Poll::Ready(None) => "none".to_owned(),
        Poll::Ready(Some(Ok(event))) => event.data().to_owned(),
        Poll::Ready(Some(Err(error))) => error.to_string(),
    };
    let found: Vec<String> = (0..12).map(|_| next()).collect();
    let too_long = |offset| format!("event exceeds the limit of 4 bytes at offset {offset}");
    let (first, second) = (too_long(9), too_long(40));
    let expected = ["1", &first, "none", "pending", "2", "3", &second, "none", "4", "none", "none", "none"];
    assert_eq!(found, expected);

    // A stream is never late.
    let chunks = stream::iter(reads.map(Ok::<_, io::Error>));
    let events = EventStream::with_decoder(chunks, Decoder::new().with_max_event_len(4));
    let found: Vec<bool> = block_on(events.map(|event| event.is_ok()).collect());
    assert_eq!(found, [true, false, true, true, false, true]);
}

#[test]
fn debug_shows_no_payload() {
    let mut codec = EventCodec::new();
    let mut buffer = BytesMut::from(&b"data: secret\n\ndata: secret\n\n"[..]);
    codec.decode(&mut buffer).unwrap();
    let debug = format!("{codec:?}");
    assert!(debug.starts_with("EventCodec { decoder: Decoder {") && debug.ends_with("undecoded: 14 }"), "{debug}");
    assert!(!debug.contains("secret") && !debug.contains("115, 101, 99"), "{debug}");
}

#[test]
fn codecs_send_encoded_events_as_they_are() {
    let event = EventBuilder::new().data("1").to_bytes();
    let mut out = BytesMut::new();
    EventCodec::new().encode(event.clone(), &mut out).unwrap();
    assert_eq!(out, event);
}
