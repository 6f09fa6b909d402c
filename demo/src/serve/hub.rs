//! Where published events meet listening clients.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clap::builder::TypedValueParser as _;
use clap::value_parser;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::at_least_one;
use super::clients::{Clients, Ending};
use super::event::Draft;
use super::log::{Appended, Log};

/// How often all clients are swept.
const SWEEP: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Hub {
    log: OnceLock<Box<dyn Log>>,
    pub(crate) clients: Clients,
    pub(crate) connections: TaskTracker,
    /// All streams should end, and no new one may begin.
    pub(crate) stopping: CancellationToken,
    pub(crate) counters: Counters,
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
    /// The name of this server among several.
    pub(crate) node: String,
}

/// The settings for each client.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Settings {
    /// The reconnection time in milliseconds; each client is told its own, up to twice as much
    #[arg(long, value_name = "MS", default_value = "2000", value_parser = value_parser!(u64).map(Duration::from_millis))]
    pub(crate) retry: Duration,
    /// Send a comment after this many seconds of silence
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) keep_alive: u64,
    /// How many events a client may fall behind before it is disconnected
    #[arg(long, value_name = "N", default_value_t = 1_024, value_parser = value_parser!(u64).range(1..))]
    pub(crate) queue: u64,
    /// The largest number of clients; the next one gets status 503
    #[arg(long, value_name = "N", default_value = "10000", value_parser = at_least_one)]
    pub(crate) max_clients: usize,
    /// How long to wait for a request, for a TLS handshake, and for sent data to be acknowledged and read
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = value_parser!(u64).range(1..=3_600).map(Duration::from_secs))]
    pub(crate) patience: Duration,
    /// Publish only what is posted; always on for servers that share a log
    #[arg(long)]
    pub(crate) no_sources: bool,
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
    pub(crate) fn new(settings: Settings, node: String) -> Arc<Self> {
        Arc::new(Self {
            log: OnceLock::new(),
            clients: Clients::default(),
            connections: TaskTracker::new(),
            stopping: CancellationToken::new(),
            counters: Counters::default(),
            settings,
            started: Instant::now(),
            node,
        })
    }

    /// No request reaches the log earlier.
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
        let Appended { id, new } = self.log().append(draft, key).await?;
        self.counters.published.fetch_add(new.into(), Ordering::Relaxed);
        Ok(id)
    }

    /// Wakes all clients when the log moves, and maintains it and them once a second.
    pub(crate) async fn attend(&self) -> anyhow::Error {
        let log = self.log().tail();
        let mut moved = log.subscribe();
        let mut end = log.borrow().end();
        let mut sweeps = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                Ok(()) = moved.changed() => {
                    let before = std::mem::replace(&mut end, moved.borrow_and_update().end());
                    // If the end has not moved, older events have come that a few clients wait for.
                    if before == end { self.clients.wake_behind(end) } else { self.clients.wake() }
                }
                _ = sweeps.tick() => {
                    let mut now = end;
                    log.send_if_modified(|tail| {
                        tail.expire();
                        now = tail.end();
                        false
                    });
                    self.clients.sweep(now, self.settings.keep_alive);
                }
            }
        }
    }

    /// Ends all streams, and lets no new one begin.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.connections.close();
        self.clients.stop();
    }
}
