//! What a run has measured.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::Transport;

/// The names are the keys of the JSON; units are in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) server: String,
    pub(crate) transport: Transport,
    pub(crate) clients: usize,
    /// Connected when the last event had been delivered.
    pub(crate) held: usize,
    pub(crate) connects_per_second: f64,
    pub(crate) events_published: u64,
    pub(crate) events_per_second: f64,
    pub(crate) data_bytes: usize,
    pub(crate) deliveries: u64,
    pub(crate) deliveries_per_second: f64,
    pub(crate) latency_ms: Latency,
    /// Until an event's last receiver had it; of the median event.
    pub(crate) last_ms: f64,
    /// What the publisher waited for an event at most.
    #[serde(default)]
    pub(crate) longest_publish_ms: f64,
    /// Resident memory of the server with all clients connected and nothing sent yet, less that without, by clients.
    pub(crate) server_bytes_per_idle_client: f64,
    /// The same after the feed.
    pub(crate) server_bytes_per_client: f64,
    pub(crate) server_cpu_us_per_delivery: f64,
    /// Both ways, request and response heads.
    pub(crate) handshake_bytes: f64,
    /// Both ways, for each delivery, whatever goes over the wire during the feed.
    pub(crate) wire_bytes_per_delivery: f64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) out_of_order: u64,
    pub(crate) wrong_id: u64,
    pub(crate) resets: u64,
    pub(crate) kills: u64,
    pub(crate) reconnections: u64,
    /// From each timed cut to the client having every event that it missed.
    pub(crate) recovery_ms: Vec<f64>,
    pub(crate) first_error: Option<String>,
    #[serde(skip, default = "no_latencies")]
    pub(crate) latencies: Histogram<u64>,
}

fn no_latencies() -> Histogram<u64> {
    Histogram::new(3).expect("three digits")
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    #[serde(rename = "p99.9")]
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Latency {
    /// Of a histogram of microseconds.
    pub(crate) fn of(latencies: &Histogram<u64>) -> Self {
        let at = |quantile| millis(latencies.value_at_quantile(quantile));
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: millis(latencies.max()) }
    }
}

impl Outcome {
    /// What is wrong, in words; nothing if every client has got every event once, in order, and is still there.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (count, what) in [
            (self.lost, "events lost"),
            (self.doubled, "events doubled"),
            (self.out_of_order, "events out of order"),
            (self.wrong_id, "events with an id that is not theirs"),
            (self.resets, "resets in place of a resumption"),
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
pub(crate) fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
