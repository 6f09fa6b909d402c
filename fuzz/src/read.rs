//! Ways to read a stream with a decoder. The results are converted to the judges' types, for comparison.

use std::collections::VecDeque;
use std::io::{self, Read};

use bytes::Bytes;
use fastrand::Rng;
use sse_wire::{Chunk, ChunkBuf, Decoder, Error, Frame, FrameBuf, io::EventReader};

use crate::drive::{milliseconds, owned, owned_frame, step};
use crate::limit::{Calls, Outcome, Step};
use crate::oracle;

/// How the decoder gets the pieces of a stream.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// One `Chunk` for each piece.
    Chunk,
    /// A new `Chunk` for each call.
    ChunkPerCall,
    /// As text, if the piece is text.
    Text,
    /// One `ChunkBuf` for each piece; the events are owned, and examined at the end of the stream.
    Owned,
    /// By an `EventReader`.
    Reader,
}

impl Way {
    pub fn any(rng: &mut Rng) -> Self {
        [Self::Chunk, Self::ChunkPerCall, Self::Text, Self::Owned, Self::Reader][rng.usize(..5)]
    }
}

/// Reads one connection to its end, and returns the decoder for the next one.
pub fn connection(mut decoder: Decoder, pieces: &[&[u8]], calls: Calls, way: Way) -> (Decoder, Outcome) {
    let steps = match way {
        Way::Reader => return reader(decoder, pieces, calls),
        Way::Owned => owned_steps(&mut decoder, pieces, calls),
        Way::Chunk | Way::ChunkPerCall | Way::Text => steps(&mut decoder, pieces, calls, way),
    };
    let outcome = outcome(steps, &decoder);
    let unfinished = decoder.end_of_stream().map(owned);
    (decoder, Outcome { unfinished, ..outcome })
}

fn steps(decoder: &mut Decoder, pieces: &[&[u8]], calls: Calls, way: Way) -> Vec<Step> {
    let mut steps = Vec::new();
    for piece in pieces {
        let mut chunk = match (way, str::from_utf8(piece)) {
            (Way::Text, Ok(text)) => Chunk::from(text),
            _ => Chunk::new(piece),
        };
        loop {
            if let Way::ChunkPerCall = way {
                chunk = Chunk::new(chunk.remaining());
            }
            let result = match calls {
                Calls::NextEvent => decoder.next_event(&mut chunk).map(|event| event.map(Frame::Event)),
                Calls::NextFrame | Calls::IgnoredToo => decoder.next_frame(&mut chunk),
            };
            let Some(result) = result.transpose() else { break };
            let step = step(result.map(owned_frame));
            agrees(&step, decoder);
            steps.push(step);
        }
        assert!(chunk.is_empty() && chunk.remaining().is_empty(), "not used up: {chunk:?}");
    }
    steps
}

fn owned_steps(decoder: &mut Decoder, pieces: &[&[u8]], calls: Calls) -> Vec<Step> {
    let mut found = Vec::new();
    for piece in pieces {
        let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(piece));
        loop {
            let result = match calls {
                Calls::NextEvent => decoder.next_event_buf(&mut chunk).map(|event| event.map(FrameBuf::Event)),
                Calls::NextFrame | Calls::IgnoredToo => decoder.next_frame_buf(&mut chunk),
            };
            let Some(result) = result.transpose() else { break };
            agrees(&step(result.clone().map(frame_buf)), decoder);
            found.push(result);
        }
        assert!(chunk.is_empty() && chunk.remaining().is_empty(), "not used up: {chunk:?}");
    }
    found.into_iter().map(|result| step(result.map(frame_buf))).collect()
}

