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

/// Finds the first CR or LF, which is expected within 16 bytes: two words at a time cost less than a call.
#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn short_line_end(bytes: &[u8]) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The lowest bit that is set belongs to the first byte that is zero, bits above it need not.
    let zeros = |word: u64| word.wrapping_sub(EACH) & !word & (EACH << 7);
    let equal = |word: u64, byte: u8| zeros(word ^ (EACH * u64::from(byte)));
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>()
        && bytes.len() - rest.len() < 16
    {
        let word = u64::from_le_bytes(*word);
        let found = equal(word, LF) | equal(word, CR);
        if found != 0 {
            return Some(bytes.len() - rest.len() + found.trailing_zeros() as usize / 8);
        }
        rest = after;
    }
    line_end(rest).map(|index| bytes.len() - rest.len() + index)
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

    std::thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
        static VALIDATIONS: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn add(bytes: usize) {
        BYTES.with(|count| count.set(count.get() + bytes));
    }

    /// The bytes looked at since the last call in this thread.
    pub(crate) fn take() -> usize {
        BYTES.with(Cell::take)
    }

    pub(crate) fn add_validation() {
        VALIDATIONS.with(|count| count.set(count.get() + 1));
    }

    /// How often UTF-8 was validated since the last call in this thread.
    pub(crate) fn take_validations() -> usize {
        VALIDATIONS.with(Cell::take)
    }
}
