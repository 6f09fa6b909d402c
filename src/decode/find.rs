//! The driver: a shortcut's answer, or else the interpreter's. It owns the loop and no rule.

use crate::decode::found::Found;
use crate::decode::interpreter::{Interpreter, Taken};
use crate::decode::line::{self, Line};
use crate::decode::memory::Memory;
use crate::decode::place::{EventPlaces, Place};
use crate::decode::shortcut::{lines, plain};

/// What is next in a chunk.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    /// A plain event, and its length. The caller that returns it must report it by `dispatched`.
    Plain(EventPlaces, usize),
    /// A whole comment between two events.
    Comment(Place),
    /// Something that the interpreter has found.
    Found(Found),
    /// Nothing: the chunk is used up.
    UsedUp,
}

/// Finds the next event, or with `FRAMES` the next frame, in `bytes[*index..]`.
#[cfg(feature = "std")]
#[inline(always)]
pub(crate) fn find<const FRAMES: bool, M: Memory>(
    interpreter: &mut Interpreter<M>,
    bytes: &[u8],
    index: &mut usize,
) -> Next {
    match find_plain(interpreter, bytes, index) {
        Some((places, len)) => Next::Plain(places, len),
        None => find_other::<FRAMES, M>(interpreter, bytes, index),
    }
}

/// Finds a plain event, and its length.
///
/// It is compiled into its callers, so that a plain event never goes through memory.
#[inline(always)]
pub(crate) fn find_plain<M: Memory>(
    interpreter: &Interpreter<M>,
    bytes: &[u8],
    index: &mut usize,
) -> Option<(EventPlaces, usize)> {
    if !(interpreter.is_at_event() && interpreter.expects_plain) {
        return None;
    }
    let (places, end) = plain(bytes, *index)?;
    let len = end - *index;
    if !interpreter.block.settings.surely_fits(len) {
        return None;
    }
    *index = end;
    Some((places, len))
}

/// Finds what the shortcut to a plain event refused.
#[inline(always)]
pub(crate) fn find_other<const FRAMES: bool, M: Memory>(
    interpreter: &mut Interpreter<M>,
    bytes: &[u8],
    index: &mut usize,
) -> Next {
    // Nothing is left to read, nor to release.
    if *index == bytes.len() && interpreter.is_at_event() {
        return Next::UsedUp;
    }
    if interpreter.is_in_data_line() {
        let Some(end) = interpreter.append_rest_of_data(bytes, index) else { return Next::UsedUp };
        match interpreter.append_end_of_data::<FRAMES>(bytes, index, end) {
            Taken::Found(found) => return Next::Found(found),
            Taken::UsedUp => return Next::UsedUp,
            Taken::Whole(_) | Taken::Part => {}
        }
    }
    find_any::<FRAMES, M>(interpreter, bytes, index)
}

/// Releases what was lent; then alternates between the lines of a block and the interpreter.
#[inline(never)]
fn find_any<const FRAMES: bool, M: Memory>(interpreter: &mut Interpreter<M>, bytes: &[u8], index: &mut usize) -> Next {
    interpreter.release();
    while *index < bytes.len() {
        let mut cut = None;
        if interpreter.is_at_event() {
            if FRAMES {
                interpreter.pass_blank_lines(bytes, index);
            }
            if FRAMES && let Some((comment, next)) = line::comment(bytes, *index) {
                match next {
                    Some(next) if interpreter.block.commented(comment, next - *index) => {
                        *index = next;
                        return Next::Comment(comment);
                    }
                    Some(_) => {}
                    None => cut = Some((Line::Comment, comment)),
                }
            } else {
                let start = *index;
                let lines = lines::<FRAMES>(bytes, start);
                match interpreter.take_lines::<FRAMES>(&lines, bytes, index) {
                    Taken::Whole(len) => {
                        let places = EventPlaces {
                            event_type: lines.event_type.unwrap_or_default(),
                            data: lines.data.unwrap_or_default(),
                            id: lines.id,
                        };
                        return Next::Plain(places, len);
                    }
                    Taken::Found(found) => return Next::Found(found),
                    Taken::UsedUp => return Next::UsedUp,
                    // Blank lines, or comments.
                    Taken::Part if lines.cut.is_none() && interpreter.is_at_event() && *index > start => continue,
                    Taken::Part => cut = lines.cut.filter(|_| *index == lines.next),
                }
            }
        }
        if let Some(found) = interpreter.interpret::<FRAMES>(bytes, index, cut) {
            return Next::Found(found);
        }
    }
    Next::UsedUp
}
