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
            ended: Ending::ALL.map(|ending| (ending.name(), hub.counters.ended.of(ending))).into(),
            resets: counter(&hub.counters.resets),
            rejected: counter(&hub.counters.rejected),
            log: hub.log.get().map(Log::extent),
            nats: hub.log.get().and_then(Log::health),
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
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, String)]| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let clients =
        [(r#"{carrier="sse"}"#, stats.clients.sse.to_string()), (r#"{carrier="ws"}"#, stats.clients.ws.to_string())];
    family("demo_clients", "gauge", "Clients that listen.", &clients);
    let ended: Vec<_> =
        stats.ended.iter().map(|(reason, n)| (format!("{{reason=\"{reason}\"}}"), n.to_string())).collect();
    let ended: Vec<_> = ended.iter().map(|(labels, count)| (&**labels, count.clone())).collect();
    family("demo_streams_ended_total", "counter", "Streams that have ended, by the reason.", &ended);
    let node = format!("{{node={:?}}}", stats.node);
    family("demo_node", "gauge", "Which server this is.", &[(&node, "1".into())]);
    if let Some(Health { connection, behind }) = &stats.nats {
        let connected = u8::from(*connection == "connected").to_string();
        family("demo_nats_connected", "gauge", "Whether NATS is there.", &[("", connected)]);
        family("demo_nats_behind", "gauge", "Events in the stream that are not here yet.", &[("", behind.to_string())]);
    }
    let (events, bytes) = stats.log.as_ref().map_or((0, 0), |log| (log.events, log.bytes));
    for (name, kind, help, value) in [
        ("demo_connections", "gauge", "Open sockets.", stats.connections.to_string()),
        ("demo_published_total", "counter", "Events published.", stats.published.to_string()),
        ("demo_deliveries_total", "counter", "Events handed to clients.", stats.deliveries.to_string()),
        (
            "demo_resets_total",
            "counter",
            "Clients that came back with an id that is not in the log.",
            stats.resets.to_string(),
        ),
        (
            "demo_rejected_total",
            "counter",
            "Clients turned away because there were too many.",
            stats.rejected.to_string(),
        ),
        ("demo_log_events", "gauge", "Events in the replay log.", events.to_string()),
        ("demo_log_bytes", "gauge", "Memory that the replay log takes.", bytes.to_string()),
        ("process_resident_memory_bytes", "gauge", "Resident memory.", stats.resident_bytes.to_string()),
        ("process_cpu_seconds_total", "counter", "Processor time.", stats.cpu_seconds.to_string()),
        ("demo_uptime_seconds", "gauge", "Time since the start.", stats.uptime_seconds.to_string()),
    ] {
        family(name, kind, help, &[("", value)]);
    }
    text
}
