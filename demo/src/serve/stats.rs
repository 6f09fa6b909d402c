//! `GET /stats` and `GET /metrics`: what the server is doing, for people and for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::clients::Ending;
use super::hub::Hub;
use super::log::Log;
use crate::process::usage;

/// The metrics for Prometheus: the path among the figures, the name, the label that tells several apart, and the help.
const METRICS: [(&str, &str, &str, &str); 15] = [
    ("/node", "demo_node", "node", "The name of this server."),
    ("/clients", "demo_clients", "carrier", "Clients that are connected."),
    ("/ended", "demo_streams_ended_total", "reason", "Streams that have ended, by reason."),
    ("/nats/connected", "demo_nats_connected", "", "Whether the connection to NATS is up."),
    ("/nats/behind", "demo_nats_behind", "", "Events in the stream that this server has not received yet."),
    ("/connections", "demo_connections", "", "Open connections."),
    ("/published", "demo_published_total", "", "Events published."),
    ("/deliveries", "demo_deliveries_total", "", "Events sent to clients."),
    ("/resets", "demo_resets_total", "", "Clients reset because the log does not have their last event."),
    ("/rejected", "demo_rejected_total", "", "Clients turned away because there were too many."),
    ("/log/events", "demo_log_events", "", "Events in the replay log."),
    ("/log/bytes", "demo_log_bytes", "", "Memory used by the replay log."),
    ("/resident_bytes", "process_resident_memory_bytes", "", "Resident memory in bytes."),
    ("/cpu_seconds", "process_cpu_seconds_total", "", "Processor time in seconds."),
    ("/uptime_seconds", "demo_uptime_seconds", "", "Seconds since the start."),
];

fn figures(hub: &Hub) -> Value {
    let (log, pid) = (hub.opened(), std::process::id());
    let usage = usage(pid);
    let counter = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let ended = Ending::ALL.map(|ending| (ending, counter(&hub.counters.ended[ending as usize])));
    json!({
        "node": hub.node,
        "clients": hub.clients.count(),
        "connections": hub.connections.len(),
        "published": counter(&hub.counters.published),
        "deliveries": counter(&hub.counters.deliveries),
        "ended": BTreeMap::from(ended),
        "resets": counter(&hub.counters.resets),
        "rejected": counter(&hub.counters.rejected),
        "log": log.map(|log| log.tail().borrow().figures()),
        "nats": log.map(Log::figures),
        "resident_bytes": usage.resident_bytes,
        "cpu_seconds": usage.cpu_seconds,
        "uptime_seconds": hub.started.elapsed().as_secs_f64(),
        "pid": pid,
    })
}

pub(crate) async fn stats(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(figures(&hub))
}

/// In the text format of Prometheus.
pub(crate) async fn metrics(State(hub): State<Arc<Hub>>) -> impl IntoResponse {
    let (figures, mut text) = (figures(&hub), String::new());
    for (path, name, label, help) in METRICS {
        let Some(figure) = figures.pointer(path) else { continue };
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        let _ = match figure {
            Value::Object(several) => {
                several.iter().try_for_each(|(of, value)| writeln!(text, "{name}{{{label}={of:?}}} {value}"))
            }
            Value::String(of) => writeln!(text, "{name}{{{label}={of:?}}} 1"),
            Value::Bool(is) => writeln!(text, "{name} {}", u8::from(*is)),
            value => writeln!(text, "{name} {value}"),
        };
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
