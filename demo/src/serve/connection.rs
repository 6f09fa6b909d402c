//! A socket that is open.

use std::sync::atomic::AtomicBool;

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Counts for as long as anyone holds it.
#[derive(Debug)]
pub(crate) struct Connection {
    _open: TaskTrackerToken,
    /// Closes the socket, whatever its peer does.
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
