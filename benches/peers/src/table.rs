//! Tables, for a terminal or for a Markdown file.

use comfy_table::presets::{ASCII_MARKDOWN, UTF8_FULL_CONDENSED};
use comfy_table::{Cell, CellAlignment, Table};

/// For whom a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A terminal.
    Terminal,
    /// A Markdown file.
    Markdown,
}

/// An empty table.
pub fn table(style: Style, header: impl IntoIterator<Item = impl ToString>) -> Table {
    let mut table = Table::new();
    table.load_style(match style {
        Style::Terminal => UTF8_FULL_CONDENSED,
        Style::Markdown => ASCII_MARKDOWN,
    });
    table.set_header(header.into_iter().map(|text| Cell::new(text)));
    table
}

/// A number, or what stands for one.
pub fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
