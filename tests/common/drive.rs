//! Drives the decoder over chunks, and converts the results to the judges' types. All tests and fuzz targets decode
//! here.

use core::str;
use core::time::Duration;

use sse_wire::{Chunk, DecodeError, Decoder, Event, FixedDecoder, Frame};

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
        Frame::Id(id) => oracle::Frame::Id(id.to_owned()),
        Frame::Ignored(line) => oracle::Frame::Ignored(line.to_owned()),
        other => unreachable!("a new kind of frame: {other:?}"),
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

/// How a `Chunk` gets its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    OneChunk,
    /// A new `Chunk` of what remains, for each call.
    ChunkPerCall,
    /// From a `&str`, if the bytes are text.
    Str,
}

impl Input {
    pub const EVERY: [Self; 3] = [Self::OneChunk, Self::ChunkPerCall, Self::Str];
}

/// A decoder and, in lockstep, one without shortcuts: both must return the same.
#[derive(Debug, Clone)]
pub struct Pair {
    fast: Decoder,
    slow: Decoder,
}

impl Pair {
    pub fn new(decoder: Decoder) -> Self {
        Self { slow: decoder.clone().without_shortcuts(), fast: decoder }
    }

    /// One chunk, to its end: the loop of a user who writes everything down.
    pub fn read(&mut self, calls: Calls, input: Input, bytes: &[u8], steps: &mut Vec<Step>) {
        read(&mut self.fast, &mut self.slow, calls, input, bytes, steps);
    }

    /// The end of the connection, after the frames that it has shown.
    pub fn end(&mut self, steps: Vec<Step>) -> Outcome {
        end(&mut self.fast, &mut self.slow, steps)
    }

    /// A whole connection.
    pub fn connection(&mut self, calls: Calls, input: Input, chunks: &[&[u8]]) -> Outcome {
        let mut steps = Vec::new();
        for bytes in chunks {
            self.read(calls, input, bytes, &mut steps);
        }
        self.end(steps)
    }

    /// The decoder with its shortcuts.
    pub fn decoder(&self) -> &Decoder {
        &self.fast
    }
}

impl From<Decoder> for Pair {
    fn from(decoder: Decoder) -> Self {
        Self::new(decoder)
    }
}

/// What `next_event` returns, on a connection that continues.
pub fn events(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    steps(decoder, Calls::NextEvent, chunks)
}

/// What `next_frame` returns, on a connection that continues.
pub fn frames(decoder: &mut Decoder, chunks: &[&[u8]]) -> Vec<Step> {
    steps(decoder, Calls::NextFrame, chunks)
}

fn steps(decoder: &mut Decoder, calls: Calls, chunks: &[&[u8]]) -> Vec<Step> {
    let mut pair = Pair::new(decoder.clone());
    let mut steps = Vec::new();
    for bytes in chunks {
        pair.read(calls, Input::OneChunk, bytes, &mut steps);
    }
    *decoder = pair.fast;
    steps
}

/// What both kinds of decoders do, in the judges' types.
trait Decode {
    fn next<'a, 'i: 'a>(&'a mut self, calls: Calls, chunk: &mut Chunk<'i>) -> Option<Result<Frame<'a>, DecodeError>>;
    fn end(&mut self, steps: Vec<Step>) -> Outcome;
    fn state(&self) -> State<'_>;
}

/// The visible state of a decoder: last event ID, reconnection time, position, events, ignored lines, and whether it is
/// between events.
type State<'a> = (&'a str, Option<Duration>, u64, u64, u64, bool);

