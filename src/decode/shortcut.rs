//! The shortcuts: a whole event, found in one step. They answer or refuse, and touch no state.

use crate::decode::field::{Field, FirstWord};
use crate::decode::parser::{Parser, Piece};
use crate::decode::place::Place;
use crate::decode::retry::Digits;
use crate::line_end;

/// Where the parts of a plain event lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// Empty if there is none, which means the same.
    pub(crate) event_type: Place,
    pub(crate) data: Place,
    /// The event's own id, which has become the last event ID.
    pub(crate) id: Option<Place>,
    /// The byte after the blank line.
    pub(crate) end: usize,
}

/// Finds the event that begins at `start`, if it is whole and plain: an optional `event` line, one `data` line and the
/// blank line, with a colon in each field and LF or CRLF after each line.
///
/// This is the only second copy of the standard's rules: names, the colon and its space, line ends. It leaves
/// everything else to the interpreter; it touches no state, and decides nothing that the interpreter would not. It
/// saves more than half of the instructions of a plain event. A loop over lines was tried instead and costs a quarter
/// of the speed, because it spills what this keeps in registers.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], start: usize) -> Option<Plain> {
    let mut line = start;
    let mut word = FirstWord::at(bytes, line)?;
    let mut event_type = Place::default();
    if let Some(prefix) = word.prefix_len(Field::Event) {
        let value = line + prefix;
        let end = value + line_end::short_line_end::<32>(bytes.get(value..)?)?;
        event_type = Place { start: value, end };
        line = line_end::after(bytes, end)?;
        word = FirstWord::at(bytes, line)?;
    }
    let value = line + word.data_prefix_len()?;
    let end = value + line_end::short_line_end::<16>(bytes.get(value..)?)?;
    let end_of_event = end + line_end::two_len(bytes.get(end..)?)?;
    Some(Plain { event_type, data: Place { start: value, end }, id: None, end: end_of_event })
}

/// The content of a block's lines, as far as they are whole and usual.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lines {
    /// Where the block begins, after blank lines.
    pub(crate) start: usize,
    /// Where the first line begins that is no comment.
    pub(crate) fields: usize,
    pub(crate) event_type: Option<Place>,
    pub(crate) id: Option<Place>,
    /// In milliseconds.
    pub(crate) retry: Option<u64>,
    pub(crate) data: Option<Place>,
    pub(crate) comments: u64,
    /// There is a line that is not a comment.
    pub(crate) in_block: bool,
    /// The blank line is among them.
    pub(crate) is_whole: bool,
    /// The byte after the last of these lines.
    pub(crate) next: usize,
}

/// Finds the lines of the block that begins at `start`: blank lines and comments, then `event`, `id`, `retry` and
/// `data`, each at most once and in this order, which is the one that servers send; then the blank line. Stops at the
/// first line that is not whole or not in its place, where the interpreter continues. With `FRAMES`, comments and
/// `retry` are such lines, because they are returned.
#[inline(always)]
pub(crate) fn lines<const FRAMES: bool>(bytes: &[u8], start: usize) -> Lines {
    let mut found = Lines { start, next: start, ..Lines::default() };
    while let Some((piece, next)) = Parser::whole_line_without_effect(bytes, found.next) {
        match piece {
            Piece::Blank => found.start = next,
            _ if FRAMES => {
                found.fields = found.next;
                return found;
            }
            _ => found.comments += 1,
        }
        found.next = next;
    }
    found.fields = found.next;
    let _ = fields::<FRAMES>(bytes, &mut found);
    found.in_block = found.next > found.fields;
    found
}

/// The fields in their order. `None` if one of them is not whole or not in its place.
#[inline(always)]
fn fields<const FRAMES: bool>(bytes: &[u8], found: &mut Lines) -> Option<()> {
    let mut line = found.next;
    let mut word = FirstWord::at(bytes, line)?;
    if let Some(prefix) = word.prefix_len(Field::Event) {
        let (value, next) = value(bytes, line + prefix)?;
        (found.event_type, found.next, line) = (Some(value), next, next);
        word = FirstWord::at(bytes, line)?;
    }
    if let Some(prefix) = word.prefix_len(Field::Id) {
        let (value, next) = value(bytes, line + prefix)?;
        if line_end::nul(value.of(bytes)).is_some() {
            return None;
        }
        (found.id, found.next, line) = (Some(value), next, next);
        word = FirstWord::at(bytes, line)?;
    }
    if !FRAMES && let Some(prefix) = word.prefix_len(Field::Retry) {
        let (value, next) = value(bytes, line + prefix)?;
        let millis = Digits::of_short(value.of(bytes))?;
        (found.retry, found.next, line) = (Some(millis), next, next);
        word = FirstWord::at(bytes, line)?;
    }
    let (value, next) = value(bytes, line + word.data_prefix_len()?)?;
    (found.data, found.next) = (Some(value), next);
    found.next = line_end::after(bytes, next)?;
    found.is_whole = true;
    Some(())
}

/// The value that begins at `start`, and the byte after its line.
#[inline(always)]
fn value(bytes: &[u8], start: usize) -> Option<(Place, usize)> {
    let end = start + line_end::short_line_end::<16>(bytes.get(start..)?)?;
    Some((Place { start, end }, line_end::after(bytes, end)?))
}
