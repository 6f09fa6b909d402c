//! The log of several servers: a stream of NATS JetStream, in addition to the tail in memory.
//!
//! Each node reads the stream with one consumer, in order, into its tail. A client's position is a sequence number of
//! the stream, so any node continues where another one was.

mod older;
mod publish;
mod stream;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use async_nats::connection::State;
use async_nats::datetime::DateTime;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::Info;
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{HeaderMap, header};
use futures_util::future::{BoxFuture, ready};
use futures_util::{FutureExt as _, StreamExt as _};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use self::older::Older;
pub(crate) use self::stream::Options;
use super::{Appended, Limits, Log, Lost, Position, Read, Tail};
use crate::serve::event::{Draft, RESET};
use crate::serve::first_end;
use crate::serve::say::say;

/// The header with the type of an event that has one; the data is the payload.
const EVENT: &str = "Event";
/// How often a failed step is retried.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a client with an id that this node does not know yet waits. A new leader may miss the last ones for a
/// moment.
const GRACE: Duration = Duration::from_secs(3);
/// How often the stream is asked where it begins and ends.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct NatsLog(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    context: Context,
    /// The name of the stream, and of the subject that it stores.
    name: String,
    epoch: String,
    tail: watch::Sender<Tail>,
    older: Older,
    /// The first and the last number of the stream, as far as this node knows.
    first: AtomicU64,
    last: AtomicU64,
    /// This node has everything up to this number. The newest events may have been deleted.
    reached: watch::Sender<u64>,
    /// When the stream was asked for that on behalf of clients, and whether it has answered.
    last_query: Mutex<Option<(Instant, bool)>>,
    /// Whether the stream ends before what this node has, and how many connections there had been when it said so.
    is_shorter: AtomicBool,
    connections: AtomicU64,
    /// Whether it has given a number to a second event.
    is_another: AtomicBool,
}

/// A temporary failure on the way to the stream.
type Passing = async_nats::Error;
/// The number of an event, and when the stream got it; no other event has both.
type Newest = (u64, DateTime);

impl NatsLog {
    /// Waits until NATS is there. The tasks of the log go to `needed`; an error is final.
    pub(crate) async fn open(
        servers: &str,
        options: &Options,
        limits: Limits,
        node: &str,
        needed: &mut JoinSet<anyhow::Error>,
    ) -> anyhow::Result<Self> {
        let (context, info, refusal) = options.open(servers, limits, node).await?;
        needed.spawn(refusal);
        let limits = Limits { events: limits.events.min(options.log_tail), ..limits };
        let (first, last) = (info.state.first_sequence.max(1), info.state.last_sequence);
        let epoch = epoch(&info);
        let start = last.saturating_sub(limits.events as u64).max(first - 1);
        let tail = watch::Sender::new(Tail::after(start, &epoch, limits));
        let shared = Arc::new(Shared {
            context,
            name: info.config.name,
            epoch,
            tail,
            older: Older::default(),
            first: AtomicU64::new(first),
            last: AtomicU64::new(last),
            reached: watch::Sender::new(start),
            last_query: Mutex::default(),
            is_shorter: AtomicBool::default(),
            connections: AtomicU64::default(),
            is_another: AtomicBool::default(),
        });
        needed.spawn(Arc::clone(&shared).follow());
        needed.spawn(Arc::clone(&shared).watch_stream());
        needed.spawn(Arc::clone(&shared).load_older());
        let mut reached = shared.reached.subscribe();
        tokio::select! {
            _ = reached.wait_for(|reached| *reached >= last) => {}
            ended = first_end(needed) => return Err(ended),
        }
        Ok(Self(shared))
    }
}

/// A stream that was created again is another one, despite its name.
fn epoch(info: &Info) -> String {
    format!("{:x}", info.created.unix_timestamp_nanos() / 1_000)
}

impl Log for NatsLog {
    fn tail(&self) -> &watch::Sender<Tail> {
        &self.0.tail
    }

    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>> {
        self.0.publish(draft, key).boxed()
    }

