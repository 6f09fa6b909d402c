//! A run, from the first connection to the verdict.

use std::time::{Duration, Instant, SystemTime};

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Args;
use super::clients::Part;
use super::crew::Crew;
use super::feed::Sample;
use super::outcome::{Counts, Outcome, Verdict, millis};
use super::server::Server;
use crate::process::Usage;

/// Measures a server that has no other clients.
pub(super) async fn run(server: &Server, args: &Args, clients: usize, websocket: bool) -> anyhow::Result<Outcome> {
    let part = Part {
        addrs: server.addrs.clone(),
        path: server.path.clone(),
        websocket,
        run: fastrand::u32(..),
        began: SystemTime::now(),
        first: 0,
        clients,
        events: usize::try_from(1 + args.events())?,
    };
    let (all, empty) = (clients as u64, server.usages());
    let (open, delivered) = (|counts: Counts| counts.open as u64, |counts: Counts| counts.delivered);
    let mut crew = Crew::start(&part, args.processes.into(), Duration::from_secs(args.patience)).await?;
    let mut publisher = Publisher {
        server,
        data_len: args.data_len as usize,
        run: part.run,
        epoch: part.epoch()?,
        published: 0,
        longest: Duration::ZERO,
        verdict: Verdict::new(part.events),
    };

    let started = Instant::now();
    crew.until(all, open).await?;
    let connected = started.elapsed();
    let handshake_bytes = crew.counts().bytes;
    sleep(Duration::from_millis(500)).await;
    let idle = server.usages();

    // After one event, each client has an id to resume from.
    publisher.publish().await?;
    crew.until(all, delivered).await?;

    let (before, counts_before) = (server.usages(), crew.counts());
    let (feed, mut kills) = (Instant::now(), 0);
    tokio::select! {
        result = publisher.feed(args) => result?,
        result = kill(&mut crew, server, &part, args.kill_every, &mut kills) => result?,
        () = watch(server) => {}
    }
    crew.until(all * publisher.published, delivered).await?;
    let drained = feed.elapsed();
    let (after, counts_after, is_seen) = (server.usages(), crew.counts(), server.is_seen().await);
    let deliveries = counts_after.delivered - counts_before.delivered;
    crew.until(all, open).await?;
    // A cut may still be on its way; its client was connected until now.
    let held = crew.counts().open;

    let Publisher { published, longest, mut verdict, .. } = publisher;
    crew.stop(&mut verdict).await?;
    let memory = |now: &[Usage]| {
        // Nothing for a server that is gone.
        let gained = now.iter().zip(&empty).map(|(now, empty)| now.resident_bytes.saturating_sub(empty.resident_bytes));
        is_seen.then(|| ratio(gained.sum(), all))
    };
    let cpu_seconds: f64 =
        after.iter().zip(&before).map(|(after, before)| after.cpu_seconds - before.cpu_seconds).sum();
    verdict.faults.lost = (all * published).saturating_sub(verdict.counts.delivered);
    Ok(Outcome {
        server: if websocket { format!("{}, WebSocket", server.name) } else { server.name.clone() },
        clients,
        held,
        connects_per_second: ratio(verdict.counts.opened.min(all), 1) / connected.as_secs_f64(),
        events_published: published,
        data_bytes: args.data_len as usize,
        deliveries,
        deliveries_per_second: ratio(deliveries, 1) / drained.as_secs_f64(),
        latency_ms: verdict.latencies.summary().unwrap_or_default(),
        last_ms: verdict.last_ms(),
        slowest_ms: millis(verdict.slowest),
        longest_publish_ms: longest.as_secs_f64() * 1e3,
        server_bytes_per_idle_client: memory(&idle),
        server_bytes_per_client: memory(&after),
        server_cpu_us_per_delivery: is_seen.then(|| cpu_seconds * 1e6 / ratio(deliveries.max(1), 1)),
        handshake_bytes: ratio(handshake_bytes, all),
        wire_bytes_per_delivery: ratio(counts_after.bytes - counts_before.bytes, deliveries.max(1)),
        faults: verdict.faults,
        kills,
        reconnections: verdict.counts.opened.saturating_sub(all),
        away_ms: verdict.away.summary(),
        first_error: verdict.first_error,
    })
}

struct Publisher<'a> {
    server: &'a Server,
    data_len: usize,
    run: u32,
    epoch: Instant,
    published: u64,
    /// The longest time that it waited for an event.
    longest: Duration,
    verdict: Verdict,
}

impl Publisher<'_> {
    async fn publish(&mut self) -> anyhow::Result<()> {
        let sample = Sample { run: self.run, number: self.published, sent: self.epoch.elapsed() };
        let id = self.server.publish(&sample.text(self.data_len)).await?;
        self.longest = self.longest.max(self.epoch.elapsed().saturating_sub(sample.sent));
        self.verdict.faults.wrong_id += u64::from(id.is_some_and(|id| !self.verdict.is_id(sample.number, &id)));
        self.published += 1;
        Ok(())
    }

    /// Publishes at the rate.
    async fn feed(&mut self, args: &Args) -> anyhow::Result<()> {
        let mut ticks = interval(Duration::from_secs_f64(1.0 / args.rate));
        // Catches up after late events, to keep the rate.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for _ in 0..args.events() {
            ticks.tick().await;
            self.publish().await?;
        }
        // The last event gets its share of the time too.
        ticks.tick().await;
        Ok(())
    }
}

/// Cuts random connections, alternately at the client and at the server, until a process with clients ends.
async fn kill(crew: &mut Crew, server: &Server, part: &Part, every: Option<u64>, cuts: &mut u64) -> anyhow::Result<()> {
    let Some(period) = every else { return crew.ended().await };
    let mut ticks = interval(Duration::from_millis(period));
    loop {
        tokio::select! {
            ended = crew.ended() => return ended,
            _ = ticks.tick() => {}
        }
        let client = fastrand::usize(..part.clients);
        if cuts.is_multiple_of(2) {
            crew.cut(client).await;
        } else {
            server.cut(&part.key(client)).await?;
        }
        *cuts += 1;
    }
}

/// Samples the server now and then, since a killed one cannot say what it has used.
async fn watch(server: &Server) {
    let mut ticks = interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        server.usages();
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes and counts of a run")]
fn ratio(whole: u64, parts: u64) -> f64 {
    whole as f64 / parts as f64
}
