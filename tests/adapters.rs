//! The laws of `EventStream`, `EventCodec` and the JSON helpers.

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
use sse_wire::{
    Chunk, DecodeError, Decoder, Error, EventBuf, EventBuilder, FrameBuf, io::EventWriter, stream::EventStream,
    tokio_codec::EventCodec,
};
use tokio_util::codec::{Decoder as _, Encoder as _, FramedWrite};

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
        // Each `next()` is dropped when it is pending, and asked for anew.
        let mut cx = Context::from_waker(Waker::noop());
        let mut found = Vec::new();
        loop {
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
        let frames = EventStream::new(Network::new(cuts.of(&wire))).frames();
        let found = block_on(frames.map(|frame| match frame.unwrap() {
            FrameBuf::Event(event) => oracle::Frame::Event(owned(event.as_event())),
            FrameBuf::Comment(text) => oracle::Frame::Comment(text),
            FrameBuf::Retry(time) => oracle::Frame::Retry(time.as_millis().try_into().unwrap()),
            FrameBuf::Id(id) => oracle::Frame::Id(id),
            _ => unreachable!("a new kind of frame"),
        }).collect::<Vec<_>>());
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
            // Once, though there may be more: the next bytes come in behind what is left.
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

    #[test]
    fn json_round_trips(text in ".{0,20}", pretty in any::<bool>()) {
        let value = vec![(text.as_str(), 1_u8), ("\r\n\u{2028}", 2)];
        let mut writer = EventWriter::new(Vec::new());
        if pretty {
            let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
            serde_json::to_writer_pretty(&mut data, &value).unwrap();
            data.finish().unwrap();
        } else {
            writer.write_json(&EventBuilder::new(), &value).unwrap();
            prop_assert_eq!(writer.get_ref(), &EventBuilder::new().encode_json(&value).unwrap());
        }
        let wire = writer.into_inner();
        let mut decoder = Decoder::new();
        let event = decoder.next_event(&mut Chunk::new(&wire)).unwrap().unwrap();
        prop_assert_eq!(event.data().lines().count(), if pretty { 10 } else { 1 });
        prop_assert_eq!(event.json::<Vec<(String, u8)>>().unwrap(), value.iter().map(|(text, n)| ((*text).to_owned(), *n)).collect::<Vec<_>>());
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
    assert!(error.source().unwrap().is::<DecodeError>());
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
    // One that is not is pinned first.
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

/// Bytes leave the buffer at once, so that nothing is looked at twice.
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

#[test]
fn codecs_send_encoded_events_as_they_are() {
    let event = EventBuilder::new().data("1").to_bytes();
    let mut out = BytesMut::new();
    EventCodec::new().encode(event.clone(), &mut out).unwrap();
    assert_eq!(out, event);
}

#[test]
fn json_errors_say_which_event_and_where() {
    let rows = [
        ("[1,2,x]", 5),
        ("", 0),
        ("[1", 2),
        ("[1,", 3),
        ("tru\ne", 3),
        ("[\"x\ny\"]", 3),
        ("[\n1,\n  true]", 10),
        ("[1] 2", 4),
        ("{\"a\": 1}", 0),
    ];
    for (data, offset) in rows {
        let wire = EventBuilder::new().data(data).encode();
        let mut decoder = Decoder::new();
        let event = decoder.next_event(&mut Chunk::new(&wire)).unwrap().unwrap();
        let error = event.json::<Vec<u8>>().unwrap_err();
        assert_eq!((error.event_type(), error.offset()), ("message", offset), "{data:?}: {error}");
        assert!(error.source().is_some());
    }
}

#[test]
fn values_that_cannot_be_json_leave_nothing_behind() {
    let not_json = std::collections::BTreeMap::from([((1, 2), 3)]);
    let mut out = b"before".to_vec();
    assert!(EventBuilder::new().encode_json_into(&not_json, &mut out).is_err());
    assert_eq!(out, b"before");

    let mut writer = EventWriter::new(Vec::new());
    assert!(writer.write_json(&EventBuilder::new(), &not_json).is_err());
    writer.write_event(&EventBuilder::new().data("next")).unwrap();
    assert_eq!(writer.get_ref(), b"data: next\n\n");
}

#[test]
fn json_borrows_from_the_event() {
    #[derive(serde::Deserialize)]
    struct Delta<'a> {
        text: &'a str,
    }
    let wire = b"data: {\"text\": \"Hello\"}\n\n";
    let mut decoder = Decoder::new();
    let delta: Delta<'_> = decoder.next_event(&mut Chunk::new(wire)).unwrap().unwrap().json().unwrap();
    assert!(wire.as_ptr_range().contains(&delta.text.as_ptr()));
}
