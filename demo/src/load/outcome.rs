//! What the clients have received, and what a run has measured.

use std::time::Duration;

use derive_more::{Add, Sum};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::ledger::Faults;

/// The clients' progress.
#[derive(Add, Clone, Copy, Debug, Default, PartialEq, Eq, Sum, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Streams that are open now, and that have been opened in all.
    pub(super) open: usize,
    pub(super) opened: u64,
    /// Events received, doubles not counted.
    pub(super) delivered: u64,
    pub(super) bytes: u64,
}

/// Any number of times in microseconds, to three digits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub(super) struct Times(Histogram<u64>);

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        // Fails only for counts beyond any memory.
        let _ = self.0.record(micros(time));
    }

    /// None if there are none.
    pub(super) fn summary(&self) -> Option<Latency> {
        let at = |quantile| millis(self.0.value_at_quantile(quantile));
        let latency = Latency { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: millis(self.0.max()) };
        (!self.0.is_empty()).then_some(latency)
    }
}

impl Default for Times {
    fn default() -> Self {
        Self(Histogram::new(3).expect("three digits are possible"))
    }
}

impl From<Vec<(u64, u64)>> for Times {
    fn from(counts: Vec<(u64, u64)>) -> Self {
        let mut times = Self::default();
        for (value, count) in counts {
            let _ = times.0.record_n(value, count);
        }
        times
    }
}

impl From<Times> for Vec<(u64, u64)> {
    fn from(Times(times): Times) -> Self {
        times.iter_recorded().map(|at| (at.value_iterated_to(), at.count_at_value())).collect()
    }
}

/// What the clients of one process have received.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) counts: Counts,
    pub(super) faults: Faults,
    /// From publishing to receipt, of events that were published while their receiver was connected.
    pub(super) latencies: Times,
    /// The same of each event's last receiver, in microseconds.
    pub(super) lasts: Vec<u64>,
    /// The longest time of any event to any receiver, including receivers that were away, in microseconds.
    pub(super) slowest: u64,
    /// From the end of a stream to the next one of its client.
    pub(super) away: Times,
    /// Of each event, as its first receiver saw it.
    ids: Vec<Option<Box<str>>>,
    /// The first thing that went wrong with a connection that nobody cut.
    pub(super) first_error: Option<String>,
}

impl Verdict {
    /// For at most this many events.
    pub(super) fn new(events: usize) -> Self {
        Self { lasts: vec![0; events], ids: vec![None; events], ..Self::default() }
    }

    /// Whether the id is the one that belongs to the event.
    pub(super) fn is_id(&mut self, number: u64, id: &str) -> bool {
        let known = usize::try_from(number).ok().and_then(|index| self.ids.get_mut(index));
        known.is_some_and(|known| **known.get_or_insert_with(|| id.into()) == *id)
    }

    /// An event has arrived, this long after it was published; `live` if its receiver was connected all that time.
    pub(super) fn add(&mut self, number: u64, latency: Duration, live: bool) {
        // The first event is for warming up.
        let index = usize::try_from(number).ok().filter(|index| *index > 0);
        let Some(last) = index.and_then(|index| self.lasts.get_mut(index)) else { return };
        let micros = micros(latency);
        self.slowest = self.slowest.max(micros);
        if live {
            self.latencies.add(latency);
            *last = micros.max(*last);
        }
    }

    /// What one process has seen, all must have seen.
    pub(super) fn append(&mut self, other: Self) {
        self.counts = self.counts + other.counts;
        self.faults += other.faults;
        for (times, of) in [(&mut self.latencies, other.latencies), (&mut self.away, other.away)] {
            let _ = times.0.add(of.0);
        }
        self.lasts.iter_mut().zip(other.lasts).for_each(|(last, of)| *last = of.max(*last));
        self.slowest = self.slowest.max(other.slowest);
        for (number, id) in (0..).zip(other.ids) {
            self.faults.wrong_id += u64::from(id.is_some_and(|id| !self.is_id(number, &id)));
        }
        self.first_error = self.first_error.take().or(other.first_error);
    }

    /// Until the last receiver of the median event had it, in milliseconds.
    pub(super) fn last_ms(&self) -> f64 {
        // The first event is for warming up.
        let mut lasts = self.lasts.get(1..).unwrap_or_default().to_vec();
        lasts.sort_unstable();
        lasts.get(lasts.len() / 2).copied().map_or(0.0, millis)
    }
}

fn micros(time: Duration) -> u64 {
    time.as_micros().try_into().unwrap_or(u64::MAX)
}

/// The names are the keys of the JSON; units are in them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) server: String,
    pub(super) clients: usize,
    /// Connected when the last event had been delivered.
    pub(super) held: usize,
    pub(super) connects_per_second: f64,
    pub(super) events_published: u64,
    pub(super) data_bytes: usize,
    pub(super) deliveries: u64,
    pub(super) deliveries_per_second: f64,
    pub(super) latency_ms: Latency,
    /// Until an event's last receiver had it; of the median event.
    pub(super) last_ms: f64,
    /// Of the slowest event, even if its receiver was away when it was published.
    pub(super) slowest_ms: f64,
    /// The longest time that the publisher waited for an event.
    pub(super) longest_publish_ms: f64,
    /// Resident memory of the server with all clients connected and nothing sent yet, minus that without clients, per
    /// client. Like the server's other figures, `None` if it was another process at the end.
    pub(super) server_bytes_per_idle_client: Option<f64>,
    /// The same after the feed.
    pub(super) server_bytes_per_client: Option<f64>,
    pub(super) server_cpu_us_per_delivery: Option<f64>,
    /// Both ways, request and response heads.
    pub(super) handshake_bytes: f64,
    /// Both ways, for each delivery: everything on the wire during the feed.
    pub(super) wire_bytes_per_delivery: f64,
    #[serde(flatten)]
    pub(super) faults: Faults,
    pub(super) kills: u64,
    pub(super) reconnections: u64,
    /// From the end of a connection, however it ended, to the client's next stream.
    pub(super) away_ms: Option<Latency>,
    pub(super) first_error: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p99: f64,
    #[serde(rename = "p99.9")]
    pub(super) p999: f64,
    pub(super) max: f64,
}

impl Outcome {
    /// What is wrong, in words; nothing if every client has got every event once, in order, and is still there.
    pub(super) fn complaints(&self) -> Vec<String> {
        let (mut complaints, faults) = (Vec::new(), &self.faults);
        for (count, what) in [
            (faults.lost, "events lost"),
            (faults.doubled, "events doubled"),
            (faults.out_of_order, "events out of order"),
            (faults.wrong_id, "events with an id that is not theirs"),
            (faults.resets, "resets instead of a resumption"),
            ((self.clients - self.held.min(self.clients)) as u64, "connections not held"),
        ] {
            if count > 0 {
                complaints.push(format!("{count} {what}"));
            }
        }
        if let (false, Some(error)) = (complaints.is_empty(), &self.first_error) {
            complaints.push(format!("the first error of a connection: {error}"));
        }
        complaints
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a run")]
pub(super) fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
