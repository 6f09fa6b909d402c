//! Section 9.2.6: what a chunk's lines do, up to something that can be returned; the end of a stream.
//!
//! Complete and exact by itself, and takes what the shortcuts have found. What is found stays in the buffers until the
//! next call; it has no lifetime, so that a reader that owns its bytes can loop over *find* and lend once.

use crate::decode::block::Block;
use crate::decode::field::Field;
use crate::decode::found::Found;
use crate::decode::line::{self, Line, Part, Piece};
use crate::decode::memory::Memory;
use crate::decode::parser::Parser;
use crate::decode::place::{EventPlaces, Place};
use crate::decode::settings::Settings;
use crate::decode::shortcut::Lines;
use crate::line_end::{self, LF};
use crate::work;

/// The standard's interpretation of an event stream, with everything that must be remembered between two chunks.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter<M> {
    parser: Parser,
    pub(crate) block: Block<M>,
    /// Whether an event may begin with the next byte: nothing with an effect was received since the last blank line,
    /// and nothing must be released.
    is_at_event: bool,
    /// Whether the shortcut to a plain event is worth a try: the last event that it did not find had no id and no `retry`.
    pub(crate) expects_plain: bool,
}

/// What has become of the lines that a shortcut has found.
pub(crate) enum Taken {
    /// They are a whole event of this many bytes, which the caller returns and reports as dispatched.
    Whole(usize),
    /// They are a whole event, which has been dispatched, or end with a reconnection time that is returned.
    Found(Found),
    /// They are a part of a block, or none.
    Part,
    /// They are a part of a block, and the chunk ends with them.
    UsedUp,
}

impl<M: Memory> Interpreter<M> {
    /// For the beginning of a stream. Allocates nothing.
    pub(crate) const fn new(memory: M, settings: Settings) -> Self {
        Self { parser: Parser::new(), block: Block::new(memory, settings), is_at_event: false, expects_plain: true }
    }

    /// The interpreter and the parser's states do all the work from now on: for tests.
    pub(crate) fn without_shortcuts(&mut self) {
        self.block.settings.no_shortcuts = true;
        self.is_at_event = false;
    }

    #[inline(always)]
    pub(crate) fn is_at_event(&self) -> bool {
        self.is_at_event
    }

    /// Keeps a whole comment that was found and is ill-formed.
    #[cold]
    pub(crate) fn keep_comment(&mut self, comment: Place, bytes: &[u8]) -> Found {
        self.is_at_event = false;
        self.block.keep_comment(comment, bytes)
    }

    /// Takes the lines that a shortcut found where an event may begin, and moves `index` past them.
    #[inline]
    pub(crate) fn take_lines<const FRAMES: bool>(&mut self, lines: &Lines, bytes: &[u8], index: &mut usize) -> Taken {
        let Lines { event_type, id, data, .. } = *lines;
        let id_fits = M::COUNTS_IDS || id.map_or(0, Place::len) <= M::MAX_ID_LEN;
        let fits = id_fits && self.block.settings.surely_fits(lines.next - lines.first_field);
        let next = if fits { lines.next } else { lines.first_field };
        if next == *index {
            return Taken::Part;
        }
        if lines.start > *index {
            self.block.end(lines.start - *index);
        }
        let len = next - lines.start;
        *index = next;
        self.block.progress.count_signs(lines.comments);
        if !fits {
            // What exceeds a limit, the interpreter reports in its place.
            self.block.progress.advance(len);
            return Taken::Part;
        }
        self.block.has_lines |= lines.has_fields;
        if let Some(millis) = lines.retry {
            self.block.set_retry(millis);
        }
        self.expects_plain = lines.id.is_none() && lines.retry.is_none();
        if lines.is_whole && M::COUNTS_IDS {
            return Taken::Whole(len);
        }
        self.block.buffers.set_event(event_type, id, data);
        if lines.is_whole {
            return self.dispatch::<FRAMES>(bytes, len).map_or(Taken::Part, Taken::Found);
        }
        self.block.progress.advance(len);
        self.is_at_event = self.block.buffers.event_is_empty();
        if lines.data_continues {
            self.block.in_line = true;
            self.parser.begin(Line::Field(Field::Data));
        }
        let is_retry = FRAMES && lines.retry.is_some();
        if *index < bytes.len() && !is_retry {
            return Taken::Part;
        }
        self.block.buffers.gather_event(bytes, false);
        if is_retry { Taken::Found(Found::Retry) } else { Taken::UsedUp }
    }

