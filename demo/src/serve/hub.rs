//! Where what is published meets those who listen.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use clap::builder::TypedValueParser as _;
use clap::value_parser;

use super::clients::{Clients, Ending};
use super::connections::Connections;
use super::event::Draft;
use super::log::{Appended, Log};

/// How often somebody looks after all clients.
const SWEEP: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Hub {
    log: OnceLock<Box<dyn Log>>,
    pub(crate) clients: Clients,
    pub(crate) connections: Connections,
    pub(crate) counters: Counters,
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
    /// What this server is called among several.
    pub(crate) node: String,
    stopping: AtomicBool,
}

/// What is promised to each client.
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
    pub(crate) fn new(max_clients: usize, settings: Settings, node: String) -> Arc<Self> {
        Arc::new(Self {
            log: OnceLock::new(),
            clients: Clients::new(max_clients),
            connections: Connections::default(),
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
        let Appended { id, new } = self.log().append(draft, key).await?;
        self.counters.published.fetch_add(new.into(), Ordering::Relaxed);
        Ok(id)
    }

    /// Wakes all clients when the log moves, and looks after them once a second; for as long as there is a log.
    pub(crate) async fn attend(&self) -> anyhow::Error {
        let mut end = self.log().tail().end();
        let mut known = *end.borrow();
        let mut sweeps = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                changed = end.changed() => match changed {
                    Ok(()) => {
                        let before = std::mem::replace(&mut known, *end.borrow_and_update());
                        // Where the end has not moved, older events have come that a few clients wait for.
                        if before == known { self.clients.wake_behind(known) } else { self.clients.wake() }
                    }
                    Err(_) => return anyhow!("the log has ended"),
                },
                _ = sweeps.tick() => {
                    let now = *end.borrow();
                    self.clients.sweep(now, self.settings.keep_alive);
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