    fn read(&self, position: Position) -> Read {
        let shared = &self.0;
        let read = shared.tail.borrow().read(position);
        match read {
            Read::Gone if position.0 + 1 >= shared.first.load(Ordering::Relaxed) => shared.older.read(position),
            Read::End if position > shared.end() => Read::Later,
            read => read,
        }
    }

    fn find<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Position, Lost>> {
        let found = self.0.tail.borrow().find(id);
        match found {
            Err(_) => self.0.find(id).boxed(),
            found => ready(found).boxed(),
        }
    }

    fn figures(&self) -> Value {
        let behind = self.0.last.load(Ordering::Relaxed).saturating_sub(*self.0.reached.borrow());
        json!({ "connected": self.0.is_connected(), "behind": behind })
    }
}

impl Shared {
    fn end(&self) -> Position {
        self.tail.borrow().end()
    }

    fn is_connected(&self) -> bool {
        self.context.client().connection_state() == State::Connected
    }

    fn id(&self, number: u64) -> String {
        self.tail.borrow().id(Position(number))
    }

    /// For an id that is not in the tail: an older one, or one that another node issued a moment ago.
    async fn find(&self, id: &str) -> Result<Position, Lost> {
        let Some(Position(number)) = self.tail.borrow().place(id) else { return Err(Lost::Unknown) };
        let mut tail = self.tail.subscribe();
        let end = Instant::now() + GRACE;
        loop {
            let found = self.tail.borrow().find(id);
            if found.is_ok() {
                return found;
            }
            let is_answered = self.stream_answers().await;
            if number <= self.last.load(Ordering::Relaxed) {
                let kept = number.saturating_add(1) >= self.first.load(Ordering::Relaxed);
                return if kept { Ok(Position(number)) } else { Err(Lost::Expired) };
            }
            if Instant::now() >= end {
                // What the stream said before the next leader is elected does not count.
                return Err(if is_answered { Lost::Unknown } else { Lost::Away });
            }
            let _ = timeout_at(end.min(Instant::now() + PAUSE), tail.changed()).await;
        }
    }

    /// Whether the stream has just said where it begins and ends. Thousands may ask at once, so they share the answer.
    async fn stream_answers(&self) -> bool {
        let mut last_query = self.last_query.lock().await;
        if last_query.is_none_or(|(at, _)| at.elapsed() > PAUSE) {
            let answered = self.info().await.is_ok();
            *last_query = Some((Instant::now(), answered));
        }
        last_query.is_some_and(|(_, answered)| answered)
    }

    /// Asks where the stream begins and ends.
    async fn info(&self) -> Result<Info, Passing> {
        let connections = self.context.client().statistics().connects.load(Ordering::Relaxed);
        let end = self.end().0;
        let info = self.context.get_stream_no_info(&self.name).await?.get_info().await?;
        self.is_shorter.store(info.state.last_sequence < end, Ordering::Relaxed);
        self.connections.store(connections, Ordering::Relaxed);
        self.first.fetch_max(info.state.first_sequence, Ordering::Relaxed);
        self.last.fetch_max(info.state.last_sequence, Ordering::Relaxed);
        Ok(info)
    }

    /// Ends when this is no longer the same stream.
    async fn watch_stream(self: Arc<Self>) -> anyhow::Error {
        let (mut shorter, mut missing) = (0, 0);
        loop {
            sleep(INTERVAL).await;
            let info = match self.info().await {
                Ok(info) => info,
                Err(error) => {
                    // A cluster that is starting up may not know the stream for a moment.
                    missing = if is_missing(&error) { missing + 1 } else { 0 };
                    if missing > 5 {
                        return anyhow!("NATS: the stream `{}` is gone", self.name);
                    }
                    continue;
                }
            };
            missing = 0;
            if epoch(&info) != self.epoch {
                return anyhow!("NATS: the stream `{}` was made anew", self.name);
            }
            if self.is_another.load(Ordering::Relaxed) {
                return anyhow!("NATS: the stream `{}` has given out its numbers again", self.name);
            }
            // A new leader may miss the last ones for a moment.
            shorter = if self.is_shorter.load(Ordering::Relaxed) { shorter + 1 } else { 0 };
            if shorter > 1 {
                let last = info.state.last_sequence;
                return anyhow!("NATS: the stream `{}` has lost what came after {last}", self.name);
            }
        }
    }

