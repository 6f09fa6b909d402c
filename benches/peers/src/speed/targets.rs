//! What sse-wire is meant to reach, and whether it does.

use super::cell::{BY_HAND, ENCODE, EVENT_CHUNKS, LINE_ENDS};
use super::results::Results;
use crate::corpora::{CHUNKS, FLUSHED};

/// Beside whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Versus {
    /// The row of that name in the same cell.
    Row(&'static str),
    /// The fastest peer that did it all and agrees.
    FastestPeer,
}

/// One target: at least so many times as fast.
#[derive(Debug, Clone)]
pub struct Target {
    /// The corpus's name.
    pub corpus: &'static str,
    /// The chunking's.
    pub chunk: &'static str,
    /// Who.
    pub who: &'static str,
    /// Beside whom.
    pub versus: Versus,
    /// How many times as fast.
    pub at_least: f64,
}

const CORPORA: [&str; 9] =
    ["llm-chat", "llm-named", "ticks", "tiny", "multi-line", "huge-line", "crlf", "comments", "non-ascii"];

/// In the order of [`CORPORA`], in chunks of 16 KiB: of the speed of finding line ends.
const OF_LINE_ENDS: [f64; 9] = [0.75, 0.85, 0.6, 1.3, 0.55, 0.45, 1.2, 0.95, 0.5];

/// Of the speed of what is written by hand.
const OF_HAND: [(&str, f64); 7] = [
    ("llm-chat", 0.78),
    ("llm-named", 0.85),
    ("ticks", 0.7),
    ("tiny", 0.9),
    ("multi-line", 0.5),
    ("huge-line", 0.65),
    ("non-ascii", 0.78),
];

/// All targets: behind no peer, well ahead where each token is a chunk, and near to what safe code can do.
pub fn targets() -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |corpus, chunk, who, versus, at_least| {
        targets.push(Target { corpus, chunk, who, versus, at_least });
    };
    for (corpus, of_limit) in CORPORA.into_iter().zip(OF_LINE_ENDS) {
        add(corpus, "16KiB", "next_event", Versus::Row(LINE_ENDS), of_limit);
    }
    for who in ["next_event", "next_frame", "next_event_buf"] {
        for corpus in CORPORA {
            for (chunk, _) in CHUNKS {
                add(corpus, chunk, who, Versus::FastestPeer, 1.0);
            }
            if FLUSHED.contains(&corpus) {
                add(corpus, EVENT_CHUNKS, who, Versus::FastestPeer, 1.2);
            }
        }
    }
    add("8MiB-line", "64, 64KiB", "next_event/64", Versus::Row("next_event/64KiB"), 1.0 / 3.0);
    for (corpus, of_hand) in OF_HAND {
        add(corpus, ENCODE, "encode_into", Versus::Row(BY_HAND), of_hand);
        for who in ["encode_into", "to_bytes"] {
            add(corpus, ENCODE, who, Versus::FastestPeer, 1.0);
        }
    }
    targets
}

impl Target {
    /// How many times as fast, and as whom; none if that was not measured.
    pub fn measured(&self, results: &Results) -> Option<(f64, String)> {
        let cell = results.cells.iter().find(|cell| cell.corpus == self.corpus && cell.chunk == self.chunk)?;
        let other = match self.versus {
            Versus::Row(name) => cell.row(name)?,
            Versus::FastestPeer => cell.fastest_peer()?,
        };
        Some((cell.row(self.who)?.of(Some(other))?, other.name.clone()))
    }
}

/// `to_bytes` allocates once, and no byte too many: the allocations and bytes of each event, per corpus.
pub fn to_bytes_allocations(results: &Results) -> Vec<(String, f64, f64, f64)> {
    let mut all = Vec::new();
    for cell in results.cells.iter().filter(|cell| cell.chunk == ENCODE) {
        let Some(row) = cell.row("to_bytes") else { continue };
        let (Some(count), Some(bytes)) = (row.allocations_per_event, row.allocated_bytes_per_event) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "no more digits are shown")]
        all.push((cell.corpus.clone(), count, bytes, cell.bytes as f64 / cell.events as f64));
    }
    all
}
