//! Section 9.2.6: process the line, process the field, dispatch; and what the limit does.

use crate::decode::buffers::Buffers;
use crate::decode::field::Field;
use crate::decode::found::Found;
use crate::decode::line::{Line, Part};
use crate::decode::memory::{Buffer, Memory};
use crate::decode::parser::Parser;
use crate::decode::place::Place;
use crate::decode::progress::Progress;
use crate::decode::retry::Retry;
use crate::decode::settings::Settings;
use crate::decode::text_line::{SkipText, TextLine};
use crate::error::What;

/// What the lines of a stream have set: the block that is being received, and what outlives it.
#[derive(Clone, Debug)]
pub(crate) struct Block<M> {
    pub(crate) buffers: Buffers<M>,
    /// The line continues in the next piece.
    pub(crate) in_line: bool,
    /// There is a line that is not a comment.
    pub(crate) has_lines: bool,
    /// The rest of the event is skipped: it is too long.
    pub(crate) is_skipped: bool,
    skip_text: SkipText,
    /// What the last call lent, and the next call releases.
    lent: Lent,
    pub(crate) retry: Retry,
    pub(crate) progress: Progress,
    pub(crate) settings: Settings,
}

/// What must be released before decoding continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    Nothing,
    Event,
    Text,
}

impl<M: Memory> Block<M> {
    pub(crate) const fn new(memory: M, settings: Settings) -> Self {
        Self {
            buffers: Buffers::new(memory),
            in_line: false,
            has_lines: false,
            is_skipped: false,
            skip_text: SkipText::No,
            lent: Lent::Nothing,
            retry: Retry::new(),
            progress: Progress::new(),
            settings,
        }
    }

    /// Dispatches a plain event of `len` bytes, which the caller returns: its id becomes the last event ID.
    #[inline(always)]
    pub(crate) fn dispatched(&mut self, len: usize, id: Option<&str>) {
        self.end(len);
        self.progress.count_event();
        if let Some(id) = id
            && self.buffers.memory.commit_text(id)
        {
            self.progress.count_signs(1);
            self.buffers.trim(self.settings.max_retained);
        }
    }

    /// Takes a whole comment, `len` bytes long with its line's end, if it is within the limit. Returns whether it is.
    #[inline(always)]
    pub(crate) fn commented(&mut self, comment: Place, len: usize) -> bool {
        let fits = comment.len() <= self.settings.max_event_len;
        if fits {
            self.progress.count_signs(1);
            self.progress.advance(len);
        }
        fits
    }

    /// Keeps a whole comment that was found and is ill-formed.
    #[cold]
    pub(crate) fn keep_comment(&mut self, comment: Place, bytes: &[u8]) -> Found {
        self.buffers.set_text(comment);
        self.lent = Lent::Text;
        if self.buffers.text_fits(bytes, self.settings.max_event_len) {
            return Found::Comment;
        }
        self.too_long(What::Comment)
    }

    /// Whether something is lent.
    #[inline(always)]
    pub(crate) fn is_lent(&self) -> bool {
        self.lent != Lent::Nothing
    }

