//! Events to any `std::io::Write`.

use alloc::vec::Vec;
use core::fmt;
use std::io::{self, Write};

use crate::encode::EventBuilder;
use crate::encode::lines::DataLines;
#[cfg(feature = "json")]
use crate::json::{escape, tagged};
use crate::names::KEEP_ALIVE;
use crate::work;

/// How much a data writer gathers before it writes.
const GATHER: usize = 8 * 1024;

/// How much memory a writer keeps after a large event.
const RETAIN: usize = 64 * 1024;

/// Writes events to a blocking or non-blocking writer.
///
/// Each event is encoded into one reused buffer and written at once, with a single write if the inner writer accepts it
/// all. The inner writer is not flushed; call [`flush`](Self::flush) for that.
///
/// It handles partial writes and `WouldBlock` without losing, repeating or reordering bytes: what the inner writer does
/// not accept is kept, and written first at the next call.
///
/// # Examples
///
/// ```
/// use sse_wire::{io::EventWriter, EventBuilder};
///
/// let mut writer = EventWriter::new(Vec::new());
/// writer.write_event(&EventBuilder::new().data("1"))?;
/// writer.write_keep_alive()?;
/// writer.write_event(&EventBuilder::new().data("2"))?;
/// assert_eq!(writer.into_inner(), b"data: 1\n\n:\n\ndata: 2\n\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "sse")]
pub struct EventWriter<W> {
    inner: W,
    buffer: Vec<u8>,
    /// The number of bytes at the front of `buffer` that are written.
    written: usize,
    /// A part of an event was written, and the rest never will be.
    torn: bool,
}

