//! Section 9.2.5: encodes one event to any sink.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::encode::layout::{Id, Layout};
#[cfg(feature = "std")]
use crate::encode::lines::DataLines;
use crate::encode::number::Decimal;
use crate::error::BufferTooSmall;
#[cfg(feature = "json")]
use crate::json::{escape, tagged};

mod field;
mod layout;
pub(crate) mod lines;
mod number;
mod relay;
mod sinks;

pub use field::{EventId, EventType};

/// An event to send, with or without data, which encodes itself to any sink: there is no `build`.
///
/// Implements the grammar of [section 9.2.5] of the standard. It borrows everything and is `Copy`. Nothing is encoded
/// before you ask for it, and every sink gets the same bytes.
///
/// No text can add a line, a field or an event that you did not intend: types and ids with a line end cannot be
/// [created](EventType::new), and data and comments are split into lines. Data is received as it was sent, except that
/// CR and CRLF become LF.
///
/// The order of the lines is comment, `event`, `id`, `retry`, `data`, and a blank line. An empty builder encodes to
/// nothing.
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
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias = "sse")]
#[must_use = "nothing is encoded before you ask for it"]
pub struct EventBuilder<'a> {
    layout: Layout<'a>,
}

impl<'a> EventBuilder<'a> {
    /// Creates an event without any field, which encodes to nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().to_string(), "");
    /// ```
    pub const fn new() -> Self {
        Self { layout: Layout { comment: None, event_type: None, id: None, retry: None, data: None } }
    }

    /// Sets the event type. Without one, the receiver uses `"message"`.
    ///
    /// # Examples
    ///
    /// ```
    /// const ADD: sse_wire::EventType<'_> = sse_wire::EventType::from_static("add");
    /// assert_eq!(sse_wire::EventBuilder::new().event_type(ADD).to_string(), "event: add\n\n");
    /// ```
    pub const fn event_type(self, t: EventType<'a>) -> Self {
        Self { layout: Layout { event_type: Some(t), ..self.layout } }
    }

    /// Sets the id, which becomes the receiver's last event ID, even without data.
    ///
    /// # Examples
    ///
    /// ```
    /// const START: sse_wire::EventId<'_> = sse_wire::EventId::from_static("start");
    /// assert_eq!(sse_wire::EventBuilder::new().id(START).to_string(), "id: start\n\n");
    /// ```
    pub const fn id(self, id: EventId<'a>) -> Self {
        Self { layout: Layout { id: Some(Id::Text(id)), ..self.layout } }
    }

    /// Sets the [id](Self::id) to a number, in decimal digits. Replaces an id set before. Allocates nothing, and cannot
    /// fail.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().numeric_id(7).data("113").to_string(), "id: 7\ndata: 113\n\n");
    /// ```
    pub const fn numeric_id(self, id: u64) -> Self {
        Self { layout: Layout { id: Some(Id::Number(Decimal::new(id))), ..self.layout } }
    }

    /// Sets the receiver's reconnection time, rounded up to whole milliseconds, of which [`u64::MAX`] is the maximum.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// let retry = sse_wire::EventBuilder::new().retry(Duration::from_micros(1500));
    /// assert_eq!(retry.to_string(), "retry: 2\n\n");
    /// ```
    pub const fn retry(self, t: Duration) -> Self {
        Self { layout: Layout { retry: Some(Decimal::new(number::whole_millis(t))), ..self.layout } }
    }

    /// Sets the data. It may be empty; without any data, the receiver dispatches no event.
    ///
    /// Each line is sent as a separate `data` line, and the receiver sees an LF for each line end in the data.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().data("").to_string(), "data: \n\n");
    /// assert_eq!(sse_wire::EventBuilder::new().data(" a\r\nb\n").to_string(), "data:  a\ndata: b\ndata: \n\n");
    /// ```
    pub const fn data(self, data: &'a str) -> Self {
        Self { layout: Layout { data: Some(data), ..self.layout } }
    }

