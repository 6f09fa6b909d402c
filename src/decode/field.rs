//! The fields that the standard defines, and how their lines begin: the name, the colon, one optional space.

/// The name of a field that the standard defines, in [section 9.2.6].
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
///
/// # Examples
///
/// ```
/// use sse_wire::{Field, Parser, Token};
///
/// let mut chunk: &[u8] = b"id:7\n";
/// let token = Parser::new().next_token(&mut chunk);
/// assert!(matches!(token, Some(Token::Field { field: Field::Id, .. })));
/// ```
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
    /// Returns the name as it appears in the stream. Names are case-sensitive.
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

    /// The only field whose line can begin with this byte.
    #[inline(always)]
    pub(crate) const fn beginning_with(byte: u8) -> Option<Self> {
        match byte {
            b'd' => Some(Self::Data),
            b'e' => Some(Self::Event),
            b'i' => Some(Self::Id),
            b'r' => Some(Self::Retry),
            _ => None,
        }
    }
}

/// The first eight bytes of a line, the first one lowest: to compare with a name in one operation.
#[derive(Clone, Copy)]
pub(crate) struct FirstWord(u64);

impl FirstWord {
    /// The word at `line`. `None` if the chunk ends before it does: missing bytes must not look like a name without its
    /// space.
    #[inline(always)]
    pub(crate) fn at(bytes: &[u8], line: usize) -> Option<Self> {
        bytes.get(line..)?.first_chunk().map(|word| Self(u64::from_le_bytes(*word)))
    }

    /// How long the name of the field, the colon and one space after it are, if the line begins with them.
    #[inline(always)]
    pub(crate) const fn prefix_len(self, field: Field) -> Option<usize> {
        const EVENT: u64 = with_colon(Field::Event);
        const DATA: u64 = with_colon(Field::Data);
        const ID: u64 = with_colon(Field::Id);
        const RETRY: u64 = with_colon(Field::Retry);
        // Constants in each arm, so that nothing of this is left but a comparison.
        match field {
            Field::Event => self.behind(EVENT, 6),
            Field::Data => self.behind(DATA, 5),
            Field::Id => self.behind(ID, 3),
            Field::Retry => self.behind(RETRY, 6),
        }
    }

    #[inline(always)]
    const fn behind(self, name: u64, len: usize) -> Option<usize> {
        const SPACE: u64 = b' ' as u64;
        let others = 8 * (size_of::<u64>() - len);
        if self.0 << others != name << others {
            return None;
        }
        Some(len + (self.0 >> (8 * len) & 0xFF == SPACE) as usize)
    }
}

impl FirstWord {
    /// Like [`prefix_len`](Self::prefix_len) for `data`, but with branches: a computed length would make the search for
    /// the line's end wait for the comparison.
    #[inline(always)]
    pub(crate) const fn data_prefix_len(self) -> Option<usize> {
        const DATA_SPACE: u64 = u64::from_le_bytes(*b"data: \0\0");
        if self.0 << 16 == DATA_SPACE << 16 { Some(6) } else { self.prefix_len(Field::Data) }
    }
}

/// The name and a colon as the low bytes of a word.
const fn with_colon(field: Field) -> u64 {
    let (mut word, mut rest) = (b':' as u64, field.name().as_bytes());
    while let [before @ .., last] = rest {
        word = word << 8 | *last as u64;
        rest = before;
    }
    word
}
