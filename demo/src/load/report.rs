//! One run, for people and programs.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::Args;
use crate::measure::outcome::Outcome;
use crate::measure::table::{Rows, count, kib, number};

pub(super) fn write(args: &Args, outcome: &Outcome) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(outcome)? + "\n";
    let rows = rows(outcome);
    publish(args, &rows, &json)?;
    if let Some(dir) = &args.out {
        put(dir, "load.md", &rows.markdown())?;
        put(dir, "load.json", &json)?;
    }
    Ok(())
}

/// Prints the table or the JSON, and writes the JSON where it is wanted.
pub(super) fn publish(args: &Args, rows: &Rows, json: &str) -> anyhow::Result<()> {
    match args.json.as_deref() {
        Some(path) if path == Path::new("-") => {
            print!("{json}");
            return Ok(());
        }
        Some(path) => fs::write(path, json).with_context(|| format!("--json {}", path.display()))?,
        None => {}
    }
    println!("{}", rows.terminal());
    Ok(())
}

pub(super) fn put(dir: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("--out {}", dir.display()))?;
    let path = dir.join(name);
    fs::write(&path, text).with_context(|| format!("--out: {}", path.display()))
}

fn rows(outcome: &Outcome) -> Rows {
    let latency = outcome.latency_ms;
    let mut rows = vec![
        ("Connections held", format!("{} of {}", count(outcome.held as u64), count(outcome.clients as u64))),
        ("Connections made per second", number(outcome.connects_per_second)),
        ("Events published", count(outcome.events_published)),
        ("Events published per second", number(outcome.events_per_second)),
        ("Deliveries per second", number(outcome.deliveries_per_second)),
        ("Latency, median", format!("{} ms", number(latency.p50))),
        ("Latency, p99", format!("{} ms", number(latency.p99))),
        ("Latency, p99.9", format!("{} ms", number(latency.p999))),
        ("Latency, most", format!("{} ms", number(latency.max))),
        ("The last client of an event, median", format!("{} ms", number(outcome.last_ms))),
        ("Publishing an event, most", format!("{} ms", number(outcome.longest_publish_ms))),
        ("Server memory per idle client", kib(outcome.server_bytes_per_idle_client)),
        ("Server memory per client, after the feed", kib(outcome.server_bytes_per_client)),
        ("Server CPU per delivery", format!("{} µs", number(outcome.server_cpu_us_per_delivery))),
        ("On the wire per delivery", format!("{} bytes", number(outcome.wire_bytes_per_delivery))),
    ];
    if outcome.kills > 0 {
        rows.push(("Connections cut", count(outcome.kills)));
        rows.push(("Reconnections", count(outcome.reconnections)));
    }
    rows.push(("Events lost", count(outcome.lost)));
    rows.push(("Events doubled", count(outcome.doubled)));
    rows.push(("Events out of order", count(outcome.out_of_order)));
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    Rows { head: vec!["Measure".to_owned(), "Value".to_owned()], rows }
}
