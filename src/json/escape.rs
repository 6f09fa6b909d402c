//! JSON that is one line for every receiver.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

/// Writes `value` as compact JSON, without U+0085, U+2028 and U+2029.
///
/// Some receivers treat these three as line ends, which the standard does not. In JSON they can only be in strings,
/// where an escape means the same.
pub(crate) fn to_writer<T: Serialize + ?Sized>(out: impl io::Write, value: &T) -> serde_json::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, OneLine))
}

/// The escape of the character with which `text` begins, and its length in UTF-8.
const fn escape(text: &[u8]) -> Option<(&'static [u8], usize)> {
    match text {
        [0xC2, 0x85, ..] => Some((b"\\u0085", 2)),
        [0xE2, 0x80, 0xA8, ..] => Some((b"\\u2028", 3)),
        [0xE2, 0x80, 0xA9, ..] => Some((b"\\u2029", 3)),
        _ => None,
    }
}

struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let text = fragment.as_bytes();
        let mut start = 0;
        for index in memchr::memchr2_iter(0xC2, 0xE2, text) {
            if let Some((escape, len)) = text.get(index..).and_then(escape) {
                out.write_all(text.get(start..index).unwrap_or_default())?;
                out.write_all(escape)?;
                start = index + len;
            }
        }
        out.write_all(text.get(start..).unwrap_or_default())
    }

    /// Raw JSON: there too the three can only be in strings.
    fn write_raw_fragment<W: io::Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        self.write_string_fragment(out, fragment)
    }
}
