//! The errors of a stream that reconnects.

use core::error::Error;
use core::fmt;
use core::time::Duration;

use crate::error::DecodeError;
use crate::event_source::ConnectionFailed;

/// An error of a [`ReconnectingStream`](super::ReconnectingStream), which continues after all but a
/// [final](Self::is_final) one.
///
/// `E` is the error of your closure, `B` that of the body; each is kept as the [`source`](Error::source). The message
/// does not include it, so print both.
///
/// # Examples
///
/// ```
/// use sse_wire::{EventSource, stream::SourceError};
///
/// let failed = EventSource::new().on_response(404, None).unwrap_err();
/// let error: SourceError<std::io::Error, std::io::Error> = SourceError::Refused(failed);
/// assert!(error.is_final());
/// assert_eq!(error.to_string(), "unexpected status 404, expected 200");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceError<E, B> {
    /// There was no response: your closure returned an error.
    Connect(E),
    /// The response was not an event stream: the standard's "fail the connection". This is the last item.
    Refused(ConnectionFailed),
    /// The server is unavailable, with this status: see [`Accepted::unavailable`](super::Accepted::unavailable).
    Unavailable(u16),
    /// The body failed.
    Body(B),
    /// Nothing was received for this long: see [`with_idle_timeout`](super::ReconnectingStream::with_idle_timeout).
    Idle(Duration),
    /// No event was received for this long, even if other bytes were: see
    /// [`with_stall_timeout`](super::ReconnectingStream::with_stall_timeout).
    Stalled(Duration),
    /// An event exceeds the limit. It is skipped, and the connection continues.
    Decode(DecodeError),
}

impl<E, B> SourceError<E, B> {
    /// Returns whether this was the last item of the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_wire::stream::SourceError;
    ///
    /// assert!(!SourceError::<(), ()>::Idle(Duration::from_secs(60)).is_final());
    /// ```
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl<E, B> fmt::Display for SourceError<E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(_) => f.write_str("connection could not be made"),
            Self::Refused(failed) => failed.fmt(f),
            Self::Unavailable(status) => write!(f, "server is not available, status {status}"),
            Self::Body(_) => f.write_str("connection was lost"),
            Self::Idle(time) => write!(f, "connection was idle for {time:?}"),
            Self::Stalled(time) => write!(f, "connection was without an event for {time:?}"),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

impl<E: Error + 'static, B: Error + 'static> Error for SourceError<E, B> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect(error) => Some(error),
            Self::Body(error) => Some(error),
            // The others have their messages in this error's own.
            _ => None,
        }
    }
}
