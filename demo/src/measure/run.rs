//! A run, from the first connection to the verdict.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::clients::Clients;
use super::feed::Sample;
use super::outcome::{Latency, Outcome, millis};
use super::progress::Progress;
use super::server::Server;
use super::{Plan, Transport, sse, websocket};

/// What is published while a client is away.
const MISSED: u64 = 5;

/// Runs the plan against a server that has no other clients.
pub(crate) async fn run(server: &Server, plan: &Plan, progress: &Progress) -> anyhow::Result<Outcome> {
    let empty = server.stats().await?;
    let most_events = 1 + plan.events + u64::from(plan.recoveries) * MISSED;
    let clients = match plan.transport {
        Transport::Sse => Clients::start(server, plan, most_events, sse::run)?,
        Transport::WebSocket => Clients::start(server, plan, most_events, websocket::run)?,
    };
    let run = Running { server, plan, progress, clients, started: Instant::now() };
    let all = plan.clients as u64;

    run.until("connecting", all, || run.clients.shared.open.load(Relaxed) as u64).await;
    let connected = run.started.elapsed();
    let handshake_bytes = run.wire_bytes();
    sleep(Duration::from_millis(500)).await;
    let idle = server.stats().await?;

    // With an event each client has an id to resume from.
    let mut published = 0;
    run.publish(&mut published).await?;
    run.until("warming up", all, || run.delivered()).await;

    let (before, before_bytes, before_delivered) = (server.stats().await?, run.wire_bytes(), run.delivered());
    let feed = Instant::now();
    let kills = run.feed(&mut published).await?;
    let published_in = feed.elapsed();
    run.until("draining", all * published, || run.delivered()).await;
    let drained = feed.elapsed();
    let (after, after_bytes) = (server.stats().await?, run.wire_bytes());
    let deliveries = run.delivered() - before_delivered;

    let recovery_ms = run.recoveries(&mut published).await?;
    run.until("settling", all, || run.clients.shared.open.load(Relaxed) as u64).await;

    let shared = std::sync::Arc::clone(&run.clients.shared);
    let (held, opened) = (shared.open.load(Relaxed), shared.opened.load(Relaxed));
    let ledgers = run.clients.stop().await?;
    let latencies = shared.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let memory = |bytes: u64| ratio(bytes.saturating_sub(empty.resident_bytes), all);
    Ok(Outcome {
        server: server.name.clone(),
        transport: plan.transport,
        clients: plan.clients,
        held,
        connects_per_second: ratio(opened.min(all), 1) / connected.as_secs_f64(),
        events_published: published,
        events_per_second: ratio(plan.events, 1) / published_in.as_secs_f64(),
        data_bytes: plan.data_len,
        deliveries,
        deliveries_per_second: ratio(deliveries, 1) / drained.as_secs_f64(),
        latency_ms: Latency::of(&latencies),
        last_ms: last_ms(&shared.lasts[1..=usize::try_from(plan.events)?]),
        server_bytes_per_idle_client: memory(idle.resident_bytes),
        server_bytes_per_client: memory(after.resident_bytes),
        server_cpu_us_per_delivery: (after.cpu_seconds - before.cpu_seconds) * 1e6 / ratio(deliveries.max(1), 1),
        handshake_bytes: ratio(handshake_bytes, all),
        wire_bytes_per_delivery: ratio(after_bytes - before_bytes, deliveries.max(1)),
        lost: ledgers.iter().map(|ledger| ledger.lost(published)).sum(),
        doubled: ledgers.iter().map(|ledger| ledger.doubled).sum(),
        out_of_order: ledgers.iter().map(|ledger| ledger.out_of_order).sum(),
        wrong_id: ledgers.iter().map(|ledger| ledger.wrong_id).sum::<u64>() + shared.wrong_ids.load(Relaxed),
        resets: ledgers.iter().map(|ledger| ledger.resets).sum(),
        kills,
        reconnections: opened.saturating_sub(all),
        recovery_ms,
        first_error: shared.first_error.get().cloned(),
        latencies,
    })
}

struct Running<'a> {
    server: &'a Server,
    plan: &'a Plan,
    progress: &'a Progress,
    clients: Clients,
    started: Instant,
}

