//! `demo compare`: the same feed to the same number of clients, over SSE and over WebSocket.

mod report;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use crate::measure::outcome::Outcome;
use crate::measure::progress::Progress;
use crate::measure::server::Server;
use crate::measure::websocket::RECONNECTION_TIME;
use crate::measure::{Plan, Transport, open_files, run, until_interrupted};
use summary::Summary;

/// Sends the same feed to the same number of clients over SSE and over WebSocket, and compares what it takes.
///
/// Both by turns, each round with a server of its own; the WebSocket client resumes and reconnects by code of its own, as
/// its users have to.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// Connections
    #[arg(long, short, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// Events published a second
    #[arg(long, short, value_name = "N", default_value = "10", value_parser = crate::load::rate)]
    rate: f64,
    /// For how long in each round
    #[arg(long, short, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Rounds of both
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// The length of each event's data
    #[arg(long, value_name = "BYTES", default_value = "100", value_parser = clap::value_parser!(u32).range(..=65_536))]
    data_len: u32,
    /// Connections that are cut in each round, one after the other, to see how soon each is whole again
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=1000))]
    recoveries: u32,
    /// Threads for the clients; the server has its own
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// Write the figures to this file ("-": standard output, in place of the table)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write table (Markdown), figures (JSON) and charts (SVG) to this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  every client has got every event once and in order over both
  1  not so, or the run failed; standard error says what
  2  the arguments are wrong";

pub(crate) fn run(args: &Args) -> ExitCode {
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime")
        .and_then(|runtime| runtime.block_on(until_interrupted(compare(args))));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all was clean.
async fn compare(args: &Args) -> anyhow::Result<bool> {
    open_files::allow(args.clients as usize)?;
    let (mut sse, mut websocket) = (Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        let mut order = [Transport::Sse, Transport::WebSocket];
        // So that neither is always the one that comes after the other.
        if round % 2 == 0 {
            order.reverse();
        }
        for transport in order {
            let progress = Progress::new(format!("round {round}, {transport}"));
            let outcome = one(args, transport, &progress).await.with_context(|| format!("{transport}"))?;
            match transport {
                Transport::Sse => sse.push(outcome),
                Transport::WebSocket => websocket.push(outcome),
            }
        }
    }
    let (sse, websocket) = (Summary::of(&sse), Summary::of(&websocket));
    report::write(args, &sse, &websocket)?;
    for complaint in sse.complaints.iter().chain(&websocket.complaints) {
        eprintln!("error: {complaint}");
    }
    Ok(sse.complaints.is_empty() && websocket.complaints.is_empty())
}

async fn one(args: &Args, transport: Transport, progress: &Progress) -> anyhow::Result<Outcome> {
    let plan = Plan {
        transport,
        clients: args.clients as usize,
        rate: args.rate,
        events: Plan::events(args.rate, args.seconds),
        data_len: args.data_len as usize,
        kill_every: None,
        recoveries: args.recoveries,
        patience: Duration::from_secs(15),
        processes: 1,
        threads: args.threads.into(),
    };
    let server = Server::start(plan.clients, RECONNECTION_TIME).await?;
    run::run(&server, &plan, progress).await
}
