//! The sockets that are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// Counts them, and tells them to come to an end.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
}

/// One of them. Counts for as long as anyone holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    all: Arc<Connections>,
    aborted: Notify,
    /// A request has come over it.
    pub(crate) used: AtomicBool,
    /// The peer acknowledged nothing for too long.
    pub(crate) lost: AtomicBool,
}

impl Connections {
    pub(crate) fn open(self: &Arc<Self>) -> Arc<Connection> {
        self.open.send_modify(|open| *open += 1);
        let (used, lost) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Connection { all: Arc::clone(self), aborted: Notify::new(), used, lost })
    }

    pub(crate) fn count(&self) -> usize {
        *self.open.borrow()
    }

    /// Lets requests come to their end, and no further ones in.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) async fn closed(&self) {
        // Fails without a sender only, and that is here.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }
}

impl Connection {
    /// Closes the socket, whatever its peer does.
    pub(crate) fn abort(&self) {
        self.aborted.notify_one();
    }

    pub(crate) async fn aborted(&self) {
        self.aborted.notified().await;
    }

    pub(crate) async fn stopping(&self) {
        let _ = self.all.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Completes if no request has come in that time, whatever protocol it would come by.
    pub(crate) async fn unused(&self, patience: Duration) {
        tokio::time::sleep(patience).await;
        if self.used.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.open.send_modify(|open| *open -= 1);
    }
}
