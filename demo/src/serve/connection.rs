//! An open socket.

use std::sync::atomic::AtomicBool;

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Counted for as long as anyone holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    _open: TaskTrackerToken,
    /// Closes the socket, no matter what its peer does.
    pub(crate) abort: Notify,
    /// A request has come over it.
    pub(crate) used: AtomicBool,
    /// The peer acknowledged nothing for too long.
    pub(crate) lost: AtomicBool,
}

impl Connection {
    pub(crate) fn new(open: &TaskTracker) -> Self {
        let (used, lost) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { _open: open.token(), abort: Notify::new(), used, lost }
    }
}
