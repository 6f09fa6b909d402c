//! A body as a stream of bytes.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use futures_core::stream::Stream;
use http_body::Body;

/// The data of an `http_body::Body` as a stream of bytes, which [`EventStream`](crate::stream::EventStream) decodes.
///
/// Trailers are skipped. Data that already is `Bytes`, like hyper's and reqwest's, is not copied; other data is copied
/// once.
///
/// # Examples
///
/// ```
/// use futures_util::StreamExt;
/// use http_body_util::Full;
/// use sse_wire::http_body::BodyStream;
/// use sse_wire::stream::EventStream;
///
/// # futures_executor::block_on(async {
/// let body = Full::<bytes::Bytes>::from("data: 1\n\n");
/// let mut events = EventStream::new(BodyStream::new(body));
/// assert_eq!(events.next().await.unwrap()?.data(), "1");
/// # Ok::<(), sse_wire::Error<std::convert::Infallible>>(())
/// # }).unwrap();
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct BodyStream<B> {
    body: B,
}

impl<B> BodyStream<B> {
    /// Creates a stream of the data of `body`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    /// use sse_wire::http_body::BodyStream;
    ///
    /// let mut stream = BodyStream::new(http_body_util::Full::<bytes::Bytes>::from("data: 1\n\n"));
    /// assert_eq!(stream.next().now_or_never().flatten(), Some(Ok("data: 1\n\n".into())));
    /// ```
    pub const fn new(body: B) -> Self {
        Self { body }
    }

    /// Returns the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use http_body::Body as _;
    /// use sse_wire::http_body::BodyStream;
    ///
    /// let stream = BodyStream::new(http_body_util::Full::<bytes::Bytes>::from("data: 1\n\n"));
    /// assert_eq!(stream.get_ref().size_hint().exact(), Some(9));
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &B {
        &self.body
    }

    /// Returns the body. Frames that you read from it are lost to the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt};
    /// use http_body_util::BodyExt;
    /// use sse_wire::http_body::BodyStream;
    ///
    /// let mut stream = BodyStream::new(http_body_util::Full::<bytes::Bytes>::from("data: 1\n\n"));
    /// assert!(stream.get_mut().frame().now_or_never().flatten().is_some());
    /// assert_eq!(stream.next().now_or_never(), Some(None));
    /// ```
    pub const fn get_mut(&mut self) -> &mut B {
        &mut self.body
    }

    /// Returns the body, with everything that the stream has not yielded.
    ///
    /// # Examples
    ///
    /// ```
    /// use http_body::Body as _;
    /// use sse_wire::http_body::BodyStream;
    ///
    /// let stream = BodyStream::new(http_body_util::Full::<bytes::Bytes>::from("data: 1\n\n"));
    /// assert_eq!(stream.into_inner().size_hint().exact(), Some(9));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> B {
        self.body
    }
}

impl<B: Body + Unpin> Stream for BodyStream<B> {
    type Item = Result<Bytes, B::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(mut data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data.copy_to_bytes(data.remaining()))));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// The body may hold payload, so it is not shown.
impl<B> fmt::Debug for BodyStream<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream").finish_non_exhaustive()
    }
}
