//! Runs with growing numbers of clients, side by side.

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

fn chart(rate: f64, outcomes: &[Outcome]) -> anyhow::Result<String> {
    let line = |name, colour, value: fn(&Outcome) -> f64| {
        #[expect(clippy::cast_precision_loss, reason = "clients")]
        let points = outcomes.iter().map(|outcome| (outcome.clients as f64, value(outcome))).collect();
        Line { name, colour, points }
    };
    chart::growth(
        "What more clients cost",
        &format!("One server process, events to every client at {rate} a second; server and clients share the machine"),
        &[
            (
                "Latency",
                "ms",
                vec![
                    line("median", chart::TEAL, |outcome| outcome.latency_ms.p50),
                    line("p99", chart::BLUE, |outcome| outcome.latency_ms.p99),
                ],
            ),
            (
                "Server memory per idle client",
                "KiB",
                vec![line("", chart::BLUE, |outcome| outcome.server_bytes_per_idle_client / 1024.0)],
            ),
            (
                "Server CPU per delivery",
                "µs",
                vec![line("", chart::BLUE, |outcome| outcome.server_cpu_us_per_delivery)],
            ),
        ],
    )
}

fn rows(outcomes: &[Outcome]) -> Rows {
    let head = [
        "Clients",
        "Connects/s",
        "Deliveries/s",
        "p50",
        "p99",
        "p99.9",
        "Most",
        "Memory/idle client",
        "CPU/delivery",
        "Lost",
        "Doubled",
    ];
    let rows = outcomes.iter().map(|outcome| {
        let latency = outcome.latency_ms;
        let mut row = vec![count(outcome.clients as u64)];
        row.push(number(outcome.connects_per_second));
        row.push(number(outcome.deliveries_per_second));
        row.extend([latency.p50, latency.p99, latency.p999, latency.max].map(|ms| format!("{} ms", number(ms))));
        row.push(kib(outcome.server_bytes_per_idle_client));
        row.push(format!("{} µs", number(outcome.server_cpu_us_per_delivery)));
        row.push(count(outcome.lost));
        row.push(count(outcome.doubled));
        row
    });
    Rows { head: head.map(str::to_owned).into(), rows: rows.collect() }
}
