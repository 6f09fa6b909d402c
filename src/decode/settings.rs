//! What a user can configure.

/// What a user can configure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) max_event_len: usize,
    pub(crate) max_retained: usize,
    /// Whether lines that the standard ignores are frames.
    pub(crate) ignored_frames: bool,
    /// Whether the interpreter and the parser's states do all the work: for tests.
    pub(crate) no_shortcuts: bool,
}

impl Settings {
    /// Whether an event that was received in `len` bytes is within the limit for certain, because not all of them count.
    #[inline(always)]
    pub(crate) const fn surely_fits(self, len: usize) -> bool {
        len <= self.max_event_len
    }
}