impl<W: Write> EventWriter<W> {
    /// Creates a writer of events to `inner`. Allocates nothing yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventBuilder, io::EventWriter};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// writer.write_event(&EventBuilder::new().data("1"))?;
    /// assert_eq!(writer.into_inner(), b"data: 1\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub const fn new(inner: W) -> Self {
        Self { inner, buffer: Vec::new(), written: 0, torn: false }
    }

    /// Writes one event.
    ///
    /// # Errors
    ///
    /// When the inner writer fails, including with [`WouldBlock`](io::ErrorKind::WouldBlock);
    /// [`Interrupted`](io::ErrorKind::Interrupted) is retried for you. The event is already buffered: do not write it
    /// again, call [`flush`](Self::flush) until it succeeds. To bound the buffer for a slow peer, check
    /// [`unwritten`](Self::unwritten) before you write more.
    ///
    /// When an earlier event poisoned the stream, see [`DataWriter`]: the error is of kind
    /// [`Other`](io::ErrorKind::Other), and the event is not buffered.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventBuilder, io::EventWriter};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// writer.write_event(&EventBuilder::new().data("1"))?;
    /// writer.write_event(&EventBuilder::new().data("2"))?;
    /// assert_eq!(writer.into_inner(), b"data: 1\n\ndata: 2\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_event(&mut self, event: &EventBuilder<'_>) -> io::Result<()> {
        self.check()?;
        event.encode_into(&mut self.buffer);
        self.write_out()
    }

    /// Writes an [empty comment](crate::KEEP_ALIVE), so that the connection is not considered idle.
    ///
    /// # Errors
    ///
    /// As [`write_event`](Self::write_event).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut writer = sse_wire::io::EventWriter::new(Vec::new());
    /// writer.write_keep_alive()?;
    /// assert_eq!(writer.into_inner(), b":\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[doc(alias = "heartbeat")]
    #[doc(alias = "keep-alive")]
    #[doc(alias = "ping")]
    pub fn write_keep_alive(&mut self) -> io::Result<()> {
        self.check()?;
        self.buffer.extend_from_slice(KEEP_ALIVE);
        self.write_out()
    }

    /// Begins an event whose data you write piece by piece, after any data that `head` has. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// When an earlier event poisoned the stream, see [`DataWriter`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write as _;
    /// use sse_wire::{io::EventWriter, EventBuilder, EventType};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// let mut data = writer.data_writer(&EventBuilder::new().event_type(EventType::from_static("log")))?;
    /// write!(data, "{} lines\r\nin {} pieces", 2, 4)?;
    /// data.finish()?;
    /// assert_eq!(writer.into_inner(), b"event: log\ndata: 2 lines\ndata: in 4 pieces\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn data_writer(&mut self, head: &EventBuilder<'_>) -> io::Result<DataWriter<'_, W>> {
        self.check()?;
        let start = self.buffer.len();
        let lines = head.begin_data(&mut self.buffer);
        Ok(DataWriter { writer: self, lines, start: Some(start), finished: false })
    }

    /// Writes one event with `value` as JSON in its data, after any data that `head` has. Large values are not buffered
    /// as a whole.
    ///
    /// The JSON is one line, like that of [`EventBuilder::encode_json`]. For pretty-printed JSON, or any other
    /// serializer, use [`data_writer`](Self::data_writer).
    ///
    /// # Errors
    ///
    /// As [`write_event`](Self::write_event); and when `value` cannot be serialized: the event is then withdrawn, or,
    /// if a part of it is written, the stream is poisoned.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{io::EventWriter, EventBuilder, EventType};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// writer.write_json(&EventBuilder::new().event_type(EventType::from_static("point")), &(1, 2))?;
    /// assert_eq!(writer.into_inner(), b"event: point\ndata: [1,2]\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn write_json<T: serde::Serialize + ?Sized>(&mut self, head: &EventBuilder<'_>, value: &T) -> io::Result<()> {
        let mut data = self.data_writer(head)?;
        escape::to_writer(&mut data, value)?;
        data.finish()
    }

    /// Writes one event with the name of `value`'s variant as its type, and the variant's content as its data: see
    /// [`EventBuilder::encode_tagged`].
    ///
    /// # Errors
    ///
    /// As [`write_json`](Self::write_json) and [`EventBuilder::encode_tagged`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{io::EventWriter, EventBuilder};
    ///
    /// #[derive(serde::Serialize)]
    /// enum Message {
    ///     #[serde(rename = "point")]
    ///     Point(i32, i32),
    /// }
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// writer.write_tagged(&EventBuilder::new(), &Message::Point(1, 2))?;
    /// assert_eq!(writer.into_inner(), b"event: point\ndata: [1,2]\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn write_tagged<T: serde::Serialize + ?Sized>(&mut self, head: &EventBuilder<'_>, value: &T) -> io::Result<()> {
        self.write_json(&head.tagged(value)?, &tagged::Content(value))
    }

    /// Writes what earlier calls could not, and flushes the inner writer.
    ///
    /// # Errors
    ///
    /// When the inner writer fails; the rest is kept for the next call.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventBuilder, io::EventWriter};
    ///
    /// let mut writer = EventWriter::new(std::io::BufWriter::new(Vec::new()));
    /// writer.write_event(&EventBuilder::new().data("1"))?;
    /// assert_eq!(writer.get_ref().get_ref(), b"");
    /// writer.flush()?;
    /// assert_eq!(writer.get_ref().get_ref(), b"data: 1\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_out()?;
        self.inner.flush()
    }

    /// Returns an error if nothing can be written, because the stream ends with a part of an event.
    fn check(&self) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("a previous event was left unfinished; the stream must be closed"));
        }
        Ok(())
    }

    fn write_out(&mut self) -> io::Result<()> {
        while self.unwritten() > 0 {
            match self.inner.write(self.buffer.get(self.written..).unwrap_or_default()) {
                Ok(0) => return self.keep_unwritten(io::ErrorKind::WriteZero.into()),
                Ok(len) => self.written += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.keep_unwritten(error),
            }
        }
        self.written = 0;
        self.buffer.clear();
        self.buffer.shrink_to(RETAIN);
        Ok(())
    }

    /// Releases what is written. If that is less than half, moving the rest would cost more than it saves.
    fn keep_unwritten(&mut self, error: io::Error) -> io::Result<()> {
        if self.written >= self.buffer.len() / 2 {
            self.buffer.drain(..self.written);
            work::copied(self.buffer.len());
            self.written = 0;
        }
        Err(error)
    }
}

impl<W> EventWriter<W> {
    /// Returns how many encoded bytes are still unwritten after an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventBuilder, io::EventWriter};
    ///
    /// let mut room = [0; 4];
    /// let mut writer = EventWriter::new(&mut room[..]);
    /// assert!(writer.write_event(&EventBuilder::new().data("1")).is_err());
    /// assert_eq!(writer.unwritten(), 5);
    /// ```
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.buffer.len().saturating_sub(self.written)
    }

    /// Returns the inner writer.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut writer = sse_wire::io::EventWriter::new(Vec::new());
    /// writer.write_keep_alive()?;
    /// assert_eq!(writer.get_ref(), b":\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Returns the inner writer. Bytes that you write to it come between events, or, after an error, inside of one.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write as _;
    ///
    /// let mut writer = sse_wire::io::EventWriter::new(Vec::new());
    /// writer.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")?;
    /// writer.write_keep_alive()?;
    /// assert!(writer.into_inner().ends_with(b"\r\n\r\n:\n\n"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Returns the inner writer. Bytes that are still unwritten after an error are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut writer = sse_wire::io::EventWriter::new(Vec::new());
    /// writer.write_keep_alive()?;
    /// assert_eq!(writer.into_inner(), b":\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn into_inner(self) -> W {
        self.inner
    }
}

