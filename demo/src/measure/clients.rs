//! Many clients on threads of their own, and what they have in common.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::crew::Order;
use super::feed::{EVENT_TYPE, Sample};
use super::ledger::Ledger;
use super::server::Server;
use super::socket::{Bytes, Socket};

/// How many connections are being made at a time, so that the server's queue of new ones does not overflow.
const DOORS: usize = 128;

/// What all clients of a run have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) addrs: Vec<SocketAddr>,
    /// The path of the stream, where it is not one of ours: without our event types and ids.
    pub(super) path: Option<String>,
    pub(super) run: u32,
    pub(super) epoch: Instant,
    /// The same, for other processes.
    pub(super) began: SystemTime,
    /// Clients of other processes that come before those of this one.
    first: usize,
    /// The id of each event, as whoever was first has seen it.
    pub(super) ids: Vec<OnceLock<Box<str>>>,
    /// Events whose receivers saw another id than their publisher.
    pub(super) wrong_ids: AtomicU64,
    /// Streams that are open now.
    pub(super) open: AtomicUsize,
    /// Streams that were opened in all.
    pub(super) opened: AtomicU64,
    /// Events received, doubles not counted, over all clients.
    pub(super) delivered: AtomicU64,
    /// From publishing to receipt, in microseconds, of events that were published while their receiver was connected.
    pub(super) latencies: Mutex<Histogram<u64>>,
    /// The same of each event's last receiver.
    pub(super) lasts: Vec<AtomicU64>,
    pub(super) bytes: Arc<Bytes>,
    /// The first thing that went wrong with a connection that nobody cut.
    pub(super) first_error: OnceLock<String>,
    doors: Arc<Semaphore>,
    cuts: Vec<Notify>,
    stopped: AtomicBool,
    awaited_client: AtomicUsize,
    awaited: Mutex<Option<Awaited>>,
}

/// Somebody waits for a client to have everything before an event.
#[derive(Debug)]
struct Awaited {
    number: u64,
    done: oneshot::Sender<Duration>,
}

impl Shared {
    fn new(part: Part) -> anyhow::Result<Self> {
        let Part { addrs, path, run, began, first, clients, events: most_events } = part;
        let ago = began.elapsed().unwrap_or_default();
        Ok(Self {
            addrs,
            path,
            run,
            epoch: Instant::now().checked_sub(ago).context("a clock that goes back so far")?,
            began,
            first,
            ids: (0..most_events).map(|_| OnceLock::new()).collect(),
            wrong_ids: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            opened: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            latencies: Mutex::new(Histogram::new(3)?),
            lasts: (0..most_events).map(|_| AtomicU64::new(0)).collect(),
            bytes: Arc::default(),
            first_error: OnceLock::new(),
            doors: Arc::new(Semaphore::new(DOORS)),
            cuts: (0..clients).map(|_| Notify::new()).collect(),
            stopped: AtomicBool::new(false),
            awaited_client: AtomicUsize::new(usize::MAX),
            awaited: Mutex::new(None),
        })
    }

    /// The key by which a client's connections can be cut at the server.
    pub(super) fn key(&self, client: usize) -> String {
        format!("load-{:08x}-{}", self.run, self.first + client)
    }

    /// Makes a client drop its connection.
    pub(super) fn cut(&self, client: usize) {
        if let Some(cut) = self.cuts.get(client) {
            cut.notify_one();
        }
    }

    /// Tells when, since the epoch, a client has everything before `number`.
    pub(super) fn whole(&self, client: usize, number: u64) -> oneshot::Receiver<Duration> {
        let (done, receiver) = oneshot::channel();
        *self.awaited.lock().unwrap_or_else(PoisonError::into_inner) = Some(Awaited { number, done });
        self.awaited_client.store(client, Relaxed);
        receiver
    }

    /// Whether the id is the one that belongs to the event.
    pub(super) fn is_id(&self, number: u64, id: &str) -> bool {
        usize::try_from(number)
            .ok()
            .and_then(|index| self.ids.get(index))
            .is_some_and(|known| &**known.get_or_init(|| id.into()) == id)
    }
}

