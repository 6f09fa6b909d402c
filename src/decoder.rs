//! Chunks of bytes in, events out.

use core::time::Duration;

use crate::chunk::Chunk;
use crate::error::DecodeError;
use crate::event::{Event, Frame};
use crate::interpreter::{Found, Interpreter};

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
    pub(crate) interpreter: Interpreter,
}

impl Decoder {
    /// The limit unless [`with_max_event_len`](Self::with_max_event_len) sets another: 16 MiB.
    pub const DEFAULT_MAX_EVENT_LEN: usize = 16 * 1024 * 1024;

    const DEFAULT_MAX_RETAINED: usize = 64 * 1024;

    /// Makes a decoder for the beginning of a stream. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { interpreter: Interpreter::new(Self::DEFAULT_MAX_EVENT_LEN, Self::DEFAULT_MAX_RETAINED) }
    }

    /// Sets the limit: how many bytes one event may have.
    ///
    /// What counts is what has to be kept: the data, with an LF between each two lines, the type and the event's own
    /// id, in bytes as they came in; of an id with a NUL, what stands before it, and while another `id` line comes in,
    /// the id before it too. Names, `retry` and ignored lines are free, and so are comments, but for
    /// [`next_frame`](Self::next_frame), where each comment counts by itself.
    ///
    /// The buffers of an event take at most about five times as much: they grow by doubling, and U+FFFD takes three bytes
    /// where it stands for one that is ill-formed. An event that is handed out owned is a copy besides.
    #[must_use]
    pub fn with_max_event_len(mut self, bytes: usize) -> Self {
        self.interpreter.max_event_len = bytes;
        self
    }

    /// Sets how many bytes of buffers the decoder keeps once a large event is done with; 64 KiB at first.
    ///
    /// More spares allocations in streams of large events. The last event ID is not a buffer, and is always kept.
    #[must_use]
    pub fn with_max_retained(mut self, bytes: usize) -> Self {
        self.interpreter.max_retained = bytes;
        self
    }

    /// Sets the last event ID to begin with, as it is: for a client that resumes.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.interpreter.last_event_id = id.into();
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
    #[inline(always)]
    pub fn next_event<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Event<'s>>, DecodeError> {
        let interpreter = &mut self.interpreter;
        match interpreter.find_texts::<false>(chunk) {
            Ok(texts) => Ok(Some(texts.event(interpreter.last_event_id.as_str()))),
            Err(Found::UsedUp) => Ok(None),
            Err(found @ (Found::EventTooLong | Found::CommentTooLong)) => Err(interpreter.error(found)),
            Err(_) => Ok(Some(interpreter.lend_event(chunk))),
        }
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
    #[inline(always)]
    pub fn next_frame<'s, 'i: 's>(&'s mut self, chunk: &mut Chunk<'i>) -> Result<Option<Frame<'s>>, DecodeError> {
        let interpreter = &mut self.interpreter;
        if let Some(place) = interpreter.find_comment::<true>(chunk.bytes(), &mut chunk.index) {
            if let Some(text) = chunk.text(place.0, place.1) {
                return Ok(Some(Frame::Comment(text)));
            }
            interpreter.keep_comment(place);
            return Ok(Some(Frame::Comment(interpreter.comment.text(chunk))));
        }
        match interpreter.find_texts::<true>(chunk) {
            Ok(texts) => Ok(Some(Frame::Event(texts.event(interpreter.last_event_id.as_str())))),
            Err(Found::UsedUp) => Ok(None),
            Err(found @ (Found::EventTooLong | Found::CommentTooLong)) => Err(interpreter.error(found)),
            Err(Found::Comment) => Ok(Some(Frame::Comment(interpreter.comment.text(chunk)))),
            Err(Found::Retry) => Ok(interpreter.reconnection_time().map(Frame::Retry)),
            Err(_) => Ok(Some(Frame::Event(interpreter.lend_event(chunk)))),
        }
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
        let found = self.interpreter.end_of_stream();
        found.then(|| self.interpreter.lend_unfinished())
    }

    /// The last event ID: that of the last blank line behind an `id` field, or `""`. What a client sends as
    /// `Last-Event-ID` when it reconnects, where it is not empty.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.interpreter.last_event_id.as_str()
    }

    /// The last reconnection time that the server has sent, if any.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.interpreter.reconnection_time()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use alloc::{format, vec};

    use super::Decoder;
    use crate::chunk::Chunk;
    use crate::work;

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

    /// Decodes all of a chunk; how many events there were, and how often UTF-8 was validated.
    fn validations_of(mut chunk: Chunk<'_>) -> (usize, usize) {
        let mut decoder = Decoder::new();
        work::take_validations();
        let mut events = 0;
        while decoder.next_event(&mut chunk).unwrap().is_some() {
            events += 1;
        }
        (events, work::take_validations())
    }

    #[test]
    fn text_is_validated_by_windows_of_sixteen_kib() {
        let wire = "event: e\ndata: x\n\n".repeat(1 << 14);
        let windows = wire.len().div_ceil(16 * 1024);
        let (events, validations) = validations_of(Chunk::new(wire.as_bytes()));
        assert_eq!(events, 1 << 14);
        // One for the first event alone.
        assert!((windows..=windows + 2).contains(&validations), "{validations} validations of {windows} windows");
        assert_eq!(validations_of(Chunk::from(&*wire)), (events, 0), "text is validated again");
    }

    /// A new chunk for every event must not pay for a window each time.
    #[test]
    fn the_first_window_is_the_first_event() {
        let wire = b"data: x\n\n".repeat(1000);
        let mut decoder = Decoder::new();
        let mut rest = &wire[..];
        work::take();
        while !rest.is_empty() {
            let mut chunk = Chunk::new(rest);
            let _ = decoder.next_event(&mut chunk);
            rest = chunk.remaining();
        }
        assert!(work::take() < 4 * wire.len());
    }

    #[test]
    fn well_formed_events_in_an_ill_formed_window_are_lent_from_the_chunk() {
        let wire = b"data: a\n\ndata: \xFF\n\ndata: b\n\n".repeat(100);
        let mut decoder = Decoder::new();
        let mut chunk = Chunk::new(&wire);
        while let Some(event) = decoder.next_event(&mut chunk).unwrap() {
            let lent = wire.as_ptr_range().contains(&event.data().as_ptr());
            assert_eq!(lent, event.data() != "\u{FFFD}");
        }
    }

    #[test]
    fn work_is_linear() {
        const LEN: usize = 1 << 17;
        let endless = |prefix: &[u8], body: &[u8]| [prefix, &body.repeat(LEN / body.len())].concat();
        let wires: [(&str, Vec<u8>); 21] = [
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
            ("LFs", endless(b"", b"\n")),
            ("CRLFs", endless(b"", b"\r\n")),
            ("LFs and CRs", endless(b"", b"\n\r")),
            ("LFs before a comment", [vec![b'\n'; LEN / 2], b":".to_vec(), vec![b'x'; LEN / 2]].concat()),
            ("LFs before an event", [vec![b'\n'; LEN], b"data: x\ndata: y\n\n".to_vec()].concat()),
            ("a long comment between events", endless(b"\n:", b"x")),
            ("an id with NULs", endless(b"id: ", b"\0")),
            ("types without data", endless(b"", b"event: e\n\n")),
        ];
        // The shortcuts are for what comes behind a blank line.
        let wires = wires.into_iter().flat_map(|(name, wire)| [(name, [&b"\n"[..], &wire].concat()), (name, wire)]);
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
