//! The events that the server publishes of its own accord.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Value, json};
use sse_wire::EventType;
use sysinfo::System;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::event::{Draft, MESSAGE};
use super::hub::Hub;
use super::say::say;

/// The names of events that only the sources publish: clients count them.
pub(crate) const NAMES: [&str; 3] = [MESSAGE, METRIC.as_str(), CUSTOM.as_str()];

const METRIC: EventType<'static> = EventType::from_static("metric");
const CUSTOM: EventType<'static> = EventType::from_static("customEvent");

/// An unnamed message every three seconds.
pub(crate) async fn messages(hub: Arc<Hub>) -> anyhow::Error {
    let mut ticks = interval(Duration::from_secs(3));
    let mut number = last_number(&hub, MESSAGE);
    loop {
        ticks.tick().await;
        number = number.saturating_add(1);
        let data = json!({ "message": "Hello, Client!", "time": now(), "number": number }).to_string();
        report(hub.publish(Draft::unnamed(&data), None).await);
    }
}

/// This machine's processors and memory, each second.
pub(crate) async fn metrics(hub: Arc<Hub>) -> anyhow::Error {
    let mut system = System::new();
    system.refresh_cpu_usage();
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await; // the first is now, and use is measured between two
    let mut number = last_number(&hub, METRIC.as_str());
    loop {
        ticks.tick().await;
        number = number.saturating_add(1);
        let data = metric(&mut system, number).to_string();
        report(hub.publish(Draft::named(METRIC, &data), None).await);
    }
}

fn metric(system: &mut System, number: u64) -> Value {
    system.refresh_cpu_usage();
    system.refresh_memory();
    json!({
        "cpu": (f64::from(system.global_cpu_usage()) * 10.0).round() / 10.0,
        "memory_used": system.used_memory(),
        "memory_total": system.total_memory(),
        "time": now(),
        "number": number,
    })
}

/// A price now and then.
pub(crate) async fn custom(hub: Arc<Hub>) -> anyhow::Error {
    let mut number = last_number(&hub, CUSTOM.as_str());
    loop {
        sleep(Duration::from_millis(fastrand::u64(4_000..12_000))).await;
        number = number.saturating_add(1);
        let price = f64::from(fastrand::u32(100..=200)) / 100.0;
        let data =
            json!({ "customData": format!("price is €{price:.2}"), "time": now(), "number": number }).to_string();
        report(hub.publish(Draft::named(CUSTOM, &data), None).await);
    }
}

/// Each source counts its events, so that a client can see whether it has all of them. Ids cannot tell it: what they are
/// made of is the log's own business. The count goes on where the log goes on.
fn last_number(hub: &Hub, name: &str) -> u64 {
    #[derive(Deserialize)]
    struct Numbered {
        number: u64,
    }
    let last = hub.log().tail().last_data(name).and_then(|data| serde_json::from_str(&data).ok());
    last.map_or(0, |Numbered { number }| number)
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_1970.as_millis().try_into().unwrap_or(u64::MAX)
}

fn report(published: io::Result<String>) {
    if let Err(error) = published {
        say(format_args!("the log cannot be written: {error}"));
    }
}