fn reader(decoder: Decoder, pieces: &[&[u8]], calls: Calls) -> (Decoder, Outcome) {
    let pieces = Pieces { pieces: pieces.iter().copied().collect(), calls: 0 };
    let mut reader = EventReader::with_decoder(pieces, decoder);
    let mut steps = Vec::new();
    loop {
        let result = match calls {
            Calls::NextEvent => reader.next_event().map(|event| event.map(Frame::Event)),
            Calls::NextFrame | Calls::IgnoredToo => reader.next_frame(),
        };
        match result {
            Ok(Some(found)) => steps.push(step(Ok(owned_frame(found)))),
            Ok(None) => break,
            Err(Error::Decode(error)) => steps.push(step(Err(error))),
            Err(Error::Transport(error)) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            Err(error) => unreachable!("a new kind of error: {error}"),
        }
    }
    let outcome = outcome(steps, reader.decoder());
    let unfinished = reader.end_of_stream().map(owned);
    (reader.into_parts().1, Outcome { unfinished, ..outcome })
}

/// Reads one connection to its end with all calls in a random order. Which of the comments and times are shown depends
/// on the order.
pub fn mixed(decoder: &mut Decoder, pieces: &[&[u8]], rng: &mut Rng) -> Vec<oracle::Frame> {
    let mut frames = Vec::new();
    for piece in pieces {
        let mut chunk = Chunk::new(piece);
        let mut chunk_buf = ChunkBuf::from(Bytes::copy_from_slice(piece));
        let (is_owned, mut is_empty) = (rng.bool(), piece.is_empty());
        while !is_empty {
            let found = match (is_owned, rng.bool()) {
                (false, false) => decoder.next_event(&mut chunk).map(|event| event.map(Frame::Event).map(owned_frame)),
                (false, true) => decoder.next_frame(&mut chunk).map(|found| found.map(owned_frame)),
                (true, false) => {
                    decoder.next_event_buf(&mut chunk_buf).map(|event| event.map(FrameBuf::Event).map(frame_buf))
                }
                (true, true) => decoder.next_frame_buf(&mut chunk_buf).map(|found| found.map(frame_buf)),
            };
            frames.extend(found.expect("no limit in reach"));
            is_empty = if is_owned { chunk_buf.is_empty() } else { chunk.is_empty() };
        }
    }
    decoder.end_of_stream();
    frames
}

/// Reads piece after piece. An empty one is an interruption, or would block.
struct Pieces<'w> {
    pieces: VecDeque<&'w [u8]>,
    calls: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        let Some(piece) = self.pieces.front_mut() else { return Ok(0) };
        let len = piece.read(out)?;
        if piece.is_empty() {
            self.pieces.pop_front();
        }
        match (len, self.calls % 2) {
            (0, 0) => Err(io::ErrorKind::Interrupted.into()),
            (0, _) => Err(io::ErrorKind::WouldBlock.into()),
            (len, _) => Ok(len),
        }
    }
}

fn frame_buf(frame: FrameBuf) -> oracle::Frame {
    match frame {
        FrameBuf::Event(found) => {
            assert_eq!(found.detach(), found);
            oracle::Frame::Event(owned(found.as_event()))
        }
        FrameBuf::Comment(text) => oracle::Frame::Comment(text),
        FrameBuf::Retry(time) => oracle::Frame::Retry(milliseconds(time)),
        FrameBuf::Id(id) => oracle::Frame::Id(id),
        FrameBuf::Ignored(line) => oracle::Frame::Ignored(line),
        frame => unreachable!("a new kind of frame: {frame:?}"),
    }
}

/// The decoder's own state must agree with what it has just returned.
fn agrees(step: &Step, decoder: &Decoder) {
    match step {
        Step::Frame(oracle::Frame::Event(event)) => assert_eq!(decoder.last_event_id(), event.last_event_id),
        Step::Frame(oracle::Frame::Retry(time)) => {
            assert_eq!(decoder.reconnection_time().map(milliseconds), Some(*time))
        }
        _ => {}
    }
}

fn outcome(steps: Vec<Step>, decoder: &Decoder) -> Outcome {
    Outcome {
        steps,
        last_event_id: decoder.last_event_id().to_owned(),
        reconnection_time: decoder.reconnection_time().map(milliseconds),
        unfinished: None,
    }
}
