//! `GET /events`: the event stream.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::{self, Stream, StreamExt as _};
use parking_lot::Mutex;
use sse_wire::{EventBuilder, EventId, RESPONSE_HEADERS};

use super::clients::{Carrier, Ending};
use super::connection::Connection;
use super::event::{Chunk, Event};
use super::feed::{Feed, Step};
use super::hub::Hub;
use super::refusal::Refusal;
use super::subscription::Subscription;

/// Where a response leaves its stream, with what comes first, for the task that has the request's bare socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handover(pub(crate) Arc<Mutex<Option<(Chunk, Feed)>>>);

pub(crate) async fn events(
    State(hub): State<Arc<Hub>>,
    Extension(connection): Extension<Arc<Connection>>,
    handover: Option<Extension<Handover>>,
    subscription: Subscription,
) -> Result<Response, Refusal> {
    let (feed, reset) = subscription.start(&hub, connection, Carrier::Sse).await?;
    let first = preamble(&feed, reset.as_deref());
    let body = match handover {
        Some(Extension(handover)) => {
            *handover.0.lock() = Some((Chunk::new(&first), feed));
            // Never read, but its length must be unknown: the head is the stream's.
            Body::from_stream(stream::pending::<io::Result<Bytes>>())
        }
        None => Body::from_stream(stream(first, feed)),
    };
    Ok((RESPONSE_HEADERS, body).into_response())
}

/// For connections that stay with hyper: TLS, HTTP/2 and HTTP/1.0.
fn stream(first: Bytes, feed: Feed) -> impl Stream<Item = io::Result<Bytes>> {
    let rest = stream::unfold(Some(feed), |feed| async {
        let mut feed = feed?;
        Some(match feed.next().await {
            Step::Event(event) => (Ok(event.chunk.content()), Some(feed)),
            Step::Silence(keep_alive) => (Ok(keep_alive.content()), Some(feed)),
            Step::End(Ending::Stopped) => (Ok(spread(feed.hub.settings.retry).to_bytes()), None),
            // Cuts the body, and with it the connection.
            Step::End(_) => (Err(io::ErrorKind::ConnectionAborted.into()), None),
        })
    });
    stream::once(ready(Ok(first))).chain(rest)
}

/// Sent at once, so that headers do not wait for the first event. With an id from the start, a connection that ends
/// before its first event loses nothing. A reset brings its own id: after an earlier one, a client could resume without
/// the reset.
fn preamble(feed: &Feed, reset: Option<&Event>) -> Bytes {
    let id = feed.id(feed.position);
    let hello = spread(feed.hub.settings.retry).comment("events of the sse-wire demo");
    let id = EventId::new(&id).ok().filter(|_| reset.is_none());
    let hello = id.map_or(hello, |id| hello.id(id)).to_bytes();
    reset.map_or(hello.clone(), |reset| [&hello[..], &reset.chunk.content()].concat().into())
}

/// Each client gets a different time, or all would come back at once when the server is gone.
pub(crate) fn spread(retry: Duration) -> EventBuilder<'static> {
    EventBuilder::new().retry(retry + retry.mul_f64(fastrand::f64()))
}
