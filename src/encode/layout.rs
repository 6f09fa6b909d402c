//! Section 9.2.5: the lines of an event in order, as pieces, and their length.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::time::Duration;

use crate::encode::field::{EventId, EventType};
use crate::encode::lines::{self, BETWEEN_DATA, Piece};
use crate::encode::number::Decimal;
use crate::error::BufferTooSmall;
use crate::line_end;

/// The beginnings of lines.
const COMMENT: &str = ": ";
const EVENT: &str = "event: ";
const ID: &str = "id: ";
const RETRY: &str = "retry: ";
const DATA: &str = "data: ";

/// Between two lines of a comment.
const BETWEEN_COMMENT: &str = "\n: ";

/// The content of an event, in the order of its lines.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Layout<'a> {
    pub(super) comment: Option<&'a str>,
    pub(super) event_type: Option<EventType<'a>>,
    pub(super) id: Option<Id<'a>>,
    /// Whole milliseconds.
    pub(super) retry: Option<Decimal>,
    pub(super) data: Option<&'a str>,
}

/// An id, as text or as a number.
#[derive(Clone, Copy)]
pub(super) enum Id<'a> {
    Text(EventId<'a>),
    Number(Decimal),
}

/// The first line end of each text that may have several lines.
#[derive(Clone, Copy)]
pub(super) struct FirstEnds {
    comment: Option<usize>,
    data: Option<usize>,
}

impl Layout<'_> {
    /// Searches for the first line end of each text.
    #[inline(always)]
    pub(super) fn first_ends(&self) -> FirstEnds {
        let first = |text: &str| line_end::line_end(text.as_bytes());
        FirstEnds { comment: self.comment.and_then(first), data: self.data.and_then(first) }
    }

    /// The exact length, in bytes.
    #[inline(always)]
    pub(super) fn len(&self, ends: FirstEnds) -> usize {
        self.len_with(
            |text| lines::len(text, ends.comment, BETWEEN_COMMENT),
            |text| lines::len(text, ends.data, BETWEEN_DATA),
        )
    }

    /// The length, if no text has a line end. Examines no text.
    #[inline(always)]
    #[cfg(feature = "alloc")]
    pub(super) fn len_of_single_lines(&self) -> usize {
        self.len_with(str::len, str::len)
    }

    /// Returns an error if the room is not enough. Counts line ends only if it cannot tell without.
    #[inline(always)]
    pub(super) fn check_room(&self, ends: FirstEnds, available: usize) -> Result<(), BufferTooSmall> {
        let most = self.len_with(
            |text| lines::most(text, ends.comment, BETWEEN_COMMENT),
            |text| lines::most(text, ends.data, BETWEEN_DATA),
        );
        if most > available {
            let needed = self.len(ends);
            if needed > available {
                return Err(BufferTooSmall { needed, available });
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn len_with(&self, comment: impl FnOnce(&str) -> usize, data: impl FnOnce(&str) -> usize) -> usize {
        let line = |prefix: &str, len| prefix.len() + len + 1;
        let len = self.comment.map_or(0, |text| line(COMMENT, comment(text)))
            + self.event_type.map_or(0, |value| line(EVENT, value.as_str().len()))
            + self.id.as_ref().map_or(0, |value| line(ID, value.as_bytes().len()))
            + self.retry.as_ref().map_or(0, |value| line(RETRY, value.as_bytes().len()))
            + self.data.map_or(0, |text| line(DATA, data(text)));
        // The blank line, if there is a line before it.
        len + usize::from(len > 0)
    }

    /// Passes the encoded event to `put` in pieces. Every sink is built on this.
    #[inline(always)]
    pub(super) fn pieces<P: Piece + ?Sized, E>(
        &self,
        ends: FirstEnds,
        mut put: impl FnMut(&P) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_empty = self.head(ends, &mut put)?;
        match self.data {
            Some(text) => {
                put(P::of_text(DATA))?;
                lines::pieces(text, ends.data, BETWEEN_DATA, &mut put)?;
                put(P::of_text("\n\n"))
            }
            None if is_empty => Ok(()),
            None => put(P::of_text("\n")),
        }
    }

    /// Passes the pieces before the first byte of the data to `put`, whether there is data or not.
    #[cfg(feature = "std")]
    pub(super) fn pieces_before_data<E>(&self, mut put: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let without_data = Self { data: None, ..*self };
        without_data.head(without_data.first_ends(), &mut put)?;
        put(DATA.as_bytes())
    }

    /// Passes all lines before the data to `put`. Returns whether there are none.
    #[inline(always)]
    fn head<P: Piece + ?Sized, E>(
        &self,
        ends: FirstEnds,
        put: &mut impl FnMut(&P) -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut is_empty = true;
        if let Some(text) = self.comment {
            put(P::of_text(COMMENT))?;
            lines::pieces(text, ends.comment, BETWEEN_COMMENT, put)?;
            put(P::of_text("\n"))?;
            is_empty = false;
        }
        if let Some(event_type) = self.event_type {
            line(EVENT, P::of_text(event_type.as_str()), put)?;
            is_empty = false;
        }
        match &self.id {
            Some(Id::Text(id)) => line(ID, P::of_text(id.as_str()), put)?,
            Some(Id::Number(number)) => line(ID, P::of_digits(number), put)?,
            None => {}
        }
        if let Some(millis) = &self.retry {
            line(RETRY, P::of_digits(millis), put)?;
            is_empty = false;
        }
        Ok(is_empty && self.id.is_none())
    }
}

/// One line: a prefix, and a value that is known to have no line end.
#[inline(always)]
fn line<P: Piece + ?Sized, E>(prefix: &str, value: &P, put: &mut impl FnMut(&P) -> Result<(), E>) -> Result<(), E> {
    put(P::of_text(prefix))?;
    put(value)?;
    put(P::of_text("\n"))
}

impl Id<'_> {
    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(id) => id.as_str().as_bytes(),
            Self::Number(number) => number.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(id) => id.as_str(),
            Self::Number(number) => number.as_str(),
        }
    }
}

impl PartialEq for Id<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Id<'_> {}

impl Hash for Id<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// For [`EventBuilder`](crate::EventBuilder), which only wraps this.
impl fmt::Debug for Layout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBuilder")
            .field("comment", &self.comment)
            .field("event_type", &self.event_type)
            .field("id", &self.id.as_ref().map(|id| EventId::trusted(id.as_str())))
            .field("retry", &self.retry.map(|millis| Duration::from_millis(millis.number())))
            .field("data", &self.data)
            .finish()
    }
}
