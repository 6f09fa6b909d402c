//! The measured server, seen from outside through its HTTP interface: a child process, or one that already runs.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::process::Stdio;
use std::slice;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::future::join_all;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Url};
use serde::Deserialize as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::feed::EVENT_TYPE;
use super::websocket::RECONNECTION_TIME;
use crate::process::{Usage, usage};

/// Longer than a server takes for anything except streaming.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Server {
    /// What it is, for people.
    pub(super) name: String,
    /// For each node, if there are several.
    pub(super) addrs: Vec<SocketAddr>,
    /// The stream's path, if it is not ours.
    pub(super) path: Option<String>,
    http: reqwest::Client,
    interface: Interface,
    /// What each process had used when it was last sampled.
    seen: RefCell<Vec<(u32, Usage)>>,
    /// Killed when this is dropped.
    _child: Option<Child>,
}

/// How to publish.
#[derive(Debug)]
enum Interface {
    /// `POST /publish`, again for this long.
    Demo(Duration),
    /// A line of data in, a line with the id out.
    Floor(Mutex<Pipes>),
    /// The data is the body of a POST.
    Other(Url),
}

type Pipes = (ChildStdin, Lines<BufReader<ChildStdout>>);

impl Server {
    /// Starts this program as a server without its own sources, on a free port.
    pub(super) async fn start(clients: usize) -> anyhow::Result<Self> {
        let (clients, retry) = ((clients + 16).to_string(), RECONNECTION_TIME.as_millis().to_string());
        let serve = ["serve", "--addr", "127.0.0.1:0", "--no-sources", "--max-clients", &clients, "--retry", &retry];
        let (child, url, _) = spawn(&serve).await?;
        Ok(Self { _child: Some(child), ..Self::nodes(&[url], Duration::ZERO).await? })
    }

    /// Starts this program as the bare loop.
    pub(super) async fn start_floor() -> anyhow::Result<Self> {
        let (child, url, pipes) = spawn(&["floor"]).await?;
        let (pid, interface) = (child.id().context("the server")?, Interface::Floor(Mutex::new(pipes)));
        Ok(Self { _child: Some(child), ..Self::new("floor", interface, &[url], vec![pid])? })
    }

    /// A server of another kind: where its stream is, where its events are published, and which process it is.
    pub(super) fn other(stream: &Url, publish: &Url, pid: u32) -> anyhow::Result<Self> {
        ensure!(usage(pid).resident_bytes > 0, "--pid: no process {pid}");
        address(publish)?;
        let query = stream.query().map(|query| format!("?{query}"));
        let path = stream.path().to_owned() + &query.unwrap_or_default();
        let server = Self::new("other", Interface::Other(publish.clone()), slice::from_ref(stream), vec![pid])?;
        Ok(Self { path: Some(path), ..server })
    }

    /// Nodes that run on this machine, and share a log; publishing is retried at each for this long.
    pub(super) async fn nodes(urls: &[Url], insist: Duration) -> anyhow::Result<Self> {
        let mut server = Self::new("demo serve", Interface::Demo(insist), urls, vec![])?;
        let mut down = Ok(());
        for addr in &server.addrs {
            match server.pid(addr).await {
                Ok(pid) => server.seen.get_mut().push((pid, Usage::default())),
                Err(error) => down = Err(error),
            }
        }
        // One of several may just be down.
        if server.seen.get_mut().is_empty() { down.map(|()| server) } else { Ok(server) }
    }

