//! Section 9.2.5: the data of an event that comes in pieces, as `data` lines.

use alloc::vec::Vec;

use crate::encode::{DATA, EventBuilder};
use crate::line_end;

/// Encodes an event whose data comes in pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataLines {
    /// The last byte was a CR, which began a new line: an LF that comes next belongs to it.
    after_cr: bool,
}

impl DataLines {
    /// Appends all that stands before the data, and what data the event has.
    pub(crate) fn begin(event: &EventBuilder<'_>, out: &mut Vec<u8>) -> Self {
        event.append_head_to(out);
        out.extend_from_slice(DATA.as_bytes());
        let mut lines = Self { after_cr: false };
        lines.append(event.data.unwrap_or_default().as_bytes(), out);
        lines
    }

    /// Appends data, with a new `data` line behind each line end.
    pub(crate) fn append(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let mut rest = piece;
        if !piece.is_empty() && core::mem::take(&mut self.after_cr) {
            rest = piece.strip_prefix(b"\n").unwrap_or(piece);
        }
        while let Some((line, after)) = line_end::line_end(rest).and_then(|index| rest.split_at_checked(index)) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\n");
            out.extend_from_slice(DATA.as_bytes());
            self.after_cr = after == b"\r";
            rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }

    /// Appends the end of the last line, and the blank line.
    pub(crate) fn end(out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n\n");
    }
}
