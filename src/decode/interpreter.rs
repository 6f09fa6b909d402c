//! Section 9.2.6: process the line, process the field, dispatch, end of stream.
//!
//! Complete and exact by itself. What it finds stays in the buffers until the next call; it has no lifetime, so that
//! a reader that owns its bytes can loop over *find* and lend once.

use core::time::Duration;

use crate::decode::buffers::Buffers;
use crate::decode::field::Field;
use crate::decode::memory::Memory;
use crate::decode::parser::{Line, Parser, Piece};
use crate::decode::place::Place;
use crate::decode::progress::Progress;
use crate::decode::retry::Digits;
use crate::decode::shortcut::{Lines, Plain};
use crate::decode::text_line::{Part, SkipText, TextLine};
use crate::error::What;
use crate::line_end::{self, LF};
use crate::work;

/// The standard's interpretation of an event stream, with everything that must be remembered between two chunks.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent of each other: every combination is a state")]
pub(crate) struct Interpreter<M> {
    parser: Parser,
    pub(crate) buffers: Buffers<M>,
    digits: Digits,
    /// The line continues in the next piece.
    in_line: bool,
    /// The block has a line that is not a comment.
    in_block: bool,
    /// The rest of the event is skipped: it is too long.
    skip_event: bool,
    skip_text: SkipText,
    /// What the last call lent, and the next call releases.
    lent: Lent,
    is_at_event: bool,
    /// The last reconnection time received, in milliseconds.
    retry: Option<u64>,
    pub(crate) progress: Progress,
    pub(crate) settings: Settings,
}

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

/// What must be released before decoding continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    Nothing,
    Event,
    Text,
}

/// What was found. It stays in the buffers until the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An event.
    Event,
    /// A comment.
    Comment,
    /// A reconnection time, which is in force.
    Retry,
    /// A last event ID, of a block that is not an event.
    Id,
    /// A line that the standard ignores.
    Ignored,
    /// Something longer than the limit.
    TooLong(What),
}

/// What has become of the lines that a shortcut has found.
pub(crate) enum Taken {
    /// They are a whole event of so many bytes, with which nothing is left to do. Whoever hands it out says so.
    Whole(usize),
    /// They are a whole event, which has been dispatched, or end with a reconnection time that is returned.
    Found(Found),
    /// They are the beginning of a block, or none.
    Some,
    /// The same, and the chunk ends with them.
    UsedUp,
}

impl<M: Memory> Interpreter<M> {
    /// For the beginning of a stream. Allocates nothing.
    pub(crate) const fn new(memory: M, settings: Settings) -> Self {
        Self {
            parser: Parser::new(),
            buffers: Buffers::new(memory),
            digits: Digits::None,
            in_line: false,
            in_block: false,
            skip_event: false,
            skip_text: SkipText::No,
            lent: Lent::Nothing,
            is_at_event: false,
            retry: None,
            progress: Progress::new(),
            settings,
        }
    }

    /// The interpreter and the parser's states do all the work from now on: for tests.
    pub(crate) fn without_shortcuts(&mut self) {
        self.settings.no_shortcuts = true;
        self.is_at_event = false;
    }

    /// Whether an event may begin with the next byte: nothing with an effect was received since the last blank line,
    /// and nothing must be released.
    #[inline(always)]
    pub(crate) fn is_at_event(&self) -> bool {
        self.is_at_event
    }

    /// Notes that a plain event of `len` bytes was returned, which [`is_at_event`](Self::is_at_event) allowed. Its id
    /// becomes the last event ID.
    #[inline(always)]
    pub(crate) fn dispatched(&mut self, len: usize, id: Option<&str>) {
        self.end_block(len);
        self.progress.count_event();
        if let Some(id) = id
            && self.buffers.memory.commit_text(id)
        {
            self.progress.count_signs(1);
            self.buffers.trim(self.settings.max_retained);
        }
    }

