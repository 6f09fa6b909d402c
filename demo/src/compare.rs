//! `demo compare`

use std::process::ExitCode;

/// Sends the same feed over SSE and over WebSocket, and compares.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> ExitCode {
    ExitCode::FAILURE
}
