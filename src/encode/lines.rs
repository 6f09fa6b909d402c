//! Section 9.2.5: splits text into lines, whole or in pieces. The only place that does.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::convert::Infallible;
use core::ops::Range;

use crate::encode::number::Decimal;
use crate::line_end::{self, CR, LineEnds};
#[cfg(feature = "alloc")]
use crate::work;

/// Between two `data` lines.
pub(super) const BETWEEN_DATA: &str = "\ndata: ";

/// What follows the lines that [`each_ended`] passed on.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    /// Where the last line, which has no end, begins.
    pub(super) start: usize,
    /// The last byte is a CR, which ended a line: an LF that comes next belongs to it.
    pub(super) after_cr: bool,
}

/// Passes each line that has an end to `each`, without the end: CR, LF, or CRLF, which is one.
///
/// `first_end` is the index of the first CR or LF. `after_cr` says whether a CR came right before the text, in an
/// earlier piece.
#[inline(always)]
pub(super) fn each_ended<E>(
    text: &[u8],
    first_end: usize,
    after_cr: bool,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<Rest, E> {
    let mut rest = Rest { start: 0, after_cr };
    let behind = text.get(first_end + 1..).unwrap_or_default();
    let later_ends = line_end::each_line_end(behind).map(|index| first_end + 1 + index);
    let mut end = first_end;
    let mut ends = later_ends;
    loop {
        let is_cr = text.get(end) == Some(&CR);
        if is_cr || !rest.after_cr || end > rest.start {
            each(rest.start..end)?;
        }
        rest = Rest { start: end + 1, after_cr: is_cr };
        match ends.next() {
            Some(index) => end = index,
            None => break,
        }
    }
    rest.after_cr &= rest.start == text.len();
    Ok(rest)
}

/// What a sink accepts: bytes, or text if it accepts nothing else.
pub(super) trait Piece {
    fn of_text(text: &str) -> &Self;
    fn of_digits(number: &Decimal) -> &Self;
    fn of_line(text: &str, line: Range<usize>) -> &Self;
}

impl Piece for [u8] {
    #[inline(always)]
    fn of_text(text: &str) -> &Self {
        text.as_bytes()
    }

    #[inline(always)]
    fn of_digits(number: &Decimal) -> &Self {
        number.as_bytes()
    }

    #[inline(always)]
    fn of_line(text: &str, line: Range<usize>) -> &Self {
        text.as_bytes().get(line).unwrap_or_default()
    }
}

impl Piece for str {
    #[inline(always)]
    fn of_text(text: &str) -> &Self {
        text
    }

    #[inline(always)]
    fn of_digits(number: &Decimal) -> &Self {
        number.as_str()
    }

    #[inline(always)]
    fn of_line(text: &str, line: Range<usize>) -> &Self {
        text.get(line).unwrap_or_default()
    }
}

/// Passes `text` to `put`, with `between` instead of each line end.
#[inline(always)]
pub(super) fn pieces<P: Piece + ?Sized, E>(
    text: &str,
    first_end: Option<usize>,
    between: &str,
    put: &mut impl FnMut(&P) -> Result<(), E>,
) -> Result<(), E> {
    match first_end {
        None => put(P::of_text(text)),
        Some(end) => several(text, end, P::of_text(between), put),
    }
}

#[inline(always)]
fn several<P: Piece + ?Sized, E>(
    text: &str,
    first_end: usize,
    between: &P,
    put: &mut impl FnMut(&P) -> Result<(), E>,
) -> Result<(), E> {
    let rest = each_ended(text.as_bytes(), first_end, false, |line| {
        put(P::of_line(text, line))?;
        put(between)
    })?;
    put(P::of_line(text, rest.start..text.len()))
}

/// The length of [`pieces`].
#[inline(always)]
pub(super) fn len(text: &str, first_end: Option<usize>, between: &str) -> usize {
    let ends = if first_end.is_some() { line_end::line_ends(text.as_bytes()) } else { LineEnds::default() };
    text.len() - ends.len + ends.count * between.len()
}

/// The maximum of [`len`]. Examines no text.
#[inline(always)]
pub(super) fn most(text: &str, first_end: Option<usize>, between: &str) -> usize {
    if first_end.is_some() { text.len().saturating_mul(between.len()) } else { text.len() }
}

/// The `data` lines of an event whose data is written in pieces.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DataLines {
    /// The last byte was a CR, which ended a line: an LF that comes next belongs to it.
    after_cr: bool,
}

#[cfg(feature = "std")]
impl DataLines {
    /// Appends data, starting a new `data` line at each line end.
    pub(crate) fn append(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let Some(first_end) = line_end::line_end(piece) else {
            self.after_cr &= piece.is_empty();
            return append(out, piece);
        };
        let Ok(rest) = each_ended(piece, first_end, self.after_cr, |line| {
            append(out, piece.get(line).unwrap_or_default());
            append(out, BETWEEN_DATA.as_bytes());
            Ok::<_, Infallible>(())
        });
        append(out, piece.get(rest.start..).unwrap_or_default());
        self.after_cr = rest.after_cr;
    }

    /// Appends the end of the last line, and the blank line.
    pub(crate) fn end(out: &mut Vec<u8>) {
        append(out, b"\n\n");
    }
}

/// Appends to a `Vec`, and counts the bytes copied.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(super) fn append(out: &mut Vec<u8>, piece: &[u8]) {
    #[cfg(test)]
    let (len, capacity) = (out.len(), out.capacity());
    out.extend_from_slice(piece);
    work::copied(piece.len());
    #[cfg(test)]
    if out.capacity() > capacity {
        work::copied(len);
    }
}

/// A writer that appends to the data.
#[cfg(feature = "json")]
pub(crate) struct Appender<'a>(pub(crate) &'a mut DataLines, pub(crate) &'a mut Vec<u8>);

#[cfg(feature = "json")]
impl std::io::Write for Appender<'_> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.0.append(piece, self.1);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
