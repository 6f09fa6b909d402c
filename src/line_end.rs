//! Where lines end: the one hot primitive, over [`memchr`].

#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr as sse2;

use crate::work;

pub(crate) const LF: u8 = b'\n';
pub(crate) const CR: u8 = b'\r';

/// Up to so many bytes it costs less to search them on the spot than to have `memchr` choose its code for this machine.
const FEW: usize = 64;

/// Finds the first CR or LF.
#[inline]
pub(crate) fn line_end(bytes: &[u8]) -> Option<usize> {
    let found = if bytes.len() <= FEW { line_end_in_few(bytes) } else { memchr::memchr2(LF, CR, bytes) };
    work::looked(found.map_or(bytes.len(), |index| index + 1));
    found
}

#[inline(never)]
fn line_end_in_few(bytes: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(line_ends) = sse2::Two::new(LF, CR) {
        return line_ends.find(bytes);
    }
    memchr::memchr2(LF, CR, bytes)
}

/// Finds the first CR or LF, or with `NUL` also NUL, which is expected among the first `LEN` bytes.
///
/// Those are searched without a call: two words at a time instead (SWAR) cost more, and so did longer lines searched to
/// their ends this way.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn short_line_end<const NUL: bool, const LEN: usize>(bytes: &[u8]) -> Option<usize> {
    let found = match bytes.split_first_chunk::<LEN>() {
        Some((first, rest)) => in_first::<NUL>(first).or_else(|| find::<NUL>(rest).map(|index| LEN + index)),
        None => find::<NUL>(bytes),
    };
    work::looked(found.map_or(bytes.len(), |index| index + 1));
    found
}

#[cfg(feature = "alloc")]
#[inline(always)]
fn in_first<const NUL: bool>(bytes: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if NUL {
        if let Some(line_ends) = sse2::Three::new(LF, CR, 0) {
            return line_ends.find(bytes);
        }
    } else if let Some(line_ends) = sse2::Two::new(LF, CR) {
        return line_ends.find(bytes);
    }
    find::<NUL>(bytes)
}

#[cfg(feature = "alloc")]
#[inline(always)]
fn find<const NUL: bool>(bytes: &[u8]) -> Option<usize> {
    if NUL { memchr::memchr3(LF, CR, 0, bytes) } else { memchr::memchr2(LF, CR, bytes) }
}

/// Finds the last CR or LF.
#[cfg(feature = "alloc")]
pub(crate) fn last_line_end(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memrchr2(LF, CR, bytes);
    work::looked(found.map_or(bytes.len(), |index| bytes.len() - index));
    found
}

/// How many line ends there are, and how many bytes they have together.
#[derive(Clone, Copy, Default)]
pub(crate) struct LineEnds {
    pub(crate) count: usize,
    pub(crate) len: usize,
}

/// Counts LF, CR and CRLF, which is one.
#[inline(never)]
pub(crate) fn line_ends(bytes: &[u8]) -> LineEnds {
    let lfs = memchr::memchr_iter(LF, bytes).count();
    let (mut crs, mut pairs) = (0, 0);
    for index in memchr::memchr_iter(CR, bytes) {
        crs += 1;
        pairs += usize::from(bytes.get(index + 1) == Some(&LF));
    }
    LineEnds { count: lfs + crs - pairs, len: lfs + crs }
}

/// Finds the first NUL.
#[cfg(feature = "alloc")]
pub(crate) fn nul(bytes: &[u8]) -> Option<usize> {
    let found = memchr::memchr(0, bytes);
    work::looked(found.map_or(bytes.len(), |index| index + 1));
    found
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::vec;

    use super::{line_end, short_line_end};

    #[test]
    fn line_ends_are_found_wherever_they_are() {
        for len in 0..150 {
            for index in 0..=len {
                for byte in [b'\n', b'\r', 0, b'\x0b'] {
                    let mut bytes = vec![b'x'; len];
                    if let Some(at) = bytes.get_mut(index) {
                        *at = byte;
                    }
                    let is_line_end = index < len && matches!(byte, b'\n' | b'\r');
                    let expected = is_line_end.then_some(index);
                    assert_eq!(line_end(&bytes), expected, "{byte} at {index} of {len}");
                    assert_eq!(short_line_end::<false, 16>(&bytes), expected, "{byte} at {index} of {len}");
                    let or_nul = (is_line_end || index < len && byte == 0).then_some(index);
                    assert_eq!(short_line_end::<true, 32>(&bytes), or_nul, "{byte} at {index} of {len}");
                }
            }
        }
    }
}
