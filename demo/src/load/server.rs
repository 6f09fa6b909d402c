//! The server that is measured, from outside: a child process of its own, or one that runs already; by its HTTP interface.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::feed::EVENT_TYPE;
use super::websocket::RECONNECTION_TIME;
use crate::process::{Usage, Usages, usage};

/// Longer than a server takes for anything but streaming.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Server {
    /// What it is, for people.
    pub(super) name: String,
    /// Of each node, if there are several.
    pub(super) addrs: Vec<SocketAddr>,
    /// Of the stream, where it is not ours.
    pub(super) path: Option<String>,
    http: reqwest::Client,
    interface: Interface,
    /// How long publishing is tried again.
    insist: Duration,
    /// What each node has used when it was last seen.
    seen: Mutex<Vec<Usage>>,
    /// Killed when this is dropped.
    _child: Option<Child>,
}

/// How to publish, and to see what that costs.
#[derive(Debug)]
enum Interface {
    /// `POST /publish`, `GET /stats`.
    Demo,
    /// A line of data in, a line with the id out.
    Floor(Mutex<Pipes>, u32),
    /// The data is the body of a POST.
    Other(Url, u32),
}

type Pipes = (ChildStdin, Lines<BufReader<ChildStdout>>);

impl Server {
    /// Starts this program as a server without sources of its own, on a free port.
    pub(super) async fn start(clients: usize) -> anyhow::Result<Self> {
        let (clients, retry) = ((clients + 16).to_string(), RECONNECTION_TIME.as_millis().to_string());
        let serve = ["serve", "--addr", "127.0.0.1:0", "--no-sources", "--max-clients", &clients, "--retry", &retry];
        Ok(Self::spawn(&serve).await?.0)
    }

    /// Starts this program as the bare loop.
    pub(super) async fn start_floor() -> anyhow::Result<Self> {
        let (server, pipes, pid) = Self::spawn(&["floor"]).await?;
        Ok(Self { name: "floor".into(), interface: Interface::Floor(Mutex::new(pipes), pid), ..server })
    }

    async fn spawn(args: &[&str]) -> anyhow::Result<(Self, Pipes, u32)> {
        let program = std::env::current_exe().context("the path of this program")?;
        let mut child = Command::new(program)
            .args(args)
            // It is for servers that others can reach.
            .env_remove("DEMO_TOKEN")
            .env_remove("DEMO_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the server cannot be started")?;
        let mut output = BufReader::new(child.stdout.take().context("the server's output")?).lines();
        let line = timeout(PATIENCE, output.next_line()).await.context("the server does not start")??;
        // Why not, it says itself.
        let url =
            line.as_deref().and_then(|line| line.strip_prefix("Serving on ")).context("the server does not start")?;
        let server = Self::at(&url.parse().context("the server's URL")?)?;
        let (input, pid) = (child.stdin.take().context("the server's input")?, child.id().context("the server")?);
        Ok((Self { _child: Some(child), ..server }, (input, output), pid))
    }

    /// A server of another kind: where its stream is, where its events are published, and which process it is.
    pub(super) fn other(stream: &Url, publish: &Url, pid: u32) -> anyhow::Result<Self> {
        let path =
            stream.query().map_or_else(|| stream.path().to_owned(), |query| format!("{}?{query}", stream.path()));
        let server = Self::at(stream)?;
        Self::at(publish)?;
        Ok(Self { name: "other".into(), path: Some(path), interface: Interface::Other(publish.clone(), pid), ..server })
    }

    /// Nodes that run on this machine, and share a log.
    pub(super) fn at_all(urls: &[Url], insist: Duration) -> anyhow::Result<Self> {
        let (first, others) = urls.split_first().context("no URL")?;
        let mut server = Self { insist, ..Self::at(first)? };
        for url in others {
            server.addrs.append(&mut Self::at(url)?.addrs);
        }
        Ok(server)
    }

    /// A server that runs on this machine.
    fn at(url: &Url) -> anyhow::Result<Self> {
        ensure!(url.scheme() == "http", "{url}: expected http://, as connections are counted and cut below HTTP");
        let addrs = url.socket_addrs(|| None).with_context(|| format!("{url}: no address"))?;
        for ip in addrs.iter().map(SocketAddr::ip) {
            let host = url.host_str().unwrap_or_default();
            ensure!(ip.is_loopback(), "{host} is {ip}: load goes to this machine alone (127.0.0.0/8, ::1)");
        }
        let addr = addrs.iter().find(|addr| addr.is_ipv4()).or(addrs.first()).copied().context("no address")?;
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            name: "demo serve".into(),
            addrs: vec![addr],
            path: None,
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().context("an HTTP client")?,
            interface: Interface::Demo,
            insist: Duration::ZERO,
            seen: Mutex::default(),
            _child: None,
        })
    }

    pub(super) async fn stats(&self) -> anyhow::Result<Usages> {
        if let Interface::Floor(_, pid) | Interface::Other(_, pid) = self.interface {
            let usage = usage(pid);
            ensure!(usage.resident_bytes > 0, "{}: no process {pid}", self.name);
            return Ok(Usages(vec![(usage, true)]));
        }
        let mut seen = self.seen.lock().await;
        seen.resize(self.addrs.len(), Usage::default());
        let (mut usages, mut failed) = (Vec::new(), Ok(()));
        for (addr, seen) in self.addrs.iter().zip(&mut *seen) {
            let url = format!("http://{addr}/stats");
            let stats = self.answer(self.http.get(&url)).await.and_then(|stats| Ok(serde_json::from_value(stats)?));
            let usage = stats.with_context(|| format!("{url}: is this `demo serve`?"));
            *seen = *usage.as_ref().unwrap_or(seen);
            usages.push((*seen, usage.is_ok()));
            failed = failed.and(usage.map(drop));
        }
        // One of several may just be down.
        if usages.iter().any(|(_, now)| *now) { Ok(Usages(usages)) } else { failed.map(|()| Usages(usages)) }
    }

    /// Publishes an event; its id, where the server tells.
    pub(super) async fn publish(&self, data: &str) -> anyhow::Result<Option<String>> {
        match &self.interface {
            Interface::Demo => {
                let body = json!({ "event": EVENT_TYPE, "data": data });
                // What is sent twice is published once, at whichever node.
                let key = format!("{:032x}", fastrand::u128(..));
                let end = Instant::now() + self.insist;
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
            Interface::Floor(pipes, _) => {
                let (input, output) = &mut *pipes.lock().await;
                input.write_all(format!("{data}\n").as_bytes()).await?;
                output.next_line().await.context("the floor")
            }
            Interface::Other(url, _) => {
                let request = self.http.post(url.clone()).header(CONTENT_TYPE, "text/plain").body(data.to_owned());
                request.send().await?.error_for_status()?;
                Ok(None)
            }
        }
    }

    /// Cuts a client's connections from the server's side; how many.
    pub(super) async fn cut(&self, client: &str) -> anyhow::Result<u64> {
        let mut count = 0;
        for addr in &self.addrs {
            let request = self.http.post(format!("http://{addr}/cut")).json(&json!({ "client": client }));
            count += self.answer(request).await?["cut"].as_u64().context("how many were cut")?;
        }
        Ok(count)
    }

    /// The JSON that the answer is, or what it says instead.
    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let response = request.send().await?;
        let (url, status) = (response.url().clone(), response.status());
        let body = response.text().await?;
        ensure!(status.is_success(), "{url}: status {status}: {body}");
        serde_json::from_str(&body).with_context(|| format!("{url}: {body}"))
    }
}
