//! A run, from the first connection to the verdict.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, ensure};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::clients::{Clients, Part};
use super::crew::Crew;
use super::feed::Sample;
use super::outcome::{Counts, Latency, Outcome, Verdict, millis};
use super::server::Server;
use super::{Args, sse, websocket};
use crate::process::Usages;

/// What is published while a client is away.
const MISSED: u64 = 5;

/// How events travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Sse,
    WebSocket,
}

/// Measures a server that has no other clients.
pub(super) async fn run(server: &Server, args: &Args, clients: usize, transport: Transport) -> anyhow::Result<Outcome> {
    let empty = server.stats().await?;
    let events = 1 + args.events() + u64::from(args.recoveries) * MISSED;
    let mut parts = parts(server, args, clients, usize::try_from(events)?);
    let here = parts.pop().context("a part")?;
    let crew = Crew::start(&parts).await?;
    let here = match transport {
        Transport::Sse => Clients::start(here, sse::run)?,
        Transport::WebSocket => Clients::start(here, websocket::run)?,
    };
    let run = Running {
        server,
        args,
        count: clients,
        here,
        crew,
        started: Instant::now(),
        longest_publish: Mutex::default(),
    };
    let all = clients as u64;

    run.until(all, || run.counts().open as u64).await;
    let connected = run.started.elapsed();
    let handshake_bytes = run.counts().bytes;
    sleep(Duration::from_millis(500)).await;
    let idle = server.stats().await?;

    // With an event each client has an id to resume from.
    let mut published = 0;
    run.publish(&mut published).await?;
    run.until(all, || run.counts().delivered).await;

    let (before, counts_before) = (server.stats().await?, run.counts());
    let feed = Instant::now();
    let kills = run.feed(&mut published).await?;
    let published_in = feed.elapsed();
    run.until(all * published, || run.counts().delivered).await;
    let drained = feed.elapsed();
    let (after, counts_after) = (server.stats().await?, run.counts());
    let deliveries = counts_after.delivered - counts_before.delivered;

    run.recoveries(&mut published).await?;
    run.until(all, || run.counts().open as u64).await;

    let longest_publish = *run.longest_publish.lock().unwrap_or_else(PoisonError::into_inner);
    let others = run.crew.stop(published).await?;
    let mut verdict = run.here.stop(published).await?;
    for other in others {
        verdict.append(other);
    }
    let Verdict { counts, faults, figures, first_error, .. } = verdict;
    let memory = |stats: &Usages| ratio(stats.bytes_since(&empty), all);
    Ok(Outcome {
        server: match transport {
            Transport::Sse => server.name.clone(),
            Transport::WebSocket => format!("{}, WebSocket", server.name),
        },
        clients,
        held: counts.open,
        connects_per_second: ratio(counts.opened.min(all), 1) / connected.as_secs_f64(),
        events_published: published,
        events_per_second: ratio(args.events(), 1) / published_in.as_secs_f64(),
        data_bytes: args.data_len as usize,
        deliveries,
        deliveries_per_second: ratio(deliveries, 1) / drained.as_secs_f64(),
        latency_ms: Latency::of(&figures.latencies),
        last_ms: last_ms(figures.lasts, usize::try_from(args.events())?),
        slowest_ms: millis(figures.slowest),
        longest_publish_ms: longest_publish.as_secs_f64() * 1e3,
        server_bytes_per_idle_client: memory(&idle),
        server_bytes_per_client: memory(&after),
        server_cpu_us_per_delivery: after.cpu_seconds_since(&before) * 1e6 / ratio(deliveries.max(1), 1),
        handshake_bytes: ratio(handshake_bytes, all),
        wire_bytes_per_delivery: ratio(counts_after.bytes - counts_before.bytes, deliveries.max(1)),
        faults,
        kills,
        reconnections: counts.opened.saturating_sub(all),
        away_ms: figures.away.summary(),
        recovered: figures.recoveries.len(),
        recovered_ms: figures.recoveries.summary(),
        first_error,
    })
}

struct Running<'a> {
    server: &'a Server,
    args: &'a Args,
    /// How many clients there are.
    count: usize,
    /// Those of this process, and of others.
    here: Clients,
    crew: Crew,
    started: Instant,
    longest_publish: Mutex<Duration>,
}

