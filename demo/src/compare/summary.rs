//! The rounds of one transport in one.

use serde::Serialize;

use crate::measure::Transport;
use crate::measure::outcome::{Latency, Outcome};

/// The names are the keys of the JSON; units are in them. Of the rounds the median, unless said otherwise.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) transport: Transport,
    /// Of all rounds.
    pub(super) deliveries: u64,
    pub(super) wire_bytes_per_delivery: f64,
    pub(super) handshake_bytes: f64,
    pub(super) server_cpu_us_per_delivery: f64,
    pub(super) server_bytes_per_idle_client: f64,
    pub(super) server_bytes_per_client: f64,
    /// Of all rounds.
    pub(super) latency_ms: Latency,
    /// From the cut to having every event that was missed; of all rounds.
    pub(super) recovery_ms_median: f64,
    pub(super) recovery_ms_most: f64,
    pub(super) lost: u64,
    pub(super) doubled: u64,
    #[serde(skip)]
    pub(super) complaints: Vec<String>,
    rounds: Vec<Outcome>,
}

impl Summary {
    /// Of one round at least.
    pub(super) fn of(rounds: &[Outcome]) -> Self {
        let transport = rounds[0].transport;
        let of = |value: fn(&Outcome) -> f64| median(rounds.iter().map(value).collect());
        let mut latencies = rounds[0].latencies.clone();
        for round in &rounds[1..] {
            latencies += &round.latencies;
        }
        let recoveries: Vec<_> = rounds.iter().flat_map(|round| round.recovery_ms.iter().copied()).collect();
        Self {
            transport,
            deliveries: rounds.iter().map(|round| round.deliveries).sum(),
            wire_bytes_per_delivery: of(|round| round.wire_bytes_per_delivery),
            handshake_bytes: of(|round| round.handshake_bytes),
            server_cpu_us_per_delivery: of(|round| round.server_cpu_us_per_delivery),
            server_bytes_per_idle_client: of(|round| round.server_bytes_per_idle_client),
            server_bytes_per_client: of(|round| round.server_bytes_per_client),
            latency_ms: Latency::of(&latencies),
            recovery_ms_most: recoveries.iter().copied().fold(0.0, f64::max),
            recovery_ms_median: median(recoveries),
            lost: rounds.iter().map(|round| round.lost).sum(),
            doubled: rounds.iter().map(|round| round.doubled).sum(),
            complaints: rounds
                .iter()
                .flat_map(|round| round.complaints().into_iter().map(|complaint| format!("{transport}: {complaint}")))
                .collect(),
            rounds: rounds.to_vec(),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => 0.0,
        values if values.len() % 2 == 1 => values[values.len() / 2],
        values => f64::midpoint(values[values.len() / 2 - 1], values[values.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn median_is_in_the_middle() {
        for (values, expected) in [(&[][..], 0.0), (&[3.0], 3.0), (&[3.0, 1.0], 2.0), (&[9.0, 1.0, 2.0], 2.0)] {
            assert!((median(values.to_vec()) - expected).abs() < f64::EPSILON, "{values:?}");
        }
    }
}
