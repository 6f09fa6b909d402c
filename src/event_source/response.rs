//! Section 9.2.3: whether a response is an event stream, and the error for one that is not.

use alloc::string::String;
use core::fmt::{self, Write as _};

use crate::names::MIME_TYPE;

/// An error for a response that is not an event stream: the standard's "fail the connection". It is permanent.
///
/// # Examples
///
/// ```
/// use sse_wire::EventSource;
///
/// let failed = EventSource::new().on_response(404, None).unwrap_err();
/// assert_eq!((failed.status(), failed.content_type()), (Some(404), None));
/// assert_eq!(failed.to_string(), "unexpected status 404, expected 200");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFailed(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Status(u16),
    ContentType(Option<String>),
    #[cfg(feature = "http-body")]
    ContentEncoding(String),
    Closed,
}

impl ConnectionFailed {
    /// The error for any response once the source is closed.
    pub(crate) const CLOSED: Self = Self(Reason::Closed);

    /// Returns the status, if that was the reason: any but 200.
    ///
    /// # Examples
    ///
    /// ```
    /// let failed = sse_wire::EventSource::new().on_response(403, None).unwrap_err();
    /// assert_eq!(failed.status(), Some(403));
    /// ```
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.0 {
            Reason::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Returns whether the status was 204, which tells clients not to reconnect: a planned end rather than a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// let failed = sse_wire::EventSource::new().on_response(204, None).unwrap_err();
    /// assert!(failed.is_no_content());
    /// ```
    #[must_use]
    pub const fn is_no_content(&self) -> bool {
        matches!(self.0, Reason::Status(204))
    }

    /// Returns the content type, if that was the reason: any but `text/event-stream` in UTF-8. Bytes that are not UTF-8
    /// are escaped, as `\xff`.
    ///
    /// # Examples
    ///
    /// ```
    /// let failed = sse_wire::EventSource::new().on_response(200, Some(b"text/html")).unwrap_err();
    /// assert_eq!(failed.content_type(), Some("text/html"));
    /// ```
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        match &self.0 {
            Reason::ContentType(content_type) => content_type.as_deref(),
            _ => None,
        }
    }

    /// Returns the content encoding, if that was the reason: the body is still compressed.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use sse_wire::{EventSource, stream::SourceError};
    ///
    /// # futures_executor::block_on(async {
    /// let connect = |_: sse_wire::stream::Attempt<'_>| async {
    ///     let response = http::Response::builder()
    ///         .header("content-type", "text/event-stream")
    ///         .header("content-encoding", "gzip");
    ///     response.body(http_body_util::Empty::<bytes::Bytes>::new()).map(Into::into)
    /// };
    /// let mut events = EventSource::new().into_stream(connect, |_| async {});
    /// let Some(Err(SourceError::Refused(failed))) = events.next().await else { unreachable!() };
    /// assert_eq!(failed.content_encoding(), Some("gzip"));
    /// # });
    /// ```
    #[cfg(feature = "http-body")]
    #[must_use]
    pub fn content_encoding(&self) -> Option<&str> {
        match &self.0 {
            Reason::ContentEncoding(coding) => Some(coding),
            _ => None,
        }
    }
}

impl fmt::Display for ConnectionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Status(status) => write!(f, "unexpected status {status}, expected 200"),
            Reason::ContentType(None) => write!(f, "no content type, expected {MIME_TYPE}"),
            Reason::ContentType(Some(other)) => {
                let charset = if is_mime_type(other.as_bytes()) { " in UTF-8" } else { "" };
                write!(f, "unexpected content type {}, expected {MIME_TYPE}{charset}", Quoted(other))
            }
            #[cfg(feature = "http-body")]
            Reason::ContentEncoding(coding) => {
                write!(f, "unexpected content encoding {}, expected none", Quoted(coding))
            }
            Reason::Closed => f.write_str("unexpected response, the event source is closed"),
        }
    }
}

impl core::error::Error for ConnectionFailed {}

/// A header's value in quotes, with control characters escaped. Backslashes are not: they are part of earlier escapes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '\\' | '\'' => f.write_char(c)?,
                _ => fmt::Display::fmt(&c.escape_debug(), f)?,
            }
        }
        f.write_char('"')
    }
}

/// Announces the connection or fails it, as the standard does with a response.
pub(crate) fn judge(status: u16, content_type: Option<&[u8]>) -> Result<(), ConnectionFailed> {
    if status != 200 {
        return Err(ConnectionFailed(Reason::Status(status)));
    }
    match content_type {
        Some(content_type) if is_mime_type(content_type) && is_utf8(content_type) => Ok(()),
        _ => Err(ConnectionFailed(Reason::ContentType(content_type.map(text)))),
    }
}

/// Whether a body in these codings, the values of `Content-Encoding`, can be read without decoding.
#[cfg(feature = "http-body")]
pub(crate) fn judge_encoding<'a>(codings: impl Iterator<Item = &'a [u8]>) -> Result<(), ConnectionFailed> {
    let mut codings = codings.flat_map(|value| value.split(|&byte| byte == b',')).map(<[u8]>::trim_ascii);
    match codings.find(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")) {
        Some(coding) => Err(ConnectionFailed(Reason::ContentEncoding(text(coding)))),
        None => Ok(()),
    }
}

/// The parts of a `Content-Type` between semicolons that are not in quotes.
fn parts(content_type: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let between = move |byte: &u8| {
        quoted ^= *byte == b'"';
        *byte == b';' && !quoted
    };
    content_type.split(between).map(<[u8]>::trim_ascii)
}

/// Whether the type, without its parameters, is that of an event stream.
fn is_mime_type(content_type: &[u8]) -> bool {
    parts(content_type).next().is_some_and(|essence| essence.eq_ignore_ascii_case(MIME_TYPE.as_bytes()))
}

/// Whether the first charset is UTF-8, or there is none: an event stream is always UTF-8, and browsers fail a
/// connection that says otherwise.
fn is_utf8(content_type: &[u8]) -> bool {
    let charset = parts(content_type).skip(1).find_map(|parameter| {
        let mut sides = parameter.splitn(2, |&byte| byte == b'=');
        let is_charset = sides.next()?.eq_ignore_ascii_case(b"charset");
        sides.next().filter(|_| is_charset)
    });
    let charset = charset.unwrap_or_default().trim_ascii();
    let charset = charset.strip_prefix(b"\"").unwrap_or(charset);
    let charset = charset.strip_suffix(b"\"").unwrap_or(charset);
    charset.is_empty() || charset.eq_ignore_ascii_case(b"utf-8")
}

/// A header's value as text, with bytes that are not UTF-8 escaped.
fn text(value: &[u8]) -> String {
    let mut text = String::new();
    for chunk in value.utf8_chunks() {
        text.push_str(chunk.valid());
        let _ = write!(text, "{}", chunk.invalid().escape_ascii());
    }
    text
}
