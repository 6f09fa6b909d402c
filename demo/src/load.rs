//! `demo load`

use std::process::ExitCode;

/// Opens many connections to a server, and reports what arrives.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args) -> ExitCode {
    ExitCode::FAILURE
}
