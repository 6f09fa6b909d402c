//! Runs with growing numbers of clients, side by side.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use super::Args;
use super::report::{publish, put};
use crate::measure::chart::{self, Line};
use crate::measure::outcome::Outcome;
use crate::measure::table::{Rows, count, kib, number};

pub(super) fn write(args: &Args, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(outcomes)? + "\n";
    let rows = rows(outcomes);
    publish(args, &rows, &json)?;
    if let Some(dir) = &args.out {
        put(dir, "scale.md", &rows.markdown())?;
        put(dir, "scale.json", &json)?;
        put(dir, "scale.svg", &chart(args.rate, outcomes)?)?;
    }
    Ok(())
}

/// Runs that were written before.
pub(super) fn read(files: &[PathBuf]) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("--from {}", file.display()))?;
        let one = || serde_json::from_str(&text).map(|outcome| vec![outcome]);
        outcomes.extend(serde_json::from_str(&text).or_else(|_| one()).with_context(|| file.display().to_string())?);
    }
    outcomes.sort_by_key(|outcome| outcome.clients);
    Ok(outcomes)
}

/// The servers, in the order in which they come.
fn servers(outcomes: &[Outcome]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !names.contains(&&*outcome.server) {
            names.push(&outcome.server);
        }
    }
    names
}

#[expect(clippy::cast_precision_loss, reason = "clients")]
fn chart(rate: f64, outcomes: &[Outcome]) -> anyhow::Result<String> {
    let lines = |value: fn(&Outcome) -> f64| -> Vec<Line<'_>> {
        let colours = [chart::BLUE, chart::MUTED, chart::TEAL, chart::ORANGE].into_iter().cycle();
        let line = |(name, colour)| {
            let its = outcomes.iter().filter(|outcome| outcome.server == name);
            Line { name, colour, points: its.map(|outcome| (outcome.clients as f64, value(outcome))).collect() }
        };
        servers(outcomes).into_iter().zip(colours).map(line).collect()
    };
    chart::growth(
        "What more clients cost",
        &format!("One server process, events to every client at {rate} a second; server and clients share the machine"),
        &[
            ("Until the last client has it", "ms", lines(|outcome| outcome.last_ms)),
            ("Server memory per client", "KiB", lines(|outcome| outcome.server_bytes_per_client / 1024.0)),
            ("Server CPU per delivery", "µs", lines(|outcome| outcome.server_cpu_us_per_delivery)),
        ],
    )
}

fn rows(outcomes: &[Outcome]) -> Rows {
    let head =
        ["Clients", "Server", "Connects/s", "p50", "p99", "Last", "Memory/client", "CPU/delivery", "Lost", "Doubled"];
    let rows = outcomes.iter().map(|outcome| {
        let latency = outcome.latency_ms;
        let floor = outcomes.iter().find(|floor| floor.clients == outcome.clients && floor.server == "floor");
        let floor = floor.filter(|floor| floor.server != outcome.server);
        let times = |value: fn(&Outcome) -> f64, words: String| match floor.map(value) {
            Some(floor) if floor > 0.0 => format!("{words} ({:.2}×)", value(outcome) / floor),
            _ => words,
        };
        vec![
            count(outcome.clients as u64),
            outcome.server.clone(),
            number(outcome.connects_per_second),
            format!("{} ms", number(latency.p50)),
            format!("{} ms", number(latency.p99)),
            times(|outcome| outcome.last_ms, format!("{} ms", number(outcome.last_ms))),
            kib(outcome.server_bytes_per_client),
            times(
                |outcome| outcome.server_cpu_us_per_delivery,
                format!("{} µs", number(outcome.server_cpu_us_per_delivery)),
            ),
            count(outcome.lost),
            count(outcome.doubled),
        ]
    });
    Rows { head: head.map(str::to_owned).into(), rows: rows.collect() }
}
