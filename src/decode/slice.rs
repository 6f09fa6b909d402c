//! Turns what was found into owned values: places, then slices of the network buffer, then `EventBuf` and `FrameBuf`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::chunk::ChunkBuf;
use crate::decode::find::{Next, find_other, find_plain};
use crate::decode::found::Found;
use crate::decode::growable::Growable;
use crate::decode::interpreter::Interpreter;
use crate::decode::lend::{lend, lend_event, not_asked_for};
use crate::decode::place::{EventPlaces, Place, is_mostly_used};
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
    next::<false, _>(interpreter, chunk, |event| event, not_asked_for)
}

/// Decodes up to the next frame, owned.
#[inline(always)]
pub(crate) fn next_frame(
    interpreter: &mut Interpreter<Growable>,
    chunk: &mut ChunkBuf,
) -> Result<Option<FrameBuf>, DecodeError> {
    next::<true, _>(interpreter, chunk, FrameBuf::Event, Some)
}

/// Decodes up to the next event, or with `FRAMES` to the next frame. An event becomes a `T` without being a `FrameBuf` in
/// between, which would move it once more.
#[inline(always)]
fn next<const FRAMES: bool, T>(
    interpreter: &mut Interpreter<Growable>,
    chunk: &mut ChunkBuf,
    event: impl Fn(EventBuf) -> T,
    other: impl Fn(FrameBuf) -> Option<T>,
) -> Result<Option<T>, DecodeError> {
    let mut index = chunk.index;
    let found = if let Some((places, len)) = find_plain(interpreter, chunk.bytes(), &mut index) {
        chunk.index = index;
        if let Some(text) = chunk.take(places.all()) {
            interpreter.block.dispatched(len, None);
            return Ok(Some(event(own(interpreter, text, 0, &places))));
        }
        if let Some((text, origin)) = chunk.share(places.all()) {
            interpreter.block.dispatched(len, None);
            chunk.release();
            return Ok(Some(event(own(interpreter, text, origin, &places))));
        }
        interpreter.dispatch_whole(places, chunk.bytes(), len)
    } else {
        let next = find_other::<FRAMES, _>(interpreter, chunk.bytes(), &mut index);
        chunk.index = index;
        match next {
            Next::UsedUp => {
                chunk.release();
                return Ok(None);
            }
            Next::Plain(places, len) => match slice_whole(interpreter, &places, len, chunk) {
                Some(whole) => return Ok(Some(event(whole))),
                None => interpreter.dispatch_whole(places, chunk.bytes(), len),
            },
            Next::Comment(comment) => match copy_comment(chunk, comment) {
                Some(comment) => return Ok(other(FrameBuf::Comment(comment))),
                None => interpreter.keep_comment(comment, chunk.bytes()),
            },
            Next::Found(found) => found,
        }
    };
    if found == Found::Event {
        return Ok(Some(event(own_event(interpreter, chunk))));
    }
    own_other(interpreter, found, chunk).map(other)
}

/// An event of `len` bytes that lies in the chunk, perhaps with an id, if it is well-formed.
#[inline(never)]
fn slice_whole(
    interpreter: &mut Interpreter<Growable>,
    places: &EventPlaces,
    len: usize,
    chunk: &mut ChunkBuf,
) -> Option<EventBuf> {
    let event = slice(interpreter, places, chunk)?;
    interpreter.block.dispatched(len, event.id());
    chunk.release();
    Some(event)
}

/// A comment that lies in the chunk, if it is well-formed.
#[inline(never)]
fn copy_comment(chunk: &mut ChunkBuf, comment: Place) -> Option<String> {
    let text = chunk.text(comment)?.to_owned();
    chunk.release();
    Some(text)
}

/// The dispatched event: a slice of the chunk, or the buffer that its data was gathered in, or a copy.
#[inline(never)]
fn own_event(interpreter: &mut Interpreter<Growable>, chunk: &mut ChunkBuf) -> EventBuf {
    let event = match interpreter.block.buffers.places_in_chunk() {
        Some(places) => slice(interpreter, &places, chunk),
        None => take_event(interpreter, chunk),
    };
    let event = match event {
        Some(event) => event,
        None => copy_event(interpreter, chunk),
    };
    chunk.release();
    event
}

fn copy_event(interpreter: &mut Interpreter<Growable>, chunk: &ChunkBuf) -> EventBuf {
    let earlier = interpreter.block.buffers.memory.last_event_id.share();
    EventBuf::copied(lend_event(interpreter, chunk.bytes(), |place| chunk.text(place)), earlier)
}

/// A frame that is no event, or the error.
#[inline(never)]
fn own_other(
    interpreter: &mut Interpreter<Growable>,
    found: Found,
    chunk: &mut ChunkBuf,
) -> Result<FrameBuf, DecodeError> {
    debug_assert_ne!(found, Found::Event, "events are owned by `own_event`");
    let frame = lend(interpreter, found, chunk.bytes(), |place| chunk.text(place)).map(|frame| match frame {
        Frame::Event(event) => FrameBuf::Event(event.into()),
        Frame::Comment(text) => FrameBuf::Comment(text.to_owned()),
        Frame::Retry(time) => FrameBuf::Retry(time),
        Frame::Id(id) => FrameBuf::Id(id.to_owned()),
        Frame::Ignored(line) => FrameBuf::Ignored(line.to_owned()),
    });
    chunk.release();
    frame
}

/// The event whose values are at these places, as a slice of the chunk, if it is well-formed.
#[inline(always)]
fn slice(interpreter: &mut Interpreter<Growable>, places: &EventPlaces, chunk: &mut ChunkBuf) -> Option<EventBuf> {
    // The slice would also keep the bytes between the values.
    if !is_mostly_used(places.all().len(), places.len()) {
        return None;
    }
    let (text, origin) = match chunk.take(places.all()) {
        Some(text) => (text, 0),
        None => chunk.share(places.all())?,
    };
    Some(own(interpreter, text, origin, places))
}

/// The event whose values are at these places of the chunk, and in `text`, which begins at `origin`.
#[inline(always)]
fn own(interpreter: &mut Interpreter<Growable>, text: Text, origin: usize, places: &EventPlaces) -> EventBuf {
    let event_type = places.event_type;
    let event_type = if event_type.is_empty() { Place::default() } else { event_type.from(origin) };
    let last_event_id = match places.id {
        Some(id) => LastEventId::Own(id.from(origin)),
        None => LastEventId::Earlier(interpreter.block.buffers.memory.last_event_id.share()),
    };
    EventBuf::new(text, event_type, places.data.from(origin), last_event_id)
}

/// The event in the buffer that its data was gathered in, without a copy, if that buffer would be released anyway.
#[inline]
fn take_event(interpreter: &mut Interpreter<Growable>, chunk: &ChunkBuf) -> Option<EventBuf> {
    let max_retained = interpreter.block.settings.max_retained;
    let buffers = &mut interpreter.block.buffers;
    if !buffers.data_is_gathered() {
        return None;
    }
    let text = buffers.memory.take_data(max_retained)?;
    move_event(interpreter, text, chunk)
}

/// The event whose data is `text`.
#[inline(never)]
fn move_event(interpreter: &mut Interpreter<Growable>, mut text: Vec<u8>, chunk: &ChunkBuf) -> Option<EventBuf> {
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
