//! What is measured, as a user writes it: loops over the chunks of a stream, and events to be encoded. A package that
//! includes this file includes the corpora too.

#![allow(dead_code, reason = "who includes it need not use all of it")]
#![allow(clippy::unwrap_used, reason = "a benchmark that is wrong has to panic")]

use core::hint::black_box;
use core::time::Duration;

use bytes::Bytes;
use sse_wire::ChunkBuf;
use sse_wire::{Chunk, Decoder, Event, EventBuilder, EventId, EventType, Field, Frame, Parser, Token, io::EventReader};

use crate::corpora::OwnedEvent;

/// Reads an event as its users do, field by field. Returns the length of its data.
#[inline]
fn use_event(event: Event<'_>) -> usize {
    black_box(event.event_type());
    black_box(event.id());
    black_box(event.data()).len()
}

/// How many events, and bytes of data.
pub(crate) fn next_event<'a>(mut decoder: Decoder, chunks: impl Iterator<Item = &'a [u8]>) -> (usize, usize) {
    let (mut events, mut data_len) = (0, 0);
    for bytes in chunks {
        let mut chunk = Chunk::new(black_box(bytes));
        while let Some(event) = decoder.next_event(&mut chunk).unwrap() {
            events += 1;
            data_len += use_event(event);
        }
    }
    (events, data_len)
}

/// How many events, bytes of data, comments and reconnection times.
pub(crate) fn next_frame<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (usize, usize, usize, usize) {
    let mut decoder = Decoder::new();
    let (mut events, mut data_len, mut comments, mut retries) = (0, 0, 0, 0);
    for bytes in chunks {
        let mut chunk = Chunk::new(black_box(bytes));
        while let Some(frame) = decoder.next_frame(&mut chunk).unwrap() {
            match frame {
                Frame::Event(event) => {
                    events += 1;
                    data_len += use_event(event);
                }
                Frame::Comment(text) => comments += black_box((text, 1)).1,
                Frame::Retry(time) => retries += black_box((time, 1)).1,
                _ => unreachable!(),
            }
        }
    }
    (events, data_len, comments, retries)
}

/// How many events, and bytes of data: events that outlive their chunk.
pub(crate) fn next_event_buf(chunks: impl Iterator<Item = Bytes>) -> (usize, usize) {
    let mut decoder = Decoder::new();
    let (mut events, mut data_len) = (0, 0);
    for bytes in chunks {
        let mut chunk = ChunkBuf::from(black_box(bytes));
        while let Some(event) = decoder.next_event_buf(&mut chunk).unwrap() {
            events += 1;
            data_len += use_event(event.as_event());
        }
    }
    (events, data_len)
}

/// How many events, and bytes of data: from a reader that fills the buffer.
pub(crate) fn event_reader(stream: &[u8]) -> (usize, usize) {
    let mut reader = EventReader::new(black_box(stream));
    let (mut events, mut data_len) = (0, 0);
    while let Some(event) = reader.next_event().unwrap() {
        events += 1;
        data_len += use_event(event);
    }
    (events, data_len)
}

/// How many blank lines, and bytes of data: the parser alone.
pub(crate) fn next_token<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (usize, usize) {
    let mut parser = Parser::new();
    let (mut blanks, mut data_len, mut first) = (0, 0, true);
    for bytes in chunks {
        let mut rest = black_box(bytes);
        while let Some(token) = parser.next_token(&mut rest) {
            match black_box(token) {
                Token::Field { field: Field::Data, value, complete } => {
                    // With the LF between two lines.
                    data_len += value.len() + usize::from(complete);
                    first = false;
                }
                Token::Blank => {
                    blanks += 1;
                    data_len -= usize::from(!first);
                    first = true;
                }
                _ => {}
            }
        }
    }
    (blanks, data_len)
}

/// The event of a server.
pub(crate) fn build(owned: &OwnedEvent) -> EventBuilder<'_> {
    build_head(owned).data(&owned.data)
}

/// The event without its data.
pub(crate) fn build_head(owned: &OwnedEvent) -> EventBuilder<'_> {
    EventBuilder::new()
        .when_some(owned.event_type.as_deref().map(|text| EventType::new(text).unwrap()), EventBuilder::event_type)
        .when_some(owned.id.as_deref().map(|text| EventId::new(text).unwrap()), EventBuilder::id)
        .when_some(owned.retry.map(Duration::from_millis), EventBuilder::retry)
}
