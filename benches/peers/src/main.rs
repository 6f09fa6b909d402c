//! sse-wire beside the other event stream crates.

mod command;

use std::process::ExitCode;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(about = "sse-wire beside other event stream crates", long_about = None)]
enum Command {
    /// Measures decoders and encoders, interleaved, beside the limits.
    Speed(command::speed::Options),
    /// Runs the conformance rows through decoders and encoders.
    Conformance(command::conformance::Options),
    /// Looks for the smallest stream on which each decoder is wrong.
    Differ(command::differ::Options),
    /// Builds a program with each crate, and measures what that costs.
    Cost(command::cost::Options),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Speed(options) => command::speed::run(&options),
        Command::Conformance(options) => command::conformance::run(&options),
        Command::Differ(options) => command::differ::run(&options),
        Command::Cost(options) => command::cost::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
