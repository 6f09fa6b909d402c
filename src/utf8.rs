//! The Encoding Standard's "UTF-8 decode", for bytes behind the byte order mark.

use alloc::string::String;

use crate::work;

/// `bytes` as text, if it is well-formed.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    work::validated(bytes.len());
    #[cfg(feature = "simdutf8")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "simdutf8"))]
    return core::str::from_utf8(bytes).ok();
}

/// Decodes `bytes` into `text` with U+FFFD for every maximal subpart of ill-formed UTF-8, as the Encoding Standard's
/// "UTF-8 decode" does.
#[cold]
pub(crate) fn replace(bytes: &[u8], text: &mut String) {
    text.clear();
    work::copied(bytes.len());
    // Up to three bytes for one: reserved exactly, so that doubling does not come on top.
    text.reserve_exact(bytes.utf8_chunks().map(|part| part.valid().len() + replacement(part.invalid()).len()).sum());
    for part in bytes.utf8_chunks() {
        text.push_str(part.valid());
        text.push_str(replacement(part.invalid()));
    }
}

fn replacement(invalid: &[u8]) -> &'static str {
    if invalid.is_empty() { "" } else { "\u{FFFD}" }
}
