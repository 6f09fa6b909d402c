//! One client's way through the log.
//!
//! A client is no queue of its own but a position in the log. What it missed and what is new are the same to it, so there
//! is no seam between the two at which an event could be lost or come twice.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::clients::{Carrier, Client, Ending};
use super::connections::Connection;
use super::event::Event;
use super::hub::Hub;
use super::log::{Position, Read};

#[derive(Debug)]
pub(crate) struct Feed {
    hub: Arc<Hub>,
    client: Arc<Client>,
    place: usize,
    only: Only,
    position: Position,
    end: watch::Receiver<Position>,
    /// Events that the client did not ask for have passed since it was last given an id.
    passed: bool,
}

#[derive(Debug)]
pub(crate) enum Step {
    Event(Arc<Event>),
    /// Nothing for as long as a stream may be silent; and the id that the client should come back with, if it has
    /// another one.
    Silence(Option<String>),
    End(Ending),
}

/// The event names that a client asked for; all, if it named none.
#[derive(Debug, Default)]
pub(crate) struct Only(pub(crate) Box<[Box<str>]>);

impl Only {
    fn includes(&self, event: &Event) -> bool {
        self.0.is_empty() || self.0.contains(&event.name)
    }
}

impl Feed {
    /// None if there are as many clients as there may be.
    pub(crate) fn join(
        hub: &Arc<Hub>,
        connection: Arc<Connection>,
        carrier: Carrier,
        key: Option<Box<str>>,
        only: Only,
        position: Position,
    ) -> Option<Self> {
        let end = hub.log.end();
        // What it missed does not count against it, however much that is.
        let allowance = hub.settings.queue.saturating_add(position.distance(*end.borrow()));
        let client = Arc::new(Client::new(carrier, key, connection, position, allowance));
        let place = hub.clients.join(&client)?;
        let feed = Self { hub: Arc::clone(hub), client, place, only, position, end, passed: false };
        // Whoever joins after the server began to stop has not been told.
        (!hub.is_stopping()).then_some(feed)
    }

    /// The next event, as soon as there is one. Nothing is lost if the future is dropped.
    pub(crate) async fn next(&mut self) -> Step {
        let silence = Instant::now() + self.hub.settings.keep_alive;
        loop {
            if let Some(ending) = self.client.ending() {
                return Step::End(ending);
            }
            match self.hub.log.read(self.position) {
                Read::Event(event) => {
                    self.position = self.position.next();
                    self.client.advance(self.position);
                    self.passed = !self.only.includes(&event);
                    if !self.passed {
                        self.hub.counters.deliveries.fetch_add(1, Ordering::Relaxed);
                        return Step::Event(event);
                    }
                }
                Read::End => {
                    self.client.catch_up(self.hub.settings.queue);
                    tokio::select! {
                        // Fails without a log only, and the hub holds that.
                        _ = self.end.changed() => {}
                        () = self.client.ended() => {}
                        () = sleep_until(silence) => return Step::Silence(self.id_if_passed()),
                    }
                }
                Read::Gone => {
                    let first = self.client.end(Ending::Behind);
                    self.hub.counters.behind.fetch_add(first.into(), Ordering::Relaxed);
                }
            }
        }
    }

    fn id_if_passed(&mut self) -> Option<String> {
        std::mem::take(&mut self.passed).then(|| self.hub.log.id(self.position))
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Completes once, when the stream is to end.
    pub(crate) async fn ended(&self) -> Option<Ending> {
        self.client.ended().await;
        self.client.ending()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.clients.leave(self.place);
    }
}
