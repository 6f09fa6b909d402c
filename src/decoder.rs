//! Section 9.2.6: tokens in, dispatched events out.
//!
//! Every way to decode is *find*, which leaves the values' places in the decoder, and then *lend*, which turns the
//! places into text. Places have no lifetime, so a reader that owns its buffer can loop over *find* and lend once.

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

/// Decodes an event stream: chunks of bytes in, events out.
///
/// Implements the interpretation of [section 9.2.6] of the standard, exactly, in every chunking: the result never
/// depends on where the stream was cut. Content never fails: ill-formed UTF-8 is replaced by U+FFFD, fields that the
/// standard ignores are ignored. The one error is an event longer than the [limit](Self::with_max_event_len), and
/// decoding goes on after it.
///
/// An event whose one data line lies in one chunk is lent from that chunk, without a copy. Otherwise its bytes are
/// copied once, into buffers that later events use again; in steady state nothing is allocated. Every byte is looked at
/// a constant number of times.
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut data = Vec::new();
/// for bytes in ["data: one\n", "\ndata: t", "wo\n\n: bye"] {
///     let mut chunk = Chunk::new(bytes.as_bytes());
///     while let Some(event) = decoder.next_event(&mut chunk)? {
///         data.push(event.data().to_owned());
///     }
/// }
/// assert_eq!(data, ["one", "two"]);
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
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
    reconnection_time: Option<Duration>,
    /// Where the chunk's first byte that is not decoded stands in the stream.
    offset: u64,
    /// The byte after the last blank line.
    event_offset: u64,
    max_event_len: usize,
    max_retained: usize,
}

/// How much memory beyond the last event ID is not worth a look.
const SPARE_ID: usize = 256;

/// What *find* has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An event whose values are in the decoder.
    Event,
    /// One whose places are known, and that the decoder knows nothing of.
    Plain(Plain),
    Comment,
    Retry(Duration),
}

impl Decoder {
    /// The limit unless [`with_max_event_len`](Self::with_max_event_len) sets another: 16 MiB.
    pub const DEFAULT_MAX_EVENT_LEN: usize = 16 * 1024 * 1024;

    const DEFAULT_MAX_RETAINED: usize = 64 * 1024;

