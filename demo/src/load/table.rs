//! Numbers and tables for people.

use thousands::Separable as _;

/// In Markdown, aligned for terminals too. The first column is text, the others are numbers.
pub(super) fn markdown(rows: &[Vec<String>]) -> String {
    let widths =
        |column: usize| rows.iter().map(move |row| row[column].chars().count()).max().unwrap_or_default().max(4);
    let widths: Vec<_> = (0..rows.first().map_or(0, Vec::len)).map(widths).collect();
    let pad = |row: &Vec<String>| {
        let mut cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        cells[0] = format!("{:<1$}", row[0], widths[0]);
        cells
    };
    let mut lines: Vec<Vec<String>> = rows.iter().map(pad).collect();
    let mut rule: Vec<_> = widths.iter().map(|width| "-".repeat(width - 1) + ":").collect();
    rule[0] = "-".repeat(widths[0]);
    lines.insert(1, rule);
    lines.iter().map(|cells| "| ".to_owned() + &cells.join(" | ") + " |\n").collect()
}

/// With at least three significant digits, in groups of three: `0.123`, `12.3`, `12 345`.
pub(super) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        ..0.995 => 3,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}").separate_with_spaces()
}

pub(super) fn count(value: u64) -> String {
    value.separate_with_spaces()
}

pub(super) fn kib(bytes: f64) -> String {
    format!("{} KiB", number(bytes / 1024.0))
}
