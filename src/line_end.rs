//! Where lines end: the hot primitive, based on [`memchr`].

#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr as sse2;

use crate::work;

pub(crate) const LF: u8 = b'\n';
pub(crate) const CR: u8 = b'\r';

/// Up to this many bytes, searching block by block costs less than letting `memchr` choose its code for this machine.
const FEW: usize = 64;

/// How many bytes are searched at a time, in a few instructions without a call.
const BLOCK: usize = 16;

/// Where that is so. Elsewhere `memchr` searches all of them.
const HAS_BLOCKS: bool = cfg!(all(target_arch = "x86_64", target_feature = "sse2"));

/// Finds the first CR or LF.
#[inline]
pub(crate) fn line_end(bytes: &[u8]) -> Option<usize> {
    let found = if bytes.len() <= FEW { line_end_in_few(bytes) } else { memchr::memchr2(LF, CR, bytes) };
    work::looked(found.map_or(bytes.len(), |index| index + 1));
    found
}

/// Searches block by block, of which the last may overlap the one before.
#[inline(never)]
fn line_end_in_few(bytes: &[u8]) -> Option<usize> {
    if !HAS_BLOCKS {
        return memchr::memchr2(LF, CR, bytes);
    }
    let Some(last) = bytes.last_chunk::<BLOCK>() else { return bytes.iter().position(|byte| matches!(*byte, LF | CR)) };
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (index, block) in blocks.iter().enumerate() {
        if let Some(found) = in_first(block) {
            return Some(BLOCK * index + found);
        }
    }
    if rest.is_empty() { None } else { in_first(last).map(|found| bytes.len() - BLOCK + found) }
}

/// Every CR and every LF, including both of a CRLF.
pub(crate) fn each_line_end(bytes: &[u8]) -> impl Iterator<Item = usize> {
    work::looked(bytes.len());
    memchr::memchr2_iter(LF, CR, bytes)
}

/// Finds the first CR or LF, which is expected among the first `LEN` bytes.
///
/// Those are searched without a call. Two words at a time (SWAR) cost more, and so did searching all of a long line
/// block by block.
#[inline(always)]
pub(crate) fn short_line_end<const LEN: usize>(bytes: &[u8]) -> Option<usize> {
    let found = match bytes.split_first_chunk::<LEN>() {
        Some((first, rest)) => in_first(first).or_else(|| memchr::memchr2(LF, CR, rest).map(|index| LEN + index)),
        None => line_end_in_few(bytes),
    };
    work::looked(found.map_or(bytes.len(), |index| index + 1));
    found
}

#[inline(always)]
fn in_first(bytes: &[u8]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if let Some(line_ends) = sse2::Two::new(LF, CR) {
        return line_ends.find(bytes);
    }
    memchr::memchr2(LF, CR, bytes)
}

/// The index after the line end at `index`, if that is an LF or CRLF. After a lone CR, an LF may still follow in the
/// next chunk.
#[inline(always)]
pub(crate) fn after(bytes: &[u8], index: usize) -> Option<usize> {
    match *bytes.get(index)? {
        LF => Some(index + 1),
        CR if bytes.get(index + 1) == Some(&LF) => Some(index + 2),
        _ => None,
    }
}

/// The length of two line ends at the front of `bytes`, both LF or both CRLF.
#[inline(always)]
pub(crate) fn two_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [LF, LF, ..] => Some(2),
        [CR, LF, CR, LF, ..] => Some(4),
        _ => None,
    }
}

/// Finds the last CR or LF, which is expected not far from the end.
pub(crate) fn last_line_end(bytes: &[u8]) -> Option<usize> {
    if !HAS_BLOCKS {
        let found = memchr::memrchr2(LF, CR, bytes);
        work::looked(found.map_or(bytes.len(), |index| bytes.len() - index));
        return found;
    }
    let (rest, blocks) = bytes.as_rchunks::<BLOCK>();
    let position = |bytes: &[u8]| bytes.iter().rposition(|byte| matches!(*byte, LF | CR));
    for (index, block) in blocks.iter().enumerate().rev() {
        if in_first(block).is_some() {
            work::looked(bytes.len() - rest.len() - BLOCK * index);
            return position(block).map(|found| rest.len() + BLOCK * index + found);
        }
    }
    work::looked(bytes.len());
    position(rest)
}