    /// Sets a comment of one or more lines, which receivers ignore.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().comment("still here").to_string(), ": still here\n\n");
    /// ```
    #[doc(alias = "heartbeat")]
    #[doc(alias = "keep-alive")]
    #[doc(alias = "ping")]
    pub const fn comment(self, text: &'a str) -> Self {
        Self { layout: Layout { comment: Some(text), ..self.layout } }
    }

    /// Calls `set` with the value if there is one, and changes nothing otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventBuilder, EventId};
    ///
    /// let encode = |id: Option<EventId<'_>>| EventBuilder::new().when_some(id, EventBuilder::id).data("113").to_string();
    /// assert_eq!(encode(Some(EventId::from_static("7"))), "id: 7\ndata: 113\n\n");
    /// assert_eq!(encode(None), "data: 113\n\n");
    /// ```
    pub fn when_some<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }

    /// Returns the event type that was set.
    ///
    /// # Examples
    ///
    /// ```
    /// const ADD: sse_wire::EventType<'_> = sse_wire::EventType::from_static("add");
    /// assert_eq!(sse_wire::EventBuilder::new().event_type(ADD).event_type_value(), Some(ADD));
    /// ```
    #[must_use]
    pub const fn event_type_value(&self) -> Option<EventType<'a>> {
        self.layout.event_type
    }

    /// Returns the id that was set; a number as its digits.
    ///
    /// # Examples
    ///
    /// ```
    /// let event = sse_wire::EventBuilder::new().numeric_id(7);
    /// assert_eq!(event.id_value().map(|id| id.as_str().to_owned()).as_deref(), Some("7"));
    /// ```
    #[must_use]
    pub fn id_value(&self) -> Option<EventId<'_>> {
        self.layout.id.as_ref().map(|id| EventId::trusted(id.as_str()))
    }

    /// Returns the reconnection time that was set, as it is sent: rounded up to whole milliseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// let event = sse_wire::EventBuilder::new().retry(Duration::from_micros(1500));
    /// assert_eq!(event.retry_value(), Some(Duration::from_millis(2)));
    /// ```
    #[must_use]
    pub fn retry_value(&self) -> Option<Duration> {
        self.layout.retry.map(|millis| Duration::from_millis(millis.number()))
    }

    /// Returns the data that was set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().data("a\r\nb").data_value(), Some("a\r\nb"));
    /// ```
    #[must_use]
    pub const fn data_value(&self) -> Option<&'a str> {
        self.layout.data
    }

    /// Returns the comment that was set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().comment("still here").comment_value(), Some("still here"));
    /// ```
    #[must_use]
    pub const fn comment_value(&self) -> Option<&'a str> {
        self.layout.comment
    }

    /// Returns the exact length of the encoded event, in bytes. Examines the data and the comment a constant number of
    /// times.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().data("hello").encoded_len(), "data: hello\n\n".len());
    /// ```
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.layout.len(self.layout.first_ends())
    }

    /// Encodes to the front of `out`, and returns the number of bytes written. Allocates nothing.
    ///
    /// # Errors
    ///
    /// When `out` is shorter than the [encoded length](Self::encoded_len). In that case nothing is written.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut out = [0; 32];
    /// let len = sse_wire::EventBuilder::new().data("hello").encode_to_slice(&mut out)?;
    /// assert_eq!(&out[..len], b"data: hello\n\n");
    /// # Ok::<(), sse_wire::BufferTooSmall>(())
    /// ```
    pub fn encode_to_slice(&self, out: &mut [u8]) -> Result<usize, BufferTooSmall> {
        sinks::to_slice(&self.layout, out)
    }

    /// Appends the encoded event to `out`, which grows as with `extend_from_slice`: at most once, unless a text has
    /// several lines.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut out = Vec::new();
    /// sse_wire::EventBuilder::new().data("1").encode_into(&mut out);
    /// sse_wire::EventBuilder::new().data("2").encode_into(&mut out);
    /// assert_eq!(out, b"data: 1\n\ndata: 2\n\n");
    /// ```
    #[cfg(feature = "alloc")]
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        sinks::append_to_vec(&self.layout, out);
    }

    /// Returns the encoded event, with one allocation of exactly its length.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventBuilder::new().data("hello").encode(), b"data: hello\n\n");
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        sinks::to_vec(&self.layout)
    }

    /// Appends the encoded event to a buffer of the `bytes` crate.
    ///
    /// # Errors
    ///
    /// When `out.remaining_mut()` is less than the [encoded length](Self::encoded_len). In that case nothing is written.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut out = bytes::BytesMut::new();
    /// sse_wire::EventBuilder::new().data("hello").encode_to(&mut out)?;
    /// assert_eq!(&out[..], b"data: hello\n\n");
    /// # Ok::<(), sse_wire::BufferTooSmall>(())
    /// ```
    #[cfg(feature = "bytes")]
    pub fn encode_to(&self, out: &mut impl bytes::BufMut) -> Result<(), BufferTooSmall> {
        sinks::append_to_buf_mut(&self.layout, out)
    }

    /// Returns the encoded event as `Bytes`, which you can clone for every client without another copy. One allocation
    /// of exactly its length, and a small one when it is first cloned.
    ///
    /// # Examples
    ///
    /// ```
    /// let wire = sse_wire::EventBuilder::new().data("hello").to_bytes();
    /// let clients = vec![wire.clone(); 1000];
    /// assert!(clients.iter().all(|client| client.as_ptr() == wire.as_ptr()));
    /// ```
    #[cfg(feature = "bytes")]
    #[must_use]
    pub fn to_bytes(&self) -> bytes::Bytes {
        self.encode().into()
    }

    /// Writes the encoded event, without flushing. Small pieces are gathered on the stack, so that an event of up to 1
    /// KiB is a single write. Allocates nothing.
    ///
    /// # Errors
    ///
    /// When `out` fails. A part of the event may then be written, so do not write to `out` again. An
    /// [`EventWriter`](crate::io::EventWriter) can continue after errors.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut out = Vec::new();
    /// sse_wire::EventBuilder::new().data("hello").write_to(&mut out)?;
    /// assert_eq!(out, b"data: hello\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn write_to(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        sinks::write_to(&self.layout, out)
    }

    /// Returns the encoded event with `value` as JSON in its data, after any data that was set.
    ///
    /// The JSON is one line, and U+0085, U+2028 and U+2029 in it are escaped, because some receivers treat them as line
    /// ends. `Bytes::from` takes the result without a copy.
    ///
    /// # Errors
    ///
    /// `serde_json::Error`, when `value` cannot be serialized.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let wire = EventBuilder::new().encode_json(&(1, "a\u{2028}b"))?;
    /// assert_eq!(wire, b"data: [1,\"a\\u2028b\"]\n\n");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn encode_json<T: serde::Serialize + ?Sized>(&self, value: &T) -> serde_json::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.encode_json_into(value, &mut out)?;
        Ok(out)
    }

    /// Appends the encoded event to `out`, like [`encode_json`](Self::encode_json), without an intermediate buffer.
    ///
    /// # Errors
    ///
    /// When `value` cannot be serialized; `out` then has its previous content.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let mut out = Vec::new();
    /// EventBuilder::new().encode_json_into(&1, &mut out)?;
    /// EventBuilder::new().encode_json_into("two", &mut out)?;
    /// assert_eq!(out, b"data: 1\n\ndata: \"two\"\n\n");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn encode_json_into<T: serde::Serialize + ?Sized>(
        &self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> serde_json::Result<()> {
        let len = out.len();
        let mut data = self.begin_data(out);
        let result = escape::to_writer(lines::Appender(&mut data, out), value);
        if result.is_ok() {
            DataLines::end(out);
        } else {
            out.truncate(len);
        }
        result
    }

    /// Returns the encoded event with the name of `value`'s variant as its type, and the variant's content as JSON in
    /// its data: what [`Event::tagged`](crate::Event::tagged) reads.
    ///
    /// `value` is an enum, or a newtype around one. The data of a newtype variant is the value in it, that of a struct
    /// variant an object, that of a tuple variant an array, and that of a unit variant `{}`. The type replaces one that
    /// was set; the data comes after any data that was set, and is written as by [`encode_json`](Self::encode_json). A
    /// variant named `message` is an event of the default type.
    ///
    /// # Errors
    ///
    /// `serde_json::Error`, when `value` is not such an enum or cannot be serialized, and when the variant's name is not
    /// a valid [event type](EventType::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// #[derive(serde::Serialize)]
    /// #[serde(rename_all = "snake_case")]
    /// enum Message<'a> {
    ///     Ping,
    ///     TextDelta { text: &'a str },
    /// }
    ///
    /// let wire = EventBuilder::new().encode_tagged(&Message::TextDelta { text: "Hello" })?;
    /// assert_eq!(wire, b"event: text_delta\ndata: {\"text\":\"Hello\"}\n\n");
    /// let wire = EventBuilder::new().encode_tagged(&Message::Ping)?;
    /// assert_eq!(wire, b"event: ping\ndata: {}\n\n");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn encode_tagged<T: serde::Serialize + ?Sized>(&self, value: &T) -> serde_json::Result<Vec<u8>> {
        self.tagged(value)?.encode_json(&tagged::Content(value))
    }

    /// Appends the encoded event to `out`, like [`encode_tagged`](Self::encode_tagged), without an intermediate buffer.
    ///
    /// # Errors
    ///
    /// As [`encode_tagged`](Self::encode_tagged); `out` then has its previous content.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let mut out = Vec::new();
    /// EventBuilder::new().encode_tagged_into(&Ok::<_, u8>("done"), &mut out)?;
    /// assert_eq!(out, b"event: Ok\ndata: \"done\"\n\n");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn encode_tagged_into<T: serde::Serialize + ?Sized>(
        &self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> serde_json::Result<()> {
        self.tagged(value)?.encode_json_into(&tagged::Content(value), out)
    }

    /// This event, with the name of `value`'s variant as its type.
    #[cfg(feature = "json")]
    pub(crate) fn tagged<T: serde::Serialize + ?Sized>(&self, value: &T) -> serde_json::Result<Self> {
        let event_type = EventType::new(tagged::variant(value)?).map_err(serde::ser::Error::custom)?;
        Ok(self.event_type(event_type))
    }

    /// Appends everything before the data, and the data that was set, and returns how the data continues.
    #[cfg(feature = "std")]
    pub(crate) fn begin_data(&self, out: &mut Vec<u8>) -> DataLines {
        sinks::begin_data(&self.layout, out)
    }
}