macro_rules! decode {
    ([$($parameters:tt)*] $decoder:ty) => {
        impl<$($parameters)*> Decode for $decoder {
            fn next<'a, 'i: 'a>(&'a mut self, calls: Calls, chunk: &mut Chunk<'i>) -> Option<Result<Frame<'a>, DecodeError>> {
                let result = match calls {
                    Calls::NextEvent => self.next_event(chunk).map(|event| event.map(Frame::Event)),
                    Calls::NextFrame | Calls::IgnoredToo => self.next_frame(chunk),
                };
                result.transpose()
            }

            fn end(&mut self, steps: Vec<Step>) -> Outcome {
                let unfinished = self.end_of_stream().map(owned);
                Outcome {
                    steps,
                    last_event_id: self.last_event_id().to_owned(),
                    reconnection_time: self.reconnection_time().map(milliseconds),
                    unfinished,
                }
            }

            fn state(&self) -> State<'_> {
                (
                    self.last_event_id(),
                    self.reconnection_time(),
                    self.position(),
                    self.events(),
                    self.ignored_lines(),
                    self.is_between_events(),
                )
            }
        }
    };
}

decode!([] Decoder);
decode!([const EVENT: usize, const ID: usize] FixedDecoder<EVENT, ID>);

/// Reads a chunk to its end, with and without shortcuts: each call returns the same, and leaves the same visible state.
fn read(
    fast: &mut impl Decode,
    slow: &mut impl Decode,
    calls: Calls,
    input: Input,
    bytes: &[u8],
    steps: &mut Vec<Step>,
) {
    let chunk = || match str::from_utf8(bytes) {
        Ok(text) if input == Input::Str => Chunk::from(text),
        _ => Chunk::new(bytes),
    };
    let (mut one, mut other) = (chunk(), chunk());
    loop {
        let found = fast.next(calls, &mut one);
        assert_eq!(found, slow.next(calls, &mut other), "with shortcuts and without");
        let step = found.map(|found| step(found.map(owned_frame)));
        // An event that is too long is found before all of it has arrived, with shortcuts at another byte.
        if !matches!(step, Some(Step::TooLong { .. })) {
            assert_eq!(fast.state(), slow.state(), "with shortcuts and without, at {step:?}");
        }
        let Some(step) = step else { break };
        steps.push(step);
        if input == Input::ChunkPerCall {
            (one, other) = (Chunk::new(one.remaining()), Chunk::new(other.remaining()));
        }
    }
    assert!(one.is_empty() && one.remaining().is_empty(), "the decoder leaves {one:?}");
}

fn end(fast: &mut impl Decode, slow: &mut impl Decode, steps: Vec<Step>) -> Outcome {
    let outcome = fast.end(Vec::new());
    assert_eq!(outcome, slow.end(Vec::new()), "with shortcuts and without");
    assert_eq!(fast.state(), slow.state(), "with shortcuts and without, at the end");
    Outcome { steps, ..outcome }
}

/// A decoder for these calls.
pub fn decoder(calls: Calls) -> Decoder {
    Decoder::new().with_ignored_frames(calls == Calls::IgnoredToo)
}

/// A whole connection, with and without shortcuts, on decoders in memory of a fixed size.
pub struct FixedPair<const EVENT: usize, const ID: usize> {
    fast: FixedDecoder<EVENT, ID>,
    slow: FixedDecoder<EVENT, ID>,
}

impl<const EVENT: usize, const ID: usize> Default for FixedPair<EVENT, ID> {
    fn default() -> Self {
        Self { fast: FixedDecoder::new(), slow: FixedDecoder::new().without_shortcuts() }
    }
}

impl<const EVENT: usize, const ID: usize> FixedPair<EVENT, ID> {
    /// `calls` are not those with ignored lines, which these decoders do not show.
    pub fn connection(&mut self, calls: Calls, chunks: &[&[u8]]) -> Outcome {
        let mut steps = Vec::new();
        for bytes in chunks {
            read(&mut self.fast, &mut self.slow, calls, Input::OneChunk, bytes, &mut steps);
        }
        end(&mut self.fast, &mut self.slow, steps)
    }

    pub fn ignored_lines(&self) -> u64 {
        self.fast.ignored_lines()
    }
}
