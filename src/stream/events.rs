//! Over `futures_core::Stream`: events out of any stream of bytes.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use bytes::Bytes;
use futures_core::stream::{FusedStream, Stream};

use crate::decode::Decoder;
use crate::decode::chunk::ChunkBuf;
use crate::error::{DecodeError, Error};
use crate::event::Event;
use crate::event_buf::{EventBuf, FrameBuf};
#[cfg(feature = "http-body")]
use crate::http_body::body_stream::BodyStream;

/// A stream of events over a stream of bytes: a response's body, of any HTTP client.
///
/// `S` is any `Stream<Item = Result<B, E>>` with `B: Into<Bytes>`. It yields `Result<EventBuf, Error<E>>`, each event as
/// soon as its blank line has come, and nothing more once the inner stream has ended. An event over the limit is an error,
/// and the next event comes after it. It spawns nothing, and needs no runtime.
///
/// Dropping a pending `next()` loses nothing: all state is in here. It is `Send` and `Unpin` where `S` is; a stream that is
/// not `Unpin` is to be pinned first, as `EventStream::new(Box::pin(stream))`.
///
/// # Examples
///
/// ```
/// use futures_util::{StreamExt, stream};
/// use sse_wire::stream::EventStream;
///
/// # futures_executor::block_on(async {
/// let body = stream::iter([Ok::<_, std::io::Error>("data: 1\n\nda"), Ok("ta: 2\n\n")]);
/// let mut events = EventStream::new(body);
/// assert_eq!(events.next().await.unwrap()?.data(), "1");
/// assert_eq!(events.next().await.unwrap()?.data(), "2");
/// assert!(events.next().await.is_none());
/// # Ok::<(), sse_wire::Error<std::io::Error>>(())
/// # }).unwrap();
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct EventStream<S> {
    inner: S,
    decoder: Decoder,
    chunk: ChunkBuf,
    ended: bool,
}

impl<S> EventStream<S> {
    /// Decodes `inner`, with a new [`Decoder`].
    pub fn new(inner: S) -> Self {
        Self::with_decoder(inner, Decoder::new())
    }

    /// Decodes `inner`, with a decoder that has other limits, or goes on from an earlier connection.
    pub fn with_decoder(inner: S, decoder: Decoder) -> Self {
        Self { inner, decoder, chunk: ChunkBuf::default(), ended: false }
    }

    /// Yields comments, reconnection times and ids without events too.
    pub fn frames(self) -> FrameStream<S> {
        FrameStream(self)
    }

    /// Returns the decoder, for its counters, the last event ID and the reconnection time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use futures_util::{StreamExt, stream};
    /// # futures_executor::block_on(async {
    /// let body = stream::iter([Ok::<_, std::io::Error>("{\"error\": \"no events here\"}\n")]);
    /// let mut events = sse_wire::stream::EventStream::new(body);
    /// assert!(events.next().await.is_none());
    /// assert_eq!((events.decoder().events(), events.decoder().ignored_lines()), (0, 1));
    /// # });
    /// ```
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Returns the inner stream.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::stream, sse_wire::stream::EventStream};
    /// let events = EventStream::new(stream::iter([0; 3]));
    /// assert_eq!(stream::Stream::size_hint(events.get_ref()), (3, Some(3)));
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner stream. What is taken from it here is missing in the events.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::stream, sse_wire::stream::EventStream};
    /// # use futures_util::{FutureExt, StreamExt};
    /// let mut events = EventStream::new(stream::iter([1, 2]));
    /// assert_eq!(events.get_mut().next().now_or_never(), Some(Some(1)));
    /// ```
    #[must_use]
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The last event ID as of the last event that was yielded: see [`Decoder::last_event_id`].
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// The last reconnection time that the server has sent, if any.
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.decoder.reconnection_time()
    }

    /// Hands out the event that has no blank line yet, once the stream has ended: see [`Decoder::end_of_stream`].
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        self.chunk = ChunkBuf::default();
        self.decoder.end_of_stream()
    }

    /// Returns the inner stream. What has come out of it and is not decoded yet is lost.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Returns the inner stream, and the decoder to go on with over the next connection.
    #[must_use]
    pub fn into_parts(self) -> (S, Decoder) {
        (self.inner, self.decoder)
    }

    /// Polls for bytes until `next` finds something in them.
    fn poll<B: Into<Bytes>, E, T>(
        &mut self,
        cx: &mut Context<'_>,
        next: impl Fn(&mut Decoder, &mut ChunkBuf) -> Result<Option<T>, DecodeError>,
    ) -> Poll<Option<Result<T, Error<E>>>>
    where
        S: Stream<Item = Result<B, E>> + Unpin,
    {
        loop {
            if let Some(found) = next(&mut self.decoder, &mut self.chunk).transpose() {
                return Poll::Ready(Some(found.map_err(Error::Decode)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.inner).poll_next(cx)) {
                Some(Ok(bytes)) => self.chunk = ChunkBuf::from(bytes.into()),
                Some(Err(error)) => return Poll::Ready(Some(Err(Error::Transport(error)))),
                None => self.ended = true,
            }
        }
    }
}

impl<S, B, E> Stream for EventStream<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
{
    type Item = Result<EventBuf, Error<E>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx, Decoder::next_event_buf)
    }
}

impl<S, B, E> FusedStream for EventStream<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
{
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

/// The settings and lengths; what came is not shown, and the inner stream may have it too.
impl<S> fmt::Debug for EventStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("decoder", &self.decoder)
            .field("remaining", &self.chunk.remaining().len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "http-body")]
impl<B: http_body::Body> EventStream<BodyStream<B>> {
    /// Decodes a response's body, as hyper's clients have it, and reqwest's by `http::Response::from`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use http_body_util::Full;
    /// use sse_wire::stream::EventStream;
    ///
    /// # futures_executor::block_on(async {
    /// let mut events = EventStream::from_body(Full::<bytes::Bytes>::from("data: 1\n\n"));
    /// assert_eq!(events.next().await.unwrap()?.data(), "1");
    /// # Ok::<(), sse_wire::Error<std::convert::Infallible>>(())
    /// # }).unwrap();
    /// ```
    pub fn from_body(body: B) -> Self {
        Self::new(BodyStream::new(body))
    }
}

/// As [`EventStream`], with comments and reconnection times: made by [`EventStream::frames`].
///
/// # Examples
///
/// ```
/// use futures_util::{StreamExt, stream};
/// use sse_wire::{stream::EventStream, FrameBuf};
///
/// # futures_executor::block_on(async {
/// let body = stream::iter([Ok::<_, std::io::Error>(": hello\n\n")]);
/// let mut frames = EventStream::new(body).frames();
/// assert_eq!(frames.next().await.unwrap()?, FrameBuf::Comment("hello".to_owned()));
/// # Ok::<(), sse_wire::Error<std::io::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct FrameStream<S>(EventStream<S>);

impl<S> FrameStream<S> {
    /// Yields events alone.
    pub fn events(self) -> EventStream<S> {
        self.0
    }

    /// The stream of events, for its other methods.
    pub const fn get_ref(&self) -> &EventStream<S> {
        &self.0
    }

    /// The stream of events, for its other methods.
    pub const fn get_mut(&mut self) -> &mut EventStream<S> {
        &mut self.0
    }
}

impl<S, B, E> Stream for FrameStream<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
{
    type Item = Result<FrameBuf, Error<E>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx, Decoder::next_frame_buf)
    }
}

impl<S, B, E> FusedStream for FrameStream<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
{
    fn is_terminated(&self) -> bool {
        self.0.ended
    }
}
