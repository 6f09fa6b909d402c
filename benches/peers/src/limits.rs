//! The limits for decoders and for encoders.

use core::hint::black_box;

use bytes::Bytes;
use memchr::memchr2;

use crate::corpora::OwnedEvent;

/// Copies each chunk once: the speed of memory.
pub fn copy(chunks: &[&[u8]], room: &mut Vec<u8>) -> usize {
    let mut len = 0;
    for chunk in chunks {
        room.clear();
        room.extend_from_slice(black_box(chunk));
        len += black_box(&*room).len();
    }
    len
}

/// Clones the `Bytes` of each chunk and drops the clone: decoders that take `Bytes` by value pay for it here, where the
/// chunks are reused; those that borrow do not.
pub fn clone(chunks: &[Bytes]) -> usize {
    chunks.iter().map(|chunk| black_box(black_box(chunk).clone()).len()).sum()
}

/// Only finds every line end: the limit for decoders that make that call for each line.
pub fn find_line_ends(chunks: &[&[u8]]) -> usize {
    let mut count = 0;
    for chunk in chunks {
        let mut rest = *black_box(chunk);
        while let Some(index) = memchr2(b'\n', b'\r', rest) {
            count += 1;
            rest = &rest[index + 1..];
        }
    }
    count
}

/// As [`find_line_ends`], and `from_utf8` for each line: the limit for validating line by line. Lines split across
/// chunks count as text.
pub fn find_lines_of_text(chunks: &[&[u8]]) -> usize {
    let mut count = 0;
    for chunk in chunks {
        let mut rest = *black_box(chunk);
        while let Some(index) = memchr2(b'\n', b'\r', rest) {
            let _ = black_box(str::from_utf8(&rest[..index]));
            count += 1;
            rest = &rest[index + 1..];
        }
        let _ = black_box(str::from_utf8(rest));
    }
    count
}

/// An event for the encoder by hand: its data is already split, and its numbers are already digits.
#[derive(Debug)]
pub struct Lines<'a> {
    event_type: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<String>,
    data: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    /// Splits the data.
    pub fn new(owned: &'a OwnedEvent) -> Self {
        Self {
            event_type: owned.event_type.as_deref(),
            id: owned.id.as_deref(),
            retry: owned.retry.map(|retry| retry.to_string()),
            data: owned.data.split('\n').collect(),
        }
    }

    /// Whether a line of data has a line end in it, which none has: the one check that no encoder can do without.
    pub fn has_line_end(&self) -> bool {
        self.data.iter().any(|line| memchr2(b'\n', b'\r', line.as_bytes()).is_some())
    }

    /// A hand-written encoder that checks nothing.
    pub fn copy_to(&self, out: &mut Vec<u8>) {
        if let Some(event_type) = self.event_type {
            out.extend_from_slice(b"event: ");
            out.extend_from_slice(event_type.as_bytes());
            out.push(b'\n');
        }
        if let Some(id) = self.id {
            out.extend_from_slice(b"id: ");
            out.extend_from_slice(id.as_bytes());
            out.push(b'\n');
        }
        if let Some(retry) = &self.retry {
            out.extend_from_slice(b"retry: ");
            out.extend_from_slice(retry.as_bytes());
            out.push(b'\n');
        }
        for line in &self.data {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        out.push(b'\n');
    }
}