impl Running<'_> {
    fn delivered(&self) -> u64 {
        self.clients.shared.delivered.load(Relaxed)
    }

    fn wire_bytes(&self) -> u64 {
        let bytes = &self.clients.shared.bytes;
        bytes.received.load(Relaxed) + bytes.sent.load(Relaxed)
    }

    /// Waits until the count is there, or does not grow any more.
    async fn until(&self, phase: &'static str, count: u64, now: impl Fn() -> u64) {
        self.progress.phase(phase, count);
        let (mut last, mut since) = (now(), Instant::now());
        while last < count && since.elapsed() < self.plan.patience {
            sleep(Duration::from_millis(10)).await;
            let now = now();
            self.progress.set(now);
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    async fn publish(&self, published: &mut u64) -> anyhow::Result<()> {
        let shared = &self.clients.shared;
        let sample = Sample { run: shared.run, number: *published, sent: shared.epoch.elapsed() };
        let id = self.server.publish(&sample.text(self.plan.data_len)).await?;
        if id.is_some_and(|id| !shared.is_id(sample.number, &id)) {
            shared.wrong_ids.fetch_add(1, Relaxed);
        }
        *published += 1;
        Ok(())
    }

    /// Publishes at the rate, and cuts meanwhile; how many were cut.
    async fn feed(&self, published: &mut u64) -> anyhow::Result<u64> {
        self.progress.phase("publishing", self.plan.events);
        let mut kills = 0;
        let publish = async {
            let mut ticks = interval(Duration::from_secs_f64(1.0 / self.plan.rate));
            // Late events are made up for, so that the rate holds.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            for number in 1..=self.plan.events {
                ticks.tick().await;
                self.publish(published).await?;
                self.progress.set(number);
            }
            // The last event has its share of the time too.
            ticks.tick().await;
            Ok(())
        };
        tokio::select! {
            result = publish => result.map(|()| kills),
            Err(error) = self.kill(&mut kills) => Err(error),
        }
    }

    /// Cuts random connections, by turns at the client and at the server, for ever.
    async fn kill(&self, kills: &mut u64) -> anyhow::Result<()> {
        let Some(period) = self.plan.kill_every else { return std::future::pending().await };
        let mut ticks = interval(period);
        loop {
            ticks.tick().await;
            let client = fastrand::usize(..self.plan.clients);
            if kills.is_multiple_of(2) {
                self.clients.shared.cut(client);
            } else {
                self.server.cut(&self.clients.shared.key(client)).await?;
            }
            *kills += 1;
        }
    }

    /// Cuts one client after the other, publishes what it misses, and takes the time until it has that.
    async fn recoveries(&self, published: &mut u64) -> anyhow::Result<Vec<f64>> {
        let shared = &self.clients.shared;
        self.progress.phase("recovering", self.plan.recoveries.into());
        let mut times = Vec::new();
        for number in 1..=self.plan.recoveries {
            let client = fastrand::usize(..self.plan.clients);
            let whole = shared.whole(client, *published + MISSED);
            let cut_at = shared.epoch.elapsed();
            let cut = self.server.cut(&shared.key(client)).await?;
            ensure!(cut == 1, "{cut} connections cut of client {client}, which has one");
            for _ in 0..MISSED {
                self.publish(published).await?;
            }
            let whole_at = timeout(self.plan.patience, whole)
                .await
                .context("a client that was cut does not get what it missed")??;
            times.push(whole_at.saturating_sub(cut_at).as_secs_f64() * 1000.0);
            self.until("recovering", self.plan.clients as u64 * *published, || self.delivered()).await;
            self.progress.phase("recovering", self.plan.recoveries.into());
            self.progress.set(number.into());
        }
        Ok(times)
    }
}

/// Of the median event.
fn last_ms(lasts: &[AtomicU64]) -> f64 {
    let mut lasts: Vec<u64> = lasts.iter().map(|last| last.load(Relaxed)).collect();
    lasts.sort_unstable();
    lasts.get(lasts.len() / 2).copied().map_or(0.0, millis)
}

#[expect(clippy::cast_precision_loss, reason = "bytes and counts of a run")]
fn ratio(whole: u64, parts: u64) -> f64 {
    whole as f64 / parts as f64
}
