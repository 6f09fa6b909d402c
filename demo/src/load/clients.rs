//! Many clients on threads of their own, and what they have in common.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::feed::{EVENT_TYPE, Sample};
use super::ledger::{Faults, Ledger};
use super::outcome::{Counts, Verdict};
use super::socket;

/// How many connections are being made at a time, so that the server's queue of new ones does not overflow.
const DOORS: usize = 128;

/// The clients of one process, and what they are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) addrs: Vec<SocketAddr>,
    /// The path of the stream, where it is not one of ours: without our event types and ids.
    pub(super) path: Option<String>,
    pub(super) run: u32,
    /// The same instant for all processes.
    pub(super) began: SystemTime,
    /// Clients of other processes that come before those of this one.
    pub(super) first: usize,
    pub(super) clients: usize,
    /// How many events there are at most.
    pub(super) events: usize,
    pub(super) threads: usize,
}

/// What all clients of a process have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) part: Part,
    pub(super) epoch: Instant,
    verdict: Mutex<Verdict>,
    /// As TCP carries them, both ways: without its own headers.
    pub(super) bytes: Arc<AtomicU64>,
    doors: Arc<Semaphore>,
    cuts: Vec<Notify>,
    stopped: AtomicBool,
}

impl Shared {
    fn new(part: Part) -> anyhow::Result<Self> {
        let ago = part.began.elapsed().unwrap_or_default();
        Ok(Self {
            epoch: Instant::now().checked_sub(ago).context("the clock cannot represent the start of the run")?,
            verdict: Mutex::new(Verdict::new(part.events)),
            bytes: Arc::default(),
            doors: Arc::new(Semaphore::new(DOORS)),
            cuts: (0..part.clients).map(|_| Notify::new()).collect(),
            stopped: AtomicBool::new(false),
            part,
        })
    }

    /// The key by which a client's connections can be cut at the server.
    pub(super) fn key(&self, client: usize) -> String {
        format!("load-{:08x}-{}", self.part.run, self.part.first + client)
    }

    /// Makes a client drop its connection.
    pub(super) fn cut(&self, client: usize) {
        if let Some(cut) = self.cuts.get(client) {
            cut.notify_one();
        }
    }

    /// So far.
    pub(super) fn verdict(&self) -> MutexGuard<'_, Verdict> {
        self.verdict.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One client, as far as it does not depend on the transport.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) shared: Arc<Shared>,
    index: usize,
    /// The node that it is connected to, or tries next.
    node: usize,
    ledger: Ledger,
    is_open: bool,
    /// When the stream was opened, since the epoch.
    since: Duration,
    /// When the one before ended.
    ended: Option<Duration>,
    /// When it was that some of what was published may have got lost on the way, if it has not come since.
    lacks_since: Option<Duration>,
    /// When the newest of what was published before the stream was opened was there.
    caught_up: Duration,
    door: Option<OwnedSemaphorePermit>,
}

impl Client {
    pub(super) fn addr(&self) -> SocketAddr {
        self.shared.part.addrs[self.node]
    }

    pub(super) fn key(&self) -> String {
        self.shared.key(self.index)
    }

    pub(super) async fn connect(&mut self) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + use<>> {
        self.door = Arc::clone(&self.shared.doors).acquire_owned().await.ok();
        socket::connect(self.addr(), self.shared.part.first + self.index, Arc::clone(&self.shared.bytes)).await
    }

    /// The server has accepted.
    pub(super) fn open(&mut self) {
        self.door = None;
        self.is_open = true;
        self.since = self.shared.epoch.elapsed();
        self.caught_up = self.since;
        let mut verdict = self.shared.verdict();
        if let Some(ended) = self.ended.take() {
            verdict.figures.away.add(self.since.saturating_sub(ended));
        }
        verdict.counts.open += 1;
        verdict.counts.opened += 1;
    }

    /// The connection has ended, if there was one; whether it had been open.
    fn close(&mut self, result: &io::Result<()>) -> bool {
        self.door = None;
        let was_open = std::mem::take(&mut self.is_open);
        if was_open {
            self.shared.verdict().counts.open -= 1;
            self.ended = Some(self.shared.epoch.elapsed());
            // One that ends before its client is whole again makes that later.
            self.lacks_since = self.lacks_since.or(self.ended);
        } else if let Err(error) = result {
            self.shared.verdict().first_error.get_or_insert_with(|| error.to_string());
        }
        was_open
    }

