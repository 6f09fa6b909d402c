//! Section 9.2.5: one event to any sink.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "alloc")]
use core::convert::Infallible;
use core::fmt;
use core::time::Duration;

use crate::error::BufferTooSmall;
use crate::line_end;

mod field;
#[cfg(feature = "std")]
pub(crate) mod lines;

pub use field::{EventId, EventType};

/// One event to send, or a comment, or a reconnection time; encodes itself to any sink.
///
/// Implements the grammar of [section 9.2.5] of the standard. It borrows everything and is `Copy`; nothing is encoded
/// before it is asked for, and every sink gets the same bytes.
///
/// No text can add a line, a field or an event to what the receiver sees: types and ids with a line end cannot be
/// [built](EventType::new), data and comments are split into lines. Data arrives as it was sent, but that CR and CRLF
/// become LF.
///
/// The order of the lines is comment, `event`, `id`, `retry`, `data`, and a blank line. A builder to which nothing was
/// given encodes to nothing.
///
/// [section 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use sse_wire::{EventBuilder, EventId, EventType};
///
/// const PRICE: EventType<'_> = EventType::from_static("price");
///
/// let event = EventBuilder::new()
///     .event_type(PRICE)
///     .id(EventId::new("7")?)
///     .retry(Duration::from_secs(2))
///     .data("first line\nsecond line");
/// assert_eq!(event.to_string(), "event: price\nid: 7\nretry: 2000\ndata: first line\ndata: second line\n\n");
/// # Ok::<(), sse_wire::InvalidField>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "nothing is encoded before it is asked for"]
pub struct EventBuilder<'a> {
    comment: Option<&'a str>,
    event_type: Option<EventType<'a>>,
    id: Option<EventId<'a>>,
    retry: Option<Duration>,
    pub(crate) data: Option<&'a str>,
}

impl<'a> EventBuilder<'a> {
    /// An event without any field, which encodes to nothing.
    pub const fn new() -> Self {
        Self { comment: None, event_type: None, id: None, retry: None, data: None }
    }

    /// Sets the event type; without one the receiver has `"message"`.
    pub const fn event_type(self, t: EventType<'a>) -> Self {
        Self { event_type: Some(t), ..self }
    }

    /// Sets the id, which becomes the receiver's last event ID, also where there is no data.
    pub const fn id(self, id: EventId<'a>) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Sets the receiver's reconnection time, in whole milliseconds, rounded up; [`u64::MAX`] at most.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::EventBuilder;
    ///
    /// let retry = EventBuilder::new().retry(Duration::from_micros(1500));
    /// assert_eq!(retry.to_string(), "retry: 2\n\n");
    /// ```
    pub const fn retry(self, t: Duration) -> Self {
        Self { retry: Some(t), ..self }
    }

    /// Sets the data. Empty data is data; without any, the receiver dispatches no event.
    ///
    /// Line ends within become the ends of `data` lines, so that the receiver sees an LF for each.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// assert_eq!(EventBuilder::new().data("").to_string(), "data: \n\n");
    /// assert_eq!(EventBuilder::new().data(" a\r\nb\n").to_string(), "data:  a\ndata: b\ndata: \n\n");
    /// ```
    pub const fn data(self, data: &'a str) -> Self {
        Self { data: Some(data), ..self }
    }

    /// Sets a comment, which receivers ignore; one line or several.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// assert_eq!(EventBuilder::new().comment("still here").to_string(), ": still here\n\n");
    /// ```
    pub const fn comment(self, text: &'a str) -> Self {
        Self { comment: Some(text), ..self }
    }

    /// The exact length of the encoded event, in bytes. Looks at the data and the comment a constant
    /// number of times.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.len(self.first_ends())
    }

    /// Encodes to the front of `out`, and says how many bytes that took. Allocates nothing.
    ///
    /// # Errors
    ///
    /// When `out` is shorter than the [encoded length](Self::encoded_len). Nothing is written then.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let mut out = [0; 32];
    /// let len = EventBuilder::new().data("hello").encode_to_slice(&mut out)?;
    /// assert_eq!(&out[..len], b"data: hello\n\n");
    /// # Ok::<(), sse_wire::BufferTooSmall>(())
    /// ```
    pub fn encode_to_slice(&self, out: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let ends = self.first_ends();
        let (needed, available) = (self.len(ends), out.len());
        let too_small = BufferTooSmall { needed, available };
        if needed > available {
            return Err(too_small);
        }
        let mut rest = out;
        self.pieces(ends, |piece| {
            let (head, tail) = core::mem::take(&mut rest).split_at_mut_checked(piece.len()).ok_or(too_small)?;
            head.copy_from_slice(piece.as_bytes());
            rest = tail;
            Ok(())
        })?;
        Ok(needed)
    }

