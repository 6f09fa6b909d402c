//! Counts what is done to bytes, so that tests can assert linear work without a clock. Without tests it is nothing.
//!
//! Whatever looks at a stretch of bytes or copies it says so here; `tests/architecture.rs` has the list of what may loop
//! over bytes, and where.

/// So many bytes were looked at.
#[inline(always)]
pub(crate) fn looked(bytes: usize) {
    #[cfg(test)]
    counters::BYTES.with(|count| count.set(count.get() + bytes));
    let _ = bytes;
}

/// So many bytes were copied.
#[inline(always)]
pub(crate) fn copied(bytes: usize) {
    looked(bytes);
}

/// UTF-8 was validated.
#[inline(always)]
pub(crate) fn validated(bytes: usize) {
    looked(bytes);
    #[cfg(test)]
    counters::VALIDATIONS.with(|count| count.set(count.get() + 1));
}

#[cfg(test)]
pub(crate) use counters::{take, take_validations};

#[cfg(test)]
mod counters {
    use core::cell::Cell;

    std::thread_local! {
        pub(super) static BYTES: Cell<usize> = const { Cell::new(0) };
        pub(super) static VALIDATIONS: Cell<usize> = const { Cell::new(0) };
    }

    /// The bytes looked at and copied since the last call in this thread.
    pub(crate) fn take() -> usize {
        BYTES.with(Cell::take)
    }

    /// How often UTF-8 was validated since the last call in this thread.
    pub(crate) fn take_validations() -> usize {
        VALIDATIONS.with(Cell::take)
    }
}
