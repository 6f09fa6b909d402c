//! What was measured, for people and programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::outcome::Outcome;
use super::table::{count, kib, markdown, number};
use super::{Args, chart};

/// Runs that were saved earlier.
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

/// With one number of clients, a column of many measures for each server; with several, a row for each.
pub(super) fn write(args: &Args, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let grows = !(args.scale.is_empty() && args.from.is_empty());
    let json = match outcomes {
        [outcome] if !grows => serde_json::to_string_pretty(outcome)?,
        outcomes => serde_json::to_string_pretty(outcomes)?,
    } + "\n";
    let table = table(grows, outcomes);
    match &args.json {
        Some(path) if path == Path::new("-") => print!("{json}"),
        path => {
            if let Some(path) = path {
                fs::write(path, &json).with_context(|| format!("--json {}", path.display()))?;
            }
            print!("{table}");
        }
    }
    let Some(dir) = &args.out else { return Ok(()) };
    fs::create_dir_all(dir).with_context(|| format!("--out {}", dir.display()))?;
    let name = if grows { "scale" } else { "load" };
    let put = |ending: &str, text: &str| {
        let path = dir.join(format!("{name}.{ending}"));
        fs::write(&path, text).with_context(|| format!("--out: {}", path.display()))
    };
    put("md", &table)?;
    put("json", &json)?;
    if grows { put("svg", &chart::growth(args.rate, outcomes)?) } else { Ok(()) }
}

/// What is shown of a run, beside the floor with as many clients if there is one.
type Measure = fn(&Outcome, Option<&Outcome>) -> String;

/// Shown for what could not be measured.
const NOTHING: &str = "–";

/// Names, and whether runs with several numbers of clients are compared by them.
const MEASURES: [(&str, bool, Measure); 24] = [
    ("Server", true, |run, _| run.server.clone()),
    ("Clients", true, |run, _| count(run.clients as u64)),
    ("Clients connected at the end", false, |run, _| count(run.held as u64)),
    ("Connects/s", true, |run, _| number(run.connects_per_second)),
    ("Handshake, both ways", false, |run, _| format!("{} bytes", number(run.handshake_bytes))),
    ("Events published", false, |run, _| count(run.events_published)),
    ("Deliveries/s", false, |run, _| number(run.deliveries_per_second)),
    ("Latency p50", true, |run, _| ms(run.latency_ms.p50)),
    ("Latency p99", true, |run, _| ms(run.latency_ms.p99)),
    ("Latency p99.9", false, |run, _| ms(run.latency_ms.p999)),
    ("Latency, max", false, |run, _| ms(run.latency_ms.max)),
    ("Last client", true, |run, floor| ms(run.last_ms) + &times(run, floor, |run| Some(run.last_ms))),
    ("Slowest, also to clients that were away", false, |run, _| ms(run.slowest_ms)),
    ("Publishing an event, max", false, |run, _| ms(run.longest_publish_ms)),
    ("Memory/idle client", false, |run, _| run.server_bytes_per_idle_client.map_or(NOTHING.into(), kib)),
    ("Memory/client", true, |run, _| run.server_bytes_per_client.map_or(NOTHING.into(), kib)),
    ("CPU/delivery", true, |run, floor| {
        let Some(cpu) = run.server_cpu_us_per_delivery else { return NOTHING.into() };
        format!("{} µs{}", number(cpu), times(run, floor, |run| run.server_cpu_us_per_delivery))
    }),
    ("On the wire/delivery", false, |run, _| format!("{} bytes", number(run.wire_bytes_per_delivery))),
    ("Lost", true, |run, _| count(run.faults.lost)),
    ("Doubled", true, |run, _| count(run.faults.doubled)),
    ("Out of order", false, |run, _| count(run.faults.out_of_order)),
    ("Connections cut", false, |run, _| count(run.kills)),
    ("Reconnections", false, |run, _| count(run.reconnections)),
    ("Away", true, |run, _| {
        run.away_ms.map_or(NOTHING.into(), |away| format!("median {}, longest {}", ms(away.p50), ms(away.max)))
    }),
];

fn ms(ms: f64) -> String {
    format!("{} ms", number(ms))
}

/// The ratio to the floor's value.
fn times(run: &Outcome, floor: Option<&Outcome>, value: fn(&Outcome) -> Option<f64>) -> String {
    let floor = floor.and_then(value).filter(|floor| *floor > 0.0);
    value(run).zip(floor).map_or_else(String::new, |(value, floor)| format!(" ({:.2}×)", value / floor))
}

fn table(grows: bool, outcomes: &[Outcome]) -> String {
    let row = |&(name, _, value): &(&str, bool, Measure)| {
        let cell = |run: &Outcome| {
            let floor = outcomes.iter().find(|floor| floor.clients == run.clients && floor.server == "floor");
            value(run, floor.filter(|_| run.server != "floor"))
        };
        [name.to_owned()].into_iter().chain(outcomes.iter().map(cell)).collect()
    };
    let mut rows: Vec<Vec<String>> = MEASURES.iter().filter(|(_, compares, _)| *compares || !grows).map(row).collect();
    rows.retain(|row| row.iter().skip(1).any(|cell| cell != NOTHING));
    if grows {
        rows = (0..=outcomes.len()).map(|run| rows.iter().map(|row| row[run].clone()).collect()).collect();
    }
    markdown(&rows)
}