/// One client, as far as it does not depend on the transport.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) shared: Arc<Shared>,
    index: usize,
    /// The node that it is connected to.
    pub(super) addr: SocketAddr,
    has_tried: bool,
    ledger: Ledger,
    is_open: bool,
    /// When the stream was opened, since the epoch.
    since: Duration,
    door: Option<OwnedSemaphorePermit>,
}

impl Client {
    pub(super) fn key(&self) -> String {
        self.shared.key(self.index)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Relaxed)
    }

    pub(super) async fn connect(&mut self) -> io::Result<Socket> {
        self.door = Arc::clone(&self.shared.doors).acquire_owned().await.ok();
        // Any node resumes it.
        if std::mem::replace(&mut self.has_tried, true) {
            self.addr = self.shared.addrs[fastrand::usize(..self.shared.addrs.len())];
        }
        Socket::connect(self.addr, self.shared.first + self.index, Arc::clone(&self.shared.bytes)).await
    }

    /// The server has accepted.
    pub(super) fn open(&mut self) {
        self.door = None;
        self.is_open = true;
        self.since = self.shared.epoch.elapsed();
        self.shared.open.fetch_add(1, Relaxed);
        self.shared.opened.fetch_add(1, Relaxed);
    }

    /// The connection has ended, if there was one.
    pub(super) fn close<E: std::fmt::Display>(&mut self, result: &Result<(), E>) {
        self.door = None;
        if std::mem::take(&mut self.is_open) {
            self.shared.open.fetch_sub(1, Relaxed);
        } else if let Err(error) = result {
            self.shared.first_error.get_or_init(|| error.to_string());
        }
    }

    pub(super) fn event(&mut self, event_type: &str, id: &str, data: &str) {
        if event_type == "reset" {
            self.ledger.resets += 1;
        }
        let shared = &*self.shared;
        let ours = event_type == EVENT_TYPE || shared.path.is_some();
        let Some(sample) = Sample::parse(data).filter(|sample| ours && sample.run == shared.run) else { return };
        if shared.path.is_none() && !shared.is_id(sample.number, id) {
            self.ledger.wrong_id += 1;
        }
        if !self.ledger.enter(sample.number) {
            return;
        }
        shared.delivered.fetch_add(1, Relaxed);
        let now = shared.epoch.elapsed();
        // The first event is for warming up.
        if sample.number > 0 && sample.sent >= self.since {
            let latency = now.saturating_sub(sample.sent).as_micros().try_into().unwrap_or(u64::MAX);
            // Fails for what no memory could count.
            let _ = shared.latencies.lock().unwrap_or_else(PoisonError::into_inner).record(latency);
            if let Some(last) = usize::try_from(sample.number).ok().and_then(|index| shared.lasts.get(index)) {
                last.fetch_max(latency, Relaxed);
            }
        }
        if shared.awaited_client.load(Relaxed) == self.index {
            let mut awaited = shared.awaited.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(awaited) = awaited.take_if(|awaited| self.ledger.is_whole(awaited.number)) {
                shared.awaited_client.store(usize::MAX, Relaxed);
                let _ = awaited.done.send(now);
            }
        }
    }

    /// Runs a connection until it ends or is cut.
    pub(super) async fn until_cut<T>(shared: &Shared, index: usize, connection: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            result = connection => Some(result),
            () = shared.cuts[index].notified() => None,
        }
    }

    pub(super) const fn index(&self) -> usize {
        self.index
    }

    pub(super) fn into_ledger(self) -> Ledger {
        self.ledger
    }
}

/// The clients of one process, and what they are to know.
#[derive(Debug)]
pub(super) struct Part {
    addrs: Vec<SocketAddr>,
    path: Option<String>,
    run: u32,
    began: SystemTime,
    first: usize,
    clients: usize,
    events: u64,
}