impl Running<'_> {
    fn counts(&self) -> Counts {
        self.here.counts().plus(self.crew.counts())
    }

    /// Waits until the count is there, or does not grow any more.
    async fn until(&self, count: u64, now: impl Fn() -> u64) {
        let patience = Duration::from_secs(self.args.patience);
        let (mut last, mut since) = (now(), Instant::now());
        while last < count && since.elapsed() < patience {
            sleep(Duration::from_millis(2)).await;
            let now = now();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    async fn publish(&self, published: &mut u64) -> anyhow::Result<()> {
        let shared = &self.here.shared;
        let sample = Sample { run: shared.part.run, number: *published, sent: shared.epoch.elapsed() };
        let begun = Instant::now();
        let id = self.server.publish(&sample.text(self.args.data_len as usize)).await?;
        let mut longest = self.longest_publish.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = begun.elapsed().max(*longest);
        let mut verdict = shared.verdict();
        verdict.faults.wrong_id += u64::from(id.is_some_and(|id| !verdict.is_id(sample.number, &id)));
        *published += 1;
        Ok(())
    }

    /// Publishes at the rate, and cuts meanwhile; how many were cut.
    async fn feed(&self, published: &mut u64) -> anyhow::Result<u64> {
        let mut kills = 0;
        let publish = async {
            let mut ticks = interval(Duration::from_secs_f64(1.0 / self.args.rate));
            // Late events are made up for, so that the rate holds.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            for _ in 0..self.args.events() {
                ticks.tick().await;
                self.publish(published).await?;
            }
            // The last event has its share of the time too.
            ticks.tick().await;
            Ok(())
        };
        tokio::select! {
            result = publish => result.map(|()| kills),
            Err(error) = self.kill(&mut kills) => Err(error),
            error = self.watch_nodes() => Err(error),
        }
    }

    /// Looks at several nodes now and then, as one that is killed cannot say what it has used.
    async fn watch_nodes(&self) -> anyhow::Error {
        let mut ticks = interval(Duration::from_secs(1));
        while self.server.addrs.len() > 1 {
            ticks.tick().await;
            let _ = self.server.stats().await;
        }
        std::future::pending().await
    }

    /// Cuts random connections, by turns at the client and at the server, for ever.
    async fn kill(&self, kills: &mut u64) -> anyhow::Result<()> {
        let Some(period) = self.args.kill_every else { return std::future::pending().await };
        let mut ticks = interval(Duration::from_millis(period));
        loop {
            ticks.tick().await;
            let client = fastrand::usize(..self.count);
            if kills.is_multiple_of(2) {
                self.here.shared.cut(client);
            } else {
                self.server.cut(&self.here.shared.key(client)).await?;
            }
            *kills += 1;
        }
    }

    /// Cuts one client after the other, and publishes what it misses.
    async fn recoveries(&self, published: &mut u64) -> anyhow::Result<()> {
        // In turn: a client that is cut again before it gets another event counts once.
        for client in (0..self.count).cycle().take(self.args.recoveries as usize) {
            let cut = self.server.cut(&self.here.shared.key(client)).await?;
            ensure!(cut == 1, "{cut} connections cut of client {client}, which has one");
            for _ in 0..MISSED {
                self.publish(published).await?;
            }
            self.until(self.count as u64 * *published, || self.counts().delivered).await;
        }
        Ok(())
    }
}

/// What each process is told that has clients; the last one is this.
fn parts(server: &Server, args: &Args, clients: usize, events: usize) -> Vec<Part> {
    let others = if args.processes > 1 { usize::from(args.processes) } else { 0 };
    let (run, began) = (fastrand::u32(..), SystemTime::now());
    let part = |first: usize, end: usize| Part {
        addrs: server.addrs.clone(),
        path: server.path.clone(),
        run,
        began,
        first,
        clients: end - first,
        events,
        threads: args.threads.into(),
    };
    let mut parts: Vec<_> =
        (0..others).map(|index| part(clients * index / others, clients * (index + 1) / others)).collect();
    parts.push(if others > 0 { part(clients, clients) } else { part(0, clients) });
    parts
}

/// Of the median one of the events after the first.
fn last_ms(mut lasts: Vec<u64>, events: usize) -> f64 {
    lasts.resize(1 + events, 0);
    lasts.remove(0);
    lasts.sort_unstable();
    lasts.get(lasts.len() / 2).copied().map_or(0.0, millis)
}

#[expect(clippy::cast_precision_loss, reason = "bytes and counts of a run")]
fn ratio(whole: u64, parts: u64) -> f64 {
    whole as f64 / parts as f64
}
