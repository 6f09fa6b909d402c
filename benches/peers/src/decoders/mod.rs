//! Every decoder, behind one loop each: the loop that its documentation shows, with chunks in and events out.
//!
//! The same loops are timed, counted and judged.

mod ours;
mod peers;

use crate::input::Input;
use crate::sink::{Record, Tally, Whose};

/// A decoder by name.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    /// The crate's name, or that of our method.
    pub name: &'static str,
    /// Whose it is.
    pub whose: Whose,
    /// Decodes it all, and counts.
    pub tally: fn(&Input<'_>) -> Tally,
    /// Decodes it all, and writes everything down.
    pub record: fn(&Input<'_>) -> Record,
}

macro_rules! decoder {
    ($whose:ident, $name:literal, $run:path) => {
        Decoder {
            name: $name,
            whose: Whose::$whose,
            tally: |input| {
                let mut tally = Tally::default();
                $run(input, &mut tally);
                tally
            },
            record: |input| {
                let mut record = Record::new(input.len());
                $run(input, &mut record);
                record
            },
        }
    };
}

/// All of them, ours first.
pub const DECODERS: [Decoder; 9] = [
    decoder!(Ours, "next_event", ours::next_event),
    decoder!(Ours, "next_frame", ours::next_frame),
    decoder!(Ours, "next_event_buf", ours::next_event_buf),
    decoder!(Peer, "sse-core", peers::sse_core),
    decoder!(Peer, "sse-stream", peers::sse_stream),
    decoder!(Peer, "sse-parse", peers::sse_parse),
    decoder!(Peer, "sseer", peers::sseer),
    decoder!(Peer, "eventsource-stream", peers::eventsource_stream),
    decoder!(Peer, "sse-codec", peers::sse_codec),
];

/// `next_event` that keeps its buffers however large, as some peers do. It differs on huge lines alone.
pub const RETAINING: Decoder = decoder!(Ours, "next_event-retaining", ours::next_event_retaining);
