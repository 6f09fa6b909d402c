//! Ctrl-C, and the polite request of a process manager to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// Catches both from now on, and is ready when one has come.
pub(crate) fn interrupt() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
