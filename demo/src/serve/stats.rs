//! `GET /stats` and `GET /metrics`: what the server is doing, for people and for Prometheus.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
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
use crate::process::{Usage, usage};

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
    #[serde(flatten)]
    usage: Usage,
    uptime_seconds: f64,
    pid: u32,
}

impl Stats {
    fn now(hub: &Hub) -> Self {
        let pid = std::process::id();
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
            usage: usage(pid),
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
    let (mut text, mut last) = (String::new(), "");
    let mut sample = |name: &'static str, help: &str, labels: Option<(&str, &str)>, value: &dyn Display| {
        if name != last {
            let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            last = name;
        }
        // Writing to a string cannot fail.
        let _ = match labels {
            Some((label, of)) => writeln!(text, "{name}{{{label}={of:?}}} {value}"),
            None => writeln!(text, "{name} {value}"),
        };
    };
    sample("demo_node", "The name of this server.", Some(("node", &stats.node)), &1);
    for (carrier, count) in [("sse", stats.clients.sse), ("ws", stats.clients.ws)] {
        sample("demo_clients", "Clients that are connected.", Some(("carrier", carrier)), &count);
    }
    for (reason, count) in &stats.ended {
        sample("demo_streams_ended_total", "Streams that have ended, by reason.", Some(("reason", reason)), count);
    }
    if let Some(Health { connection, behind }) = &stats.nats {
        let connected = u8::from(*connection == "connected");
        sample("demo_nats_connected", "Whether the connection to NATS is up.", None, &connected);
        sample("demo_nats_behind", "Events in the stream that this server has not received yet.", None, behind);
    }
    let (events, bytes) = stats.log.as_ref().map_or((0, 0), |log| (log.events, log.bytes));
    let plain: [(_, _, &dyn Display); 10] = [
        ("demo_connections", "Open connections.", &stats.connections),
        ("demo_published_total", "Events published.", &stats.published),
        ("demo_deliveries_total", "Events sent to clients.", &stats.deliveries),
        ("demo_resets_total", "Clients reset because the log does not have their last event.", &stats.resets),
        ("demo_rejected_total", "Clients turned away because there were too many.", &stats.rejected),
        ("demo_log_events", "Events in the replay log.", &events),
        ("demo_log_bytes", "Memory used by the replay log.", &bytes),
        ("process_resident_memory_bytes", "Resident memory in bytes.", &stats.usage.resident_bytes),
        ("process_cpu_seconds_total", "Processor time in seconds.", &stats.usage.cpu_seconds),
        ("demo_uptime_seconds", "Seconds since the start.", &stats.uptime_seconds),
    ];
    for (name, help, value) in plain {
        sample(name, help, None, value);
    }
    text
}
