//! `demo listen`

use std::process::ExitCode;

/// Prints the events of any event stream, and reconnects.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> ExitCode {
    ExitCode::FAILURE
}
