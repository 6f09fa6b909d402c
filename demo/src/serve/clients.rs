//! Who is listening, and how far each one is.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use slab::Slab;
use tokio::sync::Notify;

use super::connections::Connection;
use super::log::Position;

/// How events travel to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    EventStream,
    WebSocket,
}

/// Why the server ends a client's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Someone asked for it: `POST /cut`.
    Cut,
    /// It takes events more slowly than they come.
    Behind,
    /// The server is about to end.
    Stopping,
}

#[derive(Debug)]
pub(crate) struct Client {
    carrier: Carrier,
    key: Option<Box<str>>,
    connection: Arc<Connection>,
    progress: Mutex<Progress>,
    ending: OnceLock<Ending>,
    ended: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    position: Position,
    /// How far it may be from the log's end.
    allowance: u64,
}

impl Client {
    pub(crate) fn new(
        carrier: Carrier,
        key: Option<Box<str>>,
        connection: Arc<Connection>,
        position: Position,
        allowance: u64,
    ) -> Self {
        let progress = Mutex::new(Progress { position, allowance });
        Self { carrier, key, connection, progress, ending: OnceLock::new(), ended: Notify::new() }
    }

    pub(crate) fn advance(&self, position: Position) {
        self.progress().position = position;
    }

    /// It has had all that it missed: the allowance is what it is for everyone.
    pub(crate) fn catch_up(&self, allowance: u64) {
        self.progress().allowance = allowance;
    }

    fn is_behind(&self, end: Position) -> bool {
        let Progress { position, allowance } = *self.progress();
        position.distance(end) > allowance
    }

    /// Ends the stream at its next event, or now if it waits for one. False if it was to end anyway.
    pub(crate) fn end(&self, ending: Ending) -> bool {
        let first = self.ending.set(ending).is_ok();
        if first {
            self.ended.notify_one();
        }
        first
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }

    /// Completes once, when the stream is to end.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of them, up to a limit.
#[derive(Debug)]
pub(crate) struct Clients {
    limit: usize,
    all: Mutex<Slab<Arc<Client>>>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Count {
    pub(crate) sse: usize,
    pub(crate) ws: usize,
}

impl Clients {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, all: Mutex::default() }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// The place to leave from, or none if there are too many.
    pub(crate) fn join(&self, client: &Arc<Client>) -> Option<usize> {
        let mut all = self.all();
        (all.len() < self.limit).then(|| all.insert(Arc::clone(client)))
    }

    pub(crate) fn leave(&self, place: usize) {
        self.all().remove(place);
    }

    pub(crate) fn count(&self) -> Count {
        self.all().iter().fold(Count::default(), |count, (_, client)| match client.carrier {
            Carrier::EventStream => Count { sse: count.sse + 1, ..count },
            Carrier::WebSocket => Count { ws: count.ws + 1, ..count },
        })
    }

    /// Ends the streams of one key without their end, as soon as they can be.
    pub(crate) fn cut(&self, key: &str) -> usize {
        let all = self.all();
        let theirs = all.iter().filter(|(_, client)| client.key.as_deref() == Some(key));
        theirs.filter(|(_, client)| client.end(Ending::Cut)).count()
    }

    /// Aborts those who take events too slowly. A server cannot leave it to their streams: it is not asked for more while
    /// the peer does not read.
    pub(crate) fn close_behind(&self, end: Position) -> usize {
        let all = self.all();
        let behind = all.iter().filter(|(_, client)| client.is_behind(end));
        // Also one that was to end anyway: it cannot while its peer does not read.
        behind.inspect(|(_, client)| client.connection.abort()).filter(|(_, client)| client.end(Ending::Behind)).count()
    }

    pub(crate) fn stop(&self) {
        for (_, client) in self.all().iter() {
            client.end(Ending::Stopping);
        }
    }

    fn all(&self) -> MutexGuard<'_, Slab<Arc<Client>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
