//! What was measured, for people and programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::Args;
use super::chart::{self, Line};
use super::outcome::{Latency, Outcome};
use super::table::{Rows, count, kib, number};

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

/// One number of clients is a column of many measures for each server, several of them are a row each.
pub(super) fn write(args: &Args, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let grows = !(args.scale.is_empty() && args.from.is_empty());
    let json = match outcomes {
        [outcome] if !grows => serde_json::to_string_pretty(outcome)?,
        outcomes => serde_json::to_string_pretty(outcomes)?,
    } + "\n";
    let rows = if grows { growth(outcomes) } else { measures(outcomes) };
    let to_output = args.json.as_deref() == Some(Path::new("-"));
    match &args.json {
        _ if to_output => print!("{json}"),
        Some(path) => fs::write(path, &json).with_context(|| format!("--json {}", path.display()))?,
        None => {}
    }
    if !to_output {
        println!("{}", rows.terminal());
    }
    let Some(dir) = &args.out else { return Ok(()) };
    fs::create_dir_all(dir).with_context(|| format!("--out {}", dir.display()))?;
    let name = if grows { "scale" } else { "load" };
    let put = |ending: &str, text: &str| {
        let path = dir.join(format!("{name}.{ending}"));
        fs::write(&path, text).with_context(|| format!("--out: {}", path.display()))
    };
    put("md", &rows.markdown())?;
    put("json", &json)?;
    if grows { put("svg", &chart(args.rate, outcomes)?) } else { Ok(()) }
}

fn measures(outcomes: &[Outcome]) -> Rows {
    type Words = fn(&Outcome) -> String;
    let measures: [(&str, Words); 26] = [
        ("Connections held", |run| format!("{} of {}", count(run.held as u64), count(run.clients as u64))),
        ("Connections made per second", |run| number(run.connects_per_second)),
        ("Handshake, both ways", |run| format!("{} bytes", number(run.handshake_bytes))),
        ("Events published", |run| count(run.events_published)),
        ("Events published per second", |run| number(run.events_per_second)),
        ("Deliveries per second", |run| number(run.deliveries_per_second)),
        ("Latency, median", |run| format!("{} ms", number(run.latency_ms.p50))),
        ("Latency, p99", |run| format!("{} ms", number(run.latency_ms.p99))),
        ("Latency, p99.9", |run| format!("{} ms", number(run.latency_ms.p999))),
        ("Latency, most", |run| format!("{} ms", number(run.latency_ms.max))),
        ("The last client of an event, median", |run| format!("{} ms", number(run.last_ms))),
        ("The slowest event, also to clients that were away", |run| format!("{} ms", number(run.slowest_ms))),
        ("Publishing an event, most", |run| format!("{} ms", number(run.longest_publish_ms))),
        ("Server memory per idle client", |run| kib(run.server_bytes_per_idle_client)),
        ("Server memory per client, after the feed", |run| kib(run.server_bytes_per_client)),
        ("Server CPU per delivery", |run| format!("{} µs", number(run.server_cpu_us_per_delivery))),
        ("On the wire per delivery", |run| format!("{} bytes", number(run.wire_bytes_per_delivery))),
        ("Connections cut", |run| count(run.kills)),
        ("Reconnections", |run| count(run.reconnections)),
        ("Away after a lost connection, median", |run| ms(run.away_ms.map(|away| away.p50))),
        ("Away after a lost connection, most", |run| ms(run.away_ms.map(|away| away.max))),
        ("Whole again after a lost connection, median", |run| ms(run.recovered_ms.map(|whole| whole.p50))),
        ("Whole again after a lost connection, most", |run| ms(run.recovered_ms.map(|whole| whole.max))),
        ("Events lost", |run| count(run.faults.lost)),
        ("Events doubled", |run| count(run.faults.doubled)),
        ("Events out of order", |run| count(run.faults.out_of_order)),
    ];
    let row = |(name, words): (&str, Words)| [name.to_owned()].into_iter().chain(outcomes.iter().map(words)).collect();
    let head = ["Measure"].into_iter().chain(outcomes.iter().map(|run| &*run.server)).map(str::to_owned);
    Rows { head: head.collect(), rows: measures.into_iter().map(row).collect() }
}

fn growth(outcomes: &[Outcome]) -> Rows {
    let mut head =
        ["Clients", "Server", "Connects/s", "p50", "p99", "Last", "Memory/client", "CPU/delivery", "Lost", "Doubled"]
            .to_vec();
    // Of runs in which connections were lost.
    let lossy = outcomes.iter().any(|outcome| outcome.away_ms.is_some());
    if lossy {
        head.extend(["Away", "Whole again"]);
    }
    let rows = outcomes.iter().map(|outcome| {
        let floor = outcomes.iter().find(|floor| floor.clients == outcome.clients && floor.server == "floor");
        let floor = floor.filter(|floor| floor.server != outcome.server);
        let times = |value: fn(&Outcome) -> f64, unit: &str| match floor.map(value) {
            Some(floor) if floor > 0.0 => {
                format!("{} {unit} ({:.2}×)", number(value(outcome)), value(outcome) / floor)
            }
            _ => format!("{} {unit}", number(value(outcome))),
        };
        let mut row = vec![
            count(outcome.clients as u64),
            outcome.server.clone(),
            number(outcome.connects_per_second),
            format!("{} ms", number(outcome.latency_ms.p50)),
            format!("{} ms", number(outcome.latency_ms.p99)),
            times(|outcome| outcome.last_ms, "ms"),
            kib(outcome.server_bytes_per_client),
            times(|outcome| outcome.server_cpu_us_per_delivery, "µs"),
            count(outcome.faults.lost),
            count(outcome.faults.doubled),
        ];
        if lossy {
            let most = |times: Option<Latency>| {
                times
                    .map_or("–".into(), |times| format!("{} ms, at most {} ms", number(times.p50), number(times.max)))
            };
            row.extend([most(outcome.away_ms), most(outcome.recovered_ms)]);
        }
        row
    });
    Rows { head: head.into_iter().map(str::to_owned).collect(), rows: rows.collect() }
}

fn ms(time: Option<f64>) -> String {
    time.map_or("–".into(), |ms| format!("{} ms", number(ms)))
}

#[expect(clippy::cast_precision_loss, reason = "clients")]
fn chart(rate: f64, outcomes: &[Outcome]) -> anyhow::Result<String> {
    // In the order in which they come.
    let mut servers: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !servers.contains(&&*outcome.server) {
            servers.push(&outcome.server);
        }
    }
    let lines = |value: fn(&Outcome) -> f64| -> Vec<Line<'_>> {
        let line = |(name, colour)| {
            let its = outcomes.iter().filter(|outcome| outcome.server == name);
            Line { name, colour, points: its.map(|outcome| (outcome.clients as f64, value(outcome))).collect() }
        };
        servers.iter().copied().zip(chart::COLOURS.into_iter().cycle()).map(line).collect()
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
