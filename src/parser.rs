//! Sections 9.2.5 and 9.2.6 up to the fields: chunks in, tokens out, no buffer.

use core::fmt;
use core::ops::ControlFlow;

use crate::escaped::Escaped;
use crate::line_end::{self, CR, LF};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Splits an event stream into its lines' parts, without an allocator and without a buffer.
///
/// Implements the grammar and the line rules of [section 9.2.6] of the standard: the byte order mark, the three line
/// ends, comments, field names, the one optional space. It interprets nothing: what the fields do is up to the caller,
/// or to the `Decoder`, which is built on it.
///
/// The state is a few words, whatever comes in: a value of any length passes through in pieces, and each piece is a
/// slice of the caller's chunk. Nothing is copied, no text is validated; values are raw bytes.
///
/// Put together, the tokens are the same however the stream is cut into chunks.
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// # Examples
///
/// ```
/// use sse_wire::{Field, Parser, Token};
///
/// let mut parser = Parser::new();
///
/// let mut chunk: &[u8] = b"data: 4";
/// assert_eq!(
///     parser.next_token(&mut chunk),
///     Some(Token::Field { field: Field::Data, value: b"4", complete: false })
/// );
/// assert_eq!(parser.next_token(&mut chunk), None);
///
/// let mut chunk: &[u8] = b"2\n\n";
/// assert_eq!(
///     parser.next_token(&mut chunk),
///     Some(Token::Field { field: Field::Data, value: b"2", complete: true })
/// );
/// assert_eq!(parser.next_token(&mut chunk), Some(Token::Blank));
/// assert_eq!(parser.next_token(&mut chunk), None);
/// ```
#[derive(Clone, Debug)]
pub struct Parser {
    state: State,
    /// A CR ended the last line at the end of a chunk: an LF that comes next belongs to it.
    skip_lf: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come but the first so many bytes of a byte order mark.
    Bom(u8),
    LineStart,
    /// The line is so far the first `matched` bytes of a field's name, at least one.
    Name {
        field: Field,
        matched: u8,
    },
    /// After the colon, where one space may follow.
    Colon(Line),
    /// Inside the value, the comment's text, or a line that the standard ignores.
    Value(Line),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Field(Field),
    Comment,
    Unknown,
}

/// A [`Token`] without a lifetime: indices into the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Line {
        line: Line,
        start: usize,
        end: usize,
        complete: bool,
    },
    /// The first bytes of an unknown line, which were taken for the beginning of a name in an earlier chunk.
    Again(&'static [u8]),
    Blank,
}

/// A part of one line of an event stream.
///
/// A value comes in one piece where its line lies in one chunk, and in several otherwise; `complete` says that its line
/// has ended with this piece. A piece that is not `complete` is never empty; the last piece may be.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Token<'i> {
    /// A field that the standard knows, whatever its value: a `retry` that is no number and an `id` with a NUL, which
    /// have no effect, come as fields too.
    Field {
        /// The field's name.
        field: Field,
        /// A piece of the value, without the one space after the colon.
        value: &'i [u8],
        /// Whether the line has ended.
        complete: bool,
    },
    /// A line that begins with a colon.
    Comment {
        /// A piece of the text, without the colon and without one space after it.
        text: &'i [u8],
        /// Whether the line has ended.
        complete: bool,
    },
    /// A line whose field name is none of the four that the standard knows, and which it ignores.
    Unknown {
        /// A piece of the whole line, name and colon included. The first piece is a copy in static memory where the
        /// end of a chunk cut a name that until then looked like a known one.
        line: &'i [u8],
        /// Whether the line has ended.
        complete: bool,
    },
    /// An empty line: the one that dispatches the event.
    Blank,
}

/// The name of a field that the standard knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// `event`: the event type.
    Event,
    /// `data`: a line of the data.
    Data,
    /// `id`: the last event ID.
    Id,
    /// `retry`: the reconnection time.
    Retry,
}

impl Field {
    /// The name as it stands in the stream. Names are case-sensitive.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::Field::Retry.name(), "retry");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Data => "data",
            Self::Id => "id",
            Self::Retry => "retry",
        }
    }
}

