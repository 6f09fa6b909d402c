//! The decoder, driven over chunks, with what comes out in the oracle's words.

use sse_wire::{Chunk, DecodeError, Decoder, Event, Frame};

use super::limit::Step;
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
        Frame::Retry(time) => oracle::Frame::Retry(u64::try_from(time.as_millis()).unwrap()),
        _ => unreachable!("a frame that was not asked for"),
    }
}

pub fn step(result: Result<oracle::Frame, DecodeError>) -> Step {
    match result {
        Ok(frame) => Step::Frame(frame),
        Err(error) => Step::TooLong { offset: error.offset() },
    }
}

pub fn events(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    let mut steps = Vec::new();
    for bytes in chunks {
        let mut chunk = Chunk::new(bytes);
        while let Some(result) = decoder.next_event(&mut chunk).transpose() {
            steps.push(step(result.map(owned).map(oracle::Frame::Event)));
        }
        assert!(chunk.is_empty());
    }
    steps
}

pub fn frames(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    let mut steps = Vec::new();
    for bytes in chunks {
        let mut chunk = Chunk::new(bytes);
        while let Some(result) = decoder.next_frame(&mut chunk).transpose() {
            steps.push(step(result.map(owned_frame)));
        }
        assert!(chunk.is_empty());
    }
    steps
}

pub fn expected(frames: impl IntoIterator<Item = oracle::Frame>) -> Vec<Step> {
    frames.into_iter().map(Step::Frame).collect()
}
