//! The sockets that are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Counts them, and tells them to come to an end.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: TaskTracker,
    stopping: CancellationToken,
}

/// One of them. Counts for as long as anyone holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    _open: TaskTrackerToken,
    stopping: CancellationToken,
    aborted: Notify,
    /// A request has come over it.
    pub(crate) used: AtomicBool,
    /// The peer acknowledged nothing for too long.
    pub(crate) lost: AtomicBool,
}

impl Connections {
    pub(crate) fn open(&self) -> Arc<Connection> {
        Arc::new(Connection {
            _open: self.open.token(),
            stopping: self.stopping.clone(),
            aborted: Notify::new(),
            used: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    /// Lets requests come to their end, and no further ones in.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.open.close();
    }

    /// Completes when they have been stopped, and none is left.
    pub(crate) async fn closed(&self) {
        self.open.wait().await;
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
        self.stopping.cancelled().await;
    }

    /// Completes if no request has come in that time, whatever protocol it would come by.
    pub(crate) async fn unused(&self, patience: Duration) {
        tokio::time::sleep(patience).await;
        if self.used.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}
