//! How the cost grows with the clients, as SVG.

use plotters::prelude::*;

use super::outcome::Outcome;
use super::table::number;

type Value = fn(&Outcome) -> Option<f64>;

const PANELS: [(&str, &str, Value); 3] = [
    ("Until the last client has it", "ms", |run| Some(run.last_ms)),
    ("Server memory per client", "KiB", |run| run.server_bytes_per_client.map(|bytes| bytes / 1024.0)),
    ("Server CPU per delivery", "µs", |run| run.server_cpu_us_per_delivery),
];

const INK: RGBColor = RGBColor(29, 41, 57);
const GRID: RGBColor = RGBColor(228, 231, 236);
/// One for each server, in their order.
const COLOURS: [RGBColor; 4] =
    [RGBColor(37, 99, 235), RGBColor(95, 107, 124), RGBColor(13, 148, 136), RGBColor(217, 119, 6)];

/// Charts side by side, with a line for each server, on a light card that is readable on light and dark pages.
pub(super) fn growth(rate: f64, outcomes: &[Outcome]) -> anyhow::Result<String> {
    let mut servers: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !servers.contains(&&*outcome.server) {
            servers.push(&outcome.server);
        }
    }
    let clients: Value = |outcome| u32::try_from(outcome.clients).ok().map(f64::from);
    let most = |value: Value| outcomes.iter().filter_map(value).fold(0.001, f64::max);
    let font = |size: i32| ("sans-serif", size).into_font().color(&INK);
    let mut svg = String::new();
    {
        let card = SVGBackend::with_string(&mut svg, (1080, 440)).into_drawing_area();
        card.fill(&RGBColor(252, 252, 253))?;
        let title = format!("What more clients cost: events to every client at {rate} a second, on one machine");
        let panels =
            card.margin(12, 0, 0, 0).titled(&title, font(24))?.margin(10, 10, 16, 16).split_evenly((1, PANELS.len()));
        for (area, (name, unit, value)) in panels.iter().zip(PANELS) {
            let mut chart = ChartBuilder::on(area)
                .caption(name, font(20))
                .margin(10)
                .x_label_area_size(36)
                .y_label_area_size(72)
                .build_cartesian_2d(0.0..most(clients) * 1.1, 0.0..most(value) * 1.4)?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .x_labels(5)
                .x_label_formatter(&|clients| number(*clients))
                .y_labels(5)
                .y_label_formatter(&|value| format!("{value} {unit}"))
                .label_style(font(15))
                .draw()?;
            for (server, colour) in servers.iter().zip(COLOURS.into_iter().cycle()) {
                let runs = outcomes.iter().filter(|run| run.server == *server);
                let points = runs.filter_map(|run| Some((clients(run)?, value(run)?)));
                let line = LineSeries::new(points, colour.filled().stroke_width(3)).point_size(4);
                let mark = move |(x, y)| Rectangle::new([(x, y - 2), (x + 12, y + 2)], colour.filled());
                chart.draw_series(line)?.label(*server).legend(mark);
            }
            let mut legend = chart.configure_series_labels();
            legend.position(SeriesLabelPosition::UpperLeft).label_font(font(15)).legend_area_size(16).draw()?;
        }
        card.present()?;
    }
    Ok(svg)
}
