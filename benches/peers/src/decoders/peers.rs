//! The other crates, each in the fastest way that it documents, with chunks that cost it least: borrowed ones where it
//! takes them. Streams are polled by hand: their input is always ready, so no runtime takes part.

use core::hint::black_box;
use core::num::NonZeroUsize;
use core::ops::ControlFlow;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use eventsource_stream::Eventsource as _;
use futures_codec::{BytesMut, Decoder as _};
use futures_util::Stream;

use super::ours::milliseconds;
use crate::input::{Input, Ready};
use crate::sink::{Received, Sink};

/// `SseDecoder`, which takes any `Buf`, here a slice. Its limit, 512 KiB by default, would refuse the corpus of huge lines.
pub(super) fn sse_core(input: &Input<'_>, sink: &mut Sink) {
    use sse_core::{SseDecoder, SseEvent};
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::MAX);
    for bytes in &input.slices {
        let mut chunk = *black_box(bytes);
        while let Some(result) = decoder.next(&mut chunk) {
            let flow = match result {
                Ok(SseEvent::Message(event)) => sink.event(Received {
                    event_type: &event.event,
                    data: &event.data,
                    id: event.last_event_id.as_deref(),
                }),
                Ok(SseEvent::Retry(time)) => {
                    sink.retry(time.into());
                    continue;
                }
                Err(_) => sink.error(),
            };
            if flow.is_break() {
                return;
            }
        }
        if !chunk.is_empty() {
            return sink.stalled();
        }
    }
    sink.last_event_id(decoder.last_event_id().map_or("", |id| id));
}

/// `SseByteStream`, preferred by its documentation for streams of bytes; it takes any `Buf`, here a slice. It hands out
/// blocks without data too, which are no events.
pub(super) fn sse_stream(input: &Input<'_>, sink: &mut Sink) {
    let chunks = input.slices.iter().map(|bytes| *black_box(bytes));
    poll(sse_stream::SseByteStream::new(Ready::new(chunks, input.open)), sink, |result, sink| {
        let Ok(block) = result else { return sink.error() };
        if let Some(time) = block.retry {
            sink.retry(time);
        }
        let Some(data) = block.data else { return ControlFlow::Continue(()) };
        let event_type = block.event.as_deref().unwrap_or_default();
        sink.event(Received { event_type, data: &data, id: block.id.as_deref() })
    });
}

/// `SseParser`, the core without a stream around it.
pub(super) fn sse_parse(input: &Input<'_>, sink: &mut Sink) {
    let mut parser = sse_parse::SseParser::new();
    for bytes in &input.slices {
        parser.feed(black_box(bytes));
        while let Some(event) = parser.next_event() {
            let received = Received { event_type: &event.event, data: &event.data, id: Some(&event.id) };
            if sink.event(received).is_break() {
                return;
            }
        }
    }
    if !input.open {
        parser.finish();
    }
    if let Some(time) = parser.retry() {
        sink.retry(milliseconds(time));
    }
    sink.last_event_id(parser.last_event_id());
}

/// `EventStream`, which takes `Bytes` and slices them.
pub(super) fn sseer(input: &Input<'_>, sink: &mut Sink) {
    let chunks = input.bytes.iter().map(|bytes| black_box(bytes).clone());
    let mut stream = pin!(sseer::EventStream::new(Ready::new(chunks, input.open)));
    poll(stream.as_mut(), sink, |result, sink| {
        let Ok(event) = result else { return sink.error() };
        if let Some(time) = event.retry {
            sink.retry(milliseconds(time));
        }
        sink.event(Received { event_type: &event.event, data: &event.data, id: Some(&event.id) })
    });
    sink.last_event_id(stream.last_event_id());
}

/// `EventStream`, which takes any `AsRef<[u8]>`, here a slice.
pub(super) fn eventsource_stream(input: &Input<'_>, sink: &mut Sink) {
    let chunks = input.slices.iter().map(|bytes| *black_box(bytes));
    let mut stream = pin!(Ready::new(chunks, input.open).eventsource());
    poll(stream.as_mut(), sink, |result, sink| {
        let Ok(event) = result else { return sink.error() };
        if let Some(time) = event.retry {
            sink.retry(milliseconds(time));
        }
        sink.event(Received { event_type: &event.event, data: &event.data, id: Some(&event.id) })
    });
    sink.last_event_id(stream.last_event_id());
}

/// `SSECodec` as the `Decoder` that it is, without a reader around it, which would copy once more.
pub(super) fn sse_codec(input: &Input<'_>, sink: &mut Sink) {
    let mut codec = sse_codec::SSECodec::default();
    let mut buffer = BytesMut::new();
    for bytes in &input.slices {
        buffer.extend_from_slice(black_box(bytes));
        loop {
            let flow = match codec.decode(&mut buffer) {
                Ok(Some(sse_codec::Event::Message { id, event, data })) => {
                    sink.event(Received { event_type: &event, data: &data, id: id.as_deref() })
                }
                Ok(Some(sse_codec::Event::Retry { retry })) => {
                    sink.retry(retry);
                    continue;
                }
                Ok(None) => break,
                Err(_) => sink.error(),
            };
            if flow.is_break() {
                return;
            }
        }
    }
}

/// Polls a stream whose input is always ready, as far as there is any.
fn poll<T: Stream>(stream: T, sink: &mut Sink, mut hand_over: impl FnMut(T::Item, &mut Sink) -> ControlFlow<()>) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match stream.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(item)) => {
                if hand_over(item, sink).is_break() {
                    return;
                }
            }
            Poll::Ready(None) => return,
            Poll::Pending => return sink.stalled(),
        }
    }
}
