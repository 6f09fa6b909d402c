//! The driver: the shortcut's answer, or else the interpreter's. It owns the loop, and no rule.

use crate::decode::interpreter::{self, Interpreter};
use crate::decode::memory::Memory;
use crate::decode::shortcut::{Plain, plain};

/// What is next in a chunk.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    /// A plain event, and how long it is. Whoever hands it out tells the interpreter.
    Plain(Plain, usize),
    /// Something that the interpreter has.
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
    // What counts is less than that.
    if len > interpreter.settings.max_event_len {
        return None;
    }
    *index = plain.end;
    Some((plain, len))
}

/// What the shortcut has refused, and what comes after that.
#[inline(never)]
fn find_any<const FRAMES: bool, M: Memory>(interpreter: &mut Interpreter<M>, bytes: &[u8], index: &mut usize) -> Next {
    let mut is_refused = !interpreter.release();
    while *index < bytes.len() {
        if !is_refused && let Some((plain, len)) = find_plain(interpreter, bytes, index) {
            return Next::Plain(plain, len);
        }
        if let Some(found) = interpreter.interpret::<FRAMES>(bytes, index) {
            return Next::Found(found);
        }
        is_refused = false;
    }
    Next::UsedUp
}
