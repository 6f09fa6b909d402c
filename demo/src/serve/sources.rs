//! The events that the server publishes of its own accord.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sse_wire::EventType;
use sysinfo::System;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::event::{Draft, MESSAGE};
use super::hub::Hub;
use super::say::say;

const METRIC: EventType<'static> = EventType::from_static("metric");
const CUSTOM: EventType<'static> = EventType::from_static("customEvent");

/// The names of events that only the sources publish: clients count them.
pub(crate) const NAMES: [EventType<'static>; 3] = [MESSAGE, METRIC, CUSTOM];

/// Each source counts its events, so that a client can see whether it has all of them. Ids cannot show that: only
/// the log knows what they are made of.
pub(super) struct Source<'a> {
    hub: &'a Hub,
    event_type: EventType<'static>,
    pub(super) number: u64,
}

impl<'a> Source<'a> {
    /// The count continues where the log continues.
    pub(super) fn new(hub: &'a Hub, event_type: EventType<'static>) -> Self {
        let last = hub.log().tail().borrow().last(event_type.as_str()).map(|event| event.json.clone());
        let number = last.and_then(|json| {
            let event: Value = serde_json::from_str(&json).ok()?;
            serde_json::from_str::<Value>(event["data"].as_str()?).ok()?["number"].as_u64()
        });
        Self { hub, event_type, number: number.unwrap_or_default() }
    }

    pub(super) async fn publish(&mut self, mut data: Value) {
        let number = self.number.saturating_add(1);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        data["time"] = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX).into();
        data["number"] = number.into();
        match self.hub.publish(Draft { event_type: self.event_type, data: &data.to_string() }, None).await {
            Ok(_) => self.number = number,
            Err(error) => say(format_args!("the log cannot be written: {error}")),
        }
    }
}

/// An unnamed message every three seconds, this machine's processors and memory each second, and a price now and then.
pub(crate) async fn publish(hub: Arc<Hub>) -> anyhow::Error {
    let [mut messages, mut metrics, mut prices] = NAMES.map(|event_type| Source::new(&hub, event_type));
    let mut every_three = interval(Duration::from_secs(3));
    let mut system = System::new();
    system.refresh_cpu_usage();
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seconds.tick().await; // the first tick is immediate, and use is measured between two
    let later = || Instant::now() + Duration::from_millis(fastrand::u64(4_000..12_000));
    let mut next_price = later();
    loop {
        tokio::select! {
            _ = every_three.tick() => messages.publish(json!({ "message": "Hello, Client!" })).await,
            _ = seconds.tick() => {
                system.refresh_cpu_usage();
                system.refresh_memory();
                let cpu = (f64::from(system.global_cpu_usage()) * 10.0).round() / 10.0;
                let (used, total) = (system.used_memory(), system.total_memory());
                metrics.publish(json!({ "cpu": cpu, "memory_used": used, "memory_total": total })).await;
            }
            () = sleep_until(next_price) => {
                next_price = later();
                let price = f64::from(fastrand::u32(100..=200)) / 100.0;
                prices.publish(json!({ "customData": format!("price is €{price:.2}") })).await;
            }
        }
    }
}