    /// Notes that a whole comment was found where an event may begin, `len` bytes long with its line's end. Returns
    /// whether it is within the limit.
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
        self.is_at_event = false;
        self.lent = Lent::Text;
        if self.buffers.text_fits(bytes, self.settings.max_event_len) {
            return Found::Comment;
        }
        self.too_long(What::Comment)
    }

    /// Takes the lines that a shortcut found where an event may begin, and moves `index` past them.
    #[inline]
    pub(crate) fn take_lines<const FRAMES: bool>(&mut self, lines: &Lines, bytes: &[u8], index: &mut usize) -> Taken {
        let Lines { event_type, id, data, .. } = *lines;
        let id_len = id.map_or(0, Place::len);
        // What counts is less than the lines.
        let fits =
            lines.next - lines.fields <= self.settings.max_event_len && (M::COUNTS_IDS || id_len <= M::MAX_ID_LEN);
        let next = if fits { lines.next } else { lines.fields };
        if next == *index {
            return Taken::Some;
        }
        if lines.start > *index {
            self.end_block(lines.start - *index);
        }
        let len = next - lines.start;
        *index = next;
        self.progress.count_signs(lines.comments);
        if !fits {
            // What exceeds a limit, the interpreter reports in its place.
            self.progress.advance(len);
            return Taken::Some;
        }
        self.in_block |= lines.in_block;
        self.progress.count_signs(u64::from(lines.retry.is_some()));
        self.retry = lines.retry.or(self.retry);
        if lines.is_whole && M::COUNTS_IDS {
            return Taken::Whole(len);
        }
        self.buffers.set_event(event_type, id, data);
        if lines.is_whole {
            self.is_at_event = false;
            return self.dispatch::<FRAMES>(bytes, len).map_or(Taken::Some, Taken::Found);
        }
        self.progress.advance(len);
        self.is_at_event = self.buffers.event_is_empty();
        let is_retry = FRAMES && lines.retry.is_some();
        if *index < bytes.len() && !is_retry {
            return Taken::Some;
        }
        self.buffers.gather_event(bytes, false);
        if is_retry { Taken::Found(Found::Retry) } else { Taken::UsedUp }
    }

    /// Begins the plain event at `index`, whose data begins at `data` and continues in the next chunk. Returns whether
    /// it is within the limit.
    #[inline(never)]
    pub(crate) fn begin_plain(&mut self, data: usize, bytes: &[u8], index: &mut usize) -> bool {
        let len = bytes.len() - *index;
        if len > self.settings.max_event_len {
            return false;
        }
        let event_type = Parser::event_type_line(bytes, *index);
        let data = Place { start: data, end: bytes.len() };
        *index = bytes.len();
        self.progress.advance(len);
        (self.in_block, self.in_line, self.is_at_event) = (true, true, false);
        self.parser.begin(Line::Field(Field::Data));
        self.buffers.set_event(event_type, None, Some(data));
        self.buffers.gather_event(bytes, false);
        true
    }

    /// Whether a data line continues, and counts.
    #[inline(always)]
    pub(crate) fn is_in_data_line(&self) -> bool {
        self.in_line && !self.skip_event && self.parser.is_in(Field::Data) && !self.settings.no_shortcuts
    }

    /// Appends what the chunk has of a data line that an earlier one began, and the data lines that follow. Dispatches
    /// the event if its blank line follows.
    #[inline(never)]
    pub(crate) fn append_rest_of_data<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Taken {
        let start = *index;
        let rest = bytes.get(start..).unwrap_or_default();
        if let Some(len) = line_end::line_end(rest) {
            return self.append_end_of_data::<FRAMES>(bytes, index, start + len);
        }
        if !self.buffers.gather_more_data(bytes, Place { start, end: bytes.len() }, self.settings.max_event_len) {
            return Taken::Some;
        }
        self.progress.advance(rest.len());
        *index = bytes.len();
        Taken::UsedUp
    }

    /// The same, for a line that ends at `end`.
    #[inline(never)]
    fn append_end_of_data<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize, end: usize) -> Taken {
        let start = *index;
        let Some(next) = line_end::after(bytes, end) else { return Taken::Some };
        if !self.buffers.gather_more_data(bytes, Place { start, end }, self.settings.max_event_len) {
            return Taken::Some;
        }
        *index = next;
        self.in_line = false;
        self.parser.end();
        let fits = self.append_data_lines(bytes, index);
        if fits
            && !self.in_line
            && let Some(next) = line_end::after(bytes, *index)
        {
            work::looked(next - *index);
            *index = next;
            return self.dispatch::<FRAMES>(bytes, next - start).map_or(Taken::Some, Taken::Found);
        }
        self.progress.advance(*index - start);
        if !fits {
            return Taken::Found(self.skip_event(Field::Data, true));
        }
        if *index == bytes.len() { Taken::UsedUp } else { Taken::Some }
    }

    /// Passes over blank lines where an event may begin.
    #[inline(always)]
    pub(crate) fn pass_blank_lines(&mut self, bytes: &[u8], index: &mut usize) {
        while let Some(next) = line_end::after(bytes, *index) {
            work::looked(next - *index);
            self.end_block(next - *index);
            *index = next;
        }
    }

    /// Dispatches an event that was found whole and is ill-formed.
    #[cold]
    pub(crate) fn dispatch_whole(&mut self, plain: Plain, bytes: &[u8], len: usize) -> Found {
        let event_type = Some(plain.event_type).filter(|place| !place.is_empty());
        self.buffers.set_event(event_type, plain.id, Some(plain.data));
        self.is_at_event = false;
        self.dispatch::<false>(bytes, len).unwrap_or(Found::Event)
    }

    /// Releases what the last call lent. Returns whether there was anything.
    #[inline]
    pub(crate) fn release(&mut self) -> bool {
        match core::mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Nothing => return false,
            Lent::Event => self.buffers.clear_event(),
            Lent::Text => self.buffers.clear_text(),
        }
        self.buffers.trim(self.settings.max_retained);
        self.is_at_event = self.may_begin_event();
        true
    }

    /// Interprets `bytes[*index..]` up to something that can be returned, or to where an event may begin, or to the end
    /// of the chunk.
    ///
    /// Whatever ends the loop, everything before `index` is then part of the state. `cut` is the line at `index` if a
    /// shortcut has found that it continues in the next chunk.
    #[inline]
    pub(crate) fn interpret<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
        mut cut: Option<(Line, Place)>,
    ) -> Option<Found> {
        let mut start = *index;
        // An LF that belongs to the blank line before this event, but was received later.
        if self.parser.skips_lf() && self.progress.is_at_block() && bytes.get(start) == Some(&LF) {
            self.progress.end_block(1);
            start += 1;
        }
        self.is_at_event = false;
        let by_states = self.settings.ignored_frames || self.settings.no_shortcuts;
        let found = loop {
            if *index == bytes.len() {
                break None;
            }
            let piece = if by_states {
                self.parser.next_part(bytes, index)
            } else if let Some((line, value)) = cut.take() {
                self.parser.begin(line);
                *index = value.end;
                Some(Piece::Line { line, value, complete: false })
            } else {
                self.parser.next_piece(bytes, index)
            };
            match piece {
                None => break None,
                Some(Piece::Blank) => return self.dispatch::<FRAMES>(bytes, *index - start),
                Some(Piece::Again(beginning)) => {
                    self.in_line = true;
                    self.in_block = true;
                    if let Some(found) = self.unknown::<FRAMES>(Err(beginning), false, bytes) {
                        break Some(found);
                    }
                }
                Some(Piece::Line { line, value, complete }) => {
                    if let Some(found) = self.process_line::<FRAMES>(line, value, complete, bytes) {
                        break Some(found);
                    }
                    if self.may_begin_event() {
                        break None;
                    }
                    if !by_states
                        && complete
                        && line == Line::Field(Field::Data)
                        && !self.append_data_lines(bytes, index)
                    {
                        break Some(self.skip_event(Field::Data, true));
                    }
                }
            }
        };
        self.progress.advance(*index - start);
        // The event continues, and the next call may be for another chunk.
        self.buffers.gather_event(bytes, self.parser.is_in(Field::Event));
        match found {
            Some(Found::Comment | Found::Ignored) => self.lent = Lent::Text,
            _ => self.buffers.gather_text(bytes),
        }
        self.is_at_event = self.lent == Lent::Nothing && self.may_begin_event();
        found
    }

    /// Appends the data lines that follow one. Returns whether the event is within the limit.
    #[inline(never)]
    fn append_data_lines(&mut self, bytes: &[u8], index: &mut usize) -> bool {
        if self.skip_event || !self.parser.is_at_line_start() {
            return true;
        }
        let mut next = *index;
        let mut fits = true;
        while fits && let Some((value, after)) = Parser::data_line(bytes, next) {
            fits = self.buffers.another_data_line(bytes, value, self.settings.max_event_len);
            next = after.unwrap_or(value.end);
            if after.is_none() {
                self.in_line = true;
                self.parser.begin(Line::Field(Field::Data));
                break;
            }
        }
        *index = next;
        fits
    }

    /// Process the line.
    #[inline(always)]
    fn process_line<const FRAMES: bool>(
        &mut self,
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
                    let line = self.skip_text.add(&mut self.buffers, Ok(value), complete, bytes, max);
                    return self.found_text(line, Found::Comment, What::Comment);
                }
                self.skip_text.pass(&mut self.buffers, complete);
                None
            }
            Line::Unknown => {
                self.in_block = true;
                self.progress.count_ignored_line(complete);
                self.unknown::<FRAMES>(Ok(value), complete, bytes)
            }
            Line::Field(field) => {
                self.in_block = true;
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
                self.capture::<FRAMES>(field, value, first, complete, bytes);
                if self.skip_event {
                    self.buffers.skip_id(value.of(bytes), first);
                    return self.end_void_id::<FRAMES>(complete, bytes);
                }
                self.buffers.id(bytes, value, first, max)
            }
            Field::Data | Field::Event if self.skip_event => return None,
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
        self.capture::<FRAMES>(Field::Retry, value, first, complete, bytes);
        if first {
            self.digits = Digits::None;
        }
        self.digits.add(value.of(bytes));
        if !complete {
            return None;
        }
        let Some(millis) = self.digits.millis() else { return self.end_ignored::<FRAMES>(bytes) };
        self.retry = Some(millis);
        self.progress.count_signs(1);
        FRAMES.then_some(Found::Retry)
    }

    /// The event is too long: skips the rest of it, and of the line if that may turn out to be ignored.
    #[cold]
    fn skip_event(&mut self, field: Field, complete: bool) -> Found {
        if field == Field::Id {
            self.progress.count_ignored_line(complete && self.buffers.id_is_void());
            if self.settings.ignored_frames {
                self.skip_text.pass(&mut self.buffers, complete);
            }
        }
        self.skip_event = true;
        self.discard_event();
        let found = self.too_long(What::Event);
        if field == Field::Id && !M::COUNTS_IDS {
            self.progress.fail(M::MAX_ID_LEN);
        }
        found
    }

    /// A line of a field that the standard does not define.
    #[inline]
    fn unknown<const FRAMES: bool>(&mut self, part: Part<'_>, complete: bool, bytes: &[u8]) -> Option<Found> {
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

    /// A line that is handed out on its own has ended, or is too long.
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

    /// Keeps a line that may turn out to be ignored, if ignored lines are returned.
    #[inline(always)]
    fn capture<const FRAMES: bool>(&mut self, field: Field, value: Place, first: bool, complete: bool, bytes: &[u8]) {
        if !self.settings.ignored_frames {
            return;
        }
        if !FRAMES {
            return self.skip_text.pass(&mut self.buffers, complete);
        }
        let beginning = first.then(|| [field.name(), self.parser.separator()]);
        self.skip_text.capture(&mut self.buffers, beginning, value, bytes, self.settings.max_event_len);
        self.buffers.trim(self.settings.max_retained);
    }

    /// Ends an `id` line that is void.
    #[inline]
    fn end_void_id<const FRAMES: bool>(&mut self, complete: bool, bytes: &[u8]) -> Option<Found> {
        if complete && self.buffers.id_is_void() { self.end_ignored::<FRAMES>(bytes) } else { None }
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
    #[inline]
    fn dispatch<const FRAMES: bool>(&mut self, bytes: &[u8], len: usize) -> Option<Found> {
        self.skip_event = false;
        if self.buffers.event_is_empty() {
            self.end_block(len);
            self.is_at_event = self.may_begin_event();
            return None;
        }
        if let Some(limit) = self.buffers.exceeded_as_text(bytes, self.settings.max_event_len) {
            let found = self.too_long(What::Event);
            self.progress.fail(limit);
            self.end_block(len);
            self.discard_event();
            self.is_at_event = self.may_begin_event();
            return Some(found);
        }
        self.end_block(len);
        self.progress.count_signs(u64::from(self.buffers.commit_id(bytes)));
        if self.buffers.has_data() {
            self.progress.count_event();
            self.lent = Lent::Event;
            return Some(Found::Event);
        }
        let found = FRAMES && self.buffers.has_id();
        self.discard_event();
        self.is_at_event = self.may_begin_event();
        found.then_some(Found::Id)
    }

    /// The block and its blank line end `len` bytes after what was decoded before.
    #[inline(always)]
    fn end_block(&mut self, len: usize) {
        self.progress.end_block(len);
        self.in_block = false;
    }

    /// Whether an event may begin with the next byte.
    #[inline(always)]
    fn may_begin_event(&self) -> bool {
        self.buffers.event_is_empty()
            && !self.in_line
            && !self.skip_event
            && !self.settings.no_shortcuts
            && self.parser.is_at_line_start()
    }

    fn discard_event(&mut self) {
        self.buffers.clear_event();
        self.buffers.trim(self.settings.max_retained);
    }

    /// Ends the stream, and resets everything that does not outlive a connection. Returns whether there is an
    /// unfinished event to lend.
    pub(crate) fn end_of_stream(&mut self) -> bool {
        // Completes an unterminated last line: its value becomes part of the event, and it counts if it is ignored, but
        // without a line end of its own it has no other effect.
        const LINE_END: &[u8] = &[LF];
        let _ = self.release();
        let (retry, signs) = (self.retry, self.progress.other_signs());
        let mut index = 0;
        while let Some(piece) = self.parser.next_part(LINE_END, &mut index) {
            if let Piece::Line { line, value, complete } = piece {
                let _ = self.process_line::<false>(line, value, complete, LINE_END);
            }
        }
        self.retry = retry;
        self.progress.restore_other_signs(signs);
        self.buffers.gather_event(LINE_END, false);
        self.buffers.clear_text();

        self.parser = Parser::new();
        (self.in_line, self.in_block, self.is_at_event) = (false, false, false);
        (self.skip_event, self.skip_text) = (false, SkipText::No);
        self.progress.end_connection();
        if self.buffers.has_data() && self.buffers.exceeded_as_text(&[], self.settings.max_event_len).is_none() {
            self.lent = Lent::Event;
            return true;
        }
        self.discard_event();
        false
    }

    #[inline(always)]
    pub(crate) fn last_event_id(&self) -> &str {
        self.buffers.memory.last_event_id()
    }

    pub(crate) fn reconnection_time(&self) -> Option<Duration> {
        self.retry.map(Duration::from_millis)
    }

    /// Whether nothing but comments was received since the last blank line.
    pub(crate) fn is_between_events(&self) -> bool {
        !self.in_block && !self.parser.in_line_of_effect()
    }
}