impl Parser {
    /// Makes a parser for the beginning of a stream, where a byte order mark is skipped.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Bom(0), skip_lf: false }
    }

    /// Takes the next token off the front of `chunk`.
    ///
    /// `None` says that the chunk is used up, and is then empty; go on with the next one. The tokens borrow from the
    /// chunk alone, not from the parser. Costs no copy and no allocation; each byte is looked at a constant number of
    /// times.
    ///
    /// For a new connection, start with a new parser.
    #[inline]
    pub fn next_token<'i>(&mut self, chunk: &mut &'i [u8]) -> Option<Token<'i>> {
        let bytes: &'i [u8] = chunk;
        let mut index = 0;
        let piece = self.next_piece(bytes, &mut index);
        *chunk = bytes.get(index..).unwrap_or_default();
        Some(match piece? {
            Piece::Blank => Token::Blank,
            Piece::Again(line) => Token::Unknown { line, complete: false },
            Piece::Line { line, start, end, complete } => {
                let bytes = bytes.get(start..end).unwrap_or_default();
                match line {
                    Line::Field(field) => Token::Field { field, value: bytes, complete },
                    Line::Comment => Token::Comment { text: bytes, complete },
                    Line::Unknown => Token::Unknown { line: bytes, complete },
                }
            }
        })
    }

    /// As [`next_token`](Self::next_token), from `bytes[*index..]` on. After `None`, `index` is the length.
    #[inline]
    pub(crate) fn next_piece(&mut self, bytes: &[u8], index: &mut usize) -> Option<Piece> {
        if self.skip_lf {
            let first = *bytes.get(*index)?;
            *index += usize::from(first == LF);
            self.skip_lf = false;
        }
        loop {
            let rest = bytes.get(*index..)?;
            let first = *rest.first()?;
            match self.state {
                State::LineStart => {
                    // Comparing with a constant is one or two word operations, where a loop is a dozen.
                    let (field, whole_name) = match first {
                        LF | CR => {
                            self.end_line(bytes, index);
                            return Some(Piece::Blank);
                        }
                        b':' => {
                            *index += 1;
                            self.state = State::Colon(Line::Comment);
                            continue;
                        }
                        b'd' => (Field::Data, rest.starts_with(b"data:")),
                        b'e' => (Field::Event, rest.starts_with(b"event:")),
                        b'i' => (Field::Id, rest.starts_with(b"id:")),
                        b'r' => (Field::Retry, rest.starts_with(b"retry:")),
                        _ => return self.value(Line::Unknown, bytes, index),
                    };
                    if whole_name {
                        *index += field.name().len() + 1;
                        self.state = State::Colon(Line::Field(field));
                    } else if let ControlFlow::Break(piece) = self.name(field, 0, bytes, index) {
                        return piece;
                    }
                }
                State::Colon(line) => {
                    *index += usize::from(first == b' ');
                    return self.value(line, bytes, index);
                }
                State::Value(line) => return self.value(line, bytes, index),
                State::Name { field, matched } => {
                    if let ControlFlow::Break(piece) = self.name(field, matched, bytes, index) {
                        return piece;
                    }
                }
                State::Bom(matched) => {
                    let (now, used_up) = match_on(BOM, matched, rest);
                    if usize::from(now) == BOM.len() {
                        *index += usize::from(now - matched);
                        self.state = State::LineStart;
                    } else if used_up {
                        *index = bytes.len();
                        self.state = State::Bom(now);
                    } else if matched == 0 {
                        self.state = State::LineStart;
                    } else {
                        self.state = State::Value(Line::Unknown);
                        return Some(Piece::Again(BOM.get(..usize::from(matched))?));
                    }
                }
            }
        }
    }

    /// Whether a line has begun and not ended, other than by a part of a byte order mark, which is of no effect.
    #[cfg(feature = "alloc")]
    pub(crate) fn in_line(&self) -> bool {
        !matches!(self.state, State::LineStart | State::Bom(_))
    }

    /// Whether a line begins with the next byte.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) fn is_at_line_start(&self) -> bool {
        self.state == State::LineStart && !self.skip_lf
    }

    /// Whether the next byte goes on with a value of `data`.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) fn is_in_data(&self) -> bool {
        self.state == State::Value(Line::Field(Field::Data))
    }

    /// Takes it from the caller that the line has ended, and not with a CR at the end of the chunk.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) fn begin_line(&mut self) {
        self.state = State::LineStart;
    }

    /// Takes it from the caller that a value of `data` has begun, and goes on with the next byte.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) fn begin_data(&mut self) {
        self.state = State::Value(Line::Field(Field::Data));
    }

    /// Whether an LF that comes next would belong to the line that has ended.
    #[cfg(feature = "alloc")]
    pub(crate) fn skips_lf(&self) -> bool {
        self.skip_lf
    }

    /// Goes on with a line that begins like `field`'s name: with the state, or out of the loop with a piece or with the
    /// chunk used up.
    #[cold]
    fn name(&mut self, field: Field, matched: u8, bytes: &[u8], index: &mut usize) -> ControlFlow<Option<Piece>> {
        let name = field.name().as_bytes();
        let (now, used_up) = match_on(name, matched, bytes.get(*index..).unwrap_or_default());
        let end = *index + usize::from(now - matched);
        if used_up {
            *index = end;
            self.state = State::Name { field, matched: now };
            return ControlFlow::Break(None);
        }
        if usize::from(now) == name.len() {
            match bytes.get(end) {
                Some(b':') => {
                    *index = end + 1;
                    self.state = State::Colon(Line::Field(field));
                    return ControlFlow::Continue(());
                }
                Some(&(LF | CR)) => {
                    *index = end;
                    self.end_line(bytes, index);
                    let line = Line::Field(field);
                    return ControlFlow::Break(Some(Piece::Line { line, start: end, end, complete: true }));
                }
                _ => {}
            }
        }
        self.state = State::Value(Line::Unknown);
        match name.get(..usize::from(matched)) {
            None | Some([]) => ControlFlow::Continue(()),
            again => ControlFlow::Break(again.map(Piece::Again)),
        }
    }

    /// Takes the rest of the line, or of the chunk.
    #[inline]
    fn value(&mut self, line: Line, bytes: &[u8], index: &mut usize) -> Option<Piece> {
        let start = *index;
        let rest = bytes.get(start..)?;
        if let Some(len) = line_end::line_end(rest) {
            let end = start + len;
            *index = end;
            self.end_line(bytes, index);
            return Some(Piece::Line { line, start, end, complete: true });
        }
        *index = bytes.len();
        self.state = State::Value(line);
        (!rest.is_empty()).then_some(Piece::Line { line, start, end: bytes.len(), complete: false })
    }

    /// Takes the line end at `index`, an LF after a CR included where it is here already.
    #[inline]
    fn end_line(&mut self, bytes: &[u8], index: &mut usize) {
        let ended_by = bytes.get(*index);
        *index += 1;
        self.state = State::LineStart;
        if ended_by == Some(&CR) {
            match bytes.get(*index) {
                Some(&LF) => *index += 1,
                Some(_) => {}
                None => self.skip_lf = true,
            }
        }
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, label, bytes, complete) = match *self {
            Self::Field { field, value, complete } => {
                return f
                    .debug_struct("Field")
                    .field("field", &field)
                    .field("value", &Escaped(value))
                    .field("complete", &complete)
                    .finish();
            }
            Self::Comment { text, complete } => ("Comment", "text", text, complete),
            Self::Unknown { line, complete } => ("Unknown", "line", line, complete),
            Self::Blank => return f.write_str("Blank"),
        };
        f.debug_struct(name).field(label, &Escaped(bytes)).field("complete", &complete).finish()
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

/// How many bytes of `word` have come once `rest` follows the first `matched` of them, and whether that is all of
/// `rest`.
fn match_on(word: &[u8], matched: u8, rest: &[u8]) -> (u8, bool) {
    let wanted = word.iter().skip(usize::from(matched));
    let mut now = matched;
    let mut rest = rest.iter();
    for byte in wanted {
        match rest.next() {
            None => return (now, true),
            Some(next) if next == byte => now += 1,
            Some(_) => return (now, false),
        }
    }
    (now, rest.next().is_none())
}
