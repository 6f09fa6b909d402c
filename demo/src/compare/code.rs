//! The code that it takes to be whole again after a cut, counted in the clients that were measured.

use crate::measure::Transport;

/// Lines of code between the marks `resume: begin` and `resume: end` of the transport's client.
pub(super) fn client_lines(transport: Transport) -> usize {
    marked(match transport {
        Transport::Sse => include_str!("../measure/sse.rs"),
        Transport::WebSocket => include_str!("../measure/websocket.rs"),
    })
}

/// Lines between the marks that are neither empty nor comments.
fn marked(source: &str) -> usize {
    let mut inside = false;
    let mut lines = 0;
    for line in source.lines().map(str::trim) {
        match line {
            "// resume: begin" => inside = true,
            "// resume: end" => inside = false,
            line if inside && !line.is_empty() && !line.starts_with("//") => lines += 1,
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_between_marks() {
        let source =
            "a\n// resume: begin\nb\n\n  // why\n  c\n// resume: end\nd\n// resume: begin\ne\n// resume: end\n";
        assert_eq!(marked(source), 3);
        for transport in [Transport::Sse, Transport::WebSocket] {
            assert!(client_lines(transport) > 0, "{transport}");
        }
    }
}