impl Part {
    pub(super) fn of(server: &Server, clients: usize, events: u64) -> Self {
        let (addrs, path) = (server.addrs.clone(), server.path.clone());
        Self { addrs, path, run: fastrand::u32(..), began: SystemTime::now(), first: 0, clients, events }
    }

    pub(super) fn of_order(order: &Order) -> Self {
        let Order { addrs, run, began, first, clients, events, .. } = order.clone();
        Self { addrs, path: None, run, began, first, clients, events }
    }
}

/// How far the clients are.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) open: usize,
    pub(super) opened: u64,
    pub(super) delivered: u64,
    pub(super) bytes: u64,
}

impl Counts {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            opened: self.opened + other.opened,
            delivered: self.delivered + other.delivered,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// What the clients of one process have received.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) counts: Counts,
    pub(super) lost: u64,
    pub(super) doubled: u64,
    pub(super) out_of_order: u64,
    pub(super) wrong_id: u64,
    pub(super) resets: u64,
    pub(super) latencies: Vec<(u64, u64)>,
    pub(super) lasts: Vec<u64>,
    pub(super) ids: Vec<Option<Box<str>>>,
    pub(super) first_error: Option<String>,
}

/// The clients of a run, at work until [`stop`](Self::stop).
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) shared: Arc<Shared>,
    runtime: Option<Runtime>,
    tasks: Vec<JoinHandle<Ledger>>,
}

impl Clients {
    /// Each is a future of `run`.
    pub(super) fn start<F>(part: Part, threads: usize, run: impl Fn(Client) -> F) -> anyhow::Result<Self>
    where
        F: Future<Output = Ledger> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .context("threads for the clients")?;
        let shared = Arc::new(Shared::new(part)?);
        let tasks = (0..shared.cuts.len())
            .map(|index| {
                let client = Client {
                    shared: Arc::clone(&shared),
                    index,
                    addr: shared.addrs[(shared.first + index) % shared.addrs.len()],
                    has_tried: false,
                    ledger: Ledger::default(),
                    is_open: false,
                    since: Duration::ZERO,
                    door: None,
                };
                runtime.spawn(run(client))
            })
            .collect();
        Ok(Self { shared, runtime: Some(runtime), tasks })
    }

    pub(super) fn counts(&self) -> Counts {
        let Shared { open, opened, delivered, bytes, .. } = &*self.shared;
        Counts {
            open: open.load(Relaxed),
            opened: opened.load(Relaxed),
            delivered: delivered.load(Relaxed),
            bytes: bytes.received.load(Relaxed) + bytes.sent.load(Relaxed),
        }
    }

    /// Ends all connections; what the clients have received of so many events.
    pub(super) async fn stop(mut self, published: u64) -> anyhow::Result<Verdict> {
        let counts = self.counts();
        self.shared.stopped.store(true, Relaxed);
        self.shared.cuts.iter().for_each(Notify::notify_one);
        let mut ledgers = Vec::with_capacity(self.tasks.len());
        for task in std::mem::take(&mut self.tasks) {
            ledgers.push(task.await.context("a client")?);
        }
        let shared = &*self.shared;
        let sum = |count: fn(&Ledger) -> u64| ledgers.iter().map(count).sum::<u64>();
        let latencies = shared.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Verdict {
            counts,
            lost: ledgers.iter().map(|ledger| ledger.lost(published)).sum(),
            doubled: sum(|ledger| ledger.doubled),
            out_of_order: sum(|ledger| ledger.out_of_order),
            wrong_id: sum(|ledger| ledger.wrong_id) + shared.wrong_ids.load(Relaxed),
            resets: sum(|ledger| ledger.resets),
            latencies: latencies.iter_recorded().map(|at| (at.value_iterated_to(), at.count_at_value())).collect(),
            lasts: shared.lasts.iter().map(|last| last.load(Relaxed)).collect(),
            ids: shared.ids.iter().map(|id| id.get().cloned()).collect(),
            first_error: shared.first_error.get().cloned(),
        })
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
