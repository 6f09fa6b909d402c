//! Who is listening, and how far each client is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use serde::Serialize;
use slab::Slab;

use super::connection::Connection;
use super::log::Position;

/// How events travel to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Carrier {
    Sse,
    Ws,
}

/// Why a client's stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It reads events more slowly than they come.
    Behind,
    /// Its system acknowledged nothing, or had no room for more, for too long.
    SilentWindow,
    /// On request: `POST /cut`.
    Cut,
    /// The server is about to end.
    Stopped,
    /// The client left.
    Gone,
}

impl Ending {
    pub(crate) const ALL: [Self; 5] = [Self::Behind, Self::SilentWindow, Self::Cut, Self::Stopped, Self::Gone];
}

#[derive(Debug)]
pub(crate) struct Client {
    carrier: Carrier,
    key: Option<Box<str>>,
    connection: Arc<Connection>,
    state: Mutex<State>,
    /// Wakes the one task that sends to it, when there is something to do: an event, a keep-alive, its end.
    pub(crate) waker: AtomicWaker,
}

#[derive(Clone, Copy, Debug)]
struct State {
    position: Position,
    /// How far it may be from the log's end.
    allowance: u64,
    /// Sweeps since anything was last sent to it.
    silent: u64,
    keep_alive_is_due: bool,
    ending: Option<Ending>,
}

impl Client {
    pub(crate) fn new(
        carrier: Carrier,
        key: Option<Box<str>>,
        connection: Arc<Connection>,
        position: Position,
        allowance: u64,
    ) -> Self {
        let state = State { position, allowance, silent: 0, keep_alive_is_due: false, ending: None };
        Self { carrier, key, connection, state: Mutex::new(state), waker: AtomicWaker::new() }
    }

    pub(crate) fn advance(&self, position: Position) {
        let mut state = self.state.lock();
        state.position = position;
        state.silent = 0;
    }

    /// It has received what it missed; from now on, the usual allowance applies.
    pub(crate) fn catch_up(&self, position: Position, allowance: u64) {
        let mut state = self.state.lock();
        state.position = position;
        state.allowance = allowance;
    }

    /// Whether nothing has been sent to it for too long; true once each time.
    pub(crate) fn take_keep_alive(&self) -> bool {
        std::mem::take(&mut self.state.lock().keep_alive_is_due)
    }

    /// Ends the stream after its current event, or now if it waits for one. Returns false if it is ending anyway.
    pub(crate) fn end(&self, ending: Ending) -> bool {
        let mut state = self.state.lock();
        let first = state.ending.is_none();
        state.ending.get_or_insert(ending);
        drop(state);
        self.waker.wake();
        first
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        self.state.lock().ending
    }

    /// Why the stream has ended, once it has.
    pub(crate) fn ended(&self) -> Ending {
        let by_itself = if self.connection.lost.load(Ordering::Relaxed) { Ending::SilentWindow } else { Ending::Gone };
        self.ending().unwrap_or(by_itself)
    }

    fn sweep(&self, end: Position, keep_alive: u64) {
        let mut state = self.state.lock();
        if state.position.distance(end) > state.allowance {
            state.ending.get_or_insert(Ending::Behind);
            // Even one that is ending anyway: it cannot end while its peer does not read.
            self.connection.abort.notify_one();
        } else {
            state.silent += 1;
            if state.silent < keep_alive {
                return;
            }
            (state.silent, state.keep_alive_is_due) = (0, true);
        }
        drop(state);
        self.waker.wake();
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Clients(Mutex<Slab<Arc<Client>>>);

impl Clients {
    /// The client's place, or `None` if the limit is reached.
    pub(crate) fn join(&self, client: &Arc<Client>, limit: usize) -> Option<usize> {
        let mut all = self.0.lock();
        (all.len() < limit).then(|| all.insert(Arc::clone(client)))
    }

    pub(crate) fn leave(&self, place: usize) {
        self.0.lock().remove(place);
    }

    pub(crate) fn count(&self) -> BTreeMap<Carrier, usize> {
        let mut count = BTreeMap::from([(Carrier::Sse, 0), (Carrier::Ws, 0)]);
        self.0.lock().iter().for_each(|(_, client)| *count.entry(client.carrier).or_default() += 1);
        count
    }

    /// There is something new for everyone.
    pub(crate) fn wake(&self) {
        self.0.lock().iter().for_each(|(_, client)| client.waker.wake());
    }

    /// There is something for clients that do not have everything before `end`.
    pub(crate) fn wake_behind(&self, end: Position) {
        let all = self.0.lock();
        all.iter().filter(|(_, client)| client.state.lock().position < end).for_each(|(_, client)| client.waker.wake());
    }

    /// Looks after clients that got nothing for `keep_alive` sweeps, and ends those that read too slowly. Their streams
    /// cannot do that themselves: they are not polled while the peer does not read.
    pub(crate) fn sweep(&self, end: Position, keep_alive: u64) {
        self.0.lock().iter().for_each(|(_, client)| client.sweep(end, keep_alive));
    }

    /// Cuts the streams of one key, without their last chunk, as soon as possible.
    pub(crate) fn cut(&self, key: &str) -> usize {
        let all = self.0.lock();
        let theirs = all.iter().filter(|(_, client)| client.key.as_deref() == Some(key));
        theirs.filter(|(_, client)| client.end(Ending::Cut)).count()
    }

    pub(crate) fn stop(&self) {
        for (_, client) in self.0.lock().iter() {
            client.end(Ending::Stopped);
        }
    }
}
