//! Compares what one client has received with what was published: each event once, in order.

use std::collections::BTreeSet;

use derive_more::AddAssign;
use serde::{Deserialize, Serialize};

/// What went wrong; the names are keys of the JSON.
#[derive(AddAssign, Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Faults {
    pub(super) lost: u64,
    pub(super) doubled: u64,
    pub(super) out_of_order: u64,
    /// Events whose id is not the one that other clients have seen.
    pub(super) wrong_id: u64,
    /// `reset` events: the server could not resume.
    pub(super) resets: u64,
}

/// The numbers that a client has seen.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The number that comes next if all is well.
    next: u64,
    /// Skipped, and not seen since.
    missing: BTreeSet<u64>,
}

impl Ledger {
    /// Records a number, and what is wrong with it. Returns whether it is new.
    pub(super) fn enter(&mut self, number: u64, faults: &mut Faults) -> bool {
        if number >= self.next {
            self.missing.extend(self.next..number);
            self.next = number + 1;
            return true;
        }
        let late = self.missing.remove(&number);
        faults.out_of_order += u64::from(late);
        faults.doubled += u64::from(!late);
        late
    }
}