    /// Appends the encoded event to `out`, which grows at most once.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let mut out = Vec::new();
    /// EventBuilder::new().data("1").encode_into(&mut out);
    /// EventBuilder::new().data("2").encode_into(&mut out);
    /// assert_eq!(out, b"data: 1\n\ndata: 2\n\n");
    /// ```
    #[cfg(feature = "alloc")]
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        let ends = self.first_ends();
        out.reserve(self.len(ends));
        self.append_to(out, ends);
    }

    /// The encoded event. One allocation, of exactly its length.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let ends = self.first_ends();
        let mut out = Vec::with_capacity(self.len(ends));
        self.append_to(&mut out, ends);
        out
    }

    /// Appends the encoded event to a buffer of the `bytes` crate.
    ///
    /// # Errors
    ///
    /// When `out` has less [room](bytes::BufMut::remaining_mut) than the [encoded length](Self::encoded_len). Nothing
    /// is written then.
    #[cfg(feature = "bytes")]
    pub fn encode_to(&self, out: &mut impl bytes::BufMut) -> Result<(), BufferTooSmall> {
        let ends = self.first_ends();
        let (needed, available) = (self.len(ends), out.remaining_mut());
        if needed > available {
            return Err(BufferTooSmall { needed, available });
        }
        infallible(self.pieces(ends, |piece| {
            out.put_slice(piece.as_bytes());
            Ok(())
        }));
        Ok(())
    }

    /// The encoded event, to be cloned to every client without another copy. One allocation of exactly its length, and
    /// one small one when it is first cloned.
    #[cfg(feature = "bytes")]
    #[must_use]
    pub fn to_bytes(&self) -> bytes::Bytes {
        self.encode().into()
    }

    /// Writes the encoded event. Small pieces are gathered on the stack, so that an event of up to 1 KiB is one write;
    /// allocates nothing. Does not flush.
    ///
    /// # Errors
    ///
    /// When `out` fails. A part of the event may have been written then, so `out` must not be written to any more;
    /// [`EventWriter`](crate::io::EventWriter) can go on.
    #[cfg(feature = "std")]
    pub fn write_to(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        const GATHERED: usize = 1024;
        let mut buffer = [0; GATHERED];
        let mut len = 0;
        self.pieces(self.first_ends(), |piece| {
            if let Some(room) = buffer.get_mut(len..len + piece.len()) {
                room.copy_from_slice(piece.as_bytes());
                len += piece.len();
                return Ok(());
            }
            out.write_all(buffer.get(..len).unwrap_or_default())?;
            len = 0;
            if let Some(room) = buffer.get_mut(..piece.len()) {
                room.copy_from_slice(piece.as_bytes());
                len = piece.len();
                return Ok(());
            }
            out.write_all(piece.as_bytes())
        })?;
        out.write_all(buffer.get(..len).unwrap_or_default())
    }

    /// Looks for the first line end of each text, once for every sink.
    #[inline(always)]
    fn first_ends(&self) -> FirstEnds {
        let first = |text: &str| line_end::line_end(text.as_bytes());
        FirstEnds { comment: self.comment.and_then(first), data: self.data.and_then(first) }
    }

    #[inline(always)]
    fn len(&self, ends: FirstEnds) -> usize {
        let line = |prefix: &str, value: &str| prefix.len() + value.len() + 1;
        let len = self.comment.map_or(0, |text| lines_len(COMMENT, text, ends.comment))
            + self.event_type.map_or(0, |value| line(EVENT, value.as_str()))
            + self.id.map_or(0, |value| line(ID, value.as_str()))
            + self.retry.map_or(0, |time| RETRY.len() + digits(whole_millis(time)) + 1)
            + self.data.map_or(0, |text| lines_len(DATA, text, ends.data));
        // The blank line, if there is a line before it.
        len + usize::from(len > 0)
    }

    /// Hands out the encoded event in pieces. Every sink is this and no more.
    #[inline(always)]
    fn pieces<E>(&self, ends: FirstEnds, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let is_empty = self.head(ends, &mut put)?;
        match self.data {
            Some(text) => {
                lines(DATA, text, ends.data, &mut put)?;
                put("\n\n")
            }
            None if is_empty => Ok(()),
            None => put("\n"),
        }
    }

    /// All pieces before the data. Says whether there are none.
    #[inline(always)]
    fn head<E>(&self, ends: FirstEnds, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<bool, E> {
        let mut is_empty = true;
        if let Some(text) = self.comment {
            lines(COMMENT, text, ends.comment, put)?;
            put("\n")?;
            is_empty = false;
        }
        if let Some(event_type) = self.event_type {
            line(EVENT, event_type.as_str(), put)?;
            is_empty = false;
        }
        if let Some(id) = self.id {
            line(ID, id.as_str(), put)?;
            is_empty = false;
        }
        if let Some(time) = self.retry {
            line(RETRY, decimal(whole_millis(time), &mut [0; 20]), put)?;
            is_empty = false;
        }
        Ok(is_empty)
    }

    /// Appends all that stands before the data.
    #[cfg(feature = "std")]
    pub(crate) fn append_head_to(&self, out: &mut Vec<u8>) {
        let head = Self { data: None, ..*self };
        let _ = head.head(head.first_ends(), &mut |piece: &str| {
            out.extend_from_slice(piece.as_bytes());
            Ok::<_, Infallible>(())
        });
    }

    #[cfg(feature = "alloc")]
    #[inline(always)]
    fn append_to(&self, out: &mut Vec<u8>, ends: FirstEnds) {
        infallible(self.pieces(ends, |piece| {
            out.extend_from_slice(piece.as_bytes());
            Ok(())
        }));
    }
}

