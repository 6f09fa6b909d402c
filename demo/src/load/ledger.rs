//! What one client has received, held against what was published: each event once, in order.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What went wrong; the names are keys of the JSON.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Faults {
    pub(super) lost: u64,
    pub(super) doubled: u64,
    pub(super) out_of_order: u64,
    /// Events whose id is not the one that others have seen with them.
    pub(super) wrong_id: u64,
    /// `reset` events: the server could not resume.
    pub(super) resets: u64,
}

impl Faults {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
            out_of_order: self.out_of_order + other.out_of_order,
            wrong_id: self.wrong_id + other.wrong_id,
            resets: self.resets + other.resets,
        }
    }
}

/// The numbers that a client has seen, and what was wrong with them.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The number that comes next if all is well.
    next: u64,
    /// Passed over, and not seen since.
    missing: BTreeSet<u64>,
    pub(super) faults: Faults,
}

impl Ledger {
    /// Enters a number; whether it is new.
    pub(super) fn enter(&mut self, number: u64) -> bool {
        if number >= self.next {
            self.missing.extend(self.next..number);
            self.next = number + 1;
            return true;
        }
        let late = self.missing.remove(&number);
        if late {
            self.faults.out_of_order += 1;
        } else {
            self.faults.doubled += 1;
        }
        late
    }

    /// Whether nothing is missing of what was before the newest.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// With those of the `published` events that never came.
    pub(super) fn faults(&self, published: u64) -> Faults {
        let lost = self.missing.len() as u64 + published.saturating_sub(self.next);
        Faults { lost, ..self.faults }
    }
}
