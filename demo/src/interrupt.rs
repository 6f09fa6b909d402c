//! Ctrl-C, and the polite request of a service manager to end.

use std::io;

/// Waits for either.
#[cfg(unix)]
pub(crate) async fn interrupt() -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) async fn interrupt() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
