//! Sections 9.2.5 and 9.2.6: a line at a place in a chunk, without the parser's states.

use crate::decode::field::{Field, FirstWord};
use crate::decode::place::Place;
use crate::line_end;
use crate::work;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Field(Field),
    Comment,
    Unknown,
}

/// A part of a line: a [`Token`](crate::Token) with indices into the chunk instead of a lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Line {
        line: Line,
        value: Place,
        complete: bool,
    },
    /// The first bytes of an unknown line, which were taken for the beginning of a name in an earlier chunk.
    Again(&'static [u8]),
    Blank,
}

/// A part of a line that is returned by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    InChunk(Place),
    /// What was taken for a name, in an earlier chunk.
    Static(&'static [u8]),
}

impl Part {
    #[inline(always)]
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::InChunk(place) => place.len(),
            Self::Static(beginning) => beginning.len(),
        }
    }
}

/// The line at `index`, as much of it as the chunk has, and the byte after it, if its name is one of the standard's
/// with a colon: the same result as the states give, without going through them.
#[inline(always)]
pub(crate) fn line(bytes: &[u8], index: usize) -> Option<(Piece, usize)> {
    let word = || FirstWord::at(bytes, index);
    // Each arm compares with constants.
    let (line, prefix) = match *bytes.get(index)? {
        b'd' => (Line::Field(Field::Data), word()?.prefix_len(Field::Data)?),
        b'e' => (Line::Field(Field::Event), word()?.prefix_len(Field::Event)?),
        b'i' => (Line::Field(Field::Id), word()?.prefix_len(Field::Id)?),
        b'r' => (Line::Field(Field::Retry), word()?.prefix_len(Field::Retry)?),
        b':' => (Line::Comment, comment_prefix_len(bytes, index)?),
        _ => {
            let next = line_end::after(bytes, index)?;
            work::looked(next - index);
            return Some((Piece::Blank, next));
        }
    };
    let (value, next) = value_at::<16>(bytes, index + prefix)?;
    Some((Piece::Line { line, value, complete: next.is_some() }, next.unwrap_or(value.end)))
}

/// The comment at `index`: see [`value_at`].
#[inline(always)]
pub(crate) fn comment(bytes: &[u8], index: usize) -> Option<(Place, Option<usize>)> {
    value_at::<16>(bytes, index + comment_prefix_len(bytes, index)?)
}

/// How long the colon and one space after it are, if the line begins with one.
#[inline(always)]
fn comment_prefix_len(bytes: &[u8], index: usize) -> Option<usize> {
    match bytes.get(index..)? {
        [b':', b' ', ..] => Some(2),
        [b':', ..] => Some(1),
        _ => None,
    }
}

/// The value of the data line at `index`: see [`value_at`].
#[inline(always)]
pub(crate) fn data_line(bytes: &[u8], index: usize) -> Option<(Place, Option<usize>)> {
    value_at::<16>(bytes, index + FirstWord::at(bytes, index)?.data_prefix_len()?)
}

/// The value that begins at `start`, and the byte after its line; none if the line continues in the next chunk. The
/// line's end is expected among the first `LEN` bytes. Refuses what is for the states: an empty part, a CR without an
/// LF, and one that the chunk ends with.
#[inline(always)]
pub(crate) fn value_at<const LEN: usize>(bytes: &[u8], start: usize) -> Option<(Place, Option<usize>)> {
    let rest = bytes.get(start..)?;
    match line_end::short_line_end::<LEN>(rest) {
        Some(len) => {
            let end = start + len;
            Some((Place { start, end }, Some(line_end::after(bytes, end)?)))
        }
        None if rest.is_empty() => None,
        None => Some((Place { start, end: bytes.len() }, None)),
    }
}
