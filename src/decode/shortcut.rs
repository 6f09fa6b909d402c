//! The shortcuts: a whole event, or the lines that it begins with, found in one step. They answer or refuse, and touch no
//! state.

use crate::decode::field::{Field, FirstWord};
use crate::decode::line::{self, Line};
use crate::decode::place::{EventPlaces, Place};
use crate::decode::retry::Digits;
use crate::line_end;
use crate::work;

/// Finds the event that begins at `start`, if it is whole and plain: an optional `event` line, one `data` line and the
/// blank line, with a colon in each field and LF or CRLF after each line. Returns also the byte after the blank line.
///
/// A second copy of the rules in [`line`]: names, the colon and its space, line ends. It leaves everything else to the
/// interpreter; it touches no state, and decides nothing that the interpreter would not. It saves more than half of the
/// instructions of a plain event. A loop over lines was tried instead and costs a quarter of the speed, because it
/// spills what this keeps in registers.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], start: usize) -> Option<(EventPlaces, usize)> {
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
    Some((EventPlaces { event_type, data: Place { start: value, end }, id: None }, end_of_event))
}

/// The content of the usual lines of a block, as much as the chunk has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lines {
    /// Where the block begins, after blank lines.
    pub(crate) start: usize,
    /// Where the first line begins that is no comment.
    pub(crate) first_field: usize,
    pub(crate) event_type: Option<Place>,
    pub(crate) id: Option<Place>,
    /// In milliseconds.
    pub(crate) retry: Option<u64>,
    pub(crate) data: Option<Place>,
    /// The data line continues in the next chunk.
    pub(crate) data_continues: bool,
    pub(crate) comments: u64,
    /// There is a line that is not a comment.
    pub(crate) has_fields: bool,
    /// The blank line is among them.
    pub(crate) is_whole: bool,
    /// The byte after the last of these lines.
    pub(crate) next: usize,
    /// The line that begins there and continues in the next chunk, unless it is data, and its value so far.
    pub(crate) cut: Option<(Line, Place)>,
}

/// Finds the lines of the block that begins at `start`: blank lines and comments, then `event`, `id`, `retry` and
/// `data`, each at most once and in this order, the one that servers send; then the blank line. Stops at the first line
/// that is incomplete or out of order, where the interpreter continues; a data line may be incomplete. With `FRAMES`, it
/// also stops at a comment and after `retry`, which are returned.
#[inline(always)]
pub(crate) fn lines<const FRAMES: bool>(bytes: &[u8], start: usize) -> Lines {
    let mut found = Lines { start, next: start, ..Lines::default() };
    loop {
        if let Some(next) = line_end::after(bytes, found.next) {
            work::looked(next - found.next);
            (found.start, found.next) = (next, next);
        } else if FRAMES {
            break;
        } else {
            match line::comment(bytes, found.next) {
                Some((_, Some(next))) => found.next = next,
                Some((comment, None)) => {
                    found.cut = Some((Line::Comment, comment));
                    break;
                }
                None => break,
            }
            found.comments += 1;
        }
    }
    found.first_field = found.next;
    if found.cut.is_none() {
        let _ = fields::<FRAMES>(bytes, &mut found);
    }
    found.has_fields = found.next > found.first_field;
    found
}

/// The fields in their order. `None` if one of them is not whole or not in its place.
#[inline(always)]
fn fields<const FRAMES: bool>(bytes: &[u8], found: &mut Lines) -> Option<()> {
    let mut line = found.next;
    let mut word = FirstWord::at(bytes, line)?;
    if let Some(prefix) = word.prefix_len(Field::Event) {
        let (value, next) = value(bytes, Field::Event, line + prefix, found)?;
        (found.event_type, found.next, line) = (Some(value), next, next);
        word = FirstWord::at(bytes, line)?;
    }
    if let Some(prefix) = word.prefix_len(Field::Id) {
        let (value, next) = value(bytes, Field::Id, line + prefix, found)?;
        if line_end::nul(value.of(bytes)).is_some() {
            return None;
        }
        (found.id, found.next, line) = (Some(value), next, next);
        word = FirstWord::at(bytes, line)?;
    }
    if let Some(prefix) = word.prefix_len(Field::Retry) {
        let (value, next) = value(bytes, Field::Retry, line + prefix, found)?;
        let millis = Digits::None.with(value.of(bytes)).millis()?;
        (found.retry, found.next, line) = (Some(millis), next, next);
        if FRAMES {
            return None;
        }
        word = FirstWord::at(bytes, line)?;
    }
    let (value, next) = line::value_at::<16>(bytes, line + word.data_prefix_len()?)?;
    found.data_continues = next.is_none();
    (found.data, found.next) = (Some(value), next.unwrap_or(value.end));
    found.next = line_end::after(bytes, next?)?;
    found.is_whole = true;
    Some(())
}

/// The value that begins at `start`, and the byte after its line, if that is whole.
#[inline(always)]
fn value(bytes: &[u8], field: Field, start: usize, found: &mut Lines) -> Option<(Place, usize)> {
    let (value, next) = line::value_at::<32>(bytes, start)?;
    found.cut = next.is_none().then_some((Line::Field(field), value));
    Some((value, next?))
}
