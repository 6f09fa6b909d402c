//! Section 9.2.6: tokens in, the places of dispatched events out.
//!
//! Every way to decode is *find*, which says where the next event is, and then *lend*, which turns places into text. Places
//! have no lifetime, so a reader that owns its buffer can loop over *find* and lend once.

use core::mem;

use crate::last_event_id::LastEventId;
use crate::line_end::{self, LF};
use crate::parser::{Field, Line, Parser, Piece};
use crate::plain::{
    Head, Plain, after_blank_lines, after_line_end, blank_line_len, comment, data_value, line_or_part, plain,
};
use crate::unfinished::Unfinished;
use crate::value::Value;

/// The standard's interpretation of an event stream, with all that has to be remembered between two chunks.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    parser: Parser,
    pub(crate) event: Unfinished,
    pub(crate) comment: Value,
    /// The rest of the comment is passed over: it is too long, or its beginning was.
    skip_comment: bool,
    /// The rest of the event is passed over: it is too long.
    skip_event: bool,
    /// The line goes on in the next piece.
    in_line: bool,
    shortcut: Shortcut,
    /// What the last call handed out, and the next call lets go of.
    lent: Lent,
    /// Of the last plain event.
    pub(crate) head: Head,
    pub(crate) last_event_id: LastEventId,
    /// The last reconnection time that came, in milliseconds.
    pub(crate) retry: Option<u64>,
    /// The byte of the stream after the last blank line.
    pub(crate) event_offset: u64,
    /// How many bytes of the stream after that are decoded.
    event_len: u64,
    pub(crate) max_event_len: usize,
    pub(crate) max_retained: usize,
}

/// How much memory beyond the last event ID is not worth a look.
const SPARE_ID: usize = 256;

/// What may be tried before the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortcut {
    None,
    /// An event begins with the next byte of the stream, and there is nothing else to see to.
    Event,
    /// A data line that has begun goes on.
    Data,
}

/// What is to be let go of before the decoding goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    Nothing,
    Event,
    Comment,
}

/// What *find* has found. Where it lies, the interpreter knows until the next *find*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing more in this chunk.
    UsedUp,
    /// The end of an event that is not dispatched.
    NextEvent,
    /// An event whose values are in [`Interpreter::event`].
    Event,
    /// A comment, in [`Interpreter::comment`].
    Comment,
    /// A reconnection time, which is in force.
    Retry,
    EventTooLong,
    CommentTooLong,
}

impl Interpreter {
    /// For the beginning of a stream. Allocates nothing.
    pub(crate) fn new(max_event_len: usize, max_retained: usize) -> Self {
        Self {
            parser: Parser::new(),
            event: Unfinished::default(),
            comment: Value::default(),
            skip_comment: false,
            skip_event: false,
            in_line: false,
            shortcut: Shortcut::None,
            lent: Lent::Nothing,
            head: Head::default(),
            last_event_id: LastEventId::default(),
            retry: None,
            event_offset: 0,
            event_len: 0,
            max_event_len,
            max_retained,
        }
    }

    /// The shortcut.
    #[inline(always)]
    pub(crate) fn find_plain<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Option<Plain> {
        if self.shortcut != Shortcut::Event {
            return None;
        }
        let plain = plain::<FRAMES>(bytes, *index, &mut self.head)?;
        let len = plain.end - *index;
        // What counts is less than that.
        if len > self.max_event_len {
            return None;
        }
        self.retry = plain.retry.or(self.retry);
        self.end_event_at(len);
        *index = plain.end;
        Some(plain)
    }

