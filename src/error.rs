//! The errors of the format. The content of a stream can cause only one of them: an event over the limit.

use core::{error, fmt};

/// An error for text that the format cannot represent in the intended field.
///
/// Returned by [`EventType::new`](crate::EventType::new), [`EventId::new`](crate::EventId::new) and
/// [`EventId::from_header`](crate::EventId::from_header). The error does not contain the text, so it is always safe to
/// log.
///
/// # Examples
///
/// ```
/// use sse_wire::EventId;
///
/// let error = EventId::new("7\ndata: forged").unwrap_err();
/// assert_eq!(error.to_string(), "event id must not contain CR, LF or NUL (found LF at index 1)");
/// assert_eq!((error.byte(), error.index()), (b'\n', 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// The field, and what its value must be or must not contain.
    pub(crate) rule: &'static str,
    pub(crate) byte: u8,
    pub(crate) index: usize,
}

impl InvalidField {
    /// Returns the first byte that is not allowed: CR, LF or NUL, or in a header the first byte that is not UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventId;
    ///
    /// assert_eq!(EventId::new("7\0").map_err(|error| error.byte()), Err(0));
    /// ```
    #[must_use]
    pub const fn byte(&self) -> u8 {
        self.byte
    }

    /// Returns the index of that byte in the text.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventType;
    ///
    /// assert_eq!(EventType::new("add\r").map_err(|error| error.index()), Err(3));
    /// ```
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, byte, index } = self;
        let name = match byte {
            b'\r' => "CR",
            b'\n' => "LF",
            0 => "NUL",
            _ => return write!(f, "{rule} (found ill-formed byte 0x{byte:02X} at index {index})"),
        };
        write!(f, "{rule} (found {name} at index {index})")
    }
}

impl error::Error for InvalidField {}

/// An error for a buffer that is too small for the event or id; nothing was written to it.
///
/// # Examples
///
/// ```
/// use sse_wire::EventBuilder;
///
/// let mut buffer = [0; 8];
/// let error = EventBuilder::new().data("hello").encode_to_slice(&mut buffer).unwrap_err();
/// assert_eq!(error.to_string(), "13 bytes do not fit into a buffer of 8 bytes");
/// assert_eq!((error.needed(), error.available()), (13, 8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferTooSmall {
    pub(crate) needed: usize,
    pub(crate) available: usize,
}

impl BufferTooSmall {
    /// Returns how many bytes are needed: the length of the encoded event, or of the id.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let event = EventBuilder::new().data("hello");
    /// let error = event.encode_to_slice(&mut []).unwrap_err();
    /// assert_eq!(event.encode_to_slice(&mut vec![0; error.needed()]), Ok(13));
    /// ```
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// Returns how many bytes were available.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventBuilder;
    ///
    /// let result = EventBuilder::new().data("hello").encode_to_slice(&mut [0; 8]);
    /// assert_eq!(result.map_err(|error| error.available()), Err(8));
    /// ```
    #[must_use]
    pub const fn available(&self) -> usize {
        self.available
    }
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes do not fit into a buffer of {} bytes", self.needed, self.available)
    }
}

impl error::Error for BufferTooSmall {}

/// An error for an event, or a comment, longer than the limit.
///
/// It is skipped, and decoding continues after it: call the decoder again. Whether something is too long does not
/// depend on how the stream was split into chunks.
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new().with_max_event_len(4);
/// let mut chunk = Chunk::new(b"data: 1\n\ndata: 12345\n\ndata: 2\n\n");
/// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().data(), "1");
///
/// let error = decoder.next_event(&mut chunk).unwrap_err();
/// assert_eq!(error.to_string(), "event exceeds the limit of 4 bytes at offset 9");
/// assert_eq!((error.limit(), error.offset()), (4, 9));
///
/// assert_eq!(decoder.next_event(&mut chunk)?.unwrap().data(), "2");
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub(crate) what: What,
    pub(crate) limit: usize,
    pub(crate) offset: u64,
}