    fn new(name: &str, interface: Interface, urls: &[Url], pids: Vec<u32>) -> anyhow::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            addrs: urls.iter().map(address).collect::<Result<_, _>>()?,
            path: None,
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().context("an HTTP client")?,
            interface,
            seen: RefCell::new(pids.into_iter().map(|pid| (pid, Usage::default())).collect()),
            _child: None,
        })
    }

    async fn pid(&self, addr: &SocketAddr) -> anyhow::Result<u32> {
        let url = format!("http://{addr}/stats");
        let pid = self.answer(self.http.get(&url)).await.and_then(|stats| Ok(u32::deserialize(&stats["pid"])?));
        pid.with_context(|| format!("{url}: is this `demo serve`?"))
    }

    /// Whether the processes' figures are the server's: some are left, and no node has been replaced.
    pub(super) async fn is_seen(&self) -> bool {
        let asked = matches!(self.interface, Interface::Demo(_)).then_some(&self.addrs);
        let pids = join_all(asked.into_iter().flatten().map(|addr| self.pid(addr))).await;
        let seen = self.seen.borrow();
        let all = pids.into_iter().flatten().all(|pid| seen.iter().any(|(known, _)| *known == pid));
        all && seen.iter().any(|(_, usage)| usage.resident_bytes > 0)
    }

    /// What each process uses. One that is gone keeps the CPU time of its last sample.
    pub(super) fn usages(&self) -> Vec<Usage> {
        let mut seen = self.seen.borrow_mut();
        for (pid, seen) in &mut *seen {
            let now = usage(*pid);
            *seen = Usage { cpu_seconds: now.cpu_seconds.max(seen.cpu_seconds), ..now };
        }
        seen.iter().map(|(_, usage)| *usage).collect()
    }

    /// Publishes an event. Returns its id, if the server tells.
    pub(super) async fn publish(&self, data: &str) -> anyhow::Result<Option<String>> {
        match &self.interface {
            Interface::Demo(insist) => {
                let body = json!({ "event": EVENT_TYPE, "data": data });
                // An event that is sent twice is published once, at any node.
                let key = format!("{:032x}", fastrand::u128(..));
                let end = Instant::now() + *insist;
                for addr in self.addrs.iter().cycle().skip(fastrand::usize(..self.addrs.len())) {
                    let request = self.http.post(format!("http://{addr}/publish")).header("idempotency-key", &key);
                    match self.answer(request.json(&body)).await {
                        Ok(published) => return Ok(published["id"].as_str().map(str::to_owned)),
                        Err(error) if Instant::now() >= end => return Err(error),
                        Err(_) => sleep(Duration::from_millis(50)).await,
                    }
                }
                bail!("no server")
            }
            Interface::Floor(pipes) => {
                let (input, output) = &mut *pipes.lock().await;
                input.write_all(format!("{data}\n").as_bytes()).await?;
                output.next_line().await.context("the floor")
            }
            Interface::Other(url) => {
                let request = self.http.post(url.clone()).header(CONTENT_TYPE, "text/plain").body(data.to_owned());
                request.send().await?.error_for_status()?;
                Ok(None)
            }
        }
    }

    /// Cuts a client's connections from the server's side. Returns how many.
    pub(super) async fn cut(&self, client: &str) -> anyhow::Result<u64> {
        let mut count = 0;
        for addr in &self.addrs {
            let request = self.http.post(format!("http://{addr}/cut")).json(&json!({ "client": client }));
            count += self.answer(request).await?["cut"].as_u64().context("how many were cut")?;
        }
        Ok(count)
    }

    /// The answer's JSON, or the error that it contains.
    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let response = request.send().await?;
        let (url, status) = (response.url().clone(), response.status());
        let body = response.text().await?;
        ensure!(status.is_success(), "{url}: status {status}: {body}");
        serde_json::from_str(&body).with_context(|| format!("{url}: {body}"))
    }
}

/// Starts this program, which prints where it serves.
async fn spawn(args: &[&str]) -> anyhow::Result<(Child, Url, Pipes)> {
    let program = std::env::current_exe().context("the path of this program")?;
    let mut child = Command::new(program)
        .args(args)
        // The token is for servers that others can reach.
        .env_remove("DEMO_TOKEN")
        .env_remove("DEMO_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("the server cannot be started")?;
    let input = child.stdin.take().context("the server's input")?;
    let mut output = BufReader::new(child.stdout.take().context("the server's output")?).lines();
    let line = timeout(PATIENCE, output.next_line()).await.context("the server does not start")??;
    // The program itself says why not.
    let url = line.as_deref().and_then(|line| line.strip_prefix("Serving on ")).context("the server does not start")?;
    Ok((child, url.parse().context("the server's URL")?, (input, output)))
}

/// The address of a server on this machine.
fn address(url: &Url) -> anyhow::Result<SocketAddr> {
    ensure!(url.scheme() == "http", "{url}: expected http://, as connections are counted and cut below HTTP");
    let addrs = url.socket_addrs(|| None).with_context(|| format!("{url}: no address"))?;
    for ip in addrs.iter().map(SocketAddr::ip) {
        let host = url.host_str().unwrap_or_default();
        ensure!(ip.is_loopback(), "{host} is {ip}: load goes to this machine alone (127.0.0.0/8, ::1)");
    }
    addrs.iter().find(|addr| addr.is_ipv4()).or(addrs.first()).copied().context("no address")
}
