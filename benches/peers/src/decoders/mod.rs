//! Every decoder, behind one loop each: the loop that its documentation shows, with chunks in and events out.
//!
//! The same loops are timed, counted and judged.

mod ours;
mod peers;

use crate::input::Input;
use crate::sink::{Record, Sink, Tally, Whose};

/// A decoder by name.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    /// The crate's name, or that of our method.
    pub name: &'static str,
    /// Whose it is.
    pub whose: Whose,
    /// Decodes it all.
    pub run: fn(&Input<'_>, &mut Sink),
}

impl Decoder {
    const fn new(whose: Whose, name: &'static str, run: fn(&Input<'_>, &mut Sink)) -> Self {
        Self { name, whose, run }
    }

    /// Decodes it all, and counts.
    pub fn tally(&self, input: &Input<'_>) -> Tally {
        let mut sink = Sink::counting();
        (self.run)(input, &mut sink);
        sink.tally
    }

    /// Decodes it all, and writes everything down.
    pub fn record(&self, input: &Input<'_>) -> Record {
        let mut sink = Sink::recording(input.len());
        (self.run)(input, &mut sink);
        sink.into_record()
    }
}

/// All of them, ours first.
pub const DECODERS: [Decoder; 9] = [
    Decoder::new(Whose::Ours, "next_event", ours::next_event),
    Decoder::new(Whose::Ours, "next_frame", ours::next_frame),
    Decoder::new(Whose::Ours, "next_event_buf", ours::next_event_buf),
    Decoder::new(Whose::Peer, "sse-core", peers::sse_core),
    Decoder::new(Whose::Peer, "sse-stream", peers::sse_stream),
    Decoder::new(Whose::Peer, "sse-parse", peers::sse_parse),
    Decoder::new(Whose::Peer, "sseer", peers::sseer),
    Decoder::new(Whose::Peer, "eventsource-stream", peers::eventsource_stream),
    Decoder::new(Whose::Peer, "sse-codec", peers::sse_codec),
];

/// `next_event` that keeps its buffers however large, as some peers do. It differs on huge lines alone.
pub const RETAINING: Decoder = Decoder::new(Whose::Ours, "next_event-retaining", ours::next_event_retaining);
