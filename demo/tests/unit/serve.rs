//! What no client can cause: a log that is slow or fails at a chosen moment, and a server that stops just then.

use std::fs;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use anyhow::anyhow;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending, ready};
use serde_json::json;
use socket2::SockRef;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::clients::{Carrier, Ending};
use super::connection::Connection;
use super::event::{Draft, MESSAGE};
use super::feed::Feed;
use super::hub::{Hub, Settings};
use super::log::{Appended, FileLog, Limits, Log, Position, Read, Tail};
use super::publish::append;
use super::sources::Source;
use super::stream::Stream;
use super::{first_end, refusal::Refusal};

/// What is wrong with the log now.
#[derive(Debug, Default)]
struct Faults {
    later: AtomicBool,
    fails: AtomicBool,
    hangs: AtomicBool,
}

#[derive(Debug)]
struct Faulty(watch::Sender<Tail>, Arc<Faults>);

impl Log for Faulty {
    fn tail(&self) -> &watch::Sender<Tail> {
        &self.0
    }

    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>> {
        if self.1.hangs.load(Ordering::Relaxed) {
            pending().boxed()
        } else if self.1.fails.load(Ordering::Relaxed) {
            ready(Err(io::Error::other("fails"))).boxed()
        } else {
            self.0.append(draft, key)
        }
    }

    fn read(&self, position: Position) -> Read {
        if self.1.later.load(Ordering::Relaxed) { Read::Later } else { self.0.borrow().read(position) }
    }
}

const LIMITS: Limits = Limits { events: 100, bytes: usize::MAX, age: Duration::MAX };

/// For this many clients.
fn hub(max_clients: usize) -> (Arc<Hub>, Arc<Faults>) {
    let faults = Arc::<Faults>::default();
    let second = Duration::from_secs(1);
    let settings =
        Settings { retry: second, keep_alive: 3_600, queue: 1, max_clients, patience: second, no_sources: true };
    let hub = Hub::new(settings, String::new());
    hub.open(Box::new(Faulty(watch::Sender::new(Tail::new(LIMITS)), Arc::clone(&faults))));
    (hub, faults)
}

fn join(hub: &Arc<Hub>) -> Result<Feed, Refusal> {
    let begin = hub.log().tail().borrow().end();
    let connection = Arc::new(Connection::new(&hub.connections));
    Feed::join(hub, connection, Carrier::Sse, None, Box::default(), begin)
}

#[tokio::test]
async fn a_needed_task_that_ends_or_panics_is_the_end() {
    for (panics, said) in [(false, "enough"), (true, "panicked")] {
        let mut needed = JoinSet::new();
        needed.spawn(pending());
        needed.spawn(async move {
            assert!(!panics);
            anyhow!("enough")
        });
        assert!(first_end(&mut needed).await.to_string().contains(said));
    }
}

/// No request waits for a disk. The kernel's counts for each thread show which one writes.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn files_are_written_and_cut_on_a_thread_that_serves_nobody() {
    let written = || -> u64 {
        let io = fs::read_to_string("/proc/thread-self/io").unwrap();
        io.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok()).unwrap()
    };
    let directory = tempfile::TempDir::new().unwrap();
    let limits = Limits { events: 3, ..LIMITS };
    let log = FileLog::open(&directory.path().join("log"), limits, &mut JoinSet::new()).unwrap();
    let (before, data) = (written(), "x".repeat(10_000));
    for _ in 0..10 {
        log.append(Draft::unnamed(&data), None).await.unwrap();
    }
    assert!(directory.path().join("log.old").exists());
    assert!(written() - before < 10_000);
}

#[test]
fn whoever_joins_while_the_server_stops_is_told_so_and_counts_nowhere() {
    let (hub, _) = hub(1);
    let joined = join(&hub).unwrap();
    assert!(format!("{:?}", join(&hub).unwrap_err()).contains("full"));
    drop(joined);
    hub.stop();
    assert!(format!("{:?}", join(&hub).unwrap_err()).contains("stopping"));
    assert_eq!(hub.clients.count()[&Carrier::Sse], 0);
    assert_eq!(hub.counters.rejected.load(Ordering::Relaxed), 1);
    assert_eq!(hub.counters.ended[Ending::Stopped as usize].load(Ordering::Relaxed), 0);
}

