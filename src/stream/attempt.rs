//! One attempt to connect: what its request can depend on, and its result.

use core::fmt;
use core::time::Duration;

use crate::event_source::{ConnectionFailed, EventSource, judge};

/// An attempt to connect, which [`EventSource::into_stream`] passes to your closure.
///
/// It borrows from the stream, so build the request before your `async move` block.
///
/// # Examples
///
/// ```
/// # use {futures_util::{StreamExt, stream}, sse_wire::{EventSource, stream::{Accepted, Attempt}}};
/// let connect = |attempt: Attempt<'_>| {
///     let headers = attempt.request_headers().count(); // borrows
///     async move {
///         assert_eq!(headers, 2);
/// #         let body = stream::empty::<Result<bytes::Bytes, ()>>();
///         Ok::<_, ()>(Accepted::new(204, None, body))
///     }
/// };
/// # let mut events = EventSource::new().into_stream(connect, |_| async {});
/// # assert!(futures_executor::block_on(events.next()).unwrap().is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub(crate) source: &'a EventSource,
}

impl<'a> Attempt<'a> {
    /// Returns the names and values of all headers that the standard's request carries: see
    /// [`EventSource::request_headers`].
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::stream::Attempt;
    ///
    /// fn request(attempt: Attempt<'_>) -> http::request::Builder {
    ///     let request = http::Request::get("https://example.com/events");
    ///     attempt.request_headers().fold(request, |request, (name, value)| request.header(name, value))
    /// }
    ///
    /// # use sse_wire::{EventSource, stream::Accepted};
    /// # let connect = |attempt: Attempt<'_>| {
    /// let request = request(attempt);
    /// assert_eq!(request.headers_ref().unwrap()["accept"], "text/event-stream");
    /// #     let body = futures_util::stream::empty::<Result<bytes::Bytes, ()>>();
    /// #     async { Ok::<_, ()>(Accepted::new(204, None, body)) }
    /// # };
    /// # let mut events = EventSource::new().into_stream(connect, |_| async {});
    /// # assert!(futures_executor::block_on(futures_util::StreamExt::next(&mut events)).unwrap().is_err());
    /// ```
    pub fn request_headers(&self) -> impl Iterator<Item = (&'static str, &'a [u8])> + use<'a> {
        self.source.request_headers()
    }

    /// Returns the last event ID, if it can be sent in a header: see [`EventSource::last_event_id_header`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{StreamExt, stream}, sse_wire::{EventSource, stream::{Accepted, Attempt}}};
    /// let connect = |attempt: Attempt<'_>| {
    ///     assert_eq!(attempt.last_event_id(), None); // not yet
    /// #     let body = stream::empty::<Result<bytes::Bytes, ()>>();
    ///     async { Ok::<_, ()>(Accepted::new(204, None, body)) }
    /// };
    /// # let mut events = EventSource::new().into_stream(connect, |_| async {});
    /// # assert!(futures_executor::block_on(events.next()).unwrap().is_err());
    /// ```
    #[doc(alias = "last-event-id")]
    #[must_use]
    pub fn last_event_id(&self) -> Option<&'a [u8]> {
        self.source.last_event_id_header()
    }

    /// Returns how many connections in a row have failed: see [`EventSource::failures`]. Your closure can use it to
    /// switch to another server.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{StreamExt, stream}, sse_wire::{EventSource, stream::{Accepted, Attempt}}};
    /// let connect = |attempt: Attempt<'_>| {
    ///     let host = ["first.example", "second.example"][attempt.failures() as usize % 2];
    ///     assert_eq!(host, "first.example");
    /// #     let body = stream::empty::<Result<bytes::Bytes, ()>>();
    ///     async { Ok::<_, ()>(Accepted::new(204, None, body)) }
    /// };
    /// # let mut events = EventSource::new().into_stream(connect, |_| async {});
    /// # assert!(futures_executor::block_on(events.next()).unwrap().is_err());
    /// ```
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.source.failures()
    }
}

/// The result of an [`Attempt`]: a response whose body is a stream of bytes.
///
/// With the feature `http-body` you can convert any `http::Response` with `into()`.
///
/// # Examples
///
/// ```
/// use sse_wire::stream::Accepted;
///
/// let body = futures_util::stream::iter([Ok::<_, ()>("data: 1\n\n")]);
/// let accepted = Accepted::new(200, Some(b"text/event-stream"), body);
/// assert_eq!(format!("{accepted:?}"), "Accepted(\"event stream\")");
/// ```
#[must_use = "return it to the stream"]
pub struct Accepted<S>(pub(crate) Answer<S>);

pub(crate) enum Answer<S> {
    Judged(Result<S, ConnectionFailed>),
    Unavailable(u16, Option<Duration>),
}

impl<S> Accepted<S> {
    /// Judges a response by the rules of the standard, like [`EventSource::on_response`]: any status but 200, and any
    /// type but `text/event-stream`, ends the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{StreamExt, stream}, sse_wire::{EventSource, stream::{Accepted, Attempt}}};
    /// # futures_executor::block_on(async {
    /// let connect = |_: Attempt<'_>| async {
    ///     let body = stream::iter([Ok::<_, ()>("data: 1\n\n")]); // from your HTTP library
    ///     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// };
    /// let mut events = EventSource::new().into_stream(connect, |_| async {});
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// # });
    /// ```
    pub fn new(status: u16, content_type: Option<&[u8]>, body: S) -> Self {
        Self(Answer::Judged(judge(status, content_type).map(|()| body)))
    }

    /// Takes a response that is already judged.
    #[cfg(feature = "http-body")]
    pub(crate) const fn judged(judged: Result<S, ConnectionFailed>) -> Self {
        Self(Answer::Judged(judged))
    }

    /// Reports a response that says "not now", like [`EventSource::on_unavailable`]. The stream yields
    /// [`SourceError::Unavailable`](super::SourceError::Unavailable), and reconnects after a wait of at least
    /// `retry_after`, within the [maximum](EventSource::with_max_delay).
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # futures_executor::block_on(async {
    /// let connect = |_: Attempt<'_>| async {
    ///     let (status, body) = (503, stream::iter([Ok::<_, ()>("")])); // from your HTTP library
    ///     Ok::<_, ()>(match status {
    ///         408 | 425 | 429 | 500 | 502 | 503 | 504 => Accepted::unavailable(status, Some(Duration::from_secs(20))),
    ///         _ => Accepted::new(status, None, body),
    ///     })
    /// };
    /// let mut events = EventSource::new().into_stream(connect, |wait| async move { assert!(wait.as_secs() >= 20) });
    /// assert_eq!(events.next().await.unwrap(), Err(SourceError::Unavailable(503)));
    /// # });
    /// ```
    pub fn unavailable(status: u16, retry_after: Option<Duration>) -> Self {
        Self(Answer::Unavailable(status, retry_after))
    }
}

/// The body may hold payload, so it is not shown.
impl<S> fmt::Debug for Accepted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer: &dyn fmt::Debug = match &self.0 {
            Answer::Judged(Ok(_)) => &"event stream",
            Answer::Judged(Err(failed)) => failed,
            Answer::Unavailable(status, _) => status,
        };
        f.debug_tuple("Accepted").field(answer).finish()
    }
}