    /// Whether a data line continues, and counts.
    #[inline(always)]
    pub(crate) fn is_in_data_line(&self) -> bool {
        self.block.in_line
            && !self.block.is_skipped
            && self.parser.is_in(Field::Data)
            && !self.block.settings.no_shortcuts
    }

    /// Appends the whole rest of the chunk to a data line that an earlier chunk began. If the line ends in it, or the
    /// event exceeds the limit, it returns where to look for that, and has appended nothing.
    #[inline(never)]
    pub(crate) fn append_rest_of_data(&mut self, bytes: &[u8], index: &mut usize) -> Option<usize> {
        let rest = bytes.get(*index..).unwrap_or_default();
        if let Some(len) = line_end::line_end(rest) {
            return Some(*index + len);
        }
        if !self.block.buffers.more_data(rest, self.block.settings.max_event_len) {
            return Some(bytes.len());
        }
        self.block.progress.advance(rest.len());
        *index = bytes.len();
        None
    }

    /// Appends the rest of a data line, which ends at `end`, and the data lines that follow. Dispatches the event if its
    /// blank line follows. Leaves `index` where it is, for [`interpret`](Self::interpret), if the line ends with a CR
    /// alone, or the event exceeds the limit.
    #[inline(never)]
    pub(crate) fn append_end_of_data<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
        end: usize,
    ) -> Taken {
        let start = *index;
        let Some(next) = line_end::after(bytes, end) else { return Taken::Part };
        let rest = Place { start, end }.of(bytes);
        if !self.block.buffers.more_data(rest, self.block.settings.max_event_len) {
            return Taken::Part;
        }
        *index = next;
        self.block.in_line = false;
        self.parser.end();
        let fits = self.append_data_lines(bytes, index);
        if fits && let Some(next) = line_end::after(bytes, *index) {
            work::looked(next - *index);
            *index = next;
            return self.dispatch::<FRAMES>(bytes, next - start).map_or(Taken::Part, Taken::Found);
        }
        self.block.progress.advance(*index - start);
        if !fits {
            return Taken::Found(self.block.skip_event(Field::Data, true));
        }
        if *index == bytes.len() { Taken::UsedUp } else { Taken::Part }
    }

    /// Passes over blank lines where an event may begin.
    #[inline(always)]
    pub(crate) fn pass_blank_lines(&mut self, bytes: &[u8], index: &mut usize) {
        while let Some(next) = line_end::after(bytes, *index) {
            work::looked(next - *index);
            self.block.end(next - *index);
            *index = next;
        }
    }

    /// Dispatches an event that was found whole and is ill-formed.
    #[cold]
    pub(crate) fn dispatch_whole(&mut self, places: EventPlaces, bytes: &[u8], len: usize) -> Found {
        let event_type = Some(places.event_type).filter(|place| !place.is_empty());
        self.block.buffers.set_event(event_type, places.id, Some(places.data));
        self.dispatch::<false>(bytes, len).unwrap_or(Found::Event)
    }

    /// Releases what the last call lent.
    #[inline]
    pub(crate) fn release(&mut self) {
        if self.block.release() {
            self.is_at_event = self.may_begin_event();
        }
    }

    /// Interprets `bytes[*index..]` up to something that can be returned, or to where an event may begin, or to the end
    /// of the chunk.
    ///
    /// However the loop ends, everything before `index` is then part of the state. `cut` is the line at `index` if a
    /// shortcut has found that it continues in the next chunk.
    #[inline]
    pub(crate) fn interpret<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
        mut cut: Option<(Line, Place)>,
    ) -> Option<Found> {
        let mut start = *index;
        // A blank line, or an LF that belongs to the one before this event but was received later.
        if self.block.progress.is_at_block() && bytes.get(start) == Some(&LF) {
            self.block.progress.end_block(1);
            start += 1;
        }
        self.is_at_event = false;
        let by_states = self.block.settings.ignored_frames || self.block.settings.no_shortcuts;
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
                    self.block.in_line = true;
                    self.block.has_lines = true;
                    if let Some(found) = self.block.unknown::<FRAMES>(Part::Static(beginning), false, bytes) {
                        break Some(found);
                    }
                }
                Some(Piece::Line { line, value, complete }) => {
                    if let Some(found) = self.block.process_line::<FRAMES>(&self.parser, line, value, complete, bytes) {
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
                        break Some(self.block.skip_event(Field::Data, true));
                    }
                }
            }
        };
        self.block.progress.advance(*index - start);
        // The event continues, and the next call may be for another chunk.
        self.block.leave_chunk(found, self.parser.is_in(Field::Event), bytes);
        self.is_at_event = !self.block.is_lent() && self.may_begin_event();
        found
    }

    /// Appends the data lines that follow one. Returns whether the event is within the limit.
    #[inline(never)]
    fn append_data_lines(&mut self, bytes: &[u8], index: &mut usize) -> bool {
        if self.block.is_skipped {
            return true;
        }
        let mut next = *index;
        let mut fits = true;
        while fits && let Some((value, after)) = line::data_line(bytes, next) {
            fits = self.block.buffers.another_data_line(bytes, value, self.block.settings.max_event_len);
            next = after.unwrap_or(value.end);
            if after.is_none() {
                self.block.in_line = true;
                self.parser.begin(Line::Field(Field::Data));
                break;
            }
        }
        *index = next;
        fits
    }

    /// Dispatches the event, at its blank line, which ends `len` bytes after what was decoded before.
    #[inline]
    fn dispatch<const FRAMES: bool>(&mut self, bytes: &[u8], len: usize) -> Option<Found> {
        let found = self.block.dispatch::<FRAMES>(bytes, len);
        self.is_at_event = self.may_begin_event();
        found
    }

    /// Whether an event may begin with the next byte.
    #[inline(always)]
    fn may_begin_event(&self) -> bool {
        self.block.buffers.event_is_empty()
            && !self.block.is_skipped
            && !self.block.settings.no_shortcuts
            && self.parser.is_at_line_start()
    }

    /// Ends the stream, and resets everything that does not outlive a connection. Returns whether there is an
    /// unfinished event to lend.
    pub(crate) fn end_of_stream(&mut self) -> bool {
        // Completes an unterminated last line: its value becomes part of the event, and it counts if it is ignored, but
        // without its own line end it has no other effect.
        const LINE_END: &[u8] = &[LF];
        self.release();
        let (retry, signs) = (self.block.retry, self.block.progress.other_signs());
        let mut index = 0;
        while let Some(piece) = self.parser.next_part(LINE_END, &mut index) {
            if let Piece::Line { line, value, complete } = piece {
                let _ = self.block.process_line::<false>(&self.parser, line, value, complete, LINE_END);
            }
        }
        self.block.retry = retry;
        self.block.progress.restore_other_signs(signs);
        self.block.buffers.gather_event(LINE_END, false);
        self.parser = Parser::new();
        self.is_at_event = false;
        self.block.end_connection()
    }

    /// Whether nothing but comments was received since the last blank line.
    pub(crate) fn is_between_events(&self) -> bool {
        !self.block.has_lines && !self.parser.in_line_of_effect()
    }
}