/// Writes the data of one event in pieces: returned by [`EventWriter::data_writer`].
///
/// Whatever you write, split anywhere, becomes correct `data` lines: CR, LF and CRLF each begin a new one, even if a
/// CRLF is split between two writes. Pieces need not be text, but a receiver sees U+FFFD for ill-formed UTF-8.
///
/// It gathers up to 8 KiB before it writes, so small pieces are cheap; it gathers more if the inner writer would block.
/// [`finish`](Self::finish) ends the event. If you drop the `DataWriter` without that, the event is withdrawn as long
/// as no part of it is written. Otherwise the stream is poisoned: the receiver must not mistake half an event for a
/// whole one, so the [`EventWriter`] writes nothing more, and when you close the connection the receiver discards the
/// incomplete event.
///
/// # Examples
///
/// ```
/// use std::io::Write as _;
/// use sse_wire::{EventBuilder, io::EventWriter};
///
/// let mut writer = EventWriter::new(Vec::new());
/// let mut data = writer.data_writer(&EventBuilder::new())?;
/// data.write_all(b"one\r")?;
/// data.write_all(b"\ntwo")?;
/// data.finish()?;
/// assert_eq!(writer.into_inner(), b"data: one\ndata: two\n\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "the event ends with `finish`"]
pub struct DataWriter<'w, W> {
    writer: &'w mut EventWriter<W>,
    lines: DataLines,
    /// Where the event begins in the writer's buffer, as long as no part of it is written.
    start: Option<usize>,
    finished: bool,
}

impl<W: Write> DataWriter<'_, W> {
    /// Ends the event, and writes what was gathered.
    ///
    /// # Errors
    ///
    /// As [`EventWriter::write_event`]: the event is already buffered then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write as _;
    /// use sse_wire::{EventBuilder, io::EventWriter};
    ///
    /// let mut writer = EventWriter::new(Vec::new());
    /// write!(writer.data_writer(&EventBuilder::new())?, "dropped, and therefore withdrawn")?;
    ///
    /// let mut data = writer.data_writer(&EventBuilder::new())?;
    /// write!(data, "finished")?;
    /// data.finish()?;
    /// assert_eq!(writer.into_inner(), b"data: finished\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn finish(mut self) -> io::Result<()> {
        self.finished = true;
        DataLines::end(&mut self.writer.buffer);
        self.writer.write_out()
    }

    fn write_out(&mut self) -> io::Result<()> {
        let len = self.start.map(|start| self.writer.buffer.len() - start);
        let result = self.writer.write_out();
        let untouched = len.filter(|&len| len <= self.writer.unwritten());
        self.start = untouched.map(|len| self.writer.buffer.len() - len);
        result
    }
}

impl<W: Write> Write for DataWriter<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.writer.unwritten() >= GATHER {
            match self.write_out() {
                // The event is buffered, like whole ones; the rest is written later.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => result?,
            }
        }
        self.lines.append(piece, &mut self.writer.buffer);
        Ok(piece.len())
    }

    /// Writes what was gathered of the unfinished event, and flushes the inner writer, for a receiver that should get
    /// the bytes early. It dispatches no event before the end.
    fn flush(&mut self) -> io::Result<()> {
        self.write_out()?;
        self.writer.inner.flush()
    }
}

impl<W: Write> fmt::Write for DataWriter<'_, W> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.write_all(piece.as_bytes()).map_err(|_| fmt::Error)
    }
}

impl<W> Drop for DataWriter<'_, W> {
    fn drop(&mut self) {
        match self.start {
            _ if self.finished => {}
            Some(start) => self.writer.buffer.truncate(start),
            None => self.writer.torn = true,
        }
    }
}

/// Shows how much is unwritten, never what.
impl<W> fmt::Debug for EventWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWriter")
            .field("unwritten", &self.unwritten())
            .field("torn", &self.torn)
            .finish_non_exhaustive()
    }
}

/// Shows how much is unwritten, never what.
impl<W> fmt::Debug for DataWriter<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataWriter").field("unwritten", &self.writer.unwritten()).finish_non_exhaustive()
    }
}
