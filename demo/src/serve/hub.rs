//! Where what is published meets those who listen.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clients::{Clients, Ending};
use super::connections::Connections;
use super::event::Draft;
use super::log::Log;

/// How often somebody looks after all clients.
const SWEEP: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Hub {
    log: OnceLock<Box<dyn Log>>,
    pub(crate) clients: Clients,
    pub(crate) connections: Arc<Connections>,
    pub(crate) counters: Counters,
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
    /// What this server is called among several.
    pub(crate) node: String,
    stopping: AtomicBool,
}

/// What is promised to each client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The reconnection time that is sent first.
    pub(crate) retry: Duration,
    /// A stream is never silent for longer.
    pub(crate) keep_alive: Duration,
    /// How many events a client may be behind.
    pub(crate) queue: u64,
    /// How long a peer may be silent where it is its turn.
    pub(crate) patience: Duration,
    /// Whether the server publishes events of its own.
    pub(crate) sources: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) published: AtomicU64,
    pub(crate) deliveries: AtomicU64,
    pub(crate) resets: AtomicU64,
    pub(crate) rejected: AtomicU64,
    /// Streams, by the reason of their end.
    pub(crate) ended: [AtomicU64; Ending::ALL.len()],
}

impl Hub {
    pub(crate) fn new(max_clients: usize, settings: Settings, node: String) -> Arc<Self> {
        Arc::new(Self {
            log: OnceLock::new(),
            clients: Clients::new(max_clients),
            connections: Arc::default(),
            counters: Counters::default(),
            settings,
            started: Instant::now(),
            node,
            stopping: AtomicBool::new(false),
        })
    }

    /// Until then no request gets as far as to need the log.
    pub(crate) fn open(&self, log: Box<dyn Log>) {
        let _ = self.log.set(log);
    }

    pub(crate) fn opened(&self) -> Option<&dyn Log> {
        self.log.get().map(|log| &**log)
    }

    pub(crate) fn log(&self) -> &dyn Log {
        self.opened().expect("the log was opened first")
    }

    /// Encodes the event, keeps it, and wakes all clients. Returns its id.
    pub(crate) async fn publish(&self, draft: Draft<'_>, key: Option<&str>) -> io::Result<String> {
        let id = self.log().append(draft, key).await?;
        self.counters.published.fetch_add(1, Ordering::Relaxed);
        Ok(id)
    }

    /// Wakes all clients when the log moves, and looks after them once a second; for as long as there is a log.
    pub(crate) async fn attend(&self) {
        let mut end = self.log().tail().end();
        let mut sweeps = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                changed = end.changed() => match changed {
                    Ok(()) => self.clients.wake(),
                    Err(_) => return,
                },
                _ = sweeps.tick() => {
                    let now = *end.borrow();
                    self.clients.sweep(now, self.settings.keep_alive.as_secs());
                }
            }
        }
    }

    /// Ends all streams, and lets no new one begin.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.clients.stop();
        self.connections.stop();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
