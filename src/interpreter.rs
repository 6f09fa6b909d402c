//! Section 9.2.6: tokens in, the places of dispatched events out.
//!
//! Every way to decode is *find*, which says where the next event is, and then *lend*, which turns places into text. Places
//! have no lifetime, so a reader that owns its buffer can loop over *find* and lend once.

use core::time::Duration;

use crate::chunk::Chunk;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
use crate::last_event_id::LastEventId;
use crate::parser::{Field, Line, Parser, Piece};
use crate::plain::{Plain, plain};
use crate::scan::LF;
use crate::unfinished::{Digits, Unfinished};
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
    /// What the last call handed out, and the next call lets go of.
    lent: Option<Found>,
    pub(crate) last_event_id: LastEventId,
    pub(crate) reconnection_time: Option<Duration>,
    /// Where the chunk's first byte that is not decoded stands in the stream.
    offset: u64,
    /// The byte after the last blank line.
    event_offset: u64,
    pub(crate) max_event_len: usize,
    pub(crate) max_retained: usize,
}

/// How much memory beyond the last event ID is not worth a look.
const SPARE_ID: usize = 256;

/// What *find* has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An event whose values are in the interpreter.
    Event,
    /// One whose places are known, and that the interpreter knows nothing of.
    Plain(Plain),
    Comment,
    Retry(Duration),
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
            lent: None,
            last_event_id: LastEventId::default(),
            reconnection_time: None,
            offset: 0,
            event_offset: 0,
            max_event_len,
            max_retained,
        }
    }

    /// Decodes `bytes` from `index` up to the next event, or with `FRAMES` to the next frame, and says where it is. It is to
    /// be lent with the same bytes.
    #[inline]
    pub(crate) fn find<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
    ) -> Result<Option<Found>, DecodeError> {
        self.let_go();
        match self.find_plain::<FRAMES>(bytes, index) {
            None => self.find_by_tokens::<FRAMES>(bytes, index),
            plain => Ok(plain),
        }
    }

    /// The shortcut: a plain event that begins here, unless there is something else to see to.
    #[inline]
    fn find_plain<const FRAMES: bool>(&mut self, bytes: &[u8], index: &mut usize) -> Option<Found> {
        if self.offset != self.event_offset || self.skip_event || !self.parser.is_at_line_start() {
            return None;
        }
        let plain = plain(bytes, *index)?;
        if plain.len() > self.max_event_len {
            return None;
        }
        if let Some(retry) = plain.retry {
            if FRAMES {
                return None;
            }
            let time = Digits::parse(bytes.get(retry.0..retry.1).unwrap_or_default()).map(Duration::from_millis);
            self.reconnection_time = time.or(self.reconnection_time);
        }
        self.offset += (plain.end - *index) as u64;
        self.event_offset = self.offset;
        *index = plain.end;
        Some(Found::Plain(plain))
    }

    /// The way for everything.
    #[inline(never)]
    fn find_by_tokens<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        index: &mut usize,
    ) -> Result<Option<Found>, DecodeError> {
        let mut start = *index;
        if start >= bytes.len() {
            return Ok(None);
        }
        // An LF that belongs to the blank line before this event, but came later.
        if self.parser.skips_lf() && self.event_offset == self.offset && bytes.get(start) == Some(&LF) {
            self.event_offset += 1;
        }
        let found = loop {
            let Some(piece) = self.parser.next_piece(bytes, index) else { break Ok(None) };
            if piece != Piece::Blank {
                match self.take::<FRAMES>(piece, bytes) {
                    Ok(None) => continue,
                    found => break found,
                }
            }
            self.offset += (*index - start) as u64;
            self.event_offset = self.offset;
            start = *index;
            if self.end_event(bytes) {
                self.lent = Some(Found::Event);
                return Ok(self.lent);
            }
            if let Some(plain) = self.find_plain::<FRAMES>(bytes, index) {
                return Ok(Some(plain));
            }
        };
        self.offset += (*index - start) as u64;
        // The event goes on, and the chunk need not be the same when the next call comes.
        self.event.gather(bytes);
        if found == Ok(None) {
            self.comment.gather(bytes);
        }
        self.lent = found.unwrap_or_default();
        found
    }

    /// Lends the event that was found.
    #[inline]
    pub(crate) fn lend_event<'s, 'i: 's>(&'s mut self, found: Found, chunk: &mut Chunk<'i>) -> Event<'s> {
        if let Found::Plain(plain) = found {
            if let Some((kind, data, id)) = plain.texts(chunk) {
                if let Some(id) = id {
                    self.set_last_event_id(id);
                }
                let (last_event_id, has_id) = (self.last_event_id.as_str(), id.is_some());
                return Event { event_type: event_type(kind), data, last_event_id, has_id };
            }
            self.keep(plain, chunk.bytes());
        }
        Event {
            event_type: event_type(self.event.event_type.text(chunk)),
            data: self.event.data.text(chunk),
            last_event_id: self.last_event_id.as_str(),
            has_id: self.event.id.is_present(),
        }
    }

    /// Takes a plain event as if it had come by tokens: because it is ill-formed, or to be owned.
    #[cold]
    pub(crate) fn keep(&mut self, plain: Plain, bytes: &[u8]) {
        self.event.set(&plain);
        if self.event.id.is_present() {
            self.last_event_id.set_value(&self.event.id, bytes);
        }
        self.lent = Some(Found::Event);
    }

    #[inline]
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        if self.last_event_id.as_str() != id {
            self.last_event_id.set(id);
            if self.last_event_id.spare() > self.max_retained.min(SPARE_ID) {
                self.trim();
            }
        }
    }

    /// Lends what was found.
    #[inline]
    pub(crate) fn lend_frame<'s, 'i: 's>(&'s mut self, found: Found, chunk: &mut Chunk<'i>) -> Frame<'s> {
        match found {
            Found::Event | Found::Plain(_) => Frame::Event(self.lend_event(found, chunk)),
            Found::Comment => Frame::Comment(self.comment.text(chunk)),
            Found::Retry(time) => Frame::Retry(time),
        }
    }

    /// Takes a part of a line.
    #[inline]
    fn take<const FRAMES: bool>(&mut self, piece: Piece, bytes: &[u8]) -> Result<Option<Found>, DecodeError> {
        let Piece::Line { line, start, end, complete } = piece else {
            return Ok(None);
        };
        let first = !self.in_line;
        self.in_line = !complete;
        let value = bytes.get(start..end).unwrap_or_default();
        match line {
            Line::Unknown => return Ok(None),
            Line::Comment if FRAMES => return self.take_comment(bytes, start, end, complete),
            Line::Comment => {
                self.comment.clear();
                self.skip_comment = !complete;
                return Ok(None);
            }
            Line::Field(Field::Retry) => {
                let time = self.event.retry.take(value, first, complete).map(Duration::from_millis);
                self.reconnection_time = time.or(self.reconnection_time);
                return Ok(time.map(Found::Retry).filter(|_| FRAMES));
            }
            Line::Field(_) if self.skip_event => return Ok(None),
            Line::Field(Field::Data) => {
                if first && self.event.data.is_present() {
                    self.event.data.append_lf(bytes);
                }
                self.event.data.append(bytes, start, end);
            }
            Line::Field(Field::Event) => {
                if first {
                    self.event.event_type.clear();
                }
                self.event.event_type.append(bytes, start, end);
            }
            Line::Field(Field::Id) => {
                // Both ids count here: until the line's end either may be the one that stands.
                self.event.take_id(bytes, start, end, first);
            }
        }
        if self.event.len() > self.max_event_len {
            self.discard_event();
            self.skip_event = true;
            return Err(self.too_long(false));
        }
        if complete && line == Line::Field(Field::Id) {
            self.event.end_id();
        }
        Ok(None)
    }

    #[inline(never)]
    fn take_comment(
        &mut self,
        bytes: &[u8],
        start: usize,
        end: usize,
        complete: bool,
    ) -> Result<Option<Found>, DecodeError> {
        if self.skip_comment {
            self.skip_comment = !complete;
            return Ok(None);
        }
        self.comment.append(bytes, start, end);
        if self.comment.len() > self.max_event_len {
            self.skip_comment = !complete;
            self.comment.clear();
            self.trim();
            return Err(self.too_long(true));
        }
        Ok(complete.then_some(Found::Comment))
    }

    fn too_long(&self, is_comment: bool) -> DecodeError {
        DecodeError { is_comment, limit: self.max_event_len, offset: self.event_offset }
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
    #[inline]
    fn let_go(&mut self) {
        match self.lent.take() {
            Some(Found::Event) => self.discard_event(),
            Some(Found::Comment) => {
                self.comment.clear();
                self.trim();
            }
            Some(Found::Plain(_) | Found::Retry(_)) | None => {}
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

    /// Ends the stream, lends the event that it leaves unfinished, and is as new but for what outlives a connection.
    pub(crate) fn end_of_stream(&mut self) -> Option<Event<'_>> {
        // The end of a line that the stream does not have: what it completes is part of the event, but a time acts only
        // at the end of a line that did come.
        const LINE_END: &[u8] = &[LF];
        self.let_go();
        let reconnection_time = self.reconnection_time;
        let mut index = 0;
        while self.parser.in_line()
            && let Some(piece) = self.parser.next_piece(LINE_END, &mut index)
        {
            let _ = self.take::<false>(piece, LINE_END);
        }
        self.reconnection_time = reconnection_time;

        let found = self.event.data.is_present();
        self.parser = Parser::new();
        // The line end has let go of a comment, too.
        self.skip_event = false;
        (self.offset, self.event_offset) = (0, 0);
        if !found {
            self.discard_event();
            return None;
        }
        self.lent = Some(Found::Event);
        let chunk = &mut Chunk::new(LINE_END);
        let has_id = self.event.id.is_present();
        Some(Event {
            event_type: event_type(self.event.event_type.text(chunk)),
            data: self.event.data.text(chunk),
            last_event_id: if has_id { self.event.id.text(chunk) } else { self.last_event_id.as_str() },
            has_id,
        })
    }
}

/// The type that the standard gives an event whose event type buffer is empty.
#[inline]
fn event_type(buffer: &str) -> &str {
    if buffer.is_empty() { "message" } else { buffer }
}
