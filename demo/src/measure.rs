//! One measured run: a server, many clients of one transport, a feed. What `load` and `compare` share.

pub(crate) mod chart;
mod clients;
pub(crate) mod crew;
mod feed;
pub(crate) mod floor;
mod http;
mod ledger;
pub(crate) mod open_files;
pub(crate) mod outcome;
pub(crate) mod progress;
pub(crate) mod run;
pub(crate) mod server;
mod socket;
mod sse;
pub(crate) mod table;
pub(crate) mod websocket;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Runs until it ends or is told to, and takes the server that it has started along.
pub(crate) async fn until_interrupted<T>(run: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::select! {
        // First, so that it is heard from the start.
        biased;
        result = crate::interrupt::interrupt() => {
            result?;
            anyhow::bail!("interrupted")
        }
        result = run => result,
    }
}

/// How events travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transport {
    Sse,
    WebSocket,
}

/// What a run does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) transport: Transport,
    pub(crate) clients: usize,
    /// Events published a second.
    pub(crate) rate: f64,
    /// How many events are published in all.
    pub(crate) events: u64,
    /// The length of an event's data, in bytes.
    pub(crate) data_len: usize,
    /// How often a connection is cut meanwhile.
    pub(crate) kill_every: Option<Duration>,
    /// How many cuts are timed, one after the other, after the feed.
    pub(crate) recoveries: u32,
    /// How long nothing at all may happen until what is missing is taken for lost.
    pub(crate) patience: Duration,
    /// Processes that the clients are spread over; with one it is this.
    pub(crate) processes: usize,
    /// Threads that the clients of each share.
    pub(crate) threads: usize,
}

impl Plan {
    /// How many events there are at that rate in that time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the arguments")]
    pub(crate) fn events(rate: f64, seconds: u32) -> u64 {
        (rate * f64::from(seconds)).ceil() as u64
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sse => "SSE",
            Self::WebSocket => "WebSocket",
        })
    }
}
