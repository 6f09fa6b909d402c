//! sse-wire.

use core::hint::black_box;
use core::time::Duration;

use sse_wire::{Chunk, ChunkBuf, Decoder, Event, Frame};

use crate::input::Input;
use crate::sink::{Received, Sink};

/// Borrowed chunks in, lent events out.
pub(super) fn next_event(input: &Input<'_>, sink: &mut Sink) {
    lend(Decoder::new(), input, sink);
}

/// The same, with equal retention for who keeps large buffers.
pub(super) fn next_event_retaining(input: &Input<'_>, sink: &mut Sink) {
    lend(Decoder::new().with_max_retained(usize::MAX), input, sink);
}

fn lend(mut decoder: Decoder, input: &Input<'_>, sink: &mut Sink) {
    for bytes in &input.slices {
        let mut chunk = Chunk::new(black_box(bytes));
        loop {
            let flow = match decoder.next_event(&mut chunk) {
                Ok(Some(event)) => sink.event(received(&event)),
                Ok(None) => break,
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
    finish(&decoder, sink);
}

/// Comments and reconnection times too.
pub(super) fn next_frame(input: &Input<'_>, sink: &mut Sink) {
    let mut decoder = Decoder::new();
    for bytes in &input.slices {
        let mut chunk = Chunk::new(black_box(bytes));
        loop {
            let flow = match decoder.next_frame(&mut chunk) {
                Ok(Some(Frame::Event(event))) => sink.event(received(&event)),
                Ok(Some(other)) => {
                    black_box(other);
                    continue;
                }
                Ok(None) => break,
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
    finish(&decoder, sink);
}

/// `Bytes` in, owned events out, which are slices of them.
pub(super) fn next_event_buf(input: &Input<'_>, sink: &mut Sink) {
    let mut decoder = Decoder::new();
    for bytes in &input.bytes {
        let mut chunk = ChunkBuf::from(black_box(bytes).clone());
        loop {
            let flow = match decoder.next_event_buf(&mut chunk) {
                Ok(Some(event)) => sink.event(Received {
                    event_type: event.event_type(),
                    data: event.data(),
                    id: Some(event.last_event_id()),
                }),
                Ok(None) => break,
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
    finish(&decoder, sink);
}

fn received<'a>(event: &Event<'a>) -> Received<'a> {
    Received { event_type: event.event_type(), data: event.data(), id: Some(event.last_event_id()) }
}

fn finish(decoder: &Decoder, sink: &mut Sink) {
    if let Some(time) = decoder.reconnection_time() {
        sink.retry(milliseconds(time));
    }
    sink.last_event_id(decoder.last_event_id());
}

/// Of a time that came in as whole milliseconds of a `u64`.
pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
