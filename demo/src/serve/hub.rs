//! Where what is published meets those who listen.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::clients::Clients;
use super::connections::Connections;
use super::event::Draft;
use super::log::Log;

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) log: Box<dyn Log>,
    pub(crate) clients: Clients,
    pub(crate) connections: Arc<Connections>,
    pub(crate) counters: Counters,
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
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
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) published: AtomicU64,
    pub(crate) deliveries: AtomicU64,
    pub(crate) behind: AtomicU64,
    pub(crate) resets: AtomicU64,
    pub(crate) rejected: AtomicU64,
}

impl Hub {
    pub(crate) fn new(log: Box<dyn Log>, max_clients: usize, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            log,
            clients: Clients::new(max_clients),
            connections: Arc::default(),
            counters: Counters::default(),
            settings,
            started: Instant::now(),
            stopping: AtomicBool::new(false),
        })
    }

    /// Encodes the event, keeps it, and wakes all clients. Returns its id.
    pub(crate) async fn publish(&self, draft: Draft<'_>) -> io::Result<String> {
        let id = self.log.append(draft).await?;
        self.counters.published.fetch_add(1, Ordering::Relaxed);
        Ok(id)
    }

    /// Looks for clients that have fallen behind, for ever.
    pub(crate) async fn watch_clients(&self) {
        let end = self.log.end();
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        loop {
            ticks.tick().await;
            let behind = self.clients.close_behind(*end.borrow());
            self.counters.behind.fetch_add(behind as u64, Ordering::Relaxed);
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
