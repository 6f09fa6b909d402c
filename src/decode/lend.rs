//! Turns what was found into text: places, then `&str`, then `Event` and `Frame`.

use core::time::Duration;

use crate::decode::chunk::Chunk;
use crate::decode::find::{Next, find_other, find_plain};
use crate::decode::found::Found;
use crate::decode::interpreter::Interpreter;
use crate::decode::memory::Memory;
use crate::decode::place::{EventPlaces, Place};
use crate::error::DecodeError;
use crate::event::{Event, Frame};
use crate::names::DEFAULT_EVENT_TYPE;

/// Decodes up to the next event, and lends it from the chunk or from the memory.
#[inline(always)]
pub(crate) fn next_event<'s, 'i: 's, M: Memory>(
    interpreter: &'s mut Interpreter<M>,
    chunk: &mut Chunk<'i>,
) -> Result<Option<Event<'s>>, DecodeError> {
    next::<false, M, _>(interpreter, chunk, |event| event, not_asked_for)
}

/// Like [`next_event`], for the next frame.
#[inline(always)]
pub(crate) fn next_frame<'s, 'i: 's, M: Memory>(
    interpreter: &'s mut Interpreter<M>,
    chunk: &mut Chunk<'i>,
) -> Result<Option<Frame<'s>>, DecodeError> {
    next::<true, M, _>(interpreter, chunk, Frame::Event, Some)
}

/// Decodes up to the next event, or with `FRAMES` to the next frame. An event becomes a `T` without being a `Frame` in
/// between, which would move it once more.
#[inline(always)]
fn next<'s, 'i: 's, const FRAMES: bool, M: Memory, T>(
    interpreter: &'s mut Interpreter<M>,
    chunk: &mut Chunk<'i>,
    event: impl Fn(Event<'s>) -> T,
    other: impl Fn(Frame<'s>) -> Option<T>,
) -> Result<Option<T>, DecodeError> {
    let found = if let Some((places, len)) = find_plain(interpreter, chunk.bytes(), &mut chunk.index) {
        if let Some(texts) = plain_texts(places, |place| chunk.text(place)) {
            return Ok(Some(event(lend_plain(interpreter, texts, len))));
        }
        interpreter.dispatch_whole(places, chunk.bytes(), len)
    } else {
        match find_other::<FRAMES, M>(interpreter, chunk.bytes(), &mut chunk.index) {
            Next::UsedUp => return Ok(None),
            Next::Plain(places, len) => {
                if let Some(texts) = plain_texts(places, |place| chunk.text(place)) {
                    return Ok(Some(event(lend_plain(interpreter, texts, len))));
                }
                interpreter.dispatch_whole(places, chunk.bytes(), len)
            }
            Next::Comment(comment) => match chunk.text(comment) {
                Some(text) => return Ok(other(Frame::Comment(text))),
                None => interpreter.keep_comment(comment, chunk.bytes()),
            },
            Next::Found(found) => found,
        }
    };
    if found == Found::Event {
        return Ok(Some(event(lend_event(interpreter, chunk.bytes(), |place| chunk.text(place)))));
    }
    lend(interpreter, found, chunk.bytes(), |place| chunk.text(place)).map(other)
}

/// What becomes of a frame where only events are asked for, and no other is found.
pub(crate) fn not_asked_for<F, T>(_: F) -> Option<T> {
    debug_assert!(false, "a frame that was not asked for");
    None
}

/// The texts of a plain event, if they are well-formed.
#[inline(always)]
pub(crate) fn plain_texts<'t>(
    places: EventPlaces,
    mut text: impl FnMut(Place) -> Option<&'t str>,
) -> Option<(&'t str, &'t str, Option<&'t str>)> {
    let data = text(places.data)?;
    let event_type = if places.event_type.is_empty() { DEFAULT_EVENT_TYPE } else { text(places.event_type)? };
    let id = match places.id {
        Some(id) => Some(text(id)?),
        None => None,
    };
    Some((event_type, data, id))
}

/// Lends a plain event of `len` bytes, which has this type, data and id.
#[inline(always)]
pub(crate) fn lend_plain<'s, M: Memory>(
    interpreter: &'s mut Interpreter<M>,
    (event_type, data, id): (&'s str, &'s str, Option<&'s str>),
    len: usize,
) -> Event<'s> {
    interpreter.block.dispatched(len, id);
    let last_event_id = interpreter.block.buffers.memory.last_event_id();
    Event { event_type, data, last_event_id, has_id: id.is_some().into() }
}

/// Lends what the interpreter has found. `text` finds well-formed text in the chunk, which is `bytes`.
#[inline]
pub(crate) fn lend<'s, M: Memory>(
    interpreter: &'s mut Interpreter<M>,
    found: Found,
    bytes: &'s [u8],
    text: impl FnMut(Place) -> Option<&'s str>,
) -> Result<Frame<'s>, DecodeError> {
    Ok(match found {
        Found::Event => Frame::Event(lend_event(interpreter, bytes, text)),
        Found::Comment => Frame::Comment(interpreter.block.buffers.text_of(bytes, text)),
        Found::Ignored => Frame::Ignored(interpreter.block.buffers.text_of(bytes, text)),
        Found::Id => Frame::Id(interpreter.block.buffers.memory.last_event_id()),
        Found::Retry => Frame::Retry(interpreter.block.retry.time().unwrap_or(Duration::ZERO)),
        Found::TooLong(what) => return Err(interpreter.block.progress.error(what)),
    })
}

/// Lends the dispatched event.
#[inline]
pub(crate) fn lend_event<'s, M: Memory>(
    interpreter: &'s mut Interpreter<M>,
    bytes: &'s [u8],
    text: impl FnMut(Place) -> Option<&'s str>,
) -> Event<'s> {
    let has_id = interpreter.block.buffers.has_id();
    let ([event_type, data, _], last_event_id) = interpreter.block.buffers.event_texts(bytes, false, text);
    Event { event_type: or_default(event_type), data, last_event_id, has_id: has_id.into() }
}

/// Ends the stream, and lends the event that it leaves unfinished, whose id has not become the last event ID.
pub(crate) fn end_of_stream<M: Memory>(interpreter: &mut Interpreter<M>) -> Option<Event<'_>> {
    if !interpreter.end_of_stream() {
        return None;
    }
    let has_id = interpreter.block.buffers.has_id();
    let ([event_type, data, id], last_event_id) = interpreter.block.buffers.event_texts(&[], true, |_| None);
    let last_event_id = if has_id { id } else { last_event_id };
    Some(Event { event_type: or_default(event_type), data, last_event_id, has_id: has_id.into() })
}

/// The type that the standard gives an event whose event type buffer is empty.
#[inline(always)]
fn or_default(event_type: &str) -> &str {
    if event_type.is_empty() { DEFAULT_EVENT_TYPE } else { event_type }
}
