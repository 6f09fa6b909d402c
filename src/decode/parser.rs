//! Sections 9.2.5 and 9.2.6 up to the fields: chunks in, tokens out, no buffer.

use core::ops::ControlFlow;

use crate::decode::field::Field;
use crate::decode::line::{Line, Piece, line};
use crate::decode::place::Place;
use crate::decode::token::Token;
use crate::line_end::{self, CR, LF};
use crate::work;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Splits an event stream into the parts of its lines, without an allocator and without a buffer.
///
/// Implements the grammar and the line rules of [section 9.2.6] of the standard: the byte order mark, the three line
/// ends, comments, field names, the one optional space. It interprets nothing: the meaning of the fields is up to you,
/// or to the `Decoder`, which is built on the parser.
///
/// The state is a few bytes for any input: a value of any length passes through in pieces, and each piece is a
/// slice of your chunk. Nothing is copied and no text is validated; values are raw bytes.
///
/// Put together, the pieces are the same however the stream is split into chunks.
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
    /// A CR at the end of a chunk ended the last line: an LF that comes next belongs to it.
    skip_lf: bool,
    /// What stands between name and value of the last field.
    separator: Separator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    None,
    Colon,
    ColonAndSpace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Only this many bytes of a byte order mark have been received.
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

impl Parser {
    /// Creates a parser for the beginning of a stream, where a byte order mark is skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Parser, Token};
    ///
    /// let mut chunk: &[u8] = b"\xEF\xBB\xBF\n";
    /// assert_eq!(Parser::new().next_token(&mut chunk), Some(Token::Blank));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Bom(0), skip_lf: false, separator: Separator::None }
    }

    /// Takes the next token off the front of `chunk`.
    ///
    /// Returns `None` when the chunk is used up, and therefore empty; continue with the next one. The token borrows
    /// from the chunk, not from the parser. Copies and allocates nothing; each byte is examined a constant number of
    /// times.
    ///
    /// Use a new parser for each connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Field, Parser, Token};
    ///
    /// let mut parser = Parser::new();
    /// let mut chunk: &[u8] = b"data: 1\ndata: 2\n\n";
    /// let mut data_lines = 0;
    /// while let Some(token) = parser.next_token(&mut chunk) {
    ///     data_lines += u32::from(matches!(token, Token::Field { field: Field::Data, complete: true, .. }));
    /// }
    /// assert_eq!(data_lines, 2);
    /// ```
    #[doc(alias = "parse")]
    #[inline]
    pub fn next_token<'i>(&mut self, chunk: &mut &'i [u8]) -> Option<Token<'i>> {
        let bytes: &'i [u8] = chunk;
        let mut index = 0;
        let piece = self.next_piece(bytes, &mut index);
        *chunk = bytes.get(index..).unwrap_or_default();
        Some(match piece? {
            Piece::Blank => Token::Blank,
            Piece::Again(line) => Token::Unknown { line, complete: false },
            Piece::Line { line, value, complete } => {
                let bytes = value.of(bytes);
                match line {
                    Line::Field(field) => Token::Field { field, value: bytes, complete },
                    Line::Comment => Token::Comment { text: bytes, complete },
                    Line::Unknown => Token::Unknown { line: bytes, complete },
                }
            }
        })
    }

    /// Like [`next_token`](Self::next_token), from `bytes[*index..]` on. After `None`, `index` is the length.
    #[inline]
    pub(crate) fn next_piece(&mut self, bytes: &[u8], index: &mut usize) -> Option<Piece> {
        if self.is_at_line_start()
            && let Some((piece, next)) = line(bytes, *index)
        {
            *index = next;
            if let Piece::Line { line, complete: false, .. } = piece {
                self.begin(line);
            }
            return Some(piece);
        }
        self.next_part(bytes, index)
    }

    /// The chunk ends within the value of a line; the states were not used to find that out.
    #[inline(always)]
    pub(crate) fn begin(&mut self, line: Line) {
        self.state = State::Value(line);
    }

    /// A line whose value was continuing has ended; the states were not used to find that out.
    #[inline(always)]
    pub(crate) fn end(&mut self) {
        self.state = State::LineStart;
    }

    /// The next piece by the states, which handle every case.
    #[inline(never)]
    pub(crate) fn next_part(&mut self, bytes: &[u8], index: &mut usize) -> Option<Piece> {
        if self.skip_lf {
            let first = *bytes.get(*index)?;
            *index += usize::from(first == LF);
            self.skip_lf = false;
        }
        loop {
            let rest = bytes.get(*index..)?;
            let first = *rest.first()?;
            match self.state {
                State::LineStart => match first {
                    LF | CR => {
                        self.end_line(bytes, index);
                        return Some(Piece::Blank);
                    }
                    b':' => {
                        *index += 1;
                        self.state = State::Colon(Line::Comment);
                    }
                    _ => match Field::beginning_with(first) {
                        None => return self.value(Line::Unknown, bytes, index),
                        Some(field) => {
                            if let ControlFlow::Break(piece) = self.name(field, 0, bytes, index) {
                                return piece;
                            }
                        }
                    },
                },
                State::Colon(line) => {
                    self.separator = if first == b' ' { Separator::ColonAndSpace } else { Separator::Colon };
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

    /// Whether a line has begun and not ended. A partial byte order mark has no effect, and is not counted as one.
    pub(crate) fn in_line(&self) -> bool {
        !matches!(self.state, State::LineStart | State::Bom(_))
    }

    /// Whether an unfinished line has begun that is not a comment so far.
    pub(crate) fn in_line_of_effect(&self) -> bool {
        self.in_line() && !matches!(self.state, State::Colon(Line::Comment) | State::Value(Line::Comment))
    }

    /// Whether the value of a field is coming in.
    #[inline]
    pub(crate) fn is_in(&self, field: Field) -> bool {
        self.state == State::Value(Line::Field(field))
    }

    /// Whether a line begins with the next byte.
    #[inline(always)]
    pub(crate) fn is_at_line_start(&self) -> bool {
        self.state == State::LineStart && !self.skip_lf
    }

    /// What stood between name and value of the last field.
    pub(crate) fn separator(&self) -> &'static str {
        match self.separator {
            Separator::None => "",
            Separator::Colon => ":",
            Separator::ColonAndSpace => ": ",
        }
    }

    /// Continues a line that begins like `field`'s name. Breaks with a piece, or with `None` if the chunk is used up;
    /// otherwise the loop continues in the new state.
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
                    self.separator = Separator::None;
                    self.end_line(bytes, index);
                    let value = Place { start: end, end };
                    return ControlFlow::Break(Some(Piece::Line { line: Line::Field(field), value, complete: true }));
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
            let value = Place { start, end: start + len };
            *index = value.end;
            self.end_line(bytes, index);
            return Some(Piece::Line { line, value, complete: true });
        }
        let value = Place { start, end: bytes.len() };
        *index = value.end;
        self.state = State::Value(line);
        (!rest.is_empty()).then_some(Piece::Line { line, value, complete: false })
    }

    /// Takes the line end at `index`, including an LF after a CR if it is in this chunk.
    #[inline]
    fn end_line(&mut self, bytes: &[u8], index: &mut usize) {
        work::looked(1);
        self.state = State::LineStart;
        *index = line_end::after(bytes, *index).unwrap_or_else(|| {
            self.skip_lf = *index + 1 == bytes.len();
            *index + 1
        });
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

/// How many bytes of `word` match once `rest` follows the first `matched` of them, and whether that is all of
/// `rest`.
fn match_on(word: &[u8], matched: u8, rest: &[u8]) -> (u8, bool) {
    work::looked(word.len());
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
