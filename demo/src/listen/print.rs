//! Events as lines for people or for programs. A peer's text never reaches a terminal as control characters.

use std::fmt::Write as _;
use std::io;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use sse_wire::Event;

/// `type #id data`, or the data below it, indented, if it has several lines.
pub(super) fn event_text(event: &Event<'_>) -> String {
    let (bold, dim) = (AnsiColor::Cyan.on_default().bold(), Style::new().dimmed());
    let mut text = format!("{bold}{}{bold:#}", harmless(event.event_type()));
    if let Some(id) = event.id() {
        let _ = write!(text, " {dim}#{}{dim:#}", harmless(id));
    }
    let several = event.data().contains('\n');
    for line in event.data().split('\n') {
        text.push_str(if several { "\n    " } else { " " });
        text.push_str(&harmless(line));
    }
    text
}

pub(super) fn comment_text(comment: &str) -> String {
    let dim = Style::new().dimmed();
    format!("{dim}: {}{dim:#}", harmless(comment))
}

/// JSON text, with the controls that JSON allows escaped too: they only occur in strings, where an escape is
/// equivalent.
pub(super) fn json(line: &impl Serialize) -> io::Result<String> {
    Ok(escape(&serde_json::to_string(line)?, |escaped, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }))
}

/// The text, with anything that could control a terminal escaped as in Rust.
pub(super) fn harmless(text: &str) -> String {
    escape(text, |escaped, c| escaped.extend(c.escape_default()))
}

fn escape(text: &str, escape: fn(&mut String, char)) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) { escape(&mut escaped, c) } else { escaped.push(c) }
    }
    escaped
}

/// Controls except the tab, and invisible characters: line separators, those that change the direction of text, and
/// those that hide something between or after letters, such as tags.
fn is_harmful(c: char) -> bool {
    match c {
        '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{feff}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}
