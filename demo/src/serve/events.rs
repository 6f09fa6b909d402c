//! `GET /events`: the event stream.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use sse_wire::{EventBuilder, EventId, RESPONSE_HEADERS};

use super::clients::{Carrier, Ending};
use super::event::Chunk;
use super::feed::{Feed, Step};
use super::hub::Hub;
use super::refusal::Refusal;
use super::subscription::{Start, Subscription};

/// Where the stream is left, with what comes first, for whoever has the bare socket of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handover(Arc<Mutex<Option<(Chunk, Feed)>>>);

impl Handover {
    fn put(&self, first: Chunk, feed: Feed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((first, feed));
    }

    pub(crate) fn take(&self) -> Option<(Chunk, Feed)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

pub(crate) async fn events(
    State(hub): State<Arc<Hub>>,
    handover: Option<Extension<Handover>>,
    subscription: Subscription,
) -> Result<Response, Refusal> {
    let (start, feed) = subscription.start(&hub, Carrier::EventStream).await?;
    let first = preamble(&start, hub.settings.retry);
    let body = match handover {
        Some(Extension(handover)) => {
            handover.put(Chunk::new(&first), feed);
            // Nobody reads it, but its length must not be known: the head is the stream's.
            Body::from_stream(stream::pending::<io::Result<Bytes>>())
        }
        None => Body::from_stream(stream(first, feed)),
    };
    Ok((RESPONSE_HEADERS, body).into_response())
}

/// For connections that stay with hyper: of TLS, HTTP/2 and HTTP/1.0.
fn stream(first: Bytes, feed: Feed) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold((Some(first), Some(feed)), |(first, feed)| async move {
        let mut feed = feed?;
        if let Some(first) = first {
            return Some((Ok(first), (None, Some(feed))));
        }
        let bytes = match feed.next().await {
            Step::Event(event) => event.chunk.content(),
            Step::Silence(keep_alive) => keep_alive.content(),
            Step::End(Ending::Stopped) => {
                return Some((Ok(spread(feed.hub.settings.retry).to_bytes()), (None, None)));
            }
            // The body ends without its end, and with it the connection.
            Step::End(_) => return Some((Err(io::ErrorKind::ConnectionAborted.into()), (None, None))),
        };
        Some((Ok(bytes), (None, Some(feed))))
    })
}

/// Sent at once, so that headers do not wait for the first event.
fn preamble(start: &Start, retry: Duration) -> Bytes {
    let hello = spread(retry).comment("events of the sse-wire demo");
    match start {
        // With an id from the start, a connection that ends before its first event loses nothing.
        Start::After { id } => EventId::new(id).map_or(hello, |id| hello.id(id)).to_bytes(),
        Start::Resumed => hello.to_bytes(),
        Start::Reset(event) => [&hello.encode()[..], &event.chunk.content()].concat().into(),
    }
}

/// Each client gets a time of its own, or all would come back at once when the server is gone.
pub(crate) fn spread(retry: Duration) -> EventBuilder<'static> {
    EventBuilder::new().retry(retry + retry.mul_f64(fastrand::f64()))
}