/// One client that fetches what it missed long ago costs the others nothing.
#[tokio::test]
async fn older_events_wake_only_those_who_wait_for_them() {
    #[derive(Default)]
    struct Woken(AtomicBool);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let (hub, _) = hub(2);
    let behind = join(&hub).unwrap();
    hub.publish(Draft::unnamed("x"), None).await.unwrap();
    let mut feeds = [behind, join(&hub).unwrap()];
    let woken = [Arc::<Woken>::default(), Arc::default()];
    for (feed, woken) in feeds.iter_mut().zip(&woken) {
        assert!(feed.poll_ending(&Context::from_waker(&Waker::from(Arc::clone(woken)))).is_none());
    }
    let attended = Arc::clone(&hub);
    let attending = tokio::spawn(async move { attended.attend().await });
    tokio::task::yield_now().await;
    hub.log().tail().send_modify(|_| {});
    while !woken[0].0.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
    assert!(!woken[1].0.load(Ordering::Relaxed));
    attending.abort();
}

#[tokio::test]
async fn a_log_that_does_not_answer_is_unavailable() {
    let (hub, faults) = hub(1);
    faults.hangs.store(true, Ordering::Relaxed);
    let refused = append(&hub, Draft::unnamed("x"), None, Duration::ZERO).await.unwrap_err().into_response();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn what_was_not_published_is_not_counted() {
    let (hub, faults) = hub(1);
    let mut source = Source::new(&hub, MESSAGE);
    for (fails, number) in [(false, 1), (true, 1), (false, 2)] {
        faults.fails.store(fails, Ordering::Relaxed);
        source.publish(json!({})).await;
        assert_eq!(Source::new(&hub, MESSAGE).number, number);
    }
}

/// A stream of the hub, and its peer.
async fn stream(hub: &Arc<Hub>) -> (Stream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (socket, _) = listener.accept().await.unwrap();
    SockRef::from(&socket).set_send_buffer_size(64 << 10).unwrap();
    (Stream::new(socket, Bytes::new(), join(hub).unwrap()), peer)
}

/// There is one sweep for all: the streams run in a runtime in which asking for a timer panics.
#[test]
fn a_sweep_looks_after_all_keep_alives_and_no_stream_needs_a_timer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        const CLIENTS: usize = 3;
        let (hub, _) = hub(CLIENTS);
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            let (stream, peer) = stream(&hub).await;
            clients.push((tokio::spawn(stream), peer, String::new()));
        }
        let sweep = || hub.clients.sweep(hub.log().tail().borrow().end(), 2);
        for step in ["1", "sweep", "2", "sweep", "sweep", ":", "3"] {
            if step == "sweep" {
                sweep();
                continue;
            }
            if step != ":" {
                hub.publish(Draft::unnamed(step), None).await.unwrap();
                hub.clients.wake();
            }
            for (_, peer, text) in &mut clients {
                let end = text.len();
                while !text[end..].ends_with(&format!("{step}\n\n\r\n")) {
                    let mut bytes = [0; 256];
                    let len = peer.read(&mut bytes).await.unwrap();
                    assert_ne!(len, 0, "{text}");
                    text.push_str(std::str::from_utf8(&bytes[..len]).unwrap());
                }
            }
        }
        hub.stop();
        for (stream, _, text) in clients {
            stream.await.unwrap();
            let lines = text.lines().filter(|line| line.starts_with(':') || line.starts_with("data"));
            assert_eq!(lines.collect::<Vec<_>>(), ["data: 1", "data: 2", ":", "data: 3"]);
        }
    });
}

#[tokio::test]
async fn no_keep_alive_comes_into_the_middle_of_an_event_that_the_log_has_to_fetch() {
    let (hub, faults) = hub(1);
    let begin = hub.log().tail().borrow().end();
    let (mut stream, mut peer) = stream(&hub).await;
    let mut go_on = || Pin::new(&mut stream).poll(&mut Context::from_waker(Waker::noop())).is_pending();
    // More than the kernel's buffers hold.
    let data = "x".repeat(8 << 20);
    hub.publish(Draft::unnamed(&data), None).await.unwrap();
    assert!(go_on());
    faults.later.store(true, Ordering::Relaxed);
    hub.clients.sweep(begin, 1);
    assert!(go_on());
    faults.later.store(false, Ordering::Relaxed);
    let reader = tokio::spawn(async move {
        let mut text = String::new();
        peer.read_to_string(&mut text).await.map(|_| text)
    });
    while hub.counters.deliveries.load(Ordering::Relaxed) == 0 {
        assert!(go_on());
        tokio::task::yield_now().await;
    }
    // The keep-alive has not been forgotten.
    assert!(go_on());
    drop(stream);
    let text = reader.await.unwrap().unwrap();
    let (_, rest) = text.split_once(&data).expect("the event as it is");
    assert_eq!(rest, "\n\n\r\n3\r\n:\n\n\r\n");
}
