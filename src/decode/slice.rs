//! Turns what was found into owned values: places, then slices of the network buffer, then `EventBuf` and `FrameBuf`.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::decode::chunk::ChunkBuf;
use crate::decode::find::{Next, find};
use crate::decode::found::Found;
use crate::decode::growable::Growable;
use crate::decode::interpreter::Interpreter;
use crate::decode::lend::{lend, lend_event};
use crate::decode::place::Place;
use crate::decode::shortcut::Plain;
use crate::error::DecodeError;
use crate::event::Frame;
use crate::event_buf::{EventBuf, FrameBuf, LastEventId};
use crate::text::Text;
use crate::utf8::append_text;
use crate::work;

/// Decodes up to the next event, owned.
#[inline(always)]
pub(crate) fn next_event(
    interpreter: &mut Interpreter<Growable>,
    chunk: &mut ChunkBuf,
) -> Result<Option<EventBuf>, DecodeError> {
    next::<false, _>(
        interpreter,
        chunk,
        |event| event,
        |frame| {
            let FrameBuf::Event(event) = frame else {
                debug_assert!(false, "a frame that was not asked for");
                return None;
            };
            Some(event)
        },
    )
}

/// Decodes up to the next frame, owned.
#[inline(always)]
pub(crate) fn next_frame(
    interpreter: &mut Interpreter<Growable>,
    chunk: &mut ChunkBuf,
) -> Result<Option<FrameBuf>, DecodeError> {
    next::<true, _>(interpreter, chunk, FrameBuf::Event, Some)
}

/// Decodes up to the next event, or with `FRAMES` to the next frame. A plain event is not moved through a frame.
#[inline(always)]
fn next<const FRAMES: bool, T>(
    interpreter: &mut Interpreter<Growable>,
    chunk: &mut ChunkBuf,
    plain_event: impl FnOnce(EventBuf) -> T,
    other: impl FnOnce(FrameBuf) -> Option<T>,
) -> Result<Option<T>, DecodeError> {
    let mut index = chunk.index;
    let next = find::<FRAMES, _>(interpreter, chunk.bytes(), &mut index);
    chunk.index = index;
    let found = match next {
        Next::UsedUp => {
            chunk.release();
            return Ok(None);
        }
        Next::Plain(plain, len) => {
            if let Some(event) = slice_plain(interpreter, plain, chunk) {
                interpreter.block.dispatched(len, event.id());
                chunk.release();
                return Ok(Some(plain_event(event)));
            }
            interpreter.dispatch_whole(plain, chunk.bytes(), len)
        }
        Next::Comment(comment) => match chunk.text(comment) {
            Some(text) => {
                let frame = FrameBuf::Comment(text.to_owned());
                chunk.release();
                return Ok(other(frame));
            }
            None => interpreter.keep_comment(comment, chunk.bytes()),
        },
        Next::Found(found) => found,
    };
    let frame = own(interpreter, found, chunk);
    chunk.release();
    frame.map(other)
}

/// The plain event as a slice of the chunk, if it is well-formed.
#[inline(always)]
fn slice_plain(interpreter: &mut Interpreter<Growable>, plain: Plain, chunk: &mut ChunkBuf) -> Option<EventBuf> {
    slice(interpreter, plain.event_type, plain.data, plain.id, chunk)
}

/// The event with its values at these places.
#[inline(always)]
fn slice(
    interpreter: &mut Interpreter<Growable>,
    event_type: Place,
    data: Place,
    id: Option<Place>,
    chunk: &mut ChunkBuf,
) -> Option<EventBuf> {
    let mut all = data;
    for place in [Some(event_type).filter(|place| !place.is_empty()), id].into_iter().flatten() {
        all = Place { start: all.start.min(place.start), end: all.end.max(place.end) };
    }
    // The slice would also keep what lies between the values.
    if all.len() > 2 * (event_type.len() + data.len() + id.map_or(0, Place::len)) + 256 {
        return None;
    }
    let (text, origin) = chunk.share(all)?;
    let event_type = if event_type.is_empty() { Place::default() } else { event_type.from(origin) };
    let last_event_id = match id {
        Some(id) => LastEventId::Own(id.from(origin)),
        None => LastEventId::Earlier(interpreter.block.buffers.memory.last_event_id.share()),
    };
    Some(EventBuf::new(text, event_type, data.from(origin), last_event_id))
}

/// What the interpreter has found.
#[inline(never)]
fn own(interpreter: &mut Interpreter<Growable>, found: Found, chunk: &mut ChunkBuf) -> Result<FrameBuf, DecodeError> {
    if found == Found::Event {
        if let Some(event) = slice_event(interpreter, chunk).or_else(|| take_event(interpreter, chunk)) {
            return Ok(FrameBuf::Event(event));
        }
        let earlier = interpreter.block.buffers.memory.last_event_id.share();
        let event = lend_event(interpreter, chunk.bytes(), |place| chunk.text(place));
        return Ok(FrameBuf::Event(EventBuf::copied(event, earlier)));
    }
    Ok(match lend(interpreter, found, chunk.bytes(), |place| chunk.text(place))? {
        Frame::Event(event) => FrameBuf::Event(event.into()),
        Frame::Comment(text) => FrameBuf::Comment(text.to_owned()),
        Frame::Retry(time) => FrameBuf::Retry(time),
        Frame::Id(id) => FrameBuf::Id(id.to_owned()),
        Frame::Ignored(line) => FrameBuf::Ignored(line.to_owned()),
    })
}

/// The event as a slice of the chunk, if all of it lies there and is well-formed.
fn slice_event(interpreter: &mut Interpreter<Growable>, chunk: &mut ChunkBuf) -> Option<EventBuf> {
    let (event_type, data, id) = interpreter.block.buffers.places_in_chunk()?;
    slice(interpreter, event_type, data, id, chunk)
}

/// The event in the buffer that its data was gathered in, without a copy, if that buffer would be released anyway.
fn take_event(interpreter: &mut Interpreter<Growable>, chunk: &ChunkBuf) -> Option<EventBuf> {
    let max_retained = interpreter.block.settings.max_retained;
    let buffers = &mut interpreter.block.buffers;
    let mut text = buffers.data_is_gathered().then(|| buffers.memory.take_data(max_retained))??;
    if !Text::shares_buffer(&text) {
        interpreter.block.buffers.memory.put_data_back(text);
        return None;
    }
    let data = Place { start: 0, end: text.len() };
    let mut names = String::new();
    let mut append = |bytes: &[u8]| {
        let start = data.end + names.len();
        append_text(bytes, &mut names);
        Place { start, end: data.end + names.len() }
    };
    let (event_type, id) = interpreter.block.buffers.event_type_and_id(chunk.bytes());
    let event_type = append(event_type);
    let own_id = id.map(append);
    let spare = text.capacity() - text.len();
    // Growing by doubling may have left as much again unused.
    let is_moved = spare < names.len() || spare > text.len() / 4;
    work::copied(names.len() + if is_moved { text.len() } else { 0 });
    text.reserve_exact(names.len());
    text.extend_from_slice(names.as_bytes());
    if spare > text.len() / 4 {
        text.shrink_to_fit();
    }
    match Text::of_buffer(text) {
        Ok(text) => {
            let earlier = || LastEventId::Earlier(interpreter.block.buffers.memory.last_event_id.share());
            Some(EventBuf::new(text, event_type, data, own_id.map_or_else(earlier, LastEventId::Own)))
        }
        Err(mut bytes) => {
            bytes.truncate(data.end);
            interpreter.block.buffers.memory.put_data_back(bytes);
            None
        }
    }
}
