//! The picture: everybody's speed over the corpora in chunks of 16 KiB, in units of the speed of finding line ends.

use plotters::element::{PathElement, Rectangle, Text};
use plotters::prelude::{ChartBuilder, IntoDrawingArea, RGBColor, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, ShapeStyle, TextStyle};

use super::cell::Role;
use super::results::{Measured, Results};

/// Colours that can be read on the pages of a code host, light or dark. The ground is transparent.
#[derive(Debug)]
pub struct Theme {
    /// For the file's name.
    pub name: &'static str,
    text: RGBColor,
    muted: RGBColor,
    grid: RGBColor,
    ours: RGBColor,
    peers: [RGBColor; 6],
}

/// Both.
pub const THEMES: [&Theme; 2] = [
    &Theme {
        name: "light",
        text: rgb(0x1f_23_28),
        muted: rgb(0x59_63_6e),
        grid: rgb(0xd1_d9_e0),
        ours: rgb(0x09_69_da),
        peers: [rgb(0xe1_6f_24), rgb(0x2d_a4_4e), rgb(0xa4_75_f9), rgb(0xd4_a7_2c), rgb(0xe8_5a_ad), rgb(0x8c_95_9f)],
    },
    &Theme {
        name: "dark",
        text: rgb(0xf0_f6_fc),
        muted: rgb(0x91_98_a1),
        grid: rgb(0x3d_44_4d),
        ours: rgb(0x44_93_f8),
        peers: [rgb(0xdb_6d_28), rgb(0x3f_b9_50), rgb(0xa3_71_f7), rgb(0xbb_80_09), rgb(0xdb_61_a2), rgb(0x76_83_90)],
    },
];

const fn rgb(hex: u32) -> RGBColor {
    let [_, red, green, blue] = hex.to_be_bytes();
    RGBColor(red, green, blue)
}

const CHUNK: &str = "16KiB";
const WIDTH: u32 = 960;
const HEAD: u32 = 96;
const FOOT: u32 = 34;
const LEFT: i32 = 108;
/// In the units of the vertical axis, which are pixels.
const BAR: f64 = 7.0;
const OURS: f64 = 13.0;
const GAP: f64 = 16.0;

/// As SVG.
pub fn draw(results: &Results, theme: &Theme) -> anyhow::Result<String> {
    let cells: Vec<_> = results.cells.iter().filter(|cell| cell.chunk == CHUNK).collect();
    let mut svg = String::new();
    if let Some(peers) = cells.first().map(|cell| peers(cell)) {
        // Plotters' errors borrow from what they are drawn on.
        paint(&cells, &peers, theme, &mut svg).map_err(|error| anyhow::anyhow!("the chart: {error}"))?;
    }
    Ok(svg)
}

/// Their names, in the order of the table.
fn peers(cell: &Measured) -> Vec<&str> {
    let peers = cell.rows.iter().filter(|row| row.role == Role::Peer);
    peers.map(|row| row.name.as_str()).collect()
}

fn paint(
    cells: &[&Measured],
    peers: &[&str],
    theme: &Theme,
    svg: &mut String,
) -> Result<(), Box<dyn core::error::Error>> {
    #[allow(clippy::cast_precision_loss, reason = "few")]
    let (group, count) = (OURS + peers.len() as f64 * BAR + GAP, cells.len() as f64);
    let body = group * count;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred pixels")]
    let height = HEAD + body as u32 + FOOT;
    let longest = cells.iter().filter_map(|cell| cell.row("next_event")?.of(cell.limit())).fold(1.0, f64::max);
    // Room for what stands behind the longest bar.
    let end = longest * 1.32;

    let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    let title = style(theme.text, 19, HPos::Left);
    root.draw_text("Decoding, chunks of 16 KiB", &title, (16, 18))?;
    let subtitle = style(theme.muted, 14, HPos::Left);
    root.draw_text("speed, where 1 is to find the line ends with memchr2 and nothing else", &subtitle, (16, 42))?;

    let mut x = 16;
    let colours = theme.peers.iter().zip(peers).map(|(colour, name)| (*colour, *name));
    for (colour, name) in [(theme.ours, "sse-wire")].into_iter().chain(colours) {
        root.draw(&Rectangle::new([(x, 67), (x + 11, 78)], colour.filled()))?;
        root.draw_text(name, &style(theme.text, 14, HPos::Left), (x + 17, 73))?;
        x += 40 + i32::try_from(name.len())? * 7;
    }

    let mut chart = ChartBuilder::on(&root)
        .margin_top(HEAD)
        .margin_bottom(FOOT)
        .margin_left(LEFT)
        .margin_right(16)
        .build_cartesian_2d(0.0..end, body..0.0)?;
    let mut mark = 0.0;
    while mark < end {
        let unit = (mark - 1.0_f64).abs() < 1e-9;
        let line: ShapeStyle = if unit { theme.text.stroke_width(1) } else { theme.grid.stroke_width(1) };
        chart.draw_series([PathElement::new([(mark, 0.0), (mark, body)], line)])?;
        let label = style(if unit { theme.text } else { theme.muted }, 13, HPos::Center);
        let label =
            Text::new(if unit { "1 = memchr2".to_owned() } else { format!("{mark}") }, (mark, body + 14.0), label);
        chart.draw_series([label])?;
        mark += if end > 2.5 { 0.5 } else { 0.25 };
    }

    let mut top = GAP / 2.0;
    for cell in cells {
        #[allow(clippy::cast_possible_truncation, reason = "some hundred pixels")]
        let middle = (f64::from(HEAD) + top + (group - GAP) / 2.0) as i32;
        root.draw_text(&cell.corpus, &style(theme.text, 14, HPos::Right), (LEFT - 10, middle))?;
        if let Some(speed) = cell.row("next_event").and_then(|row| row.of(cell.limit())) {
            chart.draw_series([Rectangle::new([(0.0, top), (speed, top + OURS - 1.0)], theme.ours.filled())])?;
            let text = style(theme.text, 13, HPos::Left);
            chart.draw_series([Text::new(label(cell, speed), (speed + 0.008 * end, top + OURS / 2.0), text)])?;
        }
        let mut y = top + OURS;
        for (colour, name) in theme.peers.iter().zip(peers) {
            if let Some(speed) = cell.row(name).and_then(|row| row.of(cell.limit())) {
                chart.draw_series([Rectangle::new([(0.0, y), (speed, y + BAR - 1.0)], colour.filled())])?;
            }
            y += BAR;
        }
        top += group;
    }
    root.present()?;
    drop(chart);
    Ok(())
}

fn label(cell: &Measured, speed: f64) -> String {
    let ours = cell.row("next_event");
    match cell.fastest_peer() {
        Some(peer) => {
            format!(
                "{speed:.2}, {:.1} times {}",
                ours.and_then(|row| row.of(Some(peer))).unwrap_or_default(),
                peer.name
            )
        }
        None => format!("{speed:.2}"),
    }
}

fn style(colour: RGBColor, size: u32, h_pos: HPos) -> TextStyle<'static> {
    ("system-ui, sans-serif", size).into_font().color(&colour).pos(Pos::new(h_pos, VPos::Center))
}
