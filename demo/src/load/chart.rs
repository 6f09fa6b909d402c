//! Charts as SVG, on a light card of their own, so that they read the same on a light and on a dark page.

use std::error::Error;

use anyhow::anyhow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::table::number;

/// Of lines, in their order.
pub(super) const COLOURS: [RGBColor; 4] = [RGBColor(37, 99, 235), MUTED, RGBColor(13, 148, 136), RGBColor(217, 119, 6)];
const CARD: RGBColor = RGBColor(252, 252, 253);
const EDGE: RGBColor = RGBColor(208, 213, 221);
const GRID: RGBColor = RGBColor(228, 231, 236);
const INK: RGBColor = RGBColor(29, 41, 57);
const MUTED: RGBColor = RGBColor(95, 107, 124);

const MARGIN: i32 = 28;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// A line of a chart: its name, its colour, its points.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) colour: RGBColor,
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart: its title, its unit, its lines.
type Panel<'a> = (&'a str, &'a str, Vec<Line<'a>>);

/// Draws charts side by side over the same numbers of clients, on a card with a title and what it is about.
pub(super) fn growth(title: &str, about: &str, panels: &[Panel<'_>]) -> anyhow::Result<String> {
    let mut svg = String::new();
    draw(&mut svg, title, about, panels).map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
    Ok(svg)
}

fn draw(svg: &mut String, title: &str, about: &str, panels: &[Panel<'_>]) -> Drawn {
    let (width, height) = (1080, 440);
    let root = SVGBackend::with_string(svg, (width, height)).into_drawing_area();
    root.fill(&CARD)?;
    root.draw(&Rectangle::new([(0, 0), (width.cast_signed() - 1, height.cast_signed() - 1)], EDGE))?;
    text(&root, title, (MARGIN, 24), 22.0, INK, true)?;
    text(&root, about, (MARGIN, 54), 14.5, MUTED, false)?;
    let areas = root.margin(84, 16, MARGIN, MARGIN).split_evenly((1, panels.len()));
    for (area, panel) in areas.iter().zip(panels) {
        draw_panel(area, panel)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel(area: &Area<'_>, (title, unit, lines): &Panel<'_>) -> Drawn {
    text(area, title, (12, 4), 17.0, INK, true)?;
    for (index, line) in (0..).zip(lines).filter(|_| lines.len() > 1) {
        let (x, y) = (16 + 160 * (index % 2), 30 + 18 * (index / 2));
        area.draw(&Rectangle::new([(x, y + 4), (x + 12, y + 8)], line.colour.filled()))?;
        text(area, line.name, (x + 18, y - 2), 14.0, INK, false)?;
    }
    let points = || lines.iter().flat_map(|line| &line.points);
    let most = points().map(|point| point.1).fold(0.001, f64::max);
    let most_x = points().map(|point| point.0).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin_top(72)
        .margin_right(14)
        .x_label_area_size(36)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..most_x * 1.2, 0.0..most * 1.16)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(EDGE)
        .x_labels(5)
        .x_label_formatter(&|clients| thousands(*clients))
        .y_labels(5)
        .y_label_formatter(&|value| format!("{value} {unit}"))
        .label_style(("sans-serif", 15).into_font().color(&MUTED))
        .draw()?;
    for line in lines {
        chart.draw_series(LineSeries::new(line.points.iter().copied(), line.colour.stroke_width(3)))?;
        chart.draw_series(line.points.iter().map(|point| Circle::new(*point, 4, line.colour.filled())))?;
        let style = TextStyle::from(("sans-serif", 16).into_font()).color(&line.colour);
        let style = style.pos(Pos::new(HPos::Right, VPos::Bottom));
        let last = line.points.last();
        chart.draw_series(last.map(|point| EmptyElement::at(*point) + Text::new(number(point.1), (-2, -7), style)))?;
    }
    Ok(())
}

fn text(area: &Area<'_>, words: &str, at: (i32, i32), size: f64, colour: RGBColor, bold: bool) -> Drawn {
    let font = ("sans-serif", size * 1.24).into_font();
    let font = if bold { font.style(FontStyle::Bold) } else { font };
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(HPos::Left, VPos::Top));
    area.draw(&Text::new(words.to_owned(), at, style))?;
    Ok(())
}

/// `0`, `500`, `20k`.
fn thousands(value: f64) -> String {
    if value < 1000.0 { value.to_string() } else { format!("{}k", value / 1000.0) }
}
