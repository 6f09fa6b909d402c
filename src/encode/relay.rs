//! Sends on what was received.
//!
//! An event need not be checked again: its fields are private, and no decoder returns a type or an id that a line
//! cannot carry. The public variants of a frame do not guarantee that.

use crate::encode::{EventBuilder, EventId, EventType};
use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::{EventBuf, FrameBuf};
use crate::names::DEFAULT_EVENT_TYPE;

/// Sends an event on: its type, unless that is `"message"`, its own id, and its data. Borrows, copies nothing.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder, EventBuilder};
///
/// let mut decoder = Decoder::new();
/// let event = decoder.next_event(&mut Chunk::new(b"data:a\rdata:b\rid:7\r\r"))?.unwrap();
/// assert_eq!(EventBuilder::from(event).to_string(), "id: 7\ndata: a\ndata: b\n\n");
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
impl<'a> From<Event<'a>> for EventBuilder<'a> {
    fn from(event: Event<'a>) -> Self {
        let event_type = Some(event.event_type()).filter(|name| *name != DEFAULT_EVENT_TYPE).map(EventType::trusted);
        Self::new()
            .when_some(event_type, Self::event_type)
            .when_some(event.id().map(EventId::trusted), Self::id)
            .data(event.data())
    }
}

/// Sends a frame on: the event, the comment, the reconnection time, or the id. A line that the standard ignores becomes
/// nothing, and so does an id that no decoder returns, with a line end or NUL.
///
/// # Examples
///
/// A relay that loses nothing:
///
/// ```
/// use sse_wire::{Chunk, Decoder, EventBuilder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b":hello\nretry:10\nevent:add\ndata:113\n\n");
/// let mut out = Vec::new();
/// while let Some(frame) = decoder.next_frame(&mut chunk)? {
///     EventBuilder::from(frame).encode_into(&mut out);
/// }
/// assert_eq!(out, b": hello\n\nretry: 10\n\nevent: add\ndata: 113\n\n");
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
impl<'a> From<Frame<'a>> for EventBuilder<'a> {
    fn from(frame: Frame<'a>) -> Self {
        match frame {
            Frame::Event(event) => event.into(),
            Frame::Comment(text) => Self::new().comment(text),
            Frame::Retry(time) => Self::new().retry(time),
            Frame::Id(id) => Self::new().when_some(EventId::new(id).ok(), Self::id),
            Frame::Ignored(_) => Self::new(),
        }
    }
}

/// Converts it like an [`Event`].
#[cfg(feature = "bytes")]
impl<'a> From<&'a EventBuf> for EventBuilder<'a> {
    fn from(event: &'a EventBuf) -> Self {
        event.as_event().into()
    }
}

/// Converts it like a [`Frame`].
#[cfg(feature = "bytes")]
impl<'a> From<&'a FrameBuf> for EventBuilder<'a> {
    fn from(frame: &'a FrameBuf) -> Self {
        match frame {
            FrameBuf::Event(event) => event.into(),
            FrameBuf::Comment(text) => Frame::Comment(text).into(),
            FrameBuf::Retry(time) => Frame::Retry(*time).into(),
            FrameBuf::Id(id) => Frame::Id(id).into(),
            FrameBuf::Ignored(line) => Frame::Ignored(line).into(),
        }
    }
}
