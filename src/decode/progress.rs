//! How far decoding has come, and what it has counted.

use crate::error::{DecodeError, What};

/// The place in the stream, over all connections, and what was found on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// The bytes of earlier connections.
    earlier: u64,
    /// The byte of the stream after the last blank line.
    block_offset: u64,
    /// How many bytes of the stream after that are decoded.
    block_len: u64,
    /// Where the block began in which something was too long.
    failed_offset: u64,
    /// The limit that it exceeded.
    failed_limit: usize,
    events: u64,
    ignored_lines: u64,
    /// Comments, reconnection times and changed ids.
    other_signs: u64,
}

impl Progress {
    pub(crate) const fn new() -> Self {
        Self {
            earlier: 0,
            block_offset: 0,
            block_len: 0,
            failed_offset: 0,
            failed_limit: 0,
            events: 0,
            ignored_lines: 0,
            other_signs: 0,
        }
    }

    /// `len` more bytes of the block are decoded.
    #[inline(always)]
    pub(crate) fn advance(&mut self, len: usize) {
        self.block_len += len as u64;
    }

    /// The block and its blank line end after `len` more bytes.
    #[inline(always)]
    pub(crate) fn end_block(&mut self, len: usize) {
        self.block_offset += self.block_len + len as u64;
        self.block_len = 0;
    }

    /// Whether nothing of the block is decoded.
    pub(crate) fn is_at_block(&self) -> bool {
        self.block_len == 0
    }

    pub(crate) fn end_connection(&mut self) {
        self.end_block(0);
        self.earlier += core::mem::take(&mut self.block_offset);
    }

    #[inline(always)]
    pub(crate) fn count_event(&mut self) {
        self.events += 1;
    }

    #[inline(always)]
    pub(crate) fn count_ignored_line(&mut self, is_one: bool) {
        self.ignored_lines += u64::from(is_one);
    }

    /// Counts what a server sends on purpose and is no event.
    #[inline(always)]
    pub(crate) fn count_signs(&mut self, signs: u64) {
        self.other_signs += signs;
    }

    /// What the signs were before something that is none after all.
    pub(crate) fn other_signs(&self) -> u64 {
        self.other_signs
    }

    pub(crate) fn restore_other_signs(&mut self, signs: u64) {
        self.other_signs = signs;
    }

    /// Notes where and why something is too long, for [`error`](Self::error).
    pub(crate) fn fail(&mut self, limit: usize) {
        self.failed_offset = self.block_offset;
        self.failed_limit = limit;
    }

    /// The error that was found last.
    #[cold]
    pub(crate) fn error(&self, what: What) -> DecodeError {
        DecodeError { what, limit: self.failed_limit, offset: self.failed_offset }
    }

    /// Bytes decoded.
    pub(crate) fn position(&self) -> u64 {
        self.earlier + self.block_offset + self.block_len
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn ignored_lines(&self) -> u64 {
        self.ignored_lines
    }

    /// Changes with everything that a server sends on purpose: an event, a comment, a valid `retry`, another last event
    /// ID.
    #[cfg(feature = "alloc")]
    pub(crate) fn signs_of_life(&self) -> u64 {
        self.events + self.other_signs
    }
}
