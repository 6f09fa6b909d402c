//! Every encoder, behind one function each: events in, the bytes of one event after the other out.
//!
//! What a crate's own event type needs to exist is made before the clock starts, where the crate parts the one from the
//! other; axum writes while the event is built, so there the building counts, and ours is measured both ways.

use core::convert::Infallible;
use core::hint::black_box;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;

use axum::body::HttpBody as _;
use axum::response::IntoResponse as _;
use futures_codec::{BytesMut, Encoder as _};
use futures_util::stream::iter;
use sse_wire::{EventBuilder, EventId, EventType, InvalidField};

use crate::corpora::OwnedEvent;
use crate::limits::Lines;
use crate::sink::Whose;

/// One event to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// Its type, if it has one.
    pub event_type: Option<String>,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// A reconnection time in milliseconds.
    pub retry: Option<u64>,
    /// Its data, if it has any.
    pub data: Option<String>,
    /// A comment.
    pub comment: Option<String>,
}

impl From<&OwnedEvent> for Sent {
    fn from(owned: &OwnedEvent) -> Self {
        Self {
            event_type: owned.event_type.clone(),
            id: owned.id.clone(),
            retry: owned.retry,
            data: Some(owned.data.clone()),
            comment: None,
        }
    }
}

/// Runs what it is given, and measures that alone.
pub type Meter<'m> = dyn FnMut(&mut dyn FnMut()) + 'm;

/// Takes the bytes of one event.
pub type Out<'o> = dyn FnMut(&[u8]) + 'o;

/// Encodes all events, or says why it refuses.
pub type Encode = fn(&Arc<[Sent]>, &mut Meter<'_>, &mut Out<'_>) -> Result<(), String>;

/// An encoder by name.
#[derive(Debug, Clone, Copy)]
pub struct Encoder {
    /// The crate's name, or that of our method.
    pub name: &'static str,
    /// Whose it is.
    pub whose: Whose,
    /// What it does.
    pub encode: Encode,
}

/// All of them, ours first. `build+`: with the checks of type and id, and the builder, each time.
pub const ENCODERS: [Encoder; 7] = [
    Encoder { name: "encode_into", whose: Whose::Ours, encode: encode_into },
    Encoder { name: "to_bytes", whose: Whose::Ours, encode: to_bytes },
    Encoder { name: "build+encode_into", whose: Whose::Ours, encode: build_encode_into },
    Encoder { name: "build+to_bytes", whose: Whose::Ours, encode: build_to_bytes },
    Encoder { name: "axum", whose: Whose::Peer, encode: axum },
    Encoder { name: "sse-stream", whose: Whose::Peer, encode: sse_stream },
    Encoder { name: "sse-codec", whose: Whose::Peer, encode: sse_codec },
];

/// [`Lines`], by hand, into a `Vec` that is used again. With `checks`, after a search for line ends.
pub fn by_hand(owned: &[OwnedEvent], checks: bool, meter: &mut Meter<'_>, out: &mut Out<'_>) {
    let events: Vec<_> = owned.iter().map(Lines::new).collect();
    let mut buffer = Vec::new();
    meter(&mut || {
        for event in black_box(&events) {
            buffer.clear();
            if !(checks && event.has_line_end()) {
                event.copy_to(&mut buffer);
            }
            out(&buffer);
        }
    });
}

fn encode_into(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    let events = build_all(sent)?;
    let mut buffer = Vec::new();
    meter(&mut || {
        for event in black_box(&events) {
            buffer.clear();
            event.encode_into(&mut buffer);
            out(&buffer);
        }
    });
    Ok(())
}

fn to_bytes(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    let events = build_all(sent)?;
    meter(&mut || {
        for event in black_box(&events) {
            out(&event.to_bytes());
        }
    });
    Ok(())
}

fn build_encode_into(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    let mut buffer = Vec::new();
    let mut result = Ok(());
    meter(&mut || {
        for sent in black_box(&**sent) {
            buffer.clear();
            match build(sent) {
                Ok(event) => event.encode_into(&mut buffer),
                Err(error) => return result = Err(error.to_string()),
            }
            out(&buffer);
        }
    });
    result
}

