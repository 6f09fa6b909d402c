//! `demo serve`

use std::process::ExitCode;

/// Serves the live dashboard and its event stream.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> ExitCode {
    ExitCode::FAILURE
}
