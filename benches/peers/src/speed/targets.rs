//! What sse-wire is meant to reach, and whether it does.

use super::cell::{BY_HAND, ENCODE, LINE_ENDS};
use super::results::Results;

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

/// In the order of [`CORPORA`], in chunks of 16 KiB: of the speed of finding line ends, and of the fastest peer's.
const NEXT_EVENT: [(f64, f64); 9] =
    [(0.85, 2.7), (0.9, 3.3), (1.0, 4.0), (1.3, 4.0), (0.55, 1.5), (0.3, 1.0), (1.4, 3.3), (1.4, 1.5), (0.5, 1.7)];

/// All targets.
pub fn targets() -> Vec<Target> {
    let peer = Versus::FastestPeer;
    let mut targets = Vec::new();
    let mut add = |corpus, chunk, who, versus, at_least| {
        targets.push(Target { corpus, chunk, who, versus, at_least });
    };
    // For huge lines the allocator decides: with as much retained as peers retain.
    let next_event = |corpus| if corpus == "huge-line" { "next_event-retaining" } else { "next_event" };
    for (corpus, (of_limit, of_peer)) in CORPORA.into_iter().zip(NEXT_EVENT) {
        add(corpus, "16KiB", next_event(corpus), Versus::Row(LINE_ENDS), of_limit);
        add(corpus, "16KiB", next_event(corpus), peer, of_peer);
    }
    for corpus in ["llm-chat", "llm-named"] {
        add(corpus, "event", "next_event", peer, 1.5);
    }
    for corpus in CORPORA {
        let at_least = match corpus {
            "llm-chat" => 1.7,
            "llm-named" => 2.3,
            _ => 1.3,
        };
        add(corpus, "1460", next_event(corpus), peer, at_least);
    }
    for corpus in CORPORA {
        add(corpus, "64", next_event(corpus), peer, 1.0);
    }
    add("8MiB-line", "64, 64KiB", "next_event/64", Versus::Row("next_event/64KiB"), 1.0 / 3.0);
    for corpus in CORPORA {
        add(corpus, "16KiB", "next_frame", Versus::Row("next_event"), 0.8);
    }
    for corpus in CORPORA {
        let at_least = match corpus {
            "llm-chat" => 1.4,
            "llm-named" => 2.0,
            _ => 1.0,
        };
        add(corpus, "16KiB", "next_event_buf", peer, at_least);
    }
    for corpus in CORPORA.into_iter().filter(|corpus| !["crlf", "comments"].contains(corpus)) {
        add(corpus, ENCODE, "encode_into", Versus::Row(BY_HAND), 0.9);
        add(corpus, ENCODE, "encode_into", peer, 2.0);
        add(corpus, ENCODE, "to_bytes", peer, 2.0);
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
