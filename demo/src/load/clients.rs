//! The clients of one process, and what they share.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sse_wire::EventSource;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::feed::{EVENT_TYPE, Sample};
use super::ledger::Ledger;
use super::outcome::{Counts, Verdict};
use super::websocket::Reconnection;

/// How many connections are made at a time, so that the server's queue of new ones does not overflow.
const DOORS: usize = 128;

/// One source address has about 28,000 ports, and a port is taken for a minute after its connection is closed.
const CLIENTS_PER_ADDRESS: usize = 10_000;

/// What a process with clients needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) addrs: Vec<SocketAddr>,
    /// The path of the stream, if it is not ours: without our event types and ids.
    pub(super) path: Option<String>,
    pub(super) websocket: bool,
    pub(super) run: u32,
    /// The same instant for all processes.
    pub(super) began: SystemTime,
    /// The number of clients in the processes before this one.
    pub(super) first: usize,
    pub(super) clients: usize,
    /// The largest possible number of events.
    pub(super) events: usize,
}

impl Part {
    pub(super) fn epoch(&self) -> anyhow::Result<Instant> {
        let ago = self.began.elapsed().unwrap_or_default();
        Instant::now().checked_sub(ago).context("the clock cannot represent the start of the run")
    }

    /// The key by which a client's connections can be cut at the server.
    pub(super) fn key(&self, client: usize) -> String {
        format!("load-{:08x}-{client}", self.run)
    }
}

#[derive(Debug)]
pub(super) struct Clients {
    pub(super) part: Part,
    epoch: Instant,
    verdict: Mutex<Verdict>,
    /// As TCP carries them, both ways, without TCP's own headers.
    pub(super) bytes: AtomicU64,
    doors: Arc<Semaphore>,
    cuts: Vec<Notify>,
}

impl Clients {
    pub(super) fn start(part: Part) -> anyhow::Result<Arc<Self>> {
        let clients = Arc::new(Self {
            epoch: part.epoch()?,
            verdict: Mutex::new(Verdict::new(part.events)),
            bytes: AtomicU64::new(0),
            doors: Arc::new(Semaphore::new(DOORS)),
            cuts: (0..part.clients).map(|_| Notify::new()).collect(),
            part,
        });
        let part = &clients.part;
        for index in part.first..part.first + part.clients {
            let client = Client {
                clients: Arc::clone(&clients),
                index,
                node: index % part.addrs.len(),
                ledger: Ledger::default(),
                since: None,
                ended: None,
                door: None,
            };
            if part.websocket {
                tokio::spawn(client.run(Reconnection::default()));
            } else {
                tokio::spawn(client.run(EventSource::new()));
            }
        }
        Ok(clients)
    }

    /// Makes a client drop its connection, if it is one of these.
    pub(super) fn cut(&self, client: usize) {
        if let Some(cut) = client.checked_sub(self.part.first).and_then(|index| self.cuts.get(index)) {
            cut.notify_one();
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { bytes: self.bytes.load(Relaxed), ..self.verdict().counts }
    }

    /// So far.
    pub(super) fn verdict(&self) -> MutexGuard<'_, Verdict> {
        self.verdict.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One client, apart from the transport.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) clients: Arc<Clients>,
    index: usize,
    /// The node that it is connected to, or will try next.
    node: usize,
    ledger: Ledger,
    /// When the open stream was opened.
    since: Option<Duration>,
    /// When the previous one ended.
    ended: Option<Duration>,
    door: Option<OwnedSemaphorePermit>,
}

impl Client {
    pub(super) fn addr(&self) -> SocketAddr {
        self.clients.part.addrs[self.node]
    }

    pub(super) fn key(&self) -> String {
        self.clients.part.key(self.index)
    }

    pub(super) async fn connect(&mut self) -> io::Result<TcpStream> {
        self.door = Arc::clone(&self.clients.doors).acquire_owned().await.ok();
        let addr = self.addr();
        // The first clients take the address that the system gives; the others one from 127.0.0.2 on.
        let block = u8::try_from(self.index / CLIENTS_PER_ADDRESS).unwrap_or(u8::MAX - 1);
        let stream = if block > 0 && addr.is_ipv4() {
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::new(127, 0, 0, block + 1), 0).into())?;
            socket.connect(addr).await?
        } else {
            TcpStream::connect(addr).await?
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The server has accepted.
    pub(super) fn open(&mut self) {
        self.door = None;
        let now = self.clients.epoch.elapsed();
        self.since = Some(now);
        let mut verdict = self.clients.verdict();
        if let Some(ended) = self.ended.take() {
            verdict.away.add(now.saturating_sub(ended));
        }
        verdict.counts.open += 1;
        verdict.counts.opened += 1;
    }

    /// The connection has ended, if there was one. Returns whether it had been open.
    fn close(&mut self, result: Option<io::Result<()>>) -> bool {
        self.door = None;
        let was_open = self.since.take().is_some();
        let mut verdict = self.clients.verdict();
        if was_open {
            verdict.counts.open -= 1;
            self.ended = Some(self.clients.epoch.elapsed());
        } else if let Some(Err(error)) = result {
            verdict.first_error.get_or_insert_with(|| error.to_string());
        }
        was_open
    }

    pub(super) fn event(&mut self, event_type: &str, id: &str, data: &str) {
        let Clients { part, epoch, .. } = &*self.clients;
        let mut verdict = self.clients.verdict();
        verdict.faults.resets += u64::from(event_type == "reset");
        let foreign = part.path.is_some();
        let ours = |sample: &Sample| sample.run == part.run && (foreign || event_type == EVENT_TYPE);
        let Some(sample) = Sample::parse(data).filter(ours) else { return };
        if !(foreign || verdict.is_id(sample.number, id)) {
            verdict.faults.wrong_id += 1;
        }
        if self.ledger.enter(sample.number, &mut verdict.faults) {
            verdict.counts.delivered += 1;
            let live = self.since.is_some_and(|since| sample.sent >= since);
            verdict.add(sample.number, epoch.elapsed().saturating_sub(sample.sent), live);
        }
    }

    /// One connection after the other, until the run is over.
    async fn run(mut self, mut protocol: impl Protocol) {
        let clients = Arc::clone(&self.clients);
        let (cut, nodes) = (&clients.cuts[self.index - clients.part.first], clients.part.addrs.len());
        let mut refused = 0;
        loop {
            let result = until_cut(protocol.connection(&mut self), cut).await;
            let lost = self.close(result);
            // Any node can resume it: clients of a lost node spread over the others, and one that is refused tries the
            // next.
            self.node = (self.node + if lost { fastrand::usize(1..nodes.max(2)) } else { 1 }) % nodes;
            refused = if lost { 0 } else { refused + 1 };
            if !lost && refused % nodes > 0 {
                continue;
            }
            let Some(wait) = protocol.on_end() else { return };
            until_cut(tokio::time::sleep(wait), cut).await;
        }
    }
}

/// How events reach a client.
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
