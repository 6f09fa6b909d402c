//! A body as a stream of bytes.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use futures_core::stream::Stream;
use http_body::Body;

/// The data of an `http_body::Body`, as the stream of bytes that [`EventStream`](crate::stream::EventStream) decodes.
///
/// Trailers are skipped. Data that is `Bytes` already, as hyper's and reqwest's is, is not copied; other data is copied
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
    /// Reads `body`.
    pub const fn new(body: B) -> Self {
        Self { body }
    }

    /// Returns the body.
    #[must_use]
    pub const fn get_ref(&self) -> &B {
        &self.body
    }

    /// Returns the body. What is read from it here is missing in the stream.
    pub const fn get_mut(&mut self) -> &mut B {
        &mut self.body
    }

    /// Returns the body, with what has not been read from it.
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