fn build_to_bytes(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    let mut result = Ok(());
    meter(&mut || {
        for sent in black_box(&**sent) {
            match build(sent) {
                Ok(event) => out(&event.to_bytes()),
                Err(error) => return result = Err(error.to_string()),
            }
        }
    });
    result
}

fn build_all(sent: &[Sent]) -> Result<Vec<EventBuilder<'_>>, String> {
    sent.iter().map(build).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn build(sent: &Sent) -> Result<EventBuilder<'_>, InvalidField> {
    let mut event = EventBuilder::new();
    if let Some(event_type) = &sent.event_type {
        event = event.event_type(EventType::new(event_type)?);
    }
    if let Some(id) = &sent.id {
        event = event.id(EventId::new(id)?);
    }
    if let Some(retry) = sent.retry {
        event = event.retry(Duration::from_millis(retry));
    }
    if let Some(data) = &sent.data {
        event = event.data(data);
    }
    if let Some(comment) = &sent.comment {
        event = event.comment(comment);
    }
    Ok(event)
}

/// A response's body, polled by hand: its `Event` gives its bytes to nobody else.
fn axum(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    fn build(sent: &Sent) -> axum::response::sse::Event {
        let mut event = axum::response::sse::Event::default();
        if let Some(event_type) = &sent.event_type {
            event = event.event(event_type);
        }
        if let Some(id) = &sent.id {
            event = event.id(id);
        }
        if let Some(retry) = sent.retry {
            event = event.retry(Duration::from_millis(retry));
        }
        if let Some(data) = &sent.data {
            event = event.data(data);
        }
        if let Some(comment) = &sent.comment {
            event = event.comment(comment);
        }
        event
    }

    let shared = Arc::clone(sent);
    let events = (0..shared.len()).map(move |index| Ok::<_, Infallible>(build(black_box(&shared[index]))));
    let mut body = pin!(axum::response::Sse::new(iter(events)).into_response().into_body());
    let mut context = Context::from_waker(Waker::noop());
    let mut result = Ok(());
    meter(&mut || {
        while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut context) {
            match frame.map(http_body::Frame::into_data) {
                Ok(Ok(bytes)) => out(&bytes),
                Ok(Err(_)) => {}
                Err(error) => return result = Err(error.to_string()),
            }
        }
    });
    result
}

/// `Sse::encode`, which takes the event away. It has no comments outside of keep-alives.
fn sse_stream(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    if sent.iter().any(|sent| sent.comment.is_some()) {
        return Err("has no comments".to_owned());
    }
    let sse = |sent: Sent| sse_stream::Sse { event: sent.event_type, data: sent.data, id: sent.id, retry: sent.retry };
    let mut events: Vec<_> = sent.iter().cloned().map(sse).collect();
    let mut result = Ok(());
    meter(&mut || {
        for event in black_box(&mut events).drain(..) {
            match event.encode() {
                Ok(bytes) => out(&bytes),
                Err(error) => return result = Err(error.to_string()),
            }
        }
    });
    result
}

/// `SSECodec` as the `Encoder` that it is, into a buffer that is used again. It takes the event away. A reconnection time
/// is an item of its own; there are no comments.
fn sse_codec(sent: &Arc<[Sent]>, meter: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
    let mut events = Vec::new();
    for sent in sent.iter().cloned() {
        if sent.comment.is_some() {
            return Err("has no comments".to_owned());
        }
        events.extend(sent.retry.map(sse_codec::Event::retry));
        if sent.event_type.is_some() || sent.id.is_some() || sent.data.is_some() {
            events.push(sse_codec::Event::Message {
                id: sent.id,
                event: sent.event_type.unwrap_or_else(|| "message".to_owned()),
                data: sent.data.unwrap_or_default(),
            });
        }
    }
    let mut codec = sse_codec::SSECodec::default();
    let mut buffer = BytesMut::new();
    let mut result = Ok(());
    meter(&mut || {
        for event in black_box(&mut events).drain(..) {
            buffer.clear();
            match codec.encode(event, &mut buffer) {
                Ok(()) => out(&buffer),
                Err(error) => return result = Err(error.to_string()),
            }
        }
    });
    result
}
