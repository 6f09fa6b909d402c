//! One client's way through the log.
//!
//! A client is a position in the log, not a queue. Missed and new events are the same to it, so there is no seam at
//! which an event could be lost or sent twice.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::http::StatusCode;
use sse_wire::{EventBuilder, EventId, KEEP_ALIVE};

use super::clients::{Carrier, Client, Ending};
use super::connection::Connection;
use super::event::{Chunk, Event};
use super::hub::Hub;
use super::log::{Position, Read};
use super::refusal::Refusal;

#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) hub: Arc<Hub>,
    pub(crate) client: Arc<Client>,
    place: usize,
    /// The names of the events that the client asked for; all, if there are none.
    only: Box<[Box<str>]>,
    pub(crate) position: Position,
    /// Events that the client did not ask for have passed since it was last given an id.
    passed: bool,
}

#[derive(Debug)]
pub(crate) enum Step {
    Event(Arc<Event>),
    /// Nothing has come for as long as a stream may be silent.
    Silence(Chunk),
    End(Ending),
}

impl Feed {
    /// Refused if the limit of clients is reached, and while the server stops.
    pub(crate) fn join(
        hub: &Arc<Hub>,
        connection: Arc<Connection>,
        carrier: Carrier,
        key: Option<Box<str>>,
        only: Box<[Box<str>]>,
        position: Position,
    ) -> Result<Self, Refusal> {
        // What it missed does not count against it, no matter how much.
        let allowance = hub.settings.queue.saturating_add(position.distance(hub.log().tail().borrow().end()));
        let client = Arc::new(Client::new(carrier, key, connection, position, allowance));
        let refused = |reason| Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason));
        let Some(place) = hub.clients.join(&client, hub.settings.max_clients) else {
            hub.counters.rejected.fetch_add(1, Ordering::Relaxed);
            return refused("the server is full");
        };
        if hub.stopping.is_cancelled() {
            // A client that joins after the server began to stop has not been told.
            hub.clients.leave(place);
            return refused("the server is stopping");
        }
        Ok(Self { hub: Arc::clone(hub), client, place, only, position, passed: false })
    }

    /// The next event, as soon as there is one. Nothing is lost if the future is dropped.
    pub(crate) async fn next(&mut self) -> Step {
        poll_fn(|cx| {
            if let Some(ending) = self.poll_ending(cx) {
                return Poll::Ready(Step::End(ending));
            }
            match self.after(self.position) {
                (Read::Event(event), position) => {
                    self.sent(position);
                    Poll::Ready(Step::Event(event))
                }
                (read @ (Read::End | Read::Later), position) => {
                    self.silence(&read, position).map_or(Poll::Pending, |chunk| Poll::Ready(Step::Silence(chunk)))
                }
                (Read::Gone, _) => Poll::Ready(Step::End(self.fall_behind())),
            }
        })
        .await
    }

    /// Why the stream should end, if it should; otherwise the task is woken when there is something to do.
    pub(crate) fn poll_ending(&self, cx: &Context<'_>) -> Option<Ending> {
        self.client.waker.register(cx.waker());
        self.client.ending()
    }

    /// The next event after `position` that the client asked for, and the position after that; or where the log ends.
    pub(crate) fn after(&self, mut position: Position) -> (Read, Position) {
        loop {
            let read = self.hub.log().read(position);
            match &read {
                Read::Event(event) => {
                    position = position.next();
                    if self.only.is_empty() || self.only.contains(&event.name) {
                        return (read, position);
                    }
                }
                Read::End | Read::Later | Read::Gone => return (read, position),
            }
        }
    }

    /// The client was sent an event, and `position` is after it.
    pub(crate) fn sent(&mut self, position: Position) {
        (self.position, self.passed) = (position, false);
        self.client.advance(position);
        self.hub.counters.deliveries.fetch_add(1, Ordering::Relaxed);
    }

    /// There is nothing after `position`, or not yet. Returns what to send if the stream was silent for too long: an id
    /// too, if the client was not sent the last events, so that its own does not become too old to resume from.
    pub(crate) fn silence(&mut self, read: &Read, position: Position) -> Option<Chunk> {
        self.passed |= position != self.position;
        self.position = position;
        if matches!(read, Read::End) {
            self.client.catch_up(position, self.hub.settings.queue);
        }
        if !self.client.take_keep_alive() {
            return None;
        }
        let id = std::mem::take(&mut self.passed).then(|| self.id(position));
        Some(match id.as_deref().and_then(|id| EventId::new(id).ok()) {
            Some(id) => Chunk::new(&EventBuilder::new().comment("").id(id).encode()),
            None => Chunk::new(KEEP_ALIVE),
        })
    }

    /// The id of a client that has everything before `position`.
    pub(crate) fn id(&self, position: Position) -> String {
        self.hub.log().tail().borrow().id(position)
    }

    /// The log has forgotten what comes next.
    pub(crate) fn fall_behind(&self) -> Ending {
        self.client.end(Ending::Behind);
        self.client.ended()
    }

    /// Completes when the stream should end.
    pub(crate) async fn ended(&self) -> Ending {
        poll_fn(|cx| self.poll_ending(cx).map_or(Poll::Pending, Poll::Ready)).await
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let ending = self.client.ended();
        self.hub.counters.ended[ending as usize].fetch_add(1, Ordering::Relaxed);
        self.hub.clients.leave(self.place);
    }
}
