//! Server-Sent Events at work, over `sse-wire`.

mod listen;
mod load;
mod process;
mod serve;
mod signals;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Server-Sent Events at work: a server, a client, a load test, and a comparison with WebSocket. Without a command it
/// serves on <http://127.0.0.1:3000>.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
    Listen(Box<listen::Args>),
    Load(Box<load::Args>),
    /// The server of `load --floor`.
    #[command(hide = true)]
    Floor,
    /// A process with clients of `load`.
    #[command(hide = true)]
    Crew,
}

fn main() -> ExitCode {
    let default = (env::args_os().len() == 1).then(|| "serve".into());
    // The first one installed; all of TLS uses it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ended = match Cli::parse_from(env::args_os().chain(default)).command {
        Command::Serve(args) => serve::run(&args),
        Command::Listen(args) => listen::run(&args),
        Command::Load(args) => load::run(&args),
        Command::Floor => load::floor::run(),
        Command::Crew => load::crew::run(),
    };
    ended.unwrap_or_else(|error| {
        // Even if nobody reads it.
        let _ = writeln!(io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}