    /// Releases what the last call lent. Returns whether there was anything.
    #[inline]
    pub(crate) fn release(&mut self) -> bool {
        match core::mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Nothing => return false,
            Lent::Event => self.buffers.clear_event(),
            Lent::Text => self.buffers.clear(Buffer::Text),
        }
        self.buffers.trim(self.settings.max_retained);
        true
    }

    /// The chunk ends, or what was found in it is returned: copies out of it what may continue.
    pub(crate) fn leave_chunk(&mut self, found: Option<Found>, in_event_type: bool, bytes: &[u8]) {
        self.buffers.gather_event(bytes, in_event_type);
        match found {
            Some(Found::Comment | Found::Ignored) => self.lent = Lent::Text,
            _ => self.buffers.gather(Buffer::Text, bytes),
        }
    }

    /// Process the line.
    #[inline(always)]
    pub(crate) fn process_line<const FRAMES: bool>(
        &mut self,
        parser: &Parser,
        line: Line,
        value: Place,
        complete: bool,
        bytes: &[u8],
    ) -> Option<Found> {
        let first = !self.in_line;
        self.in_line = !complete;
        match line {
            Line::Comment => {
                self.progress.count_signs(u64::from(complete));
                if FRAMES {
                    let max = self.settings.max_event_len;
                    let line = self.skip_text.add(&mut self.buffers, Part::InChunk(value), complete, bytes, max);
                    return self.found_text(line, Found::Comment, What::Comment);
                }
                self.skip_text.pass(&mut self.buffers, complete);
                None
            }
            Line::Unknown => {
                self.has_lines = true;
                self.progress.count_ignored_line(complete);
                self.unknown::<FRAMES>(Part::InChunk(value), complete, bytes)
            }
            Line::Field(field) => {
                self.has_lines = true;
                if self.settings.ignored_frames && matches!(field, Field::Id | Field::Retry) {
                    let beginning = first.then(|| [field.name(), parser.separator()]);
                    self.capture::<FRAMES>(beginning, value, complete, bytes);
                }
                let found = self.process_field::<FRAMES>(field, value, first, complete, bytes);
                if self.settings.ignored_frames && complete && found != Some(Found::Ignored) {
                    self.skip_text.pass(&mut self.buffers, complete);
                }
                found
            }
        }
    }

    /// Process the field.
    #[inline(always)]
    fn process_field<const FRAMES: bool>(
        &mut self,
        field: Field,
        value: Place,
        first: bool,
        complete: bool,
        bytes: &[u8],
    ) -> Option<Found> {
        let max = self.settings.max_event_len;
        let fits = match field {
            Field::Retry => return self.retry::<FRAMES>(value, first, complete, bytes),
            Field::Id => {
                if self.is_skipped {
                    self.buffers.skip_id(value.of(bytes), first);
                    return self.end_void_id::<FRAMES>(complete, bytes);
                }
                self.buffers.id(bytes, value, first, max)
            }
            Field::Data | Field::Event if self.is_skipped => return None,
            Field::Data => self.buffers.data(bytes, value, first, max),
            Field::Event => self.buffers.event_type(bytes, value, first, complete, max),
        };
        if !fits {
            return Some(self.skip_event(field, complete));
        }
        if field == Field::Id && complete && !self.buffers.end_id() {
            return self.end_void_id::<FRAMES>(complete, bytes);
        }
        None
    }

    /// The `retry` field: it takes effect at its line's end.
    #[inline(never)]
    fn retry<const FRAMES: bool>(&mut self, value: Place, first: bool, complete: bool, bytes: &[u8]) -> Option<Found> {
        self.retry.add(value.of(bytes), first);
        if !complete {
            return None;
        }
        let Some(millis) = self.retry.line_end() else { return self.end_ignored::<FRAMES>(bytes) };
        self.set_retry(millis);
        FRAMES.then_some(Found::Retry)
    }

    /// The reconnection time, in milliseconds, is in force.
    #[inline(always)]
    pub(crate) fn set_retry(&mut self, millis: u64) {
        self.retry.set(millis);
        self.progress.count_signs(1);
    }

    /// The event is too long: skips the rest of it, and of the line if that may turn out to be ignored.
    #[cold]
    pub(crate) fn skip_event(&mut self, field: Field, complete: bool) -> Found {
        if field == Field::Id {
            self.progress.count_ignored_line(complete && self.buffers.id_is_void);
            if self.settings.ignored_frames {
                self.skip_text.pass(&mut self.buffers, complete);
            }
        }
        self.is_skipped = true;
        self.discard();
        let found = self.too_long(What::Event);
        if field == Field::Id && !M::COUNTS_IDS {
            self.progress.fail(M::MAX_ID_LEN);
        }
        found
    }

    /// A line of a field that the standard does not define.
    #[inline]
    pub(crate) fn unknown<const FRAMES: bool>(&mut self, part: Part, complete: bool, bytes: &[u8]) -> Option<Found> {
        if !self.settings.ignored_frames {
            return None;
        }
        if FRAMES {
            let line = self.skip_text.add(&mut self.buffers, part, complete, bytes, self.settings.max_event_len);
            return self.found_text(line, Found::Ignored, What::Ignored);
        }
        self.skip_text.pass(&mut self.buffers, complete);
        None
    }

    /// A line that is returned by itself has ended, or is too long.
    #[inline]
    fn found_text(&mut self, line: Option<TextLine>, found: Found, what: What) -> Option<Found> {
        match line? {
            TextLine::Whole => Some(found),
            TextLine::TooLong => {
                self.buffers.trim(self.settings.max_retained);
                Some(self.too_long(what))
            }
        }
    }

    /// Keeps a line that may turn out to be ignored. The first part comes with the beginning of the line.
    #[cold]
    fn capture<const FRAMES: bool>(
        &mut self,
        beginning: Option<[&'static str; 2]>,
        value: Place,
        complete: bool,
        bytes: &[u8],
    ) {
        if !FRAMES {
            return self.skip_text.pass(&mut self.buffers, complete);
        }
        self.skip_text.capture(&mut self.buffers, beginning, value, bytes, self.settings.max_event_len);
        self.buffers.trim(self.settings.max_retained);
    }

    /// Ends an `id` line that is void.
    #[inline]
    fn end_void_id<const FRAMES: bool>(&mut self, complete: bool, bytes: &[u8]) -> Option<Found> {
        if complete && self.buffers.id_is_void { self.end_ignored::<FRAMES>(bytes) } else { None }
    }

    /// Ends a line of a known field whose value the standard ignores.
    fn end_ignored<const FRAMES: bool>(&mut self, bytes: &[u8]) -> Option<Found> {
        self.progress.count_ignored_line(true);
        self.buffers.trim(self.settings.max_retained);
        if !FRAMES || !self.settings.ignored_frames {
            return None;
        }
        let line = self.skip_text.end_captured(&mut self.buffers, bytes, self.settings.max_event_len);
        self.found_text(line, Found::Ignored, What::Ignored)
    }

    #[cold]
    fn too_long(&mut self, what: What) -> Found {
        self.progress.fail(self.settings.max_event_len);
        Found::TooLong(what)
    }

    /// Dispatch the event, at its blank line, which ends `len` bytes after what was decoded before.
    #[inline(never)]
    pub(crate) fn dispatch<const FRAMES: bool>(&mut self, bytes: &[u8], len: usize) -> Option<Found> {
        self.is_skipped = false;
        if self.buffers.event_is_empty() {
            self.end(len);
            return None;
        }
        if let Some(limit) = self.buffers.exceeded_as_text(bytes, self.settings.max_event_len) {
            let found = self.too_long(What::Event);
            self.progress.fail(limit);
            self.end(len);
            self.discard();
            return Some(found);
        }
        self.end(len);
        self.progress.count_signs(u64::from(self.buffers.commit_id(bytes)));
        if self.buffers.has_data() {
            self.progress.count_event();
            self.lent = Lent::Event;
            return Some(Found::Event);
        }
        let found = FRAMES && self.buffers.has_id();
        self.discard();
        found.then_some(Found::Id)
    }

    /// The block and its blank line end `len` bytes after what was decoded before.
    #[inline(always)]
    pub(crate) fn end(&mut self, len: usize) {
        self.progress.end_block(len);
        self.has_lines = false;
    }

    /// Clears the event without returning it.
    fn discard(&mut self) {
        self.buffers.clear_event();
        self.buffers.trim(self.settings.max_retained);
    }

    /// Ends the connection, and resets what does not outlive it. Returns whether there is an unfinished event to lend.
    pub(crate) fn end_connection(&mut self) -> bool {
        self.buffers.clear(Buffer::Text);
        (self.in_line, self.has_lines, self.is_skipped) = (false, false, false);
        self.skip_text = SkipText::No;
        self.progress.end_connection();
        if self.buffers.has_data() && self.buffers.exceeded_as_text(&[], self.settings.max_event_len).is_none() {
            self.lent = Lent::Event;
            return true;
        }
        self.discard();
        false
    }
}
