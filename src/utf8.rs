//! The Encoding Standard's "UTF-8 decode", for bytes after the byte order mark.

#[cfg(feature = "alloc")]
use alloc::string::String;

use crate::work;

const REPLACEMENT: &str = "\u{FFFD}";

/// `bytes` as text, if it is well-formed.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    work::validated(bytes.len());
    #[cfg(feature = "simdutf8")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "simdutf8"))]
    return core::str::from_utf8(bytes).ok();
}

/// Whether all bytes are ASCII. Unlike the standard library's, it has no slow tail, since the last block may overlap the
/// one before, and it does not stop early.
#[cfg(feature = "bytes")]
#[inline]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    step_is_ascii::<1>(bytes)
}

/// Whether a block in every four is ASCII: enough to choose how to validate the bytes.
#[cfg(feature = "bytes")]
#[inline]
pub(crate) fn seems_ascii(bytes: &[u8]) -> bool {
    step_is_ascii::<4>(bytes)
}

#[cfg(feature = "bytes")]
#[inline(always)]
fn step_is_ascii<const STEP: usize>(bytes: &[u8]) -> bool {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let Some(last) = bytes.last_chunk::<32>() else { return few_are_ascii(bytes) };
    work::looked(bytes.len());
    let (blocks, _) = bytes.as_chunks::<32>();
    let words = |block: &[u8; 32]| {
        let (words, _) = block.as_chunks::<8>();
        core::array::from_fn(|index| words.get(index).map_or(0, |word| u64::from_ne_bytes(*word)))
    };
    let mut all: [u64; 4] = words(last);
    for block in blocks.iter().step_by(STEP) {
        for (all, word) in all.iter_mut().zip(words(block)) {
            *all |= word;
        }
    }
    all.iter().fold(0, |all, word| all | word) & HIGH == 0
}

#[cfg(feature = "bytes")]
#[inline]
fn few_are_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    work::looked(bytes.len());
    let Some(last) = bytes.last_chunk() else { return bytes.is_ascii() };
    let (words, _) = bytes.as_chunks();
    words.iter().fold(u64::from_ne_bytes(*last), |all, word| all | u64::from_ne_bytes(*word)) & HIGH == 0
}

/// The length of `bytes` with U+FFFD for every maximal subpart of ill-formed UTF-8.
#[cold]
pub(crate) fn replaced_len(bytes: &[u8]) -> usize {
    work::looked(bytes.len());
    bytes.utf8_chunks().map(|part| part.valid().len() + replacement(part.invalid()).len()).sum()
}

/// Appends `bytes` as text, with U+FFFD for every maximal subpart of ill-formed UTF-8.
#[cfg(feature = "alloc")]
#[cold]
pub(crate) fn append_text(bytes: &[u8], text: &mut String) {
    // One byte becomes up to three: reserved exactly, so that doubling does not add to that.
    text.reserve_exact(replaced_len(bytes));
    work::copied(bytes.len());
    for part in bytes.utf8_chunks() {
        text.push_str(part.valid());
        text.push_str(replacement(part.invalid()));
    }
}

/// Sets `text` to the ill-formed `bytes` as text.
#[cfg(feature = "alloc")]
#[cold]
pub(crate) fn replace_into(bytes: &[u8], text: &mut String) {
    text.clear();
    append_text(bytes, text);
}

/// Replaces within `area`, the last `len` bytes of which are ill-formed, so that the whole area becomes text. The area
/// has exactly the length of that text. U+FFFD is never shorter than what it replaces, so writing does not overtake
/// reading.
#[cold]
pub(crate) fn replace_within(area: &mut [u8], len: usize) {
    work::copied(area.len());
    let (mut written, mut read) = (0, area.len() - len);
    while let Some(part) = area.get(read..).and_then(|rest| rest.utf8_chunks().next()) {
        let (valid, invalid) = (part.valid().len(), part.invalid().len());
        let mark = replacement(part.invalid()).as_bytes();
        area.copy_within(read..read + valid, written);
        written += valid;
        read += valid + invalid;
        if let Some(place) = area.get_mut(written..written + mark.len()) {
            place.copy_from_slice(mark);
        }
        written += mark.len();
    }
    debug_assert_eq!(written, area.len(), "the area does not have the length of the text");
}

fn replacement(invalid: &[u8]) -> &'static str {
    if invalid.is_empty() { "" } else { REPLACEMENT }
}

#[cfg(all(test, feature = "bytes"))]
mod tests {
    use alloc::vec;

    use super::{is_ascii, seems_ascii};

    #[test]
    fn a_byte_that_is_not_ascii_is_found_wherever_it_is() {
        for len in 0..600 {
            let mut bytes = vec![0x7F; len];
            assert!(is_ascii(&bytes) && seems_ascii(&bytes), "{len}");
            for index in 0..len {
                bytes.fill(0x7F);
                if let Some(byte) = bytes.get_mut(index) {
                    *byte = 0x80;
                }
                assert!(!is_ascii(&bytes), "{index} of {len}");
                let is_in_block = (index / 32).is_multiple_of(4) && index / 32 < len / 32;
                assert_eq!(seems_ascii(&bytes), !is_in_block && index + 32 < len, "{index} of {len}");
            }
        }
    }
}
