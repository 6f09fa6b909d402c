//! The shortcut: a whole plain event, found in one go.

use crate::decode::field::{Field, FirstWord};
use crate::decode::place::Place;
use crate::line_end;

/// Where the parts of a plain event lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// Empty where there is none, which is the same.
    pub(crate) event_type: Place,
    pub(crate) data: Place,
    /// The byte after the blank line.
    pub(crate) end: usize,
}

/// Finds the event that begins at `start`, if it is whole and plain: an `event` line or none, one `data` line, the blank
/// line, with a colon in each field and LF or CRLF behind each line.
///
/// This is the one second copy of the standard's rules: names, the colon and its space, line ends. It refuses everything
/// else, for the interpreter to take; it touches no state, and decides nothing that the interpreter would not. Of the
/// instructions of a plain event it saves a half and more. In its place a loop over lines was tried, which costs a quarter
/// of the speed: what this keeps in registers, that spills.
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
    Some(Plain { event_type, data: Place { start: value, end }, end: end_of_event })
}
