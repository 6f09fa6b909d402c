//! `GET /events`: the event stream.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use sse_wire::{EventBuilder, EventId, KEEP_ALIVE, MIME_TYPE};

use super::clients::{Carrier, Ending};
use super::feed::{Feed, Step};
use super::hub::Hub;
use super::refusal::Refusal;
use super::subscription::{Start, Subscription};

pub(crate) async fn events(State(hub): State<Arc<Hub>>, subscription: Subscription) -> Result<Response, Refusal> {
    let (start, feed) = subscription.start(&hub, Carrier::EventStream)?;
    let headers = [
        (CONTENT_TYPE.as_str(), MIME_TYPE),
        (CACHE_CONTROL.as_str(), "no-cache"),
        // nginx would collect events until it has a buffer full of them.
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::from_stream(stream(&start, feed))).into_response())
}

fn stream(start: &Start, feed: Feed) -> impl Stream<Item = Result<Bytes, Aborted>> + use<> {
    let first = preamble(start, feed.hub().settings.retry);
    stream::unfold((Some(first), Some(feed)), |(first, feed)| async move {
        let mut feed = feed?;
        if let Some(first) = first {
            return Some((Ok(first), (None, Some(feed))));
        }
        let bytes = match feed.next().await {
            Step::Event(event) => event.sse.clone(),
            Step::Silence(None) => Bytes::from_static(KEEP_ALIVE),
            Step::Silence(Some(id)) => moved_on(&id),
            Step::End(Ending::Stopping) => return Some((Ok(come_back(feed.hub().settings.retry)), (None, None))),
            Step::End(Ending::Behind | Ending::Cut) => return Some((Err(Aborted), (None, None))),
        };
        Some((Ok(bytes), (None, Some(feed))))
    })
}

/// Sent at once, so that headers do not wait for the first event.
fn preamble(start: &Start, retry: Duration) -> Bytes {
    let hello = EventBuilder::new().comment("events of the sse-wire demo").retry(retry);
    match start {
        // With an id from the start, a connection that ends before its first event loses nothing.
        Start::Now { id } => EventId::new(id).map_or(hello, |id| hello.id(id)).to_bytes(),
        Start::Resumed => hello.to_bytes(),
        Start::Reset(event) => [&hello.to_bytes()[..], &event.sse[..]].concat().into(),
    }
}

/// A keep-alive for a client that has not been sent the last events, so that its id does not grow too old to resume from.
fn moved_on(id: &str) -> Bytes {
    let keep_alive = EventBuilder::new().comment("");
    EventId::new(id).map_or(keep_alive, |id| keep_alive.id(id)).to_bytes()
}

/// The last words of a server that stops. Each client gets a time of its own, or they would all come back at once.
fn come_back(retry: Duration) -> Bytes {
    EventBuilder::new().retry(retry + retry.mul_f64(fastrand::f64())).to_bytes()
}

/// Ends the body without its end, and with it the connection.
#[derive(Debug)]
struct Aborted;

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stream cut by the server")
    }
}

impl std::error::Error for Aborted {}