    /// The shortcut to a comment between events.
    #[inline(always)]
    pub(crate) fn find_comment<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
    ) -> Option<(usize, usize)> {
        if self.shortcut != Shortcut::Event {
            return None;
        }
        self.pass_blank_lines(bytes, index);
        let line = *index;
        let (comment, next) = comment(bytes, line)?;
        if FRAMES && comment.1 - comment.0 > self.max_event_len {
            return None;
        }
        self.event_len += (next - line) as u64;
        *index = next;
        Some(comment)
    }

    /// Passes over the blank lines between two events, all at once: the shortcut looks past all of them, and must not
    /// find them again.
    #[inline(always)]
    fn pass_blank_lines(&mut self, bytes: &[u8], index: &mut usize) {
        let line = after_blank_lines(bytes, *index);
        if line != *index {
            self.end_event_at(line - *index);
            *index = line;
        }
    }

    /// What the shortcut to a plain event has refused.
    #[inline]
    pub(crate) fn find_any<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Found {
        if self.shortcut == Shortcut::Data
            && let Some(found) = self.go_on_with_data(bytes, index)
        {
            return found;
        }
        self.find_by_tokens::<FRAMES>(bytes, index)
    }

    /// The way for everything.
    #[inline(never)]
    pub(crate) fn find_by_tokens<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Found {
        if self.lent != Lent::Nothing {
            self.let_go();
            if self.shortcut == Shortcut::Event {
                return Found::NextEvent;
            }
        }
        if !FRAMES {
            while self.find_comment::<false>(bytes, index).is_some() {}
        } else if self.shortcut == Shortcut::Event {
            self.pass_blank_lines(bytes, index);
        }
        let mut start = *index;
        if start >= bytes.len() {
            return Found::UsedUp;
        }
        // An LF that belongs to the blank line before this event, but came later.
        if self.parser.skips_lf() && self.event_len == 0 && bytes.get(start) == Some(&LF) {
            self.event_offset += 1;
            start += 1;
        }
        // What is of no effect is passed, but for a comment that is not plain.
        if self.shortcut == Shortcut::Event && bytes.get(start) != Some(&b':') && data_value(bytes, start).is_none() {
            self.head.find_part::<FRAMES>(bytes, start);
            if self.head.len() <= self.max_event_len {
                self.event.set(self.head.event_type, self.head.id);
                self.retry = self.head.retry.or(self.retry);
                *index = self.head.end;
            }
        }
        self.shortcut = Shortcut::None;
        let found = loop {
            if self.parser.is_at_line_start() {
                self.take_data_lines(bytes, index);
            }
            let Some(piece) = self.parser.next_piece(bytes, index) else { break Found::UsedUp };
            if piece != Piece::Blank {
                match self.take::<FRAMES>(piece, bytes) {
                    None => continue,
                    Some(found) => break found,
                }
            }
            self.end_event_at(*index - start);
            if self.end_event(bytes) {
                self.lent = Lent::Event;
                return Found::Event;
            }
            self.begin_event();
            return Found::NextEvent;
        };
        self.event_len += (*index - start) as u64;
        // The event goes on, and the chunk need not be the same when the next call comes.
        self.event.gather(bytes);
        match found {
            Found::Comment => self.lent = Lent::Comment,
            _ => self.comment.gather(bytes),
        }
        if self.in_line && self.parser.is_in_data() && !self.skip_event {
            self.shortcut = Shortcut::Data;
        }
        found
    }

    /// Takes a plain event as if it had come by tokens: because it is ill-formed, or cannot be lent yet.
    ///
    /// Takes the parts of the [`Plain`], lest the compiler write each one to memory.
    #[cold]
    pub(crate) fn keep(&mut self, data: (usize, usize), event_type: (usize, usize), has_id: bool, bytes: &[u8]) {
        self.event.data.set(data);
        self.event.set(event_type, self.head.id.filter(|_| has_id));
        if self.event.id.is_present() {
            self.last_event_id.set_value(&self.event.id, bytes);
        }
        self.lent = Lent::Event;
        self.shortcut = Shortcut::None;
    }

    /// Takes a comment that was found as if it had come by tokens: because it is ill-formed.
    #[cold]
    pub(crate) fn keep_comment(&mut self, comment: (usize, usize)) {
        self.comment.set(comment);
        self.lent = Lent::Comment;
        self.shortcut = Shortcut::None;
    }

    /// Makes the id of a plain event the last event ID.
    #[inline]
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        if self.last_event_id.as_str() != id {
            self.last_event_id.set(id);
            if self.last_event_id.spare() > self.max_retained.min(SPARE_ID) {
                self.trim();
            }
        }
    }

    /// Takes a part of a line.
    #[inline]
    fn take<const FRAMES: bool>(&mut self, piece: Piece, bytes: &[u8]) -> Option<Found> {
        let Piece::Line { line, start, end, complete } = piece else {
            return None;
        };
        let first = !self.in_line;
        self.in_line = !complete;
        let value = bytes.get(start..end).unwrap_or_default();
        match line {
            Line::Unknown => return None,
            Line::Comment if FRAMES => return self.take_comment(bytes, start, end, complete),
            Line::Comment => {
                self.comment.clear();
                self.skip_comment = !complete;
                return None;
            }
            Line::Field(Field::Retry) => {
                let millis = self.event.retry.take(value, first, complete);
                self.retry = millis.or(self.retry);
                return (FRAMES && millis.is_some()).then_some(Found::Retry);
            }
            Line::Field(_) if self.skip_event => return None,
            Line::Field(Field::Data) => {
                if first && self.event.data.is_present() {
                    self.event.append_lf(bytes);
                }
                self.event.append_data(bytes, start, end);
            }
            Line::Field(Field::Event) => {
                self.event.take_type(bytes, start, end, first);
            }
            Line::Field(Field::Id) => {
                // Both ids count here: until the line's end either may be the one that stands.
                self.event.take_id(bytes, start, end, first);
            }
        }
        if self.event.len() > self.max_event_len {
            self.discard_event();
            self.skip_event = true;
            return Some(Found::EventTooLong);
        }
        if complete && line == Line::Field(Field::Id) {
            self.event.end_id();
        }
        None
    }

    /// Goes on with a data line that has begun in an earlier chunk: to the end of this chunk, or of the event if nothing
    /// else comes before that.
    #[inline(never)]
    fn go_on_with_data(&mut self, bytes: &[u8], index: &mut usize) -> Option<Found> {
        let rest = bytes.get(*index..)?;
        let found = line_end::line_end(rest);
        let piece = found.and_then(|len| rest.get(..len)).unwrap_or(rest);
        if self.event.len().checked_add(piece.len()).is_none_or(|len| len > self.max_event_len) {
            self.shortcut = Shortcut::None;
            return None;
        }
        self.event.append_lines(bytes, |data| data.extend_from_slice(piece));
        *index += piece.len();
        self.event_len += piece.len() as u64;
        if found.is_none() {
            return Some(Found::UsedUp);
        }
        self.shortcut = Shortcut::None;
        let Some(blank_line_len) = blank_line_len(bytes.get(*index..)?) else {
            let next = after_line_end(bytes, *index)?;
            self.event_len += (next - *index) as u64;
            *index = next;
            self.parser.begin_line();
            self.in_line = false;
            return None;
        };
        *index += blank_line_len;
        self.end_event_at(blank_line_len);
        self.parser.begin_line();
        self.in_line = false;
        self.end_event(bytes);
        self.lent = Lent::Event;
        Some(Found::Event)
    }

    /// Takes data lines, the last of which may go on in the next chunk. Leaves everything else to the tokens, which would
    /// do the same more slowly.
    #[inline]
    fn take_data_lines(&mut self, bytes: &[u8], index: &mut usize) -> Option<()> {
        let mut value = data_value(bytes, *index)?;
        if self.skip_event {
            return None;
        }
        let mut room = self.max_event_len.checked_sub(self.event.len())?;
        if !self.event.data.is_present() {
            let (end, after) = line_or_part(bytes, value)?;
            room = room.checked_sub(end - value)?;
            self.event.append_data(bytes, value, end);
            *index = after;
            if after == end {
                self.parser.begin_data();
                self.in_line = true;
            }
            value = data_value(bytes, after)?;
        }
        self.event.append_lines(bytes, |lines| {
            loop {
                let (end, after) = line_or_part(bytes, value)?;
                room = room.checked_sub(end - value + 1)?;
                lines.push(LF);
                lines.extend_from_slice(bytes.get(value..end)?);
                *index = after;
                if after == end {
                    self.parser.begin_data();
                    self.in_line = true;
                }
                value = data_value(bytes, after)?;
            }
        })
    }

    #[inline(never)]
    fn take_comment(&mut self, bytes: &[u8], start: usize, end: usize, complete: bool) -> Option<Found> {
        if self.skip_comment {
            self.skip_comment = !complete;
            return None;
        }
        self.comment.append(bytes, start, end);
        if self.comment.len() > self.max_event_len {
            self.skip_comment = !complete;
            self.comment.clear();
            self.trim();
            return Some(Found::CommentTooLong);
        }
        complete.then_some(Found::Comment)
    }

    /// The event and its blank line end so many bytes behind what was decoded before.
    #[inline]
    fn end_event_at(&mut self, len: usize) {
        self.event_offset += self.event_len + len as u64;
        self.event_len = 0;
    }

    /// Begins a new event with the next byte, other than an LF that belongs to the blank line.
    fn begin_event(&mut self) {
        self.shortcut = if self.parser.is_at_line_start() { Shortcut::Event } else { Shortcut::None };
    }

    /// Ends the event at its blank line: the dispatch steps. Says whether there is one to hand out.
    #[inline]
    fn end_event(&mut self, bytes: &[u8]) -> bool {
        // Of a skipped event nothing is kept, so there is nothing to commit or to hand out.
        self.skip_event = false;
        if self.event.id.is_present() {
            self.last_event_id.set_value(&self.event.id, bytes);
        }
        if self.event.data.is_present() {
            return true;
        }
        self.discard_event();
        false
    }

    /// Lets go of what the last call handed out.
    #[cold]
    fn let_go(&mut self) {
        match mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Nothing => {}
            Lent::Event => {
                self.discard_event();
                self.begin_event();
            }
            Lent::Comment => {
                self.comment.clear();
                self.trim();
            }
        }
    }

    fn discard_event(&mut self) {
        self.event.clear();
        self.trim();
    }

    /// Gives back the buffers that nothing is in, where there is too much of them.
    fn trim(&mut self) {
        if self.event.held() + self.comment.held() + self.last_event_id.spare().max(SPARE_ID) > self.max_retained {
            self.event.release();
            self.comment.release();
            self.last_event_id.shrink();
        }
    }

    /// Ends the stream, and is as new but for what outlives a connection. Says whether it leaves an event to hand out.
    pub(crate) fn end_of_stream(&mut self) -> bool {
        // The end of a line that the stream does not have: what it completes is part of the event, but a time acts only
        // at the end of a line that did come.
        const LINE_END: &[u8] = &[LF];
        self.let_go();
        let retry = self.retry;
        let mut index = 0;
        while self.parser.in_line()
            && let Some(piece) = self.parser.next_piece(LINE_END, &mut index)
        {
            let _ = self.take::<false>(piece, LINE_END);
        }
        self.retry = retry;
        self.event.gather(LINE_END);

        self.parser = Parser::new();
        self.shortcut = Shortcut::None;
        // The line end has let go of a comment, too.
        self.skip_event = false;
        (self.event_offset, self.event_len) = (0, 0);
        let found = self.event.data.is_present();
        if found {
            self.lent = Lent::Event;
        } else {
            self.discard_event();
        }
        found
    }
}
