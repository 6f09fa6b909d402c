//! The events that the server publishes of its own accord.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

/// Each source counts its events, so that a client can see whether it has all of them. Ids cannot tell it: what they are
/// made of is the log's own business.
pub(super) struct Source {
    hub: Arc<Hub>,
    event_type: Option<EventType<'static>>,
    number: u64,
}

impl Source {
    /// The count goes on where the log goes on.
    pub(super) fn new(hub: Arc<Hub>, event_type: Option<EventType<'static>>) -> Self {
        let last = hub.log().tail().last_data(event_type.as_ref().map_or(MESSAGE, EventType::as_str));
        let last = last.and_then(|data| serde_json::from_str::<Value>(&data).ok()?["number"].as_u64());
        Self { hub, event_type, number: last.unwrap_or_default() }
    }

    pub(super) async fn publish(&mut self, mut data: Value) {
        let number = self.number.saturating_add(1);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        data["time"] = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX).into();
        data["number"] = number.into();
        let data = data.to_string();
        let draft = self.event_type.map_or(Draft::unnamed(&data), |event_type| Draft::named(event_type, &data));
        match self.hub.publish(draft, None).await {
            Ok(_) => self.number = number,
            Err(error) => say(format_args!("the log cannot be written: {error}")),
        }
    }
}

/// An unnamed message every three seconds.
pub(crate) async fn messages(hub: Arc<Hub>) -> anyhow::Error {
    let mut ticks = interval(Duration::from_secs(3));
    let mut source = Source::new(hub, None);
    loop {
        ticks.tick().await;
        source.publish(json!({ "message": "Hello, Client!" })).await;
    }
}

/// This machine's processors and memory, each second.
pub(crate) async fn metrics(hub: Arc<Hub>) -> anyhow::Error {
    let mut system = System::new();
    system.refresh_cpu_usage();
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await; // the first is now, and use is measured between two
    let mut source = Source::new(hub, Some(METRIC));
    loop {
        ticks.tick().await;
        system.refresh_cpu_usage();
        system.refresh_memory();
        let cpu = (f64::from(system.global_cpu_usage()) * 10.0).round() / 10.0;
        let (used, total) = (system.used_memory(), system.total_memory());
        source.publish(json!({ "cpu": cpu, "memory_used": used, "memory_total": total })).await;
    }
}

/// A price now and then.
pub(crate) async fn custom(hub: Arc<Hub>) -> anyhow::Error {
    let mut source = Source::new(hub, Some(CUSTOM));
    loop {
        sleep(Duration::from_millis(fastrand::u64(4_000..12_000))).await;
        let price = f64::from(fastrand::u32(100..=200)) / 100.0;
        source.publish(json!({ "customData": format!("price is €{price:.2}") })).await;
    }
}
