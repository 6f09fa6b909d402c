//! `demo load`: thousands of clients of one server, what arrives at each, and what it costs.

mod chart;
mod clients;
pub(crate) mod crew;
mod feed;
pub(crate) mod floor;
mod http;
mod ledger;
mod outcome;
mod report;
mod run;
mod server;
mod sse;
mod table;
mod websocket;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::signals;
use outcome::Outcome;
use server::Server;

/// Opens many connections to a server, publishes, and reports what arrives at each and what it costs the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// A `demo serve` on this machine, such as <http://127.0.0.1:3000>, or several that share a log; without it, a
    /// server is started for the run
    url: Vec<reqwest::Url>,
    /// Connections
    #[arg(long, short, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// One run for each of these numbers of clients, each with its own server, such as 100,1000,5000,10000,19900
    #[arg(long, value_name = "N,N…", value_delimiter = ',', conflicts_with_all = ["url", "clients"],
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    scale: Vec<u32>,
    /// Events per second
    #[arg(long, short, value_name = "N", default_value = "1", value_parser = rate)]
    rate: f64,
    /// How long to publish
    #[arg(long, short, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// The length of the data of each event
    #[arg(long, value_name = "BYTES", default_value = "100", value_parser = clap::value_parser!(u32).range(..=65_536))]
    data_len: u32,
    /// Cut a random connection this often, alternately from the client's and from the server's side
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    kill_every: Option<u64>,
    /// Count missing events as lost after this long without any progress
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Retry a failed publish for this long, at each server in turn; under the same key, so that nothing is doubled
    #[arg(long, value_name = "SECONDS", default_value = "0", requires = "url")]
    insist: u64,
    /// Processes for the clients, if one may not open enough files
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "floor",
          value_parser = clap::value_parser!(u8).range(1..=64))]
    processes: u8,
    /// Run the same over WebSocket right after, where the client needs its own code to reconnect and resume
    #[arg(long, conflicts_with = "url")]
    websocket: bool,
    /// Run the same right after against the least that a server can do: a loop of `send`
    #[arg(long, conflicts_with_all = ["url", "kill_every"])]
    floor: bool,
    /// Measure another server: the URL is its stream, and the body of a POST to this URL is published as an event
    #[arg(long, value_name = "URL", requires_all = ["url", "pid"])]
    publish_to: Option<reqwest::Url>,
    /// The process ID of that server
    #[arg(long, requires = "publish_to")]
    pid: Option<u32>,
    /// The name of the server in the figures
    #[arg(long)]
    name: Option<String>,
    /// Combine the figures in these files (JSON) instead of measuring
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["url", "scale", "clients", "floor", "websocket", "name"])]
    from: Vec<PathBuf>,
    /// Write the figures to this file ("-": standard output, instead of the table)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write table (Markdown), figures (JSON) and, for several numbers of clients, a chart (SVG) to this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  every client received every event once and in order, and all were connected at the end
  1  otherwise, or if the run failed; standard error says why
  2  the arguments are wrong";

/// The files that a process needs open in addition to its connections.
const OTHER_FILES: u64 = 64;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcomes = runtime.block_on(async {
        let interrupt = signals::interrupt()?;
        // The server that was started ends too.
        tokio::select! {
            biased;
            () = interrupt => bail!("interrupted"),
            outcomes = load(args) => outcomes,
        }
    })?;
    let mut code = ExitCode::SUCCESS;
    for outcome in outcomes {
        for complaint in outcome.complaints() {
            eprintln!("error: {} clients of {}: {complaint}", outcome.clients, outcome.server);
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

async fn load(args: &Args) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = report::read(&args.from)?;
    if args.from.is_empty() {
        let counts = if args.scale.is_empty() { vec![args.clients] } else { args.scale.clone() };
        // Child processes inherit the limit.
        let most = counts.iter().copied().max().unwrap_or_default();
        allow_open_files(most.div_ceil(args.processes.into()))?;
        for count in counts {
            let count = count as usize;
            outcomes.push(run::run(&args.server(count).await?, args, count, false).await?);
            if args.websocket {
                outcomes.push(run::run(&args.server(count).await?, args, count, true).await?);
            }
            if args.floor {
                outcomes.push(run::run(&Server::start_floor().await?, args, count, false).await?);
            }
        }
    }
    report::write(args, &outcomes)?;
    Ok(outcomes)
}

impl Args {
    async fn server(&self, clients: usize) -> anyhow::Result<Server> {
        let mut server = match (&*self.url, &self.publish_to) {
            ([], _) => Server::start(clients).await?,
            (urls, None) => Server::nodes(urls, Duration::from_secs(self.insist)).await?,
            ([url], Some(publish)) => Server::other(url, publish, self.pid.unwrap_or_default())?,
            (_, Some(_)) => bail!("--publish-to: one URL, not several"),
        };
        if let Some(name) = &self.name {
            server.name.clone_from(name);
        }
        Ok(server)
    }

    /// How many events are published in the time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the arguments")]
    fn events(&self) -> u64 {
        (self.rate * f64::from(self.seconds)).ceil() as u64
    }
}

/// Raises the limit of open files for this many connections in one process.
fn allow_open_files(connections: u32) -> anyhow::Result<()> {
    let needed = u64::from(connections) + OTHER_FILES;
    let allowed = rlimit::increase_nofile_limit(needed).context("the limit of open files cannot be read")?;
    ensure!(
        allowed >= needed,
        "{connections} clients need {needed} open files, and this process may have {allowed}: raise the hard limit \
         (`ulimit -Hn {needed}` as root, LimitNOFILE= of systemd, --ulimit nofile={needed} of Docker), or use fewer \
         --clients or more --processes"
    );
    Ok(())
}

/// A rate that a machine can keep up.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0.01 to 10000".to_owned()),
    }
}