    /// Reads the stream into the tail.
    async fn follow(self: Arc<Self>) -> anyhow::Error {
        let (mut said, mut newest) = (false, None);
        loop {
            match self.consume(&mut said, &mut newest).await {
                Ok(Some(ended)) => return ended,
                Err(error) if !std::mem::replace(&mut said, true) => say(format_args!("NATS: {error}; trying again")),
                _ => {}
            }
            sleep(PAUSE).await;
        }
    }

    /// With a consumer that only knows its position, and is created again after any failure. It begins with the
    /// newest event that this node has: if another one has its number now, this is no longer the stream that it was.
    async fn consume(&self, said: &mut bool, newest: &mut Option<Newest>) -> Result<Option<anyhow::Error>, Passing> {
        // Otherwise another stream's numbers would be taken for this one's.
        let info = self.info().await?;
        if epoch(&info) != self.epoch || self.is_shorter.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let last = info.state.last_sequence;
        let start_sequence = newest.map_or_else(|| self.end().next().0, |(number, _)| number);
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ack_policy: AckPolicy::None,
            inactive_threshold: Duration::from_secs(10),
            memory_storage: true,
            num_replicas: 1,
            ..Default::default()
        };
        let consumer = self.context.create_consumer_on_stream(config, &self.name).await?;
        let stream = consumer.stream().max_messages_per_batch(500).expires(Duration::from_secs(10));
        let mut messages = stream.heartbeat(Duration::from_millis(500)).messages().await?;
        if std::mem::take(said) {
            say("NATS: reading the stream again");
        }
        if consumer.cached_info().num_pending == 0 {
            self.caught_up_to(last);
        }
        while let Some(message) = messages.next().await {
            let message = message?;
            let info = message.info()?;
            let (number, next) = (info.stream_sequence, self.end().next().0);
            match newest {
                Some((newest, published)) if *newest == number && *published != info.published => {
                    return Ok(Some(anyhow!(
                        "NATS: the stream `{}` has another event {number} than before",
                        self.name
                    )));
                }
                _ => {}
            }
            if number > next {
                self.forget(next, number).await?;
                self.tail.send_modify(|tail| tail.restart(Position(number - 1)));
            }
            if number >= next {
                self.last.fetch_max(number + info.pending, Ordering::Relaxed);
                let age = SystemTime::now().duration_since(info.published.into()).unwrap_or_default();
                let data = String::from_utf8_lossy(&message.payload);
                let name = name(message.headers.as_ref());
                self.tail.send_modify(|tail| drop(tail.push(untrusted_draft(&name, &data), age, None)));
                *newest = Some((number, info.published));
            }
            self.caught_up_to(if info.pending == 0 { number.max(last) } else { number });
        }
        Ok(None)
    }

    fn caught_up_to(&self, number: u64) {
        self.reached.send_if_modified(|reached| number > std::mem::replace(reached, number.max(*reached)));
    }
}

fn is_missing(error: &Passing) -> bool {
    let error = error.source().and_then(|error| error.downcast_ref::<jetstream::Error>());
    error.is_some_and(|error| error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// The name of an event, if it has one.
fn name(headers: Option<&HeaderMap>) -> Cow<'_, str> {
    let encoded = headers.and_then(|headers| headers.get(EVENT)).map_or("", header::HeaderValue::as_str);
    percent_decode_str(encoded).decode_utf8_lossy()
}

/// Events from other programs are not trusted.
fn untrusted_draft<'a>(name: &'a str, data: &'a str) -> Draft<'a> {
    Draft::new(name, data).ok().filter(|draft| draft.event_type != RESET).unwrap_or(Draft::unnamed(data))
}