/// What was too long. It is one word in size, like the rest of a result: the compiler moves a smaller one in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum What {
    Event,
    Comment,
    Ignored,
}

impl DecodeError {
    /// Returns the limit that was exceeded, in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<4, 8>::new();
    /// let result = decoder.next_event(&mut Chunk::new(b"data: 12345\n\n"));
    /// assert_eq!(result.map_err(|error| error.limit()), Err(4));
    /// ```
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the offset in the stream at which the event begins: that of the byte after the previous blank line, or 0
    /// for the first event of a connection. For a comment, returns where the event around it begins.
    ///
    /// Unlike `Decoder::position`, it counts from 0 again after `end_of_stream`.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<4, 8>::new();
    /// let mut chunk = Chunk::new(b"data: 1\n\ndata: 12345\n\n");
    /// assert!(decoder.next_event(&mut chunk)?.is_some());
    /// assert_eq!(decoder.next_event(&mut chunk).map_err(|error| error.offset()), Err(9));
    /// # Ok::<(), sse_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns whether a comment was too long, not an event. Only `next_frame` and `next_frame_buf` apply the limit to
    /// comments.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{Chunk, FixedDecoder};
    ///
    /// let mut decoder = FixedDecoder::<4, 8>::new();
    /// let error = decoder.next_frame(&mut Chunk::new(b": 12345\n")).unwrap_err();
    /// assert!(error.is_comment());
    /// ```
    #[must_use]
    pub const fn is_comment(&self) -> bool {
        matches!(self.what, What::Comment)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Event => "event",
            What::Comment => "comment",
            What::Ignored => "ignored line",
        };
        write!(f, "{what} exceeds the limit of {} bytes at offset {}", self.limit, self.offset)
    }
}

impl error::Error for DecodeError {}

/// An error of a reader or stream of events: the transport failed, or an event exceeds the limit.
///
/// `E` is the transport's own error: `std::io::Error` for `EventReader`, the inner stream's error for `EventStream`. It
/// is kept as the [`source`](error::Error::source), and only there does its message appear; a [`DecodeError`] has no
/// source, its message is this error's. After either, you can ask for the next event.
///
/// # Examples
///
/// ```
/// use sse_wire::{io::EventReader, Decoder, Error};
///
/// let stream: &[u8] = b"data: 12345\n\ndata: 2\n\n";
/// let mut reader = EventReader::with_decoder(stream, Decoder::new().with_max_event_len(4));
///
/// let error = reader.next_event().unwrap_err();
/// assert!(matches!(error, Error::Decode(error) if error.offset() == 0));
/// assert_eq!(reader.next_event()?.unwrap().data(), "2");
/// # Ok::<(), Error<std::io::Error>>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<E> {
    /// The transport failed.
    Transport(E),
    /// An event exceeds the limit; it is skipped.
    Decode(DecodeError),
}

#[cfg(feature = "alloc")]
impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(_) => f.write_str("event stream could not be read"),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

#[cfg(feature = "alloc")]
impl<E: error::Error + 'static> error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            // Its message is already this error's.
            Self::Decode(_) => None,
        }
    }
}

#[cfg(feature = "alloc")]
impl<E> From<DecodeError> for Error<E> {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

#[cfg(feature = "std")]
impl From<std::io::Error> for Error<std::io::Error> {
    fn from(error: std::io::Error) -> Self {
        Self::Transport(error)
    }
}

/// Returns the transport's error unchanged, and an event over the limit as
/// [`InvalidData`](std::io::ErrorKind::InvalidData).
#[cfg(feature = "std")]
impl From<Error<std::io::Error>> for std::io::Error {
    fn from(error: Error<std::io::Error>) -> Self {
        match error {
            Error::Transport(error) => error,
            Error::Decode(error) => Self::new(std::io::ErrorKind::InvalidData, error),
        }
    }
}
