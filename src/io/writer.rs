//! Events into any `std::io::Write`.

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

/// How much memory a writer keeps once a large event is out.
const RETAIN: usize = 64 * 1024;

/// Writes events to a blocking or non-blocking writer.
///
/// Each event is encoded into a buffer that is used again, and written at once, in one write where the writer takes it.
/// The writer is not flushed, that is up to the caller: see [`flush`](Self::flush).
///
/// Bytes go out once and in order, whatever the writer returns: what it does not take stays here, and goes out first at
/// the next call.
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
pub struct EventWriter<W> {
    inner: W,
    buffer: Vec<u8>,
    /// The bytes at the front of `buffer` that are out.
    written: usize,
    /// A part of an event went out, and the rest will never come.
    torn: bool,
}

impl<W: Write> EventWriter<W> {
    /// Writes to `inner`. Allocates nothing yet.
    #[must_use]
    pub const fn new(inner: W) -> Self {
        Self { inner, buffer: Vec::new(), written: 0, torn: false }
    }

    /// Writes one event.
    ///
    /// # Errors
    ///
    /// When the writer fails, [`WouldBlock`](io::ErrorKind::WouldBlock) included; after
    /// [`Interrupted`](io::ErrorKind::Interrupted) it is asked again. The event is taken over all the same: do not write
    /// it again, call [`flush`](Self::flush) until it succeeds. Before a slow peer, look at
    /// [`unwritten`](Self::unwritten) to bound what is kept.
    ///
    /// An error of kind [`Other`](io::ErrorKind::Other), and nothing taken over, when an earlier event was torn, see
    /// [`DataWriter`].
    pub fn write_event(&mut self, event: &EventBuilder<'_>) -> io::Result<()> {
        self.check()?;
        event.encode_into(&mut self.buffer);
        self.write_out()
    }

    /// Writes an [empty comment](crate::KEEP_ALIVE), so that nobody takes the connection for dead.
    ///
    /// # Errors
    ///
    /// As [`write_event`](Self::write_event).
    pub fn write_keep_alive(&mut self) -> io::Result<()> {
        self.check()?;
        self.buffer.extend_from_slice(KEEP_ALIVE);
        self.write_out()
    }

    /// Begins an event whose data is written piece by piece. What `head` has as data stands before the pieces.
    ///
    /// # Errors
    ///
    /// When an earlier event was torn. Nothing is written yet.
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

    /// Writes one event, with `value` as JSON for its data, behind what data `head` has; without a buffer for the whole.
    ///
    /// The JSON stands on one line, as that of [`EventBuilder::encode_json`]. For pretty-printed JSON, or any other
    /// serializer, use [`data_writer`](Self::data_writer).
    ///
    /// # Errors
    ///
    /// As [`write_event`](Self::write_event); and when `value` cannot be serialized: then the event is taken back, or torn
    /// if a part of it is out.
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

    /// Writes one event, with the name of `value`'s variant for its type, and the variant's content for its data: see
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

    /// Writes what earlier calls could not, and flushes the writer.
    ///
    /// # Errors
    ///
    /// When the writer fails; what is left goes out at the next call.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_out()?;
        self.inner.flush()
    }

    /// An error, where nothing can be written because a part of an event stands in the stream.
    fn check(&self) -> io::Result<()> {
        if self.torn {
            return Err(io::Error::other("the event before was left unfinished, the stream can only be closed"));
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

    /// Releases what is out. As long as that is less than half, moving the rest would cost more than it saves.
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
    /// How many encoded bytes are still to be written, after an error.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.buffer.len().saturating_sub(self.written)
    }

    /// The writer.
    #[must_use]
    pub const fn get_ref(&self) -> &W {
        &self.inner
    }

    /// The writer. What is written to it here comes between the events, or into them after an error.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// The writer. What is still unwritten after an error is lost.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.inner
    }
}

/// Writes the data of one event in pieces: made by [`EventWriter::data_writer`].
///
/// Whatever is written, cut anywhere, becomes correct `data` lines: CR, LF and CRLF, a CRLF cut between two writes
/// included, each begin a new one. Pieces need not be text, but a receiver sees U+FFFD for ill-formed UTF-8.
///
/// It gathers up to 8 KiB before it writes, so small pieces are cheap; more if the writer would block. [`finish`](Self::finish) ends the event. Dropped
/// without that, the event is taken back as long as nothing of it is out. Otherwise it is torn: the receiver must not
/// take half an event for a whole one, so the [`EventWriter`] writes nothing more, and when the connection is closed the
/// receiver discards what it has.
#[must_use = "the event ends with `finish`"]
pub struct DataWriter<'w, W> {
    writer: &'w mut EventWriter<W>,
    lines: DataLines,
    /// Where the event begins in the writer's buffer, as long as nothing of it is out.
    start: Option<usize>,
    finished: bool,
}

impl<W: Write> DataWriter<'_, W> {
    /// Ends the event, and writes what is gathered.
    ///
    /// # Errors
    ///
    /// As [`EventWriter::write_event`]: after an error the event is taken over all the same.
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
                // The event is taken over, as whole ones are; the rest of it goes out later.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => result?,
            }
        }
        self.lines.append(piece, &mut self.writer.buffer);
        Ok(piece.len())
    }

    /// Writes what is gathered of the unfinished event, and flushes the writer: for data of which the receiver should
    /// see the bytes, though no event, before it is finished.
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
