//! Where lines end: the one hot primitive, over [`memchr`].

pub(crate) const LF: u8 = b'\n';
pub(crate) const CR: u8 = b'\r';

/// Finds the first CR or LF.
#[inline]
pub(crate) fn line_end(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memchr2(LF, CR, bytes);
    #[cfg(test)]
    work::add(found.map_or(bytes.len(), |index| index + 1));
    found
}

/// Finds the last CR or LF.
#[cfg(feature = "alloc")]
pub(crate) fn last_line_end(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memrchr2(LF, CR, bytes);
    #[cfg(test)]
    work::add(found.map_or(bytes.len(), |index| bytes.len() - index));
    found
}

/// Finds the first NUL.
#[cfg(feature = "alloc")]
pub(crate) fn nul(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memchr(0, bytes);
    #[cfg(test)]
    work::add(found.map_or(bytes.len(), |index| index + 1));
    found
}

/// Counts the bytes looked at, so that tests can assert linear work without a clock.
#[cfg(test)]
pub(crate) mod work {
    use core::cell::Cell;

    std::thread_local!(static BYTES: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn add(bytes: usize) {
        BYTES.with(|count| count.set(count.get() + bytes));
    }

    /// The bytes looked at since the last call in this thread.
    pub(crate) fn take() -> usize {
        BYTES.with(Cell::take)
    }
}