/// The number of line ends, and their total length in bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct LineEnds {
    pub(crate) count: usize,
    pub(crate) len: usize,
}

/// Counts LF, CR and CRLF, which is one.
#[inline(never)]
pub(crate) fn line_ends(bytes: &[u8]) -> LineEnds {
    work::looked(2 * bytes.len());
    let lfs = memchr::memchr_iter(LF, bytes).count();
    let (mut crs, mut pairs) = (0, 0);
    for index in memchr::memchr_iter(CR, bytes) {
        crs += 1;
        pairs += usize::from(bytes.get(index + 1) == Some(&LF));
    }
    LineEnds { count: lfs + crs - pairs, len: lfs + crs }
}

/// Finds the first NUL.
#[inline]
pub(crate) fn nul(bytes: &[u8]) -> Option<usize> {
    // To know whether there is one, and where.
    work::looked(2 * bytes.len());
    let has_nul = if bytes.len() <= SHORT { few_have_nul(bytes) } else { bytes.contains(&0) };
    if has_nul { bytes.iter().position(|byte| *byte == 0) } else { None }
}

/// Most ids are no longer than this.
const SHORT: usize = 32;

/// Whether a NUL is among them. It may also say so of fewer than eight bytes, without looking.
#[inline]
fn few_have_nul(bytes: &[u8]) -> bool {
    /// Whether one of the eight bytes is 0: only a zero byte borrows into a high bit that was clear.
    const fn has_nul(word: u64) -> bool {
        word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080 != 0
    }
    let has_nul = |word: &[u8; 8]| has_nul(u64::from_ne_bytes(*word));
    let (words, _) = bytes.as_chunks();
    bytes.last_chunk().is_none_or(has_nul) || words.iter().any(has_nul)
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{last_line_end, line_end, line_end_in_few, nul, short_line_end};

    #[test]
    fn line_ends_are_found_wherever_they_are() {
        let is_line_end = |byte: &u8| matches!(*byte, b'\n' | b'\r');
        for len in 0..150 {
            for (first, last) in (0..=len).flat_map(|first| (first..=len).map(move |last| (first, last))) {
                let mut bytes = vec![b'x'; len];
                for (at, byte) in [(first, b'\r'), (last, b'\n')] {
                    if let Some(at) = bytes.get_mut(at) {
                        *at = byte;
                    }
                }
                let expected = bytes.iter().position(is_line_end);
                assert_eq!(line_end(&bytes), expected, "{first}, {last} of {len}");
                assert_eq!(line_end_in_few(&bytes), expected, "{first}, {last} of {len}");
                assert_eq!(short_line_end::<16>(&bytes), expected, "{first}, {last} of {len}");
                assert_eq!(short_line_end::<32>(&bytes), expected, "{first}, {last} of {len}");
                let expected = bytes.iter().rposition(is_line_end);
                assert_eq!(last_line_end(&bytes), expected, "{first}, {last} of {len}");
            }
        }
    }

    #[test]
    fn nothing_else_is_found() {
        let others: Vec<u8> = (0..=u8::MAX).filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        for bytes in others.chunks(60) {
            assert_eq!(line_end(bytes), None);
            assert_eq!(short_line_end::<16>(bytes), None);
            assert_eq!(last_line_end(bytes), None);
        }
        assert_eq!(line_end(&others), None);
        assert_eq!(last_line_end(&others), None);
    }

    #[test]
    fn a_nul_is_found_wherever_it_is() {
        for len in 0..150 {
            for index in 0..=len {
                for byte in [0, 1, b'\n', 0x80] {
                    let mut bytes = vec![b'x'; len];
                    if let Some(at) = bytes.get_mut(index) {
                        *at = byte;
                    }
                    assert_eq!(nul(&bytes), (index < len && byte == 0).then_some(index), "{byte} at {index} of {len}");
                }
            }
        }
    }
}
