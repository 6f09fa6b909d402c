//! Section 9.2.5: one event to any sink.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;
use core::time::Duration;

use crate::error::BufferTooSmall;
use crate::event::{EventId, EventType};
use crate::scan;

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
    data: Option<&'a str>,
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

    /// The exact length of the encoded event, in bytes. Looks at the data and the comment once.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let mut len = 0;
        infallible(self.pieces(|piece| {
            len += piece.len();
            Ok(())
        }));
        len
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
        let (needed, available) = (self.encoded_len(), out.len());
        let too_small = BufferTooSmall { needed, available };
        if needed > available {
            return Err(too_small);
        }
        let mut rest = out;
        self.pieces(|piece| {
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
        out.reserve(self.encoded_len());
        infallible(self.pieces(|piece| {
            out.extend_from_slice(piece.as_bytes());
            Ok(())
        }));
    }

    /// The encoded event. One allocation, of exactly its length.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.encoded_len());
        infallible(self.pieces(|piece| {
            out.extend_from_slice(piece.as_bytes());
            Ok(())
        }));
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
        let (needed, available) = (self.encoded_len(), out.remaining_mut());
        if needed > available {
            return Err(BufferTooSmall { needed, available });
        }
        infallible(self.pieces(|piece| {
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
    /// [`EventWriter`](crate::EventWriter) can go on.
    #[cfg(feature = "std")]
    pub fn write_to(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        const GATHERED: usize = 1024;
        let mut buffer = [0; GATHERED];
        let mut len = 0;
        self.pieces(|piece| {
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

    /// Hands out the encoded event in pieces. Every sink is this and no more.
    fn pieces<E>(&self, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        if *self == Self::new() {
            return Ok(());
        }
        self.pieces_before_data(&mut put)?;
        if let Some(data) = self.data {
            lines(DATA, data, &mut put)?;
        }
        put("\n")
    }

    /// All pieces before the data.
    fn pieces_before_data<E>(&self, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        if let Some(text) = self.comment {
            lines(": ", text, put)?;
        }
        if let Some(event_type) = self.event_type {
            line("event: ", event_type.as_str(), put)?;
        }
        if let Some(id) = self.id {
            line("id: ", id.as_str(), put)?;
        }
        if let Some(time) = self.retry {
            line("retry: ", decimal(whole_millis(time), &mut [0; 20]), put)?;
        }
        Ok(())
    }
}

/// The same bytes as every other sink gets, whatever the format's flags say.
impl fmt::Display for EventBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(|piece| f.write_str(piece))
    }
}

/// The media type of an event stream.
pub const MIME_TYPE: &str = "text/event-stream";

/// An empty comment, which keeps a connection from timing out. To be sent between events.
///
/// # Examples
///
/// ```
/// assert_eq!(sse_wire::KEEP_ALIVE, b":\n\n");
/// ```
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// What each line of the data begins with.
const DATA: &str = "data: ";

/// One line: a prefix, and a value that is known to have no line end.
fn line<E>(prefix: &str, value: &str, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    put(prefix)?;
    put(value)?;
    put("\n")
}

/// A line for each line of `text`.
fn lines<E>(prefix: &str, text: &str, put: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut rest = text;
    while let Some((value, after)) = scan::line_end(rest.as_bytes()).and_then(|index| rest.split_at_checked(index)) {
        line(prefix, value, put)?;
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
    }
    line(prefix, rest, put)
}

/// Milliseconds, rounded up: a receiver that waits as long as it is told never comes too early.
fn whole_millis(time: Duration) -> u64 {
    let millis = time.as_nanos().div_ceil(1_000_000);
    u64::try_from(millis).unwrap_or(u64::MAX)
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

fn infallible(result: Result<(), Infallible>) {
    match result {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

/// Encodes an event whose data comes in pieces.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataLines {
    /// The last byte was a CR, which began a new line: an LF that comes next belongs to it.
    after_cr: bool,
}

#[cfg(feature = "std")]
impl DataLines {
    /// Appends all that stands before the data, and what data the event has.
    pub(crate) fn begin(head: &EventBuilder<'_>, out: &mut Vec<u8>) -> Self {
        infallible(head.pieces_before_data(&mut |piece: &str| {
            out.extend_from_slice(piece.as_bytes());
            Ok(())
        }));
        out.extend_from_slice(DATA.as_bytes());
        let mut lines = Self { after_cr: false };
        lines.append(head.data.unwrap_or_default().as_bytes(), out);
        lines
    }

    /// Appends data, with a new `data` line behind each line end.
    pub(crate) fn append(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let mut rest = piece;
        if !piece.is_empty() && core::mem::take(&mut self.after_cr) {
            rest = piece.strip_prefix(b"\n").unwrap_or(piece);
        }
        while let Some((line, after)) = scan::line_end(rest).and_then(|index| rest.split_at_checked(index)) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\n");
            out.extend_from_slice(DATA.as_bytes());
            self.after_cr = after == b"\r";
            rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }

    /// Appends the end of the last line, and the blank line.
    pub(crate) fn end(out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n\n");
    }
}
