//! The decoder, driven over chunks, with what comes out in the judges' words. Every test and the fuzz targets decode here.

use core::str;
use core::time::Duration;

use sse_wire::{Chunk, DecodeError, Decoder, Event, Frame};

use super::limit::{Calls, Outcome, Step};
use super::oracle;

pub fn owned(event: Event<'_>) -> oracle::Event {
    oracle::Event {
        event_type: event.event_type().to_owned(),
        data: event.data().to_owned(),
        id: event.id().map(str::to_owned),
        last_event_id: event.last_event_id().to_owned(),
    }
}

pub fn owned_frame(frame: Frame<'_>) -> oracle::Frame {
    match frame {
        Frame::Event(event) => oracle::Frame::Event(owned(event)),
        Frame::Comment(text) => oracle::Frame::Comment(text.to_owned()),
        Frame::Retry(time) => oracle::Frame::Retry(milliseconds(time)),
        other => unreachable!("a frame that was not asked for: {other:?}"),
    }
}

pub fn milliseconds(time: Duration) -> u64 {
    assert_eq!(time.subsec_nanos() % 1_000_000, 0, "{time:?} is not whole milliseconds");
    u64::try_from(time.as_millis()).unwrap_or_else(|_| unreachable!("{time:?} came from a u64"))
}

pub fn step(result: Result<oracle::Frame, DecodeError>) -> Step {
    match result {
        Ok(frame) => Step::Frame(frame),
        Err(error) => Step::TooLong { offset: error.offset() },
    }
}

pub fn expected(frames: impl IntoIterator<Item = oracle::Frame>) -> Vec<Step> {
    frames.into_iter().map(Step::Frame).collect()
}

/// How the bytes get into a `Chunk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    OneChunk,
    /// A new `Chunk` of what remains, for each call.
    ChunkPerCall,
    /// From a `&str`, where the bytes are one.
    Str,
}

impl Input {
    pub const EVERY: [Self; 3] = [Self::OneChunk, Self::ChunkPerCall, Self::Str];
}

/// One chunk, to its end: the loop of a user who writes everything down.
pub fn read(decoder: &mut Decoder, calls: Calls, input: Input, bytes: &[u8], steps: &mut Vec<Step>) {
    let mut chunk = match str::from_utf8(bytes) {
        Ok(text) if input == Input::Str => Chunk::from(text),
        _ => Chunk::new(bytes),
    };
    while let Some(step) = next(decoder, calls, &mut chunk) {
        steps.push(step);
        if input == Input::ChunkPerCall {
            chunk = Chunk::new(chunk.remaining());
        }
    }
    assert!(chunk.is_empty() && chunk.remaining().is_empty(), "the decoder leaves {chunk:?}");
}

fn next(decoder: &mut Decoder, calls: Calls, chunk: &mut Chunk<'_>) -> Option<Step> {
    let result = match calls {
        Calls::NextEvent => decoder.next_event(chunk).map(|event| event.map(owned).map(oracle::Frame::Event)),
        Calls::NextFrame => decoder.next_frame(chunk).map(|frame| frame.map(owned_frame)),
    };
    result.transpose().map(step)
}

/// The end of the connection, after what it has shown.
pub fn end(decoder: &mut Decoder, steps: Vec<Step>) -> Outcome {
    let unfinished = decoder.end_of_stream().map(owned);
    Outcome {
        steps,
        last_event_id: decoder.last_event_id().to_owned(),
        reconnection_time: decoder.reconnection_time().map(milliseconds),
        unfinished,
    }
}

/// A whole connection.
pub fn connection(decoder: &mut Decoder, calls: Calls, input: Input, chunks: &[&[u8]]) -> Outcome {
    let mut steps = Vec::new();
    for bytes in chunks {
        read(decoder, calls, input, bytes, &mut steps);
    }
    end(decoder, steps)
}

/// What `next_event` gives, of a connection that goes on.
pub fn events(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    steps(decoder, Calls::NextEvent, chunks)
}

/// What `next_frame` gives, of a connection that goes on.
pub fn frames(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    steps(decoder, Calls::NextFrame, chunks)
}

fn steps(decoder: &mut Decoder, calls: Calls, chunks: &[&[u8]]) -> Vec<Step> {
    let mut steps = Vec::new();
    for bytes in chunks {
        read(decoder, calls, Input::OneChunk, bytes, &mut steps);
    }
    steps
}
