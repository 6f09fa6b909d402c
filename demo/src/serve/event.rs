//! One published event, encoded once for all who receive it.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use bytes::{BufMut as _, Bytes, BytesMut};
use serde::Serialize;
use sse_wire::{EventBuilder, EventId, EventType, InvalidField};

/// The type of an event that names none.
pub(crate) const MESSAGE: &str = "message";
/// Says that the id to resume from is not in the log.
pub(crate) const RESET: EventType<'static> = EventType::from_static("reset");

/// An event that has no id yet. Whoever holds one knows that the format can carry it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    event_type: Option<EventType<'a>>,
    data: &'a str,
}

impl<'a> Draft<'a> {
    pub(crate) const fn unnamed(data: &'a str) -> Self {
        Self { event_type: None, data }
    }

    pub(crate) const fn named(event_type: EventType<'a>, data: &'a str) -> Self {
        Self { event_type: Some(event_type), data }
    }

    /// An event whose name is someone else's text.
    pub(crate) fn new(name: &'a str, data: &'a str) -> Result<Self, InvalidField> {
        let named = !name.is_empty() && name != MESSAGE;
        Ok(Self { event_type: named.then(|| EventType::new(name)).transpose()?, data })
    }

    pub(crate) fn name(&self) -> &'a str {
        self.event_type.as_ref().map_or(MESSAGE, EventType::as_str)
    }

    pub(crate) const fn data(&self) -> &'a str {
        self.data
    }
}

/// An event as all clients get it. Its bytes are shared, never copied for a client.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: Box<str>,
    /// For event streams.
    pub(crate) chunk: Chunk,
    /// For WebSocket, which has no ids and names of its own: JSON.
    pub(crate) json: Utf8Bytes,
}

impl Event {
    pub(crate) fn new(id: EventId<'_>, draft: Draft<'_>) -> Arc<Self> {
        let Draft { event_type, data } = draft;
        let mut builder = EventBuilder::new().id(id).data(data);
        if let Some(event_type) = event_type {
            builder = builder.event_type(event_type);
        }
        let json = Json { id: id.as_str(), event: draft.name(), data };
        Arc::new(Self {
            name: draft.name().into(),
            chunk: Chunk::new(&builder.encode()),
            json: serde_json::to_string(&json).expect("three strings are JSON").into(),
        })
    }

    /// The data as it was published.
    pub(crate) fn data(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Data {
            data: String,
        }
        serde_json::from_str::<Data>(&self.json).expect("written above").data
    }

    /// The memory that the event takes, without the allocator's share.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.chunk.framed().len() + self.json.len()
    }
}

/// A piece of an event stream in the framing of HTTP/1.1 (RFC 9112, section 7.1), so that one `write` sends it to whoever
/// has a bare socket, and the same bytes do for whoever frames them otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    framed: Bytes,
    head: u8,
}

impl Chunk {
    /// The last one of a body.
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

#[derive(Serialize)]
struct Json<'a> {
    id: &'a str,
    event: &'a str,
    data: &'a str,
}
