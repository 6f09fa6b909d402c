//! The replay log: what is kept for clients that come back.
//!
//! To other code, a place in it is a [`Position`], and ids are strings that only the log can read. So a log that
//! several servers share can replace one in memory: it appends over the network, and reads from a [`Tail`] that the
//! network fills.

#![cfg_attr(not(feature = "nats"), allow(dead_code, reason = "only such a log needs some of it"))]

mod file;
#[cfg(feature = "nats")]
pub(crate) mod nats;
mod tail;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::TypedValueParser as _;
use clap::value_parser;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde_json::Value;
use tokio::sync::watch;

pub(crate) use self::file::FileLog;
pub(crate) use self::tail::Tail;
use super::at_least_one;
use super::event::{Draft, Event};

/// A place between two events, counted on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(u64);

impl Position {
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    pub(crate) fn back(self, count: u64) -> Self {
        Self(self.0.saturating_sub(count))
    }

    /// How many events lie between here and `end`.
    pub(crate) fn distance(self, end: Self) -> u64 {
        end.0.saturating_sub(self.0)
    }
}

/// What comes after a position.
#[derive(Debug)]
pub(crate) enum Read {
    Event(Arc<Event>),
    /// Nothing yet.
    End,
    /// It is on its way to this server; tasks that wait for it are woken when it arrives.
    Later,
    /// The log has forgotten it.
    Gone,
}

/// Why there is no position for an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// What came after the id is older than the log keeps.
    Expired,
    /// The log never issued that id.
    Unknown,
    /// The log cannot be asked now.
    Away,
}

/// The log has an event.
#[derive(Debug, Default)]
pub(crate) struct Appended {
    pub(crate) id: String,
    /// The log did not have it before.
    pub(crate) new: bool,
}

/// Logs differ in how an event gets in, and in where events are that the tail in memory no longer has.
pub(crate) trait Log: Debug + Send + Sync {
    /// What every log reads from. Subscribers are woken when there is something new.
    fn tail(&self) -> &watch::Sender<Tail>;

    /// Gives the event its id, keeps it, and wakes the subscribers. If the publisher's key is known, returns the id
    /// of the event that has it.
    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>>;

    /// The event after `position`.
    fn read(&self, position: Position) -> Read {
        self.tail().borrow().read(position)
    }

    /// Where a client continues that has seen `id` and everything before it.
    fn find<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Position, Lost>> {
        ready(self.tail().borrow().find(id)).boxed()
    }

    /// The state of a remote log: whether it is connected, and how many events this server has not received yet.
    fn figures(&self) -> Value {
        Value::Null
    }
}

/// How much is kept for clients that come back.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Limits {
    /// How many events are kept for clients that come back
    #[arg(long = "log-events", value_name = "N", default_value = "10000", value_parser = at_least_one)]
    pub(crate) events: usize,
    /// How many bytes of events are kept, in memory and in the file
    #[arg(long = "log-bytes", value_name = "BYTES", default_value = "67108864", value_parser = at_least_one)]
    pub(crate) bytes: usize,
    /// For how many seconds events are kept
    #[arg(long = "log-age", value_name = "SECONDS", default_value = "3600", value_parser = value_parser!(u64).range(1..).map(Duration::from_secs))]
    pub(crate) age: Duration,
}
