//! What one client has received, held against what was published: each event once, in order.

use std::collections::BTreeSet;

/// The numbers that a client has seen, and what was wrong with them.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The number that comes next if all is well.
    next: u64,
    /// Passed over, and not seen since.
    missing: BTreeSet<u64>,
    pub(super) doubled: u64,
    pub(super) out_of_order: u64,
    /// Events whose id is not the one that others have seen with them.
    pub(super) wrong_id: u64,
    /// `reset` events: the server could not resume.
    pub(super) resets: u64,
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
            self.out_of_order += 1;
        } else {
            self.doubled += 1;
        }
        late
    }

    /// Whether everything before `number` has come.
    pub(super) fn is_whole(&self, number: u64) -> bool {
        self.next >= number && self.missing.is_empty()
    }

    /// How many of the `published` events never came.
    pub(super) fn lost(&self, published: u64) -> u64 {
        self.missing.len() as u64 + published.saturating_sub(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn counts_what_is_wrong() {
        for (numbers, lost, doubled, out_of_order) in [
            (&[0, 1, 2, 3][..], 0, 0, 0),
            (&[], 4, 0, 0),
            (&[0, 1, 2], 1, 0, 0),
            (&[1, 3], 2, 0, 0),
            (&[0, 1, 1, 2, 3, 0], 0, 2, 0),
            (&[0, 2, 1, 3], 0, 0, 1),
            (&[0, 2, 1, 1, 3], 0, 1, 1),
        ] {
            let mut ledger = Ledger::default();
            let new = numbers.iter().filter(|number| ledger.enter(**number)).count() as u64;
            assert_eq!(
                (ledger.lost(4), ledger.doubled, ledger.out_of_order),
                (lost, doubled, out_of_order),
                "{numbers:?}"
            );
            assert_eq!(new, 4 - lost, "{numbers:?}");
            assert_eq!(ledger.is_whole(4), lost == 0, "{numbers:?}");
        }
    }
}
