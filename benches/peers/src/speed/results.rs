//! What was measured, as it is written to JSON, and the ratios that are read from it.

use serde::{Deserialize, Serialize};

use super::cell::{BY_HAND, ENCODE, LINE_ENDS, Role};

/// A whole run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results {
    /// The version of each crate.
    pub versions: Vec<(String, String)>,
    /// The compiler's.
    pub rustc: String,
    /// The processor's name.
    pub processor: String,
    /// All cells.
    pub cells: Vec<Measured>,
}

/// A corpus in one chunking.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// The corpus's name.
    pub corpus: String,
    /// The chunking's, or "encode".
    pub chunk: String,
    /// The bytes of one pass.
    pub bytes: usize,
    /// The events of one pass.
    pub events: usize,
    /// Everybody who took part.
    pub rows: Vec<Row>,
}

/// One contender.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// By the least time.
    pub bytes_per_second: f64,
    /// By the least time.
    pub nanoseconds_per_event: Option<f64>,
    /// How many passes there were.
    pub passes: usize,
    /// It was not run on the whole, since so many of the first bytes took too long already; the speed is that over them.
    pub too_slow_after: Option<usize>,
    /// In what it disagrees with the corpus.
    pub disagreement: Option<String>,
    /// How often it allocated, by a pass of its own that is not timed.
    pub allocations_per_event: Option<f64>,
    /// How many bytes that came to.
    pub allocated_bytes_per_event: Option<f64>,
}

impl Measured {
    /// The row of that name.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// The limit that ratios are taken of.
    pub fn limit(&self) -> Option<&Row> {
        self.row(if self.chunk == ENCODE { BY_HAND } else { LINE_ENDS })
    }

    /// The fastest peer of those that did it all and agree.
    pub fn fastest_peer(&self) -> Option<&Row> {
        let peers = self.rows.iter().filter(|row| row.role == Role::Peer && row.stands());
        peers.max_by(|a, b| a.bytes_per_second.total_cmp(&b.bytes_per_second))
    }
}

impl Row {
    /// Whether it did it all and agrees.
    pub fn stands(&self) -> bool {
        self.disagreement.is_none() && self.too_slow_after.is_none()
    }

    /// How many times as fast as another.
    pub fn of(&self, other: Option<&Self>) -> Option<f64> {
        Some(self.bytes_per_second / other?.bytes_per_second)
    }
}
