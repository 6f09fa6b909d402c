//! What the parser returns.

use core::fmt;

use crate::decode::field::Field;
use crate::escaped::Escaped;

/// A part of one line of an event stream, returned by [`Parser::next_token`](crate::Parser::next_token).
///
/// A value is returned in one piece if its line lies in one chunk, and in several otherwise; `complete` says that the
/// line ends with this piece. A piece that is not `complete` is never empty; the last piece may be.
///
/// # Examples
///
/// ```
/// use sse_wire::{Parser, Token};
///
/// let mut chunk: &[u8] = b": hel";
/// let mut parser = Parser::new();
/// assert_eq!(parser.next_token(&mut chunk), Some(Token::Comment { text: b"hel", complete: false }));
/// chunk = b"lo\n";
/// assert_eq!(parser.next_token(&mut chunk), Some(Token::Comment { text: b"lo", complete: true }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Token<'i> {
    /// A field that the standard defines, with any value: even a `retry` that is not a number or an `id` with a NUL,
    /// which have no effect.
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
    /// A line whose field name is none of the four that the standard defines, and which it therefore ignores.
    Unknown {
        /// A piece of the whole line, name and colon included. The first piece is in static memory if a name that
        /// looked like a known one was split across chunks.
        line: &'i [u8],
        /// Whether the line has ended.
        complete: bool,
    },
    /// An empty line: the one that dispatches the event.
    Blank,
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
