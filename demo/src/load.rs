//! `demo load`: thousands of clients of one server, what arrives at each, and what it costs.

mod report;
mod scale;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use crate::measure::outcome::Outcome;
use crate::measure::progress::Progress;
use crate::measure::server::Server;
use crate::measure::{Plan, Transport, open_files, run, until_interrupted};

/// Opens many connections to a server, publishes, and reports what arrives at each and what it costs the server.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// A `demo serve` on this machine, such as <http://127.0.0.1:3000>, or several that share a log; without one, one is
    /// started for the run
    url: Vec<reqwest::Url>,
    /// Connections
    #[arg(long, short, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// A run for each of these numbers of clients, each with a server of its own, such as 100,1000,5000,10000,20000
    #[arg(long, value_name = "N,N…", value_delimiter = ',', conflicts_with_all = ["url", "clients"],
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    scale: Vec<u32>,
    /// Events published a second
    #[arg(long, short, value_name = "N", default_value = "1", value_parser = rate)]
    rate: f64,
    /// For how long
    #[arg(long, short, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// The length of each event's data
    #[arg(long, value_name = "BYTES", default_value = "100", value_parser = clap::value_parser!(u32).range(..=65_536))]
    data_len: u32,
    /// Cut a random connection so often, by turns from the client's and from the server's side
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    kill_every: Option<u64>,
    /// Take what is missing for lost when nothing has come for so long
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Try for so long to publish an event, at each server in turn; it is published once all the same
    #[arg(long, value_name = "SECONDS", default_value = "0", requires = "url")]
    insist: u64,
    /// Processes for the clients, where one may not open as many files
    #[arg(long, value_name = "N", default_value = "1", conflicts_with_all = ["kill_every", "publish_to", "floor"],
          value_parser = clap::value_parser!(u8).range(1..=64))]
    processes: u8,
    /// Threads for the clients of each process; the server has its own
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// The same against the least that a server can do, a loop of `send`, right after
    #[arg(long, conflicts_with = "url")]
    floor: bool,
    /// The server is not `demo serve`: the URL is its stream, and the body of a POST to this one is published as an event
    #[arg(long, value_name = "URL", requires_all = ["url", "pid"])]
    publish_to: Option<reqwest::Url>,
    /// Its process
    #[arg(long, requires = "publish_to")]
    pid: Option<u32>,
    /// Its name
    #[arg(long, default_value = "other", requires = "publish_to")]
    name: String,
    /// Put together the figures of these files (JSON) instead of measuring
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["url", "scale", "clients", "floor"])]
    from: Vec<PathBuf>,
    /// Write the figures to this file ("-": standard output, in place of the table)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write table (Markdown) and figures (JSON) to this directory, and a chart (SVG) of several runs
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  every client has got every event once and in order, and all were connected at the end
  1  not so, or the run failed; standard error says what
  2  the arguments are wrong";

pub(crate) fn run(args: &Args) -> ExitCode {
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime")
        .and_then(|runtime| runtime.block_on(until_interrupted(load(args))));
    match result {
        Ok(outcomes) => complain(&outcomes),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn load(args: &Args) -> anyhow::Result<Vec<Outcome>> {
    if !args.from.is_empty() {
        let outcomes = scale::read(&args.from)?;
        scale::write(args, &outcomes)?;
        return Ok(outcomes);
    }
    let counts = if args.scale.is_empty() { vec![args.clients] } else { args.scale.clone() };
    // With several processes, each sees to itself.
    let most = counts.iter().copied().max().unwrap_or_default() as usize;
    open_files::allow(if args.processes > 1 { 0 } else { most })?;
    let mut outcomes = Vec::new();
    for clients in counts {
        let plan = args.plan(clients);
        for floor in [false, true].into_iter().filter(|floor| args.floor || !floor) {
            let server = match (&*args.url, &args.publish_to) {
                _ if floor => Server::start_floor().await?,
                ([url], Some(publish)) => Server::other(url, publish, args.pid.unwrap_or_default(), &args.name).await?,
                ([_, _, ..], Some(_)) => anyhow::bail!("--publish-to: one URL, not several"),
                (urls @ [_, ..], None) => Server::at_all(urls, Duration::from_secs(args.insist)).await?,
                ([], _) => Server::start(plan.clients, Duration::from_millis(200)).await?,
            };
            let progress = Progress::new(format!("{clients} clients"));
            outcomes.push(run::run(&server, &plan, &progress).await?);
        }
    }
    match &*outcomes {
        [outcome] if args.scale.is_empty() => report::write(args, outcome)?,
        outcomes => scale::write(args, outcomes)?,
    }
    Ok(outcomes)
}

impl Args {
    fn plan(&self, clients: u32) -> Plan {
        Plan {
            transport: Transport::Sse,
            clients: clients as usize,
            rate: self.rate,
            events: Plan::events(self.rate, self.seconds),
            data_len: self.data_len as usize,
            kill_every: self.kill_every.map(Duration::from_millis),
            recoveries: 0,
            patience: Duration::from_secs(self.patience),
            processes: self.processes.into(),
            threads: self.threads.into(),
        }
    }
}

fn complain(outcomes: &[Outcome]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for outcome in outcomes {
        for complaint in outcome.complaints() {
            eprintln!("error: {} clients of {}: {complaint}", outcome.clients, outcome.server);
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// A rate that a machine can keep.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0.01 to 10000".to_owned()),
    }
}
