//! One published event, encoded once for all receivers.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use bytes::{BufMut as _, Bytes, BytesMut};
use serde_json::json;
use sse_wire::{EventBuilder, EventId, EventType, InvalidField};

/// The type of an event without one.
pub(crate) const MESSAGE: EventType<'static> = EventType::from_static("message");
/// Says that the id to resume from is not in the log.
pub(crate) const RESET: EventType<'static> = EventType::from_static("reset");

/// An event without an id yet. The format can represent it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) event_type: EventType<'a>,
    pub(crate) data: &'a str,
}

impl<'a> Draft<'a> {
    pub(crate) const fn unnamed(data: &'a str) -> Self {
        Self { event_type: MESSAGE, data }
    }

    /// An event whose name is untrusted text.
    pub(crate) fn new(name: &'a str, data: &'a str) -> Result<Self, InvalidField> {
        let unnamed = Self::unnamed(data);
        Ok(if name.is_empty() { unnamed } else { Self { event_type: EventType::new(name)?, data } })
    }
}

/// An event as all clients get it. Its bytes are shared, never copied for a client.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: Box<str>,
    /// For event streams.
    pub(crate) chunk: Chunk,
    /// For WebSocket, which has no ids and names: JSON.
    pub(crate) json: Utf8Bytes,
}

impl Event {
    pub(crate) fn new(id: EventId<'_>, draft: Draft<'_>) -> Arc<Self> {
        let Draft { event_type, data } = draft;
        let mut builder = EventBuilder::new().id(id).data(data);
        if event_type != MESSAGE {
            builder = builder.event_type(event_type);
        }
        let json = json!({ "id": id.as_str(), "event": event_type.as_str(), "data": data });
        Arc::new(Self {
            name: event_type.as_str().into(),
            chunk: Chunk::new(&builder.encode()),
            json: json.to_string().into(),
        })
    }

    /// The memory that the event takes, without the allocator's share.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.chunk.framed().len() + self.json.len()
    }
}

/// A piece of an event stream in the framing of HTTP/1.1 (RFC 9112, section 7.1), so that one `write` sends it on a
/// bare socket, and the same bytes also serve other framings.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    framed: Bytes,
    head: u8,
}

impl Chunk {
    /// The last chunk of a body.
    pub(crate) const LAST: &'static [u8] = b"0\r\n\r\n";

    pub(crate) fn new(content: &[u8]) -> Self {
        let size = format!("{:x}\r\n", content.len());
        let mut framed = BytesMut::with_capacity(size.len() + content.len() + 2);
        framed.put_slice(size.as_bytes());
        framed.put_slice(content);
        framed.put_slice(b"\r\n");
        Self { framed: framed.freeze(), head: u8::try_from(size.len()).expect("16 digits and a line end at most") }
    }

    pub(crate) const fn framed(&self) -> &Bytes {
        &self.framed
    }

    pub(crate) fn content(&self) -> Bytes {
        self.framed.slice(usize::from(self.head)..self.framed.len() - 2)
    }
}
