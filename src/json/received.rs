//! Serializes what was received, for example as one line of a JSON log.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::event::{Event, Frame};
#[cfg(feature = "bytes")]
use crate::event_buf::{EventBuf, FrameBuf};

/// Serializes as `{"type":"message","data":"…","id":null,"last_event_id":"7"}`: always all four in this order, with
/// `id` `null` unless the event has its own.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let event = decoder.next_event(&mut Chunk::new(b"event: add\nid: 7\ndata: 113\n\n"))?.unwrap();
/// let json = serde_json::to_string(&event)?;
/// assert_eq!(json, r#"{"type":"add","data":"113","id":"7","last_event_id":"7"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("Event", 4)?;
        event.serialize_field("type", self.event_type())?;
        event.serialize_field("data", self.data())?;
        event.serialize_field("id", &self.id())?;
        event.serialize_field("last_event_id", self.last_event_id())?;
        event.end()
    }
}

/// Serializes an event like [`Event`], and anything else as `{"comment":"…"}`, `{"retry":1500}` in milliseconds,
/// `{"id":"7"}` or `{"ignored":"…"}`.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let frame = decoder.next_frame(&mut Chunk::new(b"retry: 1500\n"))?.unwrap();
/// assert_eq!(serde_json::to_string(&frame)?, r#"{"retry":1500}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Frame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Event(event) => event.serialize(serializer),
            Self::Comment(text) => one_field(serializer, "comment", text),
            Self::Retry(time) => one_field(serializer, "retry", &u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            Self::Id(id) => one_field(serializer, "id", id),
            Self::Ignored(line) => one_field(serializer, "ignored", line),
        }
    }
}

fn one_field<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    name: &'static str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut frame = serializer.serialize_struct("Frame", 1)?;
    frame.serialize_field(name, value)?;
    frame.end()
}

/// Serializes like [`Event`].
#[cfg(feature = "bytes")]
impl Serialize for EventBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_event().serialize(serializer)
    }
}

/// Serializes like [`Frame`].
#[cfg(feature = "bytes")]
impl Serialize for FrameBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let frame = match self {
            Self::Event(event) => Frame::Event(event.as_event()),
            Self::Comment(text) => Frame::Comment(text),
            Self::Retry(time) => Frame::Retry(*time),
            Self::Id(id) => Frame::Id(id),
            Self::Ignored(line) => Frame::Ignored(line),
        };
        frame.serialize(serializer)
    }
}
