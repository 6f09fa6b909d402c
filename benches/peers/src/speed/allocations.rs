//! Allocations per event: counted by another program, since an allocator that counts takes time.

use serde::{Deserialize, Serialize};

use super::results::Measured;

/// What one pass allocated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    /// The corpus's name.
    pub corpus: String,
    /// The chunking's.
    pub chunk: String,
    /// Whose pass it was.
    pub name: String,
    /// How often.
    pub allocations: u64,
    /// How many bytes altogether.
    pub bytes: u64,
}

/// Enters the counts into the rows that they belong to.
#[allow(clippy::cast_precision_loss, reason = "no more digits are shown")]
pub fn enter(counts: &[Count], cells: &mut [Measured]) {
    for cell in cells {
        let events = cell.events as f64;
        for row in &mut cell.rows {
            let count = counts
                .iter()
                .find(|count| count.corpus == cell.corpus && count.chunk == cell.chunk && count.name == row.name);
            if let Some(count) = count.filter(|_| row.too_slow_after.is_none()) {
                row.allocations_per_event = Some(count.allocations as f64 / events);
                row.allocated_bytes_per_event = Some(count.bytes as f64 / events);
            }
        }
    }
}
