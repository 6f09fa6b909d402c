//! Server-Sent Events at work, over `sse-wire`.

mod compare;
mod interrupt;
mod listen;
mod load;
mod measure;
mod process;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Server-Sent Events at work: a server, a client, a load test, and a comparison with WebSocket. Without a command it
/// serves on <http://127.0.0.1:3000>.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
    Listen(Box<listen::Args>),
    Load(Box<load::Args>),
    Compare(compare::Args),
    /// The server of `load --floor`.
    #[command(hide = true)]
    Floor,
    /// A process for clients of `load --processes`.
    #[command(hide = true)]
    Crew,
}

fn main() -> ExitCode {
    match Cli::parse().command.unwrap_or_else(|| Command::Serve(Box::default())) {
        Command::Serve(args) => serve::run(&args),
        Command::Listen(args) => listen::run(*args),
        Command::Load(args) => load::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Floor => measure::floor::run(),
        Command::Crew => measure::crew::run(),
    }
}
