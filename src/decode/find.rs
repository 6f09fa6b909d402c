//! The driver: a shortcut's answer, or else the interpreter's. It owns the loop and no rule.

use crate::decode::interpreter::{self, Interpreter, Taken};
use crate::decode::memory::Memory;
use crate::decode::parser::{Line, Parser, Piece};
use crate::decode::place::Place;
use crate::decode::shortcut::{Plain, lines, plain};

/// What is next in a chunk.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    /// A plain event, and its length. The caller that returns it tells the interpreter.
    Plain(Plain, usize),
    /// A whole comment between two events.
    Comment(Place),
    /// Something that the interpreter has found.
    Found(interpreter::Found),
    /// Nothing: the chunk is used up.
    UsedUp,
}

/// Finds the next event, or with `FRAMES` the next frame, in `bytes[*index..]`.
///
/// It is compiled into its callers, so that a plain event never goes through memory.
#[inline(always)]
pub(crate) fn find<const FRAMES: bool, M: Memory>(
    interpreter: &mut Interpreter<M>,
    bytes: &[u8],
    index: &mut usize,
) -> Next {
    match find_plain(interpreter, bytes, index) {
        Some((plain, len)) => Next::Plain(plain, len),
        None => find_any::<FRAMES, M>(interpreter, bytes, index),
    }
}

#[inline(always)]
fn find_plain<M: Memory>(interpreter: &Interpreter<M>, bytes: &[u8], index: &mut usize) -> Option<(Plain, usize)> {
    if !interpreter.is_at_event() {
        return None;
    }
    let plain = plain(bytes, *index)?;
    let len = plain.end - *index;
    // What counts against the limit is less than that.
    if len > interpreter.settings.max_event_len {
        return None;
    }
    *index = plain.end;
    Some((plain, len))
}

/// What the shortcut to a plain event refused, and what comes after it.
#[inline(never)]
fn find_any<const FRAMES: bool, M: Memory>(interpreter: &mut Interpreter<M>, bytes: &[u8], index: &mut usize) -> Next {
    if interpreter.append_data_part(bytes, index) {
        return Next::UsedUp;
    }
    let mut is_refused = !interpreter.release();
    while *index < bytes.len() {
        let mut is_no_whole_line = false;
        if interpreter.is_at_event() {
            if FRAMES {
                interpreter.pass_blank_lines(bytes, index);
            }
            if !is_refused && let Some((plain, len)) = find_plain(interpreter, bytes, index) {
                return Next::Plain(plain, len);
            }
            if FRAMES
                && let Some((Piece::Line { line: Line::Comment, value, .. }, next)) = Parser::whole_line(bytes, *index)
                && interpreter.commented(value, next - *index)
            {
                *index = next;
                return Next::Comment(value);
            }
            let start = *index;
            let lines = lines::<FRAMES>(bytes, start);
            match interpreter.take_lines::<FRAMES>(&lines, bytes, index) {
                Taken::Whole(len) => {
                    let plain = Plain {
                        event_type: lines.event_type.unwrap_or_default(),
                        data: lines.data.unwrap_or_default(),
                        id: lines.id,
                        end: lines.next,
                    };
                    return Next::Plain(plain, len);
                }
                Taken::Found(found) => return Next::Found(found),
                Taken::UsedUp => return Next::UsedUp,
                // Blank lines, or comments.
                Taken::Some if interpreter.is_at_event() && *index > start => continue,
                Taken::Some => is_no_whole_line = lines.next == start,
            }
        }
        if let Some(found) = interpreter.interpret::<FRAMES>(bytes, index, is_no_whole_line) {
            return Next::Found(found);
        }
        is_refused = false;
    }
    Next::UsedUp
}