    pub(super) fn event(&mut self, event_type: &str, id: &str, data: &str) {
        if event_type == "reset" {
            self.ledger.faults.resets += 1;
        }
        let shared = &*self.shared;
        let ours = event_type == EVENT_TYPE || shared.part.path.is_some();
        let Some(sample) = Sample::parse(data).filter(|sample| ours && sample.run == shared.part.run) else { return };
        let mut verdict = shared.verdict();
        if shared.part.path.is_none() && !verdict.is_id(sample.number, id) {
            self.ledger.faults.wrong_id += 1;
        }
        if !self.ledger.enter(sample.number) {
            return;
        }
        verdict.counts.delivered += 1;
        let now = shared.epoch.elapsed();
        let live = sample.sent >= self.since;
        // The first event is for warming up.
        if sample.number > 0 {
            verdict.figures.add(sample.number, now.saturating_sub(sample.sent), live);
        }
        drop(verdict);
        if live {
            self.recovered(self.ledger.is_whole());
        } else {
            self.caught_up = now;
        }
    }

    /// Has all again that was published before the stream was opened, if it is `whole`.
    fn recovered(&mut self, whole: bool) {
        // Not before it had another stream.
        let lacks_since = self.lacks_since.take_if(|since| whole && *since <= self.caught_up);
        if let Some(since) = lacks_since {
            self.shared.verdict().figures.recoveries.add(self.caught_up.saturating_sub(since));
        }
    }

    /// One connection after the other, until the run is over.
    pub(super) async fn run(mut self, mut protocol: impl Protocol) -> Self {
        let shared = Arc::clone(&self.shared);
        let (cut, nodes) = (&shared.cuts[self.index], shared.part.addrs.len());
        let mut refused = 0;
        loop {
            let result = until_cut(protocol.connection(&mut self), cut).await.unwrap_or(Ok(()));
            let lost = self.close(&result);
            if shared.stopped.load(Relaxed) {
                return self;
            }
            // Any node resumes it: whom one has lost spread over the others, and from one that refuses it goes to the next.
            self.node = (self.node + if lost { fastrand::usize(1..nodes.max(2)) } else { 1 }) % nodes;
            refused = if lost { 0 } else { refused + 1 };
            if !lost && refused % nodes > 0 {
                continue;
            }
            let Some(wait) = protocol.on_end() else { return self };
            let _ = until_cut(tokio::time::sleep(wait), cut).await;
        }
    }
}

/// How events come to a client.
pub(super) trait Protocol {
    /// Connects, and receives until the connection ends.
    fn connection(&mut self, client: &mut Client) -> impl Future<Output = io::Result<()>> + Send;

    /// How long to wait until the next one, if there should be one.
    fn on_end(&mut self) -> Option<Duration>;
}

async fn until_cut<T>(connection: impl Future<Output = T>, cut: &Notify) -> Option<T> {
    tokio::select! {
        biased;
        result = connection => Some(result),
        () = cut.notified() => None,
    }
}

/// The clients of a run, at work until [`stop`](Self::stop).
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) shared: Arc<Shared>,
    runtime: Option<Runtime>,
    tasks: Vec<JoinHandle<Client>>,
}

impl Clients {
    /// Each is a future of `run`.
    pub(super) fn start<F>(part: Part, run: impl Fn(Client) -> F) -> anyhow::Result<Self>
    where
        F: Future<Output = Client> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(part.threads)
            .enable_all()
            .build()
            .context("threads for the clients")?;
        let shared = Arc::new(Shared::new(part)?);
        let part = &shared.part;
        let tasks = (0..part.clients)
            .map(|index| {
                let client = Client {
                    shared: Arc::clone(&shared),
                    index,
                    node: (part.first + index) % part.addrs.len(),
                    ledger: Ledger::default(),
                    is_open: false,
                    since: Duration::ZERO,
                    ended: None,
                    lacks_since: None,
                    caught_up: Duration::ZERO,
                    door: None,
                };
                runtime.spawn(run(client))
            })
            .collect();
        Ok(Self { shared: Arc::clone(&shared), runtime: Some(runtime), tasks })
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { bytes: self.shared.bytes.load(Relaxed), ..self.shared.verdict().counts }
    }

    /// Ends all connections; what the clients have received of so many events.
    pub(super) async fn stop(mut self, published: u64) -> anyhow::Result<Verdict> {
        let counts = self.counts();
        self.shared.stopped.store(true, Relaxed);
        self.shared.cuts.iter().for_each(Notify::notify_one);
        let mut faults = Faults::default();
        for task in std::mem::take(&mut self.tasks) {
            let mut client = task.await.context("a client")?;
            let its = client.ledger.faults(published);
            client.recovered(its.lost == 0);
            faults = faults.plus(its);
        }
        let mut verdict = std::mem::take(&mut *self.shared.verdict());
        (verdict.counts, verdict.faults) = (counts, verdict.faults.plus(faults));
        Ok(verdict)
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
