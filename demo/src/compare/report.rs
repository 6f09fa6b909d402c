//! Both side by side, for people and programs.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::Args;
use super::summary::Summary;
use crate::measure::chart::{self, BLUE, Bars, ORANGE};
use crate::measure::table::{Rows, count, kib, number};
use crate::measure::websocket::RECONNECTION_TIME;

pub(super) fn write(args: &Args, sse: &Summary, websocket: &Summary) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(&json!({
        "clients": args.clients,
        "events_per_second": args.rate,
        "seconds": args.seconds,
        "rounds": args.rounds,
        "data_bytes": args.data_len,
        "reconnection_time_ms": RECONNECTION_TIME.as_millis(),
        "sse": sse,
        "websocket": websocket,
    }))? + "\n";
    let measures = measures(sse, websocket);
    let rows = rows(&measures);
    match args.json.as_deref() {
        Some(path) if path == Path::new("-") => print!("{json}"),
        Some(path) => {
            fs::write(path, &json).with_context(|| format!("--json {}", path.display()))?;
            println!("{}", rows.terminal());
        }
        None => println!("{}", rows.terminal()),
    }
    if let Some(dir) = &args.out {
        let about = format!(
            "{} clients, {} events of {} bytes a second, {} rounds of {} s each; shorter is better",
            count(args.clients.into()),
            args.rate,
            args.data_len,
            args.rounds,
            args.seconds
        );
        fs::create_dir_all(dir).with_context(|| format!("--out {}", dir.display()))?;
        for (name, text) in [
            ("compare.md", rows.markdown()),
            ("compare.json", json),
            ("compare.svg", chart::bars("Server-Sent Events and WebSocket", &about, &bars(&measures), 2)?),
        ] {
            let path = dir.join(name);
            fs::write(&path, text).with_context(|| format!("--out: {}", path.display()))?;
        }
    }
    Ok(())
}

/// Something that is the better the smaller it is.
struct Measure {
    name: &'static str,
    sse: f64,
    websocket: f64,
    words: fn(f64) -> String,
    /// Differences up to this share are none: what the machine adds by itself.
    noise: f64,
}

fn measures(sse: &Summary, websocket: &Summary) -> Vec<Measure> {
    let measure = |name, value: fn(&Summary) -> f64, words, noise| Measure {
        name,
        sse: value(sse),
        websocket: value(websocket),
        words,
        noise,
    };
    let bytes: fn(f64) -> String = |value| format!("{} bytes", number(value));
    let ms: fn(f64) -> String = |value| format!("{} ms", number(value));
    let us: fn(f64) -> String = |value| format!("{} µs", number(value));
    vec![
        measure("On the wire per event", |summary| summary.wire_bytes_per_delivery, bytes, 0.0),
        measure("Handshake, both ways", |summary| summary.handshake_bytes, bytes, 0.0),
        measure("Server CPU per delivery", |summary| summary.server_cpu_us_per_delivery, us, 0.15),
        measure("Server memory per client", |summary| summary.server_bytes_per_client, kib, 0.15),
        measure("Latency, median", |summary| summary.latency_ms.p50, ms, 0.15),
        measure("Latency, p99", |summary| summary.latency_ms.p99, ms, 0.15),
        measure(
            "Whole again after a cut, of that 100 to 200 ms waiting",
            |summary| summary.recovery_ms_median,
            ms,
            0.15,
        ),
    ]
}

fn rows(measures: &[Measure]) -> Rows {
    let rows = measures.iter().map(|measure| {
        vec![measure.name.to_owned(), (measure.words)(measure.sse), (measure.words)(measure.websocket), better(measure)]
    });
    Rows { head: ["Measure", "SSE", "WebSocket", "Needs less"].map(str::to_owned).into(), rows: rows.collect() }
}

/// Who needs less, and how much less; nobody where the difference decides nothing.
fn better(measure: &Measure) -> String {
    let (name, less, more) = if measure.sse < measure.websocket {
        ("SSE", measure.sse, measure.websocket)
    } else {
        ("WebSocket", measure.websocket, measure.sse)
    };
    let difference = if more > 0.0 { 1.0 - less / more } else { 0.0 };
    if difference <= measure.noise { "even".to_owned() } else { format!("{name}, by {:.0} %", difference * 100.0) }
}

fn bars(measures: &[Measure]) -> Vec<Bars<'_>> {
    let bar = |name, colour, value, words: fn(f64) -> String| (name, colour, value, words(value));
    measures
        .iter()
        .map(|measure| Bars {
            title: measure.name,
            bars: vec![
                bar("SSE", BLUE, measure.sse, measure.words),
                bar("WebSocket", ORANGE, measure.websocket, measure.words),
            ],
        })
        .collect()
}
