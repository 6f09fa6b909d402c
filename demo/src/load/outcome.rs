//! What the clients have received, and what a run has measured.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::ledger::Faults;

/// How far the clients are.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Streams that are open now, and that were opened in all.
    pub(super) open: usize,
    pub(super) opened: u64,
    /// Events received, doubles not counted.
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

/// How long it took.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Figures {
    /// From publishing to receipt, of events that were published while their receiver was connected.
    pub(super) latencies: Times,
    /// The same of each event's last receiver, in microseconds.
    pub(super) lasts: Vec<u64>,
    /// The most that any event took to any receiver, also to one that was away, in microseconds.
    pub(super) slowest: u64,
    /// From the end of a stream to the next one of its client.
    pub(super) away: Times,
    /// From the end of a stream until its client had all that was published before its next one.
    pub(super) recoveries: Times,
}

impl Figures {
    /// An event has come, so long after it was published; `live` if its receiver was connected all that time.
    pub(super) fn add(&mut self, number: u64, latency: Duration, live: bool) {
        let micros = micros(latency);
        self.slowest = self.slowest.max(micros);
        let last = usize::try_from(number).ok().and_then(|index| self.lasts.get_mut(index));
        if let Some(last) = last.filter(|_| live) {
            self.latencies.add(latency);
            *last = micros.max(*last);
        }
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.latencies.append(&other.latencies);
        self.lasts.iter_mut().zip(&other.lasts).for_each(|(last, of)| *last = (*last).max(*of));
        self.slowest = self.slowest.max(other.slowest);
        self.away.append(&other.away);
        self.recoveries.append(&other.recoveries);
    }
}

/// Any number of times in microseconds, to three digits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub(super) struct Times(Histogram<u64>);

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        // Fails for what no memory could count.
        let _ = self.0.record(micros(time));
    }

    fn append(&mut self, other: &Self) {
        let _ = self.0.add(&other.0);
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len()
    }

    /// None if there are none.
    pub(super) fn summary(&self) -> Option<Latency> {
        (self.len() > 0).then(|| Latency::of(self))
    }
}

fn micros(time: Duration) -> u64 {
    time.as_micros().try_into().unwrap_or(u64::MAX)
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
    pub(super) figures: Figures,
    /// Of each event, as whoever was first has seen it.
    ids: Vec<Option<Box<str>>>,
    /// The first thing that went wrong with a connection that nobody cut.
    pub(super) first_error: Option<String>,
}

impl Verdict {
    /// Of so many events at most.
    pub(super) fn new(events: usize) -> Self {
        let figures = Figures { lasts: vec![0; events], ..Figures::default() };
        Self { figures, ids: vec![None; events], ..Self::default() }
    }

    /// Whether the id is the one that belongs to the event.
    pub(super) fn is_id(&mut self, number: u64, id: &str) -> bool {
        let known = usize::try_from(number).ok().and_then(|index| self.ids.get_mut(index));
        known.is_some_and(|known| **known.get_or_insert_with(|| id.into()) == *id)
    }

    /// What one process has seen, all have to have seen.
    pub(super) fn append(&mut self, other: Self) {
        self.counts = self.counts.plus(other.counts);
        self.faults = self.faults.plus(other.faults);
        self.figures.append(&other.figures);
        for (number, id) in (0..).zip(other.ids) {
            self.faults.wrong_id += u64::from(id.is_some_and(|id| !self.is_id(number, &id)));
        }
        self.first_error = self.first_error.take().or(other.first_error);
    }
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
    pub(super) events_per_second: f64,
    pub(super) data_bytes: usize,
    pub(super) deliveries: u64,
    pub(super) deliveries_per_second: f64,
    pub(super) latency_ms: Latency,
    /// Until an event's last receiver had it; of the median event.
    pub(super) last_ms: f64,
    /// Of the slowest event, and also where its receiver was away when it was published.
    #[serde(default)]
    pub(super) slowest_ms: f64,
    /// What the publisher waited for an event at most.
    #[serde(default)]
    pub(super) longest_publish_ms: f64,
    /// Resident memory of the server with all clients connected and nothing sent yet, less that without, by clients.
    pub(super) server_bytes_per_idle_client: f64,
    /// The same after the feed.
    pub(super) server_bytes_per_client: f64,
    pub(super) server_cpu_us_per_delivery: f64,
    /// Both ways, request and response heads.
    pub(super) handshake_bytes: f64,
    /// Both ways, for each delivery, whatever goes over the wire during the feed.
    pub(super) wire_bytes_per_delivery: f64,
    #[serde(flatten)]
    pub(super) faults: Faults,
    pub(super) kills: u64,
    pub(super) reconnections: u64,
    /// From the end of a connection, whatever ended it, to the next stream of the client.
    #[serde(default)]
    pub(super) away_ms: Option<Latency>,
    /// How many times a client had everything again that was published before that stream was open.
    #[serde(default)]
    pub(super) recovered: u64,
    /// From the end of the connection until then.
    #[serde(default)]
    pub(super) recovered_ms: Option<Latency>,
    pub(super) first_error: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    #[serde(rename = "p99.9")]
    pub(super) p999: f64,
    pub(super) max: f64,
}

impl Latency {
    pub(super) fn of(Times(latencies): &Times) -> Self {
        let at = |quantile| millis(latencies.value_at_quantile(quantile));
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: millis(latencies.max()) }
    }
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