/// The first line end of each text that may have some.
#[derive(Clone, Copy)]
struct FirstEnds {
    comment: Option<usize>,
    data: Option<usize>,
}

/// The same bytes as every other sink gets, whatever the format's flags say.
impl fmt::Display for EventBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(self.first_ends(), |piece| f.write_str(piece))
    }
}

/// What lines begin with.
const COMMENT: &str = ": ";
const EVENT: &str = "event: ";
const ID: &str = "id: ";
const RETRY: &str = "retry: ";
pub(crate) const DATA: &str = "data: ";

/// One line: a prefix, and a value that is known to have no line end.
#[inline(always)]
fn line<E>(prefix: &str, value: &str, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    put(prefix)?;
    put(value)?;
    put("\n")
}

/// A line for each line of `text`, without the end of the last.
#[inline(always)]
fn lines<E>(
    prefix: &str,
    text: &str,
    first_end: Option<usize>,
    put: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    put(prefix)?;
    match first_end {
        None => put(text),
        Some(end) => several_lines(prefix, text, end, put),
    }
}

/// The lines of a text that has several, without the first prefix.
#[inline(never)]
fn several_lines<E>(
    prefix: &str,
    text: &str,
    first_end: usize,
    put: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let (mut rest, mut end) = (text, Some(first_end));
    while let Some((value, after)) = end.and_then(|end| rest.split_at_checked(end)) {
        put(value)?;
        put("\n")?;
        put(prefix)?;
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        end = line_end::line_end(rest.as_bytes());
    }
    put(rest)
}

/// The length of [`lines`], with the end of the last.
#[inline(always)]
fn lines_len(prefix: &str, text: &str, first_end: Option<usize>) -> usize {
    let line_ends =
        if first_end.is_some() { line_end::line_ends(text.as_bytes()) } else { line_end::LineEnds::default() };
    // Each line end becomes an LF and another prefix.
    prefix.len() + text.len() - line_ends.len + line_ends.count * (1 + prefix.len()) + 1
}

/// Milliseconds, rounded up: a receiver that waits as long as it is told never comes too early.
fn whole_millis(time: Duration) -> u64 {
    let millis = u64::from(time.subsec_nanos().div_ceil(1_000_000));
    time.as_secs().saturating_mul(1000).saturating_add(millis)
}

/// `number` in decimal digits.
fn decimal(mut number: u64, buffer: &mut [u8; 20]) -> &str {
    let mut start = buffer.len();
    for (index, digit) in buffer.iter_mut().enumerate().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start = index;
        if number == 0 {
            break;
        }
    }
    buffer.get(start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
}

/// How many digits [`decimal`] has.
fn digits(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

#[cfg(feature = "alloc")]
fn infallible(result: Result<(), Infallible>) {
    match result {
        Ok(()) => {}
        Err(never) => match never {},
    }
}
