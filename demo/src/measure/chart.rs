//! Charts as SVG, on a light card of their own, so that they read the same on a light and on a dark page.

use std::error::Error;

use anyhow::anyhow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::table::number;

pub(crate) const BLUE: RGBColor = RGBColor(37, 99, 235);
pub(crate) const ORANGE: RGBColor = RGBColor(217, 119, 6);
pub(crate) const TEAL: RGBColor = RGBColor(13, 148, 136);
const CARD: RGBColor = RGBColor(252, 252, 253);
const EDGE: RGBColor = RGBColor(208, 213, 221);
const GRID: RGBColor = RGBColor(228, 231, 236);
const INK: RGBColor = RGBColor(29, 41, 57);
pub(crate) const MUTED: RGBColor = RGBColor(95, 107, 124);

const MARGIN: i32 = 28;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// A line of a chart: its name, its colour, its points.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) colour: RGBColor,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A measure in several ways: a bar for each, with its value in words.
#[derive(Debug)]
pub(crate) struct Bars<'a> {
    pub(crate) title: &'a str,
    pub(crate) bars: Vec<(&'a str, RGBColor, f64, String)>,
}

/// Draws on a card with a title and what it is about.
fn card(size: (u32, u32), title: &str, about: &str, draw: impl FnOnce(Area<'_>) -> Drawn) -> anyhow::Result<String> {
    let mut svg = String::new();
    let drawn: Drawn = (|| {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&CARD)?;
        let (width, height) = (size.0.cast_signed(), size.1.cast_signed());
        root.draw(&Rectangle::new([(0, 0), (width - 1, height - 1)], EDGE))?;
        text(&root, title, (MARGIN, 24), 22.0, INK, HPos::Left, true)?;
        text(&root, about, (MARGIN, 54), 14.5, MUTED, HPos::Left, false)?;
        draw(root.margin(84, 16, MARGIN, MARGIN))?;
        root.present()?;
        Ok(())
    })();
    drawn.map_err(|error| anyhow!("the chart cannot be drawn: {error}"))?;
    Ok(svg)
}

/// Charts side by side over the same numbers of clients.
pub(crate) fn growth(title: &str, about: &str, panels: &[(&str, &str, Vec<Line<'_>>)]) -> anyhow::Result<String> {
    card((1080, 440), title, about, |area| {
        for (area, (title, unit, lines)) in area.split_evenly((1, panels.len())).iter().zip(panels) {
            text(area, title, (12, 4), 17.0, INK, HPos::Left, true)?;
            for (index, line) in lines.iter().enumerate().filter(|_| lines.len() > 1) {
                legend(
                    area,
                    (16 + 160 * (i32::try_from(index)? % 2), 30 + 18 * (i32::try_from(index)? / 2)),
                    line.name,
                    line.colour,
                )?;
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
                chart.draw_series(
                    line.points
                        .last()
                        .map(|point| EmptyElement::at(*point) + Text::new(number(point.1), (-2, -7), style)),
                )?;
            }
        }
        Ok(())
    })
}

/// Measures side by side, each with its bars; every measure has a scale of its own.
pub(crate) fn bars(title: &str, about: &str, panels: &[Bars<'_>], columns: usize) -> anyhow::Result<String> {
    let rows = panels.len().div_ceil(columns);
    let size = (1080, 110 + u32::try_from(rows)? * 128);
    card(size, title, about, |area| {
        for (area, panel) in area.split_evenly((rows, columns)).iter().zip(panels) {
            let width = area.dim_in_pixel().0.cast_signed();
            text(area, panel.title, (0, 4), 16.5, INK, HPos::Left, true)?;
            let most = panel.bars.iter().map(|bar| bar.2).fold(f64::MIN_POSITIVE, f64::max);
            for (index, (name, colour, value, words)) in panel.bars.iter().enumerate() {
                let y = 32 + 34 * i32::try_from(index)?;
                #[expect(clippy::cast_possible_truncation, reason = "pixels")]
                let len = (f64::from(width - 196) * value / most) as i32;
                text(area, name, (0, y + 5), 15.0, MUTED, HPos::Left, false)?;
                area.draw(&Rectangle::new([(86, y), (86 + len.max(2), y + 24)], colour.filled()))?;
                text(area, words, (94 + len.max(2), y + 5), 15.5, INK, HPos::Left, false)?;
            }
        }
        Ok(())
    })
}

fn text(area: &Area<'_>, words: &str, at: (i32, i32), size: f64, colour: RGBColor, h: HPos, bold: bool) -> Drawn {
    let font = ("sans-serif", size * 1.24).into_font();
    let font = if bold { font.style(FontStyle::Bold) } else { font };
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(h, VPos::Top));
    area.draw(&Text::new(words.to_owned(), at, style))?;
    Ok(())
}

fn legend(area: &Area<'_>, (x, y): (i32, i32), name: &str, colour: RGBColor) -> Drawn {
    area.draw(&Rectangle::new([(x, y + 4), (x + 12, y + 8)], colour.filled()))?;
    text(area, name, (x + 18, y - 2), 14.0, INK, HPos::Left, false)
}

/// `0`, `500`, `20k`.
fn thousands(value: f64) -> String {
    if value < 1000.0 { value.to_string() } else { format!("{}k", value / 1000.0) }
}
