//! `GET /stats` and `GET /metrics`: what the server is doing, for people and for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;

use super::clients::{Count, Ending};
use super::hub::Hub;
use super::log::{Extent, Health, Log};
use crate::process::usage;

#[derive(Debug, Serialize)]
pub(crate) struct Stats {
    node: String,
    clients: Count,
    connections: usize,
    published: u64,
    deliveries: u64,
    ended: BTreeMap<&'static str, u64>,
    resets: u64,
    rejected: u64,
    log: Option<Extent>,
    nats: Option<Health>,
    resident_bytes: u64,
    cpu_seconds: f64,
    uptime_seconds: f64,
    pid: u32,
}

impl Stats {
    fn now(hub: &Hub) -> Self {
        let pid = std::process::id();
        let (resident_bytes, cpu_seconds) = usage(pid);
        let counter = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Self {
            node: hub.node.clone(),
            clients: hub.clients.count(),
            connections: hub.connections.count(),
            published: counter(&hub.counters.published),
            deliveries: counter(&hub.counters.deliveries),
            ended: Ending::ALL.map(|ending| (ending.name(), counter(&hub.counters.ended[ending as usize]))).into(),
            resets: counter(&hub.counters.resets),
            rejected: counter(&hub.counters.rejected),
            log: hub.opened().map(|log| log.tail().extent()),
            nats: hub.opened().and_then(Log::health),
            resident_bytes,
            cpu_seconds,
            uptime_seconds: hub.started.elapsed().as_secs_f64(),
            pid,
        }
    }
}

pub(crate) async fn stats(State(hub): State<Arc<Hub>>) -> Json<Stats> {
    Json(Stats::now(&hub))
}

pub(crate) async fn metrics(State(hub): State<Arc<Hub>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], exposition(&Stats::now(&hub)))
}

/// The text format of Prometheus.
fn exposition(stats: &Stats) -> String {
    let label = |name: &str, value: &str| format!("{{{name}={value:?}}}");
    let (events, bytes) = stats.log.as_ref().map_or((0, 0), |log| (log.events, log.bytes));
    let mut samples = vec![
        ("demo_node", "gauge", "The name of this server.", label("node", &stats.node), "1".into()),
        (
            "demo_clients",
            "gauge",
            "Clients that are connected.",
            label("carrier", "sse"),
            stats.clients.sse.to_string(),
        ),
        ("demo_clients", "gauge", "Clients that are connected.", label("carrier", "ws"), stats.clients.ws.to_string()),
    ];
    for (reason, count) in &stats.ended {
        let help = "Streams that have ended, by reason.";
        samples.push(("demo_streams_ended_total", "counter", help, label("reason", reason), count.to_string()));
    }
    if let Some(Health { connection, behind }) = &stats.nats {
        let connected = u8::from(*connection == "connected").to_string();
        let help = "Events in the stream that this server has not received yet.";
        samples.push((
            "demo_nats_connected",
            "gauge",
            "Whether the connection to NATS is up.",
            String::new(),
            connected,
        ));
        samples.push(("demo_nats_behind", "gauge", help, String::new(), behind.to_string()));
    }
    for (name, kind, help, value) in [
        ("demo_connections", "gauge", "Open connections.", stats.connections.to_string()),
        ("demo_published_total", "counter", "Events published.", stats.published.to_string()),
        ("demo_deliveries_total", "counter", "Events sent to clients.", stats.deliveries.to_string()),
        (
            "demo_resets_total",
            "counter",
            "Clients reset because the log does not have their last event.",
            stats.resets.to_string(),
        ),
        (
            "demo_rejected_total",
            "counter",
            "Clients turned away because there were too many.",
            stats.rejected.to_string(),
        ),
        ("demo_log_events", "gauge", "Events in the replay log.", events.to_string()),
        ("demo_log_bytes", "gauge", "Memory used by the replay log.", bytes.to_string()),
        ("process_resident_memory_bytes", "gauge", "Resident memory in bytes.", stats.resident_bytes.to_string()),
        ("process_cpu_seconds_total", "counter", "Processor time in seconds.", stats.cpu_seconds.to_string()),
        ("demo_uptime_seconds", "gauge", "Seconds since the start.", stats.uptime_seconds.to_string()),
    ] {
        samples.push((name, kind, help, String::new(), value));
    }
    let (mut text, mut last) = (String::new(), "");
    for (name, kind, help, labels, value) in samples {
        // Writing to a string cannot fail.
        if name != last {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        }
        let _ = writeln!(text, "{name}{labels} {value}");
        last = name;
    }
    text
}