    /// Makes a decoder for the beginning of a stream. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
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
            max_event_len: Self::DEFAULT_MAX_EVENT_LEN,
            max_retained: Self::DEFAULT_MAX_RETAINED,
        }
    }

    /// Sets the limit: how many bytes one event may have.
    ///
    /// What counts is what has to be kept: the data, with an LF between each two lines, the type and the event's own
    /// id, in bytes as they came in; of an id with a NUL, what stands before it, and while another `id` line comes in,
    /// the id before it too. Names, `retry` and ignored lines are free, and so are comments, but for
    /// [`next_frame`](Self::next_frame), where each comment counts by itself.
    ///
    /// The buffers of an event take at most about five times as much: they grow by doubling, and U+FFFD takes three bytes
    /// where it stands for one that is ill-formed.
    #[must_use]
    pub fn with_max_event_len(mut self, bytes: usize) -> Self {
        self.max_event_len = bytes;
        self
    }

    /// Sets how many bytes of buffers the decoder keeps once a large event is done with; 64 KiB at first.
    ///
    /// More spares allocations in streams of large events. The last event ID is not a buffer, and is always kept.
    #[must_use]
    pub fn with_max_retained(mut self, bytes: usize) -> Self {
        self.max_retained = bytes;
        self
    }

    /// Sets the last event ID to begin with, as it is: for a client that resumes.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = id.into();
        self
    }

    /// Decodes up to the next event.
    ///
    /// `None` says that the chunk is used up; go on with the next one, the decoder remembers what it needs. The event
    /// borrows from the bytes or the decoder, and has to be done with before the next call.
    ///
    /// # Errors
    ///
    /// When the event exceeds the [limit](Self::with_max_event_len). The rest of it is skipped; call again to go on.
    #[inline]
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        Ok(self.find::<false>(chunk.bytes(), &mut chunk.index)?.map(|found| self.lend_event(found, chunk)))
    }

    /// Decodes up to the next event, comment or reconnection time, whichever comes first.
    ///
    /// As [`next_event`](Self::next_event), for those who want to see keep-alive comments and `retry`. The two can be
    /// mixed; a comment of which `next_event` has passed over a part is not handed out.
    ///
    /// # Errors
    ///
    /// When the event, or the comment by itself, exceeds the limit. The rest of it is skipped, and nothing else: an
    /// event around a comment that is too long is handed out in the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::{Chunk, Decoder, Frame};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b": hello\nretry: 1500\n\n");
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Comment("hello")));
    /// assert_eq!(decoder.next_frame(&mut chunk)?, Some(Frame::Retry(Duration::from_millis(1500))));
    /// assert_eq!(decoder.next_frame(&mut chunk)?, None);
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[inline]
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        Ok(self.find::<true>(chunk.bytes(), &mut chunk.index)?.map(|found| self.lend_frame(found, chunk)))
    }

    /// Ends the stream, and hands out the event that has no blank line yet, if it has data.
    ///
    /// The standard discards that event: to follow it, ignore what comes back. Servers that forget the last blank line
    /// are why it is there. A last line without its end counts as ended for it. Its id does not become the decoder's
    /// [`last_event_id`](Self::last_event_id), so a client that resumes asks for it again.
    ///
    /// After that the decoder is ready for a new connection: last event ID and reconnection time survive, offsets
    /// start anew. Call it between two connections in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, Decoder};
    ///
    /// let mut decoder = Decoder::new();
    /// let mut chunk = Chunk::new(b"id: 1\ndata: a\n\nid: 2\ndata: b");
    /// while let Some(_) = decoder.next_event(&mut chunk)? {}
    ///
    /// let event = decoder.end_of_stream().unwrap();
    /// assert_eq!((event.data(), event.id()), ("b", Some("2")));
    /// assert_eq!(decoder.last_event_id(), "1");
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
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
        self.comment.clear();
        (self.skip_comment, self.skip_event, self.in_line) = (false, false, false);
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

    /// The last event ID: that of the last blank line behind an `id` field, or `""`. What a client sends as
    /// `Last-Event-ID` when it reconnects, where it is not empty.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.last_event_id.as_str()
    }

    /// The last reconnection time that the server has sent, if any.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.reconnection_time
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
            // A part of an unknown line, or a blank one.
            self.in_line = true;
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
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// The type that the standard gives an event whose event type buffer is empty.
#[inline]
fn event_type(buffer: &str) -> &str {
    if buffer.is_empty() { "message" } else { buffer }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::Decoder;
    use crate::chunk::Chunk;
    use crate::scan::work;

    /// The bytes looked at, by whatever looks at bytes, for each byte of the stream.
    fn work_per_byte(wire: &[u8], chunk_len: usize, frames: bool, new_chunk_every_call: bool) -> usize {
        let mut decoder = Decoder::new().with_max_event_len(usize::MAX);
        work::take();
        for bytes in wire.chunks(chunk_len) {
            let mut chunk = Chunk::new(bytes);
            while !chunk.is_empty() {
                if frames {
                    let _ = decoder.next_frame(&mut chunk);
                } else {
                    let _ = decoder.next_event(&mut chunk);
                }
                if new_chunk_every_call {
                    chunk = Chunk::new(chunk.remaining());
                }
            }
        }
        work::take().div_ceil(wire.len())
    }

    #[test]
    fn work_is_linear() {
        const LEN: usize = 1 << 17;
        let endless = |prefix: &[u8], body: &[u8]| [prefix, &body.repeat(LEN / body.len())].concat();
        let wires: [(&str, Vec<u8>); 15] = [
            ("a long line", endless(b"data: ", b"x")),
            ("a long line that ends", [endless(b"data: ", b"x"), b"\n\n".to_vec()].concat()),
            ("small events", endless(b"", b"data: x\n\n")),
            ("small events with ids", endless(b"", b"event: e\nid: 1\ndata: x\n\n")),
            ("small ill-formed events", endless(b"", b"id: \xFF\ndata: \xFF\n\n")),
            ("events behind one ill-formed byte", endless(b": \xFF\n", b"data: x\n\n")),
            ("data lines", endless(b"", b"data: x\n")),
            ("data without a colon", endless(b"", b"data\n")),
            ("comments", endless(b"", b": c\n")),
            ("comments between events", endless(b"", b": c\n:\ndata: x\n\n")),
            ("an unknown line", endless(b"unknown: ", b"x")),
            ("an unknown line that looks like a name", endless(b"", b"dat")),
            ("CRs", endless(b"", b"\r")),
            ("an id with NULs", endless(b"id: ", b"\0")),
            ("types without data", endless(b"", b"event: e\n\n")),
        ];
        for (name, wire) in wires {
            for chunk_len in [1, 3, 64, 1460, 16 * 1024, LEN * 2] {
                for (frames, new_chunk) in [(false, false), (false, true), (true, false), (true, true)] {
                    let work = work_per_byte(&wire, chunk_len, frames, new_chunk);
                    let how = format!("{name}, chunks of {chunk_len}, frames {frames}, new chunks {new_chunk}");
                    assert!(work <= 4, "{how}: each byte is looked at {work} times");
                }
            }
        }
    }
}
