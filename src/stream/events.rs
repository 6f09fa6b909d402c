//! Events from any `futures_core::Stream` of bytes.

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

/// A stream of events from a stream of bytes, such as the response body of any HTTP client.
///
/// `S` is any `Stream<Item = Result<B, E>>` with `B: Into<Bytes>`. It yields `Result<EventBuf, Error<E>>`, each event
/// as soon as its blank line has been received, and ends when the inner stream ends. An event over the limit is an
/// error, and the stream continues after it. It spawns nothing and needs no runtime.
///
/// Dropping a pending `next()` loses nothing: the stream holds all state. It is `Send` and `Unpin` if `S` is. Pin a
/// stream that is not `Unpin` first: `EventStream::new(Box::pin(stream))`.
///
/// It reads bytes and knows nothing of the response that they belong to. Check that first: a status, or
/// [`EventSource::on_response`](crate::EventSource::on_response) with status and content type. A page of HTML is decoded
/// without an error, to no event and many [ignored lines](Decoder::ignored_lines). When the stream has ended,
/// [`decoder`](Self::decoder)`().`[`is_between_events`](Decoder::is_between_events)`()` says whether it was cut off inside
/// an event.
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
#[doc(alias = "parse")]
#[doc(alias = "sse")]
#[must_use = "streams do nothing unless polled"]
pub struct EventStream<S> {
    inner: S,
    decoder: Decoder,
    chunk: ChunkBuf,
    ended: bool,
}

impl<S> EventStream<S> {
    /// Creates a stream of the events in `inner`, with a new [`Decoder`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let mut events = EventStream::new(stream::iter([Ok::<_, std::io::Error>("data: 1\n\n")]));
    /// assert_eq!(events.next().now_or_never().flatten().unwrap()?.data(), "1");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    pub fn new(inner: S) -> Self {
        Self::with_decoder(inner, Decoder::new())
    }

    /// Creates a stream of the events in `inner`, with a decoder that has other limits, or that continues from an
    /// earlier connection.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream, sse_wire::Decoder};
    /// let decoder = Decoder::new().with_max_event_len(4);
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: 12345\n\n")]);
    /// let mut events = EventStream::with_decoder(body, decoder);
    /// assert!(events.next().now_or_never().flatten().unwrap().is_err());
    /// ```
    pub fn with_decoder(inner: S, decoder: Decoder) -> Self {
        Self { inner, decoder, chunk: ChunkBuf::default(), ended: false }
    }

    /// Makes the stream yield comments, reconnection times and ids without an event, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>(": hello\n")]);
    /// let mut frames = EventStream::new(body).frames();
    /// let frame = frames.next().now_or_never().flatten().unwrap()?;
    /// assert_eq!(frame, sse_wire::FrameBuf::Comment("hello".to_owned()));
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    pub fn frames(self) -> FrameStream<S> {
        FrameStream(self)
    }

    /// Returns the decoder: for its counters, the last event ID and the reconnection time.
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

    /// Returns the inner stream. Chunks that you take from it are lost to the decoder.
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

    /// Returns the last event ID as of the last event yielded: see [`Decoder::last_event_id`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut events = EventStream::new(body);
    /// assert!(events.next().now_or_never().flatten().is_some());
    /// assert_eq!(events.last_event_id(), "7");
    /// ```
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// Returns the last reconnection time that the server sent, if any.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut events = EventStream::new(body);
    /// assert!(events.next().now_or_never().flatten().is_some());
    /// assert_eq!(events.reconnection_time(), Some(core::time::Duration::from_millis(10)));
    /// ```
    #[must_use]
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.decoder.reconnection_time()
    }

    /// Returns the event that has no blank line yet, once the stream has ended: see [`Decoder::end_of_stream`]. Useful
    /// with servers that omit the final blank line.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut events = EventStream::new(body);
    /// while events.next().now_or_never().flatten().is_some() {}
    /// assert_eq!(events.end_of_stream().unwrap().data(), "unfinished");
    /// ```
    pub fn end_of_stream(&mut self) -> Option<Event<'_>> {
        self.chunk = ChunkBuf::default();
        self.decoder.end_of_stream()
    }

    /// Returns the inner stream. Bytes that it yielded but that are not decoded yet are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let events = EventStream::new(stream::iter([0; 3]));
    /// assert_eq!(stream::Stream::size_hint(&events.into_inner()), (3, Some(3)));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Returns the inner stream, and the decoder to continue with on the next connection. Call
    /// [`end_of_stream`](Self::end_of_stream) first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut events = EventStream::new(body);
    /// while events.next().now_or_never().flatten().is_some() {}
    /// events.end_of_stream();
    /// let (_, decoder) = events.into_parts();
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: 2\n\n")]);
    /// let mut events = EventStream::with_decoder(body, decoder);
    /// let event = events.next().now_or_never().flatten().unwrap()?;
    /// assert_eq!((event.data(), event.last_event_id()), ("2", "7"));
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
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
            match next(&mut self.decoder, &mut self.chunk) {
                Ok(None) => {}
                Ok(Some(found)) => return Poll::Ready(Some(Ok(found))),
                Err(error) => return Poll::Ready(Some(Err(Error::Decode(error)))),
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

/// Shows settings and lengths, but neither the data nor the inner stream, which may hold data too.
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
    /// Creates a stream of the events in a response's body: hyper's, or reqwest's after `http::Response::from`.
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

/// A stream of events, comments, reconnection times and ids: returned by [`EventStream::frames`].
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
    /// Makes the stream yield only events again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut events = EventStream::new(body).frames().events();
    /// let event = events.next().now_or_never().flatten().unwrap()?; // no frame for `retry` before it
    /// assert_eq!(event.data(), "1");
    /// # Ok::<(), sse_wire::Error<std::io::Error>>(())
    /// ```
    pub fn events(self) -> EventStream<S> {
        self.0
    }

    /// Returns the stream of events, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut frames = EventStream::new(body).frames();
    /// while frames.next().now_or_never().flatten().is_some() {}
    /// assert_eq!(frames.get_ref().last_event_id(), "7");
    /// ```
    pub const fn get_ref(&self) -> &EventStream<S> {
        &self.0
    }

    /// Returns the stream of events, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {futures_util::{FutureExt, StreamExt, stream}, sse_wire::stream::EventStream};
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\ndata: 1\n\ndata: unfinished")]);
    /// let mut frames = EventStream::new(body).frames();
    /// while frames.next().now_or_never().flatten().is_some() {}
    /// assert_eq!(frames.get_mut().end_of_stream().unwrap().data(), "unfinished");
    /// ```
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
