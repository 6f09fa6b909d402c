//! The server that is measured, from outside: a child process of its own, or one that runs already; by its HTTP interface.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::feed::EVENT_TYPE;

/// Longer than a server takes for anything but streaming.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Server {
    base: Url,
    pub(super) addr: SocketAddr,
    http: reqwest::Client,
    /// Killed when this is dropped.
    child: Option<Child>,
}

/// What `GET /stats` says, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Stats {
    pub(super) resident_bytes: u64,
    pub(super) cpu_seconds: f64,
}

#[derive(Deserialize)]
struct Published {
    id: String,
}

#[derive(Deserialize)]
struct Cut {
    cut: u64,
}

impl Server {
    /// Starts this program as a server without sources of its own, on a free port.
    pub(crate) async fn start(clients: usize, reconnection_time: Duration) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the path of this program")?;
        let mut child = Command::new(program)
            .args(["serve", "--addr", "127.0.0.1:0", "--no-sources"])
            .args(["--max-clients", &(clients + 16).to_string()])
            .args(["--retry", &reconnection_time.as_millis().to_string()])
            // It is for servers that others can reach.
            .env_remove("DEMO_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the server cannot be started")?;
        let said = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(keep_last(stderr, Arc::clone(&said)));
        }
        let mut stdout = BufReader::new(child.stdout.take().context("the server's output")?);
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await.context("the server does not start")??;
        let Some(url) = line.trim_end().strip_prefix("Serving on ") else {
            let _ = tokio::time::timeout(PATIENCE, child.wait()).await;
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            bail!("the server does not start: {}", said.iter().cloned().collect::<Vec<_>>().join("\n"));
        };
        let mut server = Self::at(&url.parse().context("the server's URL")?).await?;
        server.child = Some(child);
        Ok(server)
    }

    /// A server that runs on this machine.
    pub(crate) async fn at(url: &Url) -> anyhow::Result<Self> {
        ensure!(url.scheme() == "http", "{url}: expected http://, as connections are counted and cut below HTTP");
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let addrs: Vec<_> =
            tokio::net::lookup_host((host, port)).await.with_context(|| format!("{host}: no address"))?.collect();
        for addr in &addrs {
            ensure!(
                addr.ip().is_loopback(),
                "{host} is {}: load goes to this machine alone (127.0.0.0/8, ::1)",
                addr.ip()
            );
        }
        let addr = addrs.iter().find(|addr| addr.is_ipv4()).or(addrs.first()).copied().context("no address")?;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().context("an HTTP client")?;
        let base = Url::parse(&format!("http://{addr}/")).context("the server's URL")?;
        Ok(Self { base, addr, http, child: None })
    }

    pub(super) async fn stats(&self) -> anyhow::Result<Stats> {
        let url = self.url("stats")?;
        let response = self.http.get(url.clone()).send().await.and_then(reqwest::Response::error_for_status);
        let stats = match response {
            Ok(response) => response.json().await,
            Err(error) => Err(error),
        };
        stats.map_err(reqwest::Error::without_url).with_context(|| format!("{url}: is this `demo serve`?"))
    }

    /// Publishes an event; its id.
    pub(super) async fn publish(&self, data: &str) -> anyhow::Result<String> {
        let published: Published = self.post("publish", &json!({ "event": EVENT_TYPE, "data": data })).await?;
        Ok(published.id)
    }

    /// Cuts a client's connections from the server's side; how many.
    pub(super) async fn cut(&self, client: &str) -> anyhow::Result<u64> {
        let cut: Cut = self.post("cut", &json!({ "client": client })).await?;
        Ok(cut.cut)
    }

    async fn post<T: for<'de> Deserialize<'de>>(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<T> {
        let url = self.url(path)?;
        let response = self.http.post(url.clone()).json(body).send().await.with_context(|| format!("POST {url}"))?;
        let status = response.status();
        let body = response.bytes().await.with_context(|| format!("POST {url}"))?;
        ensure!(status.is_success(), "POST {url}: status {status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).with_context(|| format!("POST {url}: {}", String::from_utf8_lossy(&body)))
    }

    fn url(&self, path: &str) -> anyhow::Result<Url> {
        self.base.join(path).context("a URL")
    }
}

/// Reads lines to their end, so that the child never waits, and keeps the last ones.
async fn keep_last(lines: impl tokio::io::AsyncRead + Unpin, last: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(lines).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_back(line);
        if last.len() > 20 {
            last.pop_front();
        }
    }
}
