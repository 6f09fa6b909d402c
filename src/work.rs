//! Counts the work done on bytes, so that tests can assert that it is linear without a clock. Outside tests it does
//! nothing.
//!
//! All code that examines or copies bytes reports it here; `tests/architecture.rs` lists what may loop over bytes, and
//! where.

/// Reports that bytes were examined.
#[inline(always)]
pub(crate) fn looked(bytes: usize) {
    #[cfg(test)]
    counters::BYTES.with(|count| count.set(count.get() + bytes));
    let _ = bytes;
}

/// Reports that bytes were copied.
#[inline(always)]
pub(crate) fn copied(bytes: usize) {
    looked(bytes);
}

/// Reports that bytes were validated as UTF-8.
#[inline(always)]
pub(crate) fn validated(bytes: usize) {
    looked(bytes);
    #[cfg(test)]
    counters::VALIDATIONS.with(|count| count.set(count.get() + 1));
}

#[cfg(test)]
#[allow(unused_imports, reason = "only tests of some features use them")]
pub(crate) use counters::{take, take_validations};

#[cfg(test)]
#[allow(dead_code, reason = "only tests of some features use them")]
mod counters {
    use core::cell::Cell;

    std::thread_local! {
        pub(super) static BYTES: Cell<usize> = const { Cell::new(0) };
        pub(super) static VALIDATIONS: Cell<usize> = const { Cell::new(0) };
    }

    /// The bytes examined and copied since the last call in this thread.
    pub(crate) fn take() -> usize {
        BYTES.with(Cell::take)
    }

    /// How often UTF-8 was validated since the last call in this thread.
    pub(crate) fn take_validations() -> usize {
        VALIDATIONS.with(Cell::take)
    }
}
