//! `demo serve`: the live dashboard and its event stream. README.md has the picture.

// They panic if nobody reads; see `say`.
#![warn(clippy::print_stderr, clippy::print_stdout)]

mod accept;
mod access;
mod clients;
mod connection;
pub(crate) mod event;
mod events;
mod feed;
mod head;
mod hub;
mod log;
mod page;
mod publish;
mod refusal;
mod routes;
mod say;
mod sources;
mod stats;
mod stream;
mod subscription;
mod tls;
mod ws;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use rlimit::increase_nofile_limit;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::access::Access;
use self::hub::{Hub, Settings};
use self::log::{FileLog, Limits, Log, Tail};
use self::say::say;
use crate::signals;

/// How long streams have to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Serves a live dashboard and its event stream.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:3000")]
    addr: SocketAddr,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    limits: Limits,
    /// Keep them in a file too, so that clients can resume after a restart; for one server at a time
    #[arg(long, value_name = "PATH")]
    log_file: Option<PathBuf>,
    #[cfg(feature = "nats")]
    #[command(flatten)]
    nats: log::nats::Options,
    /// The name of this server in /stats and /metrics [default: host and port]
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    #[command(flatten)]
    access: Access,
    /// A PEM file with the certificate chain, for https
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// A PEM file with its private key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let served = runtime.block_on(serve(args));
    // Connections that have not ended in time end with the process.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(args: &Args) -> anyhow::Result<()> {
    let mut interrupt = Box::pin(signals::interrupt()?);
    let local = args.addr.ip().is_loopback();
    let access = Access { local, ..args.access.clone() };
    ensure!(
        access.token.as_deref().is_none_or(|token| !token.trim().is_empty()),
        "the token is empty (--token or DEMO_TOKEN)"
    );
    ensure!(
        access.token.is_some() || local,
        "others can connect to {}, so publishing needs a token: give one with --token or DEMO_TOKEN",
        args.addr
    );
    let tls = args.tls_cert.as_ref().zip(args.tls_key.as_ref());
    let tls = tls.map(|(cert, key)| tls::acceptor(cert, key)).transpose()?;
    #[cfg(feature = "nats")]
    let shared = args.nats.log.as_deref();
    #[cfg(not(feature = "nats"))]
    let shared = None::<&str>;
    // Each of several servers would publish and count separately.
    let settings = Settings { no_sources: args.settings.no_sources || shared.is_some(), ..args.settings };
    raise_file_limit(settings.max_clients);
    let listener = TcpListener::bind(args.addr).await.with_context(|| format!("cannot listen on {}", args.addr))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    // Only once the address is certain: a failed start leaves the log as it was.
    let host = || format!("{}:{}", sysinfo::System::host_name().unwrap_or_default(), address.port());
    let hub = Hub::new(settings, args.node.clone().unwrap_or_else(host));
    let mut needed = JoinSet::new();
    if shared.is_none() {
        hub.open(open_log(args, &mut needed)?);
    }

    let router = routes::router(Arc::clone(&hub), access);
    needed.spawn(accept::accept(listener, tls, router, Arc::clone(&hub)));
    #[cfg(feature = "nats")]
    if let Some(servers) = shared {
        let mut reading = JoinSet::new();
        let opened = tokio::select! {
            opened = log::nats::NatsLog::open(servers, &args.nats, args.limits, &hub.node, &mut reading) => opened?,
            () = &mut interrupt => return Ok(()),
            ended = first_end(&mut needed) => return Err(ended),
        };
        needed.spawn(async move { first_end(&mut reading).await });
        hub.open(Box::new(opened));
    }
    let attended = Arc::clone(&hub);
    needed.spawn(async move { attended.attend().await });
    if !settings.no_sources {
        needed.spawn(sources::publish(Arc::clone(&hub)));
    }
    // The process that started the server may have stopped reading its output.
    let _ = writeln!(io::stdout(), "Serving on {scheme}://{address}").and_then(|()| io::stdout().flush());

    tokio::select! {
        () = &mut interrupt => {}
        ended = first_end(&mut needed) => return Err(ended),
    }
    let again = signals::interrupt()?;
    needed.abort_all();
    hub.stop();
    tokio::select! {
        () = hub.connections.wait() => {}
        () = tokio::time::sleep(GRACE) => {
            let count = hub.connections.len();
            let _ = writeln!(io::stderr(), "connections that did not end in time: {count}");
        }
        () = again => {}
    }
    Ok(())
}

/// Completes when a task that the server needs ends: without it, the server would only look alive.
pub(crate) async fn first_end(needed: &mut JoinSet<anyhow::Error>) -> anyhow::Error {
    match needed.join_next().await {
        Some(Ok(error)) => error,
        Some(Err(error)) => anyhow!("a task that the server needs has ended: {error}"),
        None => anyhow!("no task that the server needs is left"),
    }
}

fn open_log(args: &Args, needed: &mut JoinSet<anyhow::Error>) -> anyhow::Result<Box<dyn Log>> {
    Ok(match &args.log_file {
        None => Box::new(watch::Sender::new(Tail::new(args.limits))),
        Some(path) => Box::new(FileLog::open(path, args.limits, needed).with_context(|| path.display().to_string())?),
    })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse::<NonZeroUsize>().map(NonZeroUsize::get).map_err(|_| "expected a number above 0".into())
}

/// A client is an open file.
fn raise_file_limit(max_clients: usize) {
    let needed = max_clients.saturating_add(accept::SPARE + 64) as u64;
    match increase_nofile_limit(needed) {
        Ok(limit) if limit >= needed => {}
        Ok(limit) => {
            say(format_args!("no more than {limit} files may be open, so {max_clients} clients cannot be (ulimit -n)"));
        }
        Err(error) => say(format_args!("the limit of open files cannot be raised: {error}")),
    }
}

#[cfg(test)]
#[path = "../tests/unit/serve.rs"]
mod tests;