/// Writes the same bytes as every other sink; format flags have no effect.
impl fmt::Display for EventBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sinks::format(&self.layout, f)
    }
}

impl fmt::Debug for EventBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.layout.fmt(f)
    }
}

#[cfg(feature = "std")]
#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;
    use alloc::{format, vec};
    use std::io::{self, Write};

    use super::EventBuilder;
    use crate::work;

    /// The most work for each byte that is sent: searching for its line's end, counting line ends by two searches,
    /// copying it, and copying it again while a `Vec` grows.
    const WORK_FOR_A_BYTE: usize = 7;

    fn texts() -> Vec<(&'static str, String)> {
        vec![
            ("one long line", "x".repeat(200_000)),
            ("LFs", "\n".repeat(20_000)),
            ("CRs", "\r".repeat(20_000)),
            ("CRLFs", "\r\n".repeat(20_000)),
            ("LFCRs", "\n\r".repeat(20_000)),
            ("short lines", "a\nbc\r\n".repeat(10_000)),
            ("lines", format!("{}\n", "x".repeat(80)).repeat(2_000)),
            ("text that is not ASCII", "数é\n😀".repeat(10_000)),
            ("a short text", "hello".into()),
        ]
    }

    /// Runs it, and compares the work with the number of bytes sent.
    #[track_caller]
    fn is_linear(name: &str, run: impl FnOnce() -> usize) {
        work::take();
        let len = run();
        let work = work::take();
        assert!(work >= len, "{name}: {work} for {len} bytes, something is not counted");
        assert!(work <= WORK_FOR_A_BYTE * len + 64, "{name}: {work} for {len} bytes");
    }

    #[test]
    fn every_sink_is_linear() {
        for (text, data) in texts() {
            for (fields, event) in
                [("data", EventBuilder::new().data(&data)), ("comment", EventBuilder::new().comment(&data))]
            {
                let is_linear =
                    |sink: &str, run: &mut dyn FnMut() -> usize| is_linear(&format!("{text} as {fields}, {sink}"), run);
                let len = event.encoded_len();
                let mut slice = vec![0; len];
                is_linear("encode_to_slice", &mut || event.encode_to_slice(&mut slice).unwrap_or_default());
                let mut longer = vec![0; 8 * len];
                is_linear("encode_to_slice with room", &mut || event.encode_to_slice(&mut longer).unwrap_or_default());
                is_linear("encode_into", &mut || {
                    let mut out = Vec::new();
                    event.encode_into(&mut out);
                    out.len()
                });
                is_linear("encode", &mut || event.encode().len());
                is_linear("Display", &mut || format!("{event}").len());
                is_linear("write_to", &mut || {
                    let mut out = Trickle::new(100, false);
                    event.write_to(&mut out).unwrap();
                    out.taken
                });
                is_linear("write_event", &mut || {
                    let mut writer = crate::io::EventWriter::new(Trickle::new(usize::MAX, false));
                    writer.write_event(&event).unwrap();
                    writer.get_ref().taken
                });
                is_linear("write_event to a writer that blocks", &mut || {
                    let mut writer = crate::io::EventWriter::new(Trickle::new(100, true));
                    let mut result = writer.write_event(&event);
                    while result.is_err() {
                        result = writer.flush();
                    }
                    writer.get_ref().taken
                });
                #[cfg(feature = "bytes")]
                {
                    is_linear("to_bytes", &mut || event.to_bytes().len());
                    is_linear("encode_to", &mut || {
                        let mut out = bytes::BytesMut::new();
                        event.encode_to(&mut out).unwrap();
                        out.len()
                    });
                    is_linear("encode_to of just the room", &mut || {
                        event.encode_to(&mut &mut slice[..]).unwrap();
                        len
                    });
                }
            }
            data_in_pieces_is_linear(text, &data);
        }
    }

    fn data_in_pieces_is_linear(text: &str, data: &str) {
        for len in [1, 3, 64, 4096] {
            for takes in [100, usize::MAX] {
                is_linear(&format!("{text} in pieces of {len}, {takes} taken"), || {
                    let mut writer = crate::io::EventWriter::new(Trickle::new(takes, true));
                    let mut pieces = writer.data_writer(&EventBuilder::new()).unwrap();
                    for piece in data.as_bytes().chunks(len) {
                        assert_eq!(pieces.write(piece).unwrap(), piece.len());
                    }
                    let mut result = pieces.finish();
                    while result.is_err() {
                        result = writer.flush();
                    }
                    writer.get_ref().taken
                });
            }
        }
        #[cfg(feature = "json")]
        is_linear(&format!("{text} as JSON"), || EventBuilder::new().encode_json(data).unwrap().len());
    }

    /// Accepts this many bytes at a time, and may block every other time.
    struct Trickle {
        takes: usize,
        blocks: bool,
        is_full: bool,
        taken: usize,
    }

    impl Trickle {
        const fn new(takes: usize, blocks: bool) -> Self {
            Self { takes, blocks, is_full: false, taken: 0 }
        }
    }

    impl Write for Trickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.is_full = self.blocks && !self.is_full;
            if self.is_full {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let len = bytes.len().min(self.takes);
            self.taken += len;
            Ok(len)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
