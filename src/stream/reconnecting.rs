//! A client as a stream: drives [`EventSource`] with any HTTP library, runtime and timer.

use alloc::boxed::Box;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use bytes::Bytes;
use futures_core::stream::{FusedStream, Stream};

use crate::decode::chunk::ChunkBuf;
use crate::error::DecodeError;
use crate::event_buf::{EventBuf, FrameBuf};
use crate::event_source::{EventSource, ReadyState};
use crate::stream::attempt::{Accepted, Answer, Attempt};
use crate::stream::random::Random;
use crate::stream::source_error::SourceError;
use crate::stream::timeout::Timeout;

/// A stream of events that reconnects by itself: returned by [`EventSource::into_stream`].
///
/// It yields `Result<EventBuf, SourceError<E, B>>`, and continues after every error but a
/// [final](SourceError::is_final) one. The end of a body is not an item. The stream ends after the final error, or once
/// [closed](Self::close).
///
/// It spawns nothing and needs no runtime. Dropping a pending `next()` loses nothing: the stream holds all state. It
/// allocates for each attempt (your future and the body) and each wait, but not for chunks; a timeout that starts again
/// reuses its allocation. It is `Unpin`, and `Send` if its parts are.
///
/// Timeouts run even while you do not poll: one that has expired is reported as soon as no more bytes are available.
///
/// # Examples
///
/// ```
/// use futures_util::{StreamExt, stream};
/// use sse_wire::EventSource;
/// use sse_wire::stream::{Accepted, Attempt};
///
/// let connect = |_: Attempt<'_>| async {
///     let body = stream::iter([Ok::<_, ()>("data: 1\n\n")]); // from your HTTP library
///     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
/// };
/// # futures_executor::block_on(async {
/// let mut events = EventSource::new().into_stream(connect, |_wait| async {});
/// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
/// assert_eq!(events.next().await.unwrap().unwrap().data(), "1"); // from the second connection
/// # });
/// ```
#[doc(alias = "reconnect")]
#[doc(alias = "sse")]
#[must_use = "streams do nothing unless polled"]
pub struct ReconnectingStream<C, F, S, T, W> {
    source: EventSource,
    connect: C,
    sleep: T,
    phase: Phase<F, S, W>,
    chunk: ChunkBuf,
    idle: Timeout<W>,
    stall: Timeout<W>,
    random: Random,
}

/// The state between two polls.
enum Phase<F, S, W> {
    /// An attempt is due.
    Due,
    Connecting(Pin<Box<F>>),
    Open(Pin<Box<S>>),
    /// The connection was lost, and the next attempt is not due yet.
    Waiting(Pin<Box<W>>),
    Ended,
}

// Everything that must be pinned is boxed.
impl<C, F, S, T, W> Unpin for ReconnectingStream<C, F, S, T, W> {}

/// Methods of the feature `stream`.
impl EventSource {
    /// Turns this source into a stream of events that reconnects by itself, with any HTTP library and any runtime.
    ///
    /// `connect` is called for each attempt. It sends the request, with the
    /// [`request_headers`](crate::stream::Attempt::request_headers), and resolves to a response, as [`Accepted`], or to
    /// an error, after which it is called again. `sleep` returns a future that is ready after the given time, for
    /// example `tokio::time::sleep`.
    ///
    /// The [jitter](Self::with_jitter) is random; see [`with_seed`](ReconnectingStream::with_seed).
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{StreamExt, stream};
    /// use sse_wire::stream::{Accepted, SourceError};
    /// use sse_wire::{EventSource, MIME_TYPE};
    ///
    /// // Each connection brings one event, and then fails.
    /// let connect = |attempt: sse_wire::stream::Attempt<'_>| {
    ///     let id = attempt.last_event_id().map_or(1, |id| id.len() + 1);
    ///     let body = [Ok(format!("id: {}\ndata: {id}\n\n", "i".repeat(id))), Err("lost")];
    ///     async move { Ok::<_, &str>(Accepted::new(200, Some(MIME_TYPE.as_bytes()), stream::iter(body))) }
    /// };
    /// let mut events = EventSource::new().into_stream(connect, |_wait| async {});
    ///
    /// # futures_executor::block_on(async {
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// assert_eq!(events.next().await.unwrap(), Err(SourceError::Body("lost")));
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "2");
    /// # });
    /// ```
    #[doc(alias = "reconnect")]
    pub fn into_stream<C, F, S, E, T, W>(self, connect: C, sleep: T) -> ReconnectingStream<C, F, S, T, W>
    where
        C: FnMut(Attempt<'_>) -> F,
        F: Future<Output = Result<Accepted<S>, E>>,
        T: FnMut(Duration) -> W,
        W: Future<Output = ()>,
    {
        ReconnectingStream {
            phase: if self.ready_state() == ReadyState::Closed { Phase::Ended } else { Phase::Due },
            random: Random::new(&self),
            source: self,
            connect,
            sleep,
            chunk: ChunkBuf::default(),
            idle: Timeout::default(),
            stall: Timeout::default(),
        }
    }
}

impl<C, F, S, T, W> ReconnectingStream<C, F, S, T, W> {
    /// Sets how long a connection may be silent: without a response, then without a byte. After that it is considered
    /// lost, and the stream yields [`SourceError::Idle`]. Off by default; choose a time longer than the server's
    /// interval of keep-alives.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let time = Duration::from_secs(60);
    /// let mut events = EventSource::new().into_stream(connect, sleep).with_idle_timeout(time);
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// assert_eq!(events.next().await.unwrap(), Err(SourceError::Idle(time)));
    /// # });
    /// ```
    pub fn with_idle_timeout(mut self, time: Duration) -> Self {
        self.idle = Timeout::new(time);
        self
    }

    /// Sets how long a connection may be without an event, from the beginning of the attempt, even if comments and
    /// other bytes arrive. After that it is considered lost, and the stream yields [`SourceError::Stalled`]. Off by
    /// default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let time = Duration::from_secs(60);
    /// let mut events = EventSource::new().into_stream(connect, sleep).with_stall_timeout(time);
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// assert_eq!(events.next().await.unwrap(), Err(SourceError::Stalled(time)));
    /// # });
    /// ```
    pub fn with_stall_timeout(mut self, time: Duration) -> Self {
        self.stall = Timeout::new(time);
        self
    }

    /// Sets the seed of the jitter. By default it is random with the feature `std`. Without it, the seed is an address
    /// in memory, which may be the same on every device of a kind: set one there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{FutureExt, StreamExt, stream}, sse_wire::{EventSource, stream::Accepted}};
    /// let mut waits = Vec::new();
    /// for _ in 0..2 {
    ///     let connect = |_: sse_wire::stream::Attempt<'_>| async { Ok::<_, ()>(Accepted::unavailable(503, None)) };
    ///     let sleep = |wait| { waits.push(wait); async {} };
    ///     let mut events = EventSource::new().into_stream(connect, sleep).with_seed(7);
    ///     # type Empty = stream::Empty<Result<bytes::Bytes, ()>>;
    ///     # fn body<C, F: Future<Output = Result<Accepted<Empty>, ()>>, S, T, W>(
    ///     #     _: &sse_wire::stream::ReconnectingStream<C, F, S, T, W>) {}
    ///     # body(&events);
    ///     assert!(events.next().now_or_never().unwrap().unwrap().is_err());
    /// }
    /// assert_eq!(waits[0], waits[1]);
    /// ```
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.random = Random::from_seed(seed);
        self
    }

    /// Makes the stream yield comments, reconnection times and ids without an event, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut frames = EventSource::new().into_stream(connect, sleep).frames();
    /// let comment = sse_wire::FrameBuf::Comment("hello".to_owned());
    /// assert_eq!(frames.next().await.unwrap(), Ok(comment));
    /// # });
    /// ```
    pub fn frames(self) -> ReconnectingFrameStream<C, F, S, T, W> {
        ReconnectingFrameStream(self)
    }

    /// Drops the connection, or the wait for one, and reconnects at once: see [`EventSource::restart`]. Events that
    /// were received but not yielded are dropped too; their ids do not take effect, so the server sends them again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut events = EventSource::new().into_stream(connect, sleep);
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// events.restart();
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1"); // from the second connection
    /// # });
    /// ```
    #[doc(alias = "reconnect")]
    pub fn restart(&mut self) {
        if !matches!(self.phase, Phase::Ended) {
            self.source.restart();
            self.drop_connection(Phase::Due);
        }
    }

    /// Drops the connection and ends the stream: the next item is `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut events = EventSource::new().into_stream(connect, sleep);
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// events.close();
    /// assert!(events.next().await.is_none());
    /// # });
    /// ```
    pub fn close(&mut self) {
        self.source.close();
        self.drop_connection(Phase::Ended);
    }

    /// Returns the event source: for its state, the last event ID and the number of failures in a row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut events = EventSource::new().into_stream(connect, sleep);
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    /// assert_eq!((events.source().failures(), events.source().decoder().events()), (0, 1));
    /// # });
    /// ```
    #[must_use]
    pub const fn source(&self) -> &EventSource {
        &self.source
    }

    /// Sets the last event ID: for APIs that send ids in the JSON.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut events = EventSource::new().into_stream(connect, sleep);
    /// let event = events.next().await.unwrap().unwrap();
    /// events.set_last_event_id(event.data()); // or from JSON in it
    /// assert_eq!(events.source().last_event_id_header(), Some(&b"1"[..]));
    /// # });
    /// ```
    pub fn set_last_event_id(&mut self, id: &str) {
        self.source.set_last_event_id(id);
    }

    fn drop_connection(&mut self, then: Phase<F, S, W>) {
        self.phase = then;
        self.chunk = ChunkBuf::default();
        self.idle.disarm();
        self.stall.disarm();
    }
}

impl<C, F, S, E, T, W, B, I> ReconnectingStream<C, F, S, T, W>
where
    C: FnMut(Attempt<'_>) -> F,
    F: Future<Output = Result<Accepted<S>, E>>,
    S: Stream<Item = Result<I, B>>,
    I: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    /// Drops the connection, and waits as long as the source says.
    fn wait(&mut self, wait: Option<Duration>) {
        let phase = wait.map_or(Phase::Ended, |wait| Phase::Waiting(Box::pin((self.sleep)(wait))));
        self.drop_connection(phase);
    }

    fn end_connection(&mut self) {
        let random = self.random.next();
        let wait = self.source.on_end(random);
        self.wait(wait);
    }

    fn lose(&mut self, error: SourceError<E, B>) -> SourceError<E, B> {
        self.end_connection();
        error
    }

    /// Takes the result of an attempt. An error becomes an item.
    fn take_answer(&mut self, answer: Answer<S>) -> Result<(), SourceError<E, B>> {
        match answer {
            Answer::Judged(Ok(body)) => {
                self.source.on_judged(Ok(())).map_err(SourceError::Refused)?;
                self.phase = Phase::Open(Box::pin(body));
                // The head counts against the idle timeout, but it is not an event.
                self.idle.start();
                Ok(())
            }
            Answer::Judged(Err(failed)) => {
                self.drop_connection(Phase::Ended);
                self.source.on_judged(Err(failed)).map_err(SourceError::Refused)
            }
            Answer::Unavailable(status, retry_after) => {
                let random = self.random.next();
                let wait = self.source.on_unavailable(retry_after, random);
                self.wait(wait);
                Err(SourceError::Unavailable(status))
            }
        }
    }

    /// Pending, until a timeout expires and the connection is lost.
    fn poll_timeouts<O>(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<O, SourceError<E, B>>>> {
        let error = if let Poll::Ready(time) = self.idle.poll(&mut self.sleep, cx) {
            SourceError::Idle(time)
        } else if let Poll::Ready(time) = self.stall.poll(&mut self.sleep, cx) {
            SourceError::Stalled(time)
        } else {
            return Poll::Pending;
        };
        Poll::Ready(Some(Err(self.lose(error))))
    }

    /// Polls until `next` finds something in the chunks received.
    fn poll<O>(
        &mut self,
        cx: &mut Context<'_>,
        next: impl Fn(&mut EventSource, &mut ChunkBuf) -> Result<Option<O>, DecodeError>,
    ) -> Poll<Option<Result<O, SourceError<E, B>>>> {
        let mut ended_here = false;
        let mut chunks = 0;
        loop {
            match &mut self.phase {
                Phase::Due => {
                    self.phase = Phase::Connecting(Box::pin((self.connect)(Attempt { source: &self.source })));
                    self.idle.start();
                    self.stall.start();
                }
                Phase::Connecting(attempt) => match attempt.as_mut().poll(cx) {
                    Poll::Ready(Ok(Accepted(answer))) => {
                        if let Err(error) = self.take_answer(answer) {
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(self.lose(SourceError::Connect(error))))),
                    Poll::Pending => return self.poll_timeouts(cx),
                },
                Phase::Open(body) => {
                    let events = self.source.decoder().events();
                    if let Some(found) = next(&mut self.source, &mut self.chunk).transpose() {
                        if self.source.decoder().events() != events {
                            self.stall.start();
                        }
                        return Poll::Ready(Some(found.map_err(SourceError::Decode)));
                    }
                    // A body that is always ready, and has nothing to return, must block neither the other tasks of
                    // this thread nor the timeouts.
                    if chunks == MANY {
                        cx.waker().wake_by_ref();
                        return self.poll_timeouts(cx);
                    }
                    match body.as_mut().poll_next(cx) {
                        Poll::Ready(Some(Ok(bytes))) => {
                            chunks += 1;
                            self.chunk = ChunkBuf::from(bytes.into());
                            if !self.chunk.is_empty() {
                                self.idle.start();
                            }
                        }
                        Poll::Ready(Some(Err(error))) => {
                            return Poll::Ready(Some(Err(self.lose(SourceError::Body(error)))));
                        }
                        Poll::Ready(None) => {
                            self.end_connection();
                            ended_here = true;
                        }
                        Poll::Pending => return self.poll_timeouts(cx),
                    }
                }
                Phase::Waiting(wait) => {
                    if wait.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    self.phase = Phase::Due;
                    // Connections that end at once, with waits of zero, must not block the other tasks of this thread.
                    if mem::take(&mut ended_here) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
                Phase::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<C, F, S, E, T, W, B, I> Stream for ReconnectingStream<C, F, S, T, W>
where
    C: FnMut(Attempt<'_>) -> F,
    F: Future<Output = Result<Accepted<S>, E>>,
    S: Stream<Item = Result<I, B>>,
    I: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Item = Result<EventBuf, SourceError<E, B>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx, EventSource::next_event_buf)
    }
}

impl<C, F, S, E, T, W, B, I> FusedStream for ReconnectingStream<C, F, S, T, W>
where
    C: FnMut(Attempt<'_>) -> F,
    F: Future<Output = Result<Accepted<S>, E>>,
    S: Stream<Item = Result<I, B>>,
    I: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    fn is_terminated(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }
}

/// Shows the state and the settings, never the data.
impl<C, F, S, T, W> fmt::Debug for ReconnectingStream<C, F, S, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReconnectingStream")
            .field("source", &self.source)
            .field("idle_timeout", &self.idle.time())
            .field("stall_timeout", &self.stall.time())
            .field("remaining", &self.chunk.remaining().len())
            .finish_non_exhaustive()
    }
}

/// The number of chunks without an item after which other tasks get a turn.
const MANY: u32 = 1024;

/// A stream of events, comments, reconnection times and ids that reconnects on its own: returned by
/// [`ReconnectingStream::frames`].
///
/// # Examples
///
/// ```
/// # use {core::time::Duration, futures_util::{StreamExt, stream}};
/// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
/// # let connect = |_: Attempt<'_>| async {
/// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
/// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
/// # };
/// # let sleep = |_| async {};
/// # futures_executor::block_on(async {
/// let mut frames = EventSource::new().into_stream(connect, sleep).frames();
/// let comment = sse_wire::FrameBuf::Comment("hello".to_owned());
/// assert_eq!(frames.next().await.unwrap(), Ok(comment));
/// # });
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct ReconnectingFrameStream<C, F, S, T, W>(ReconnectingStream<C, F, S, T, W>);

impl<C, F, S, T, W> ReconnectingFrameStream<C, F, S, T, W> {
    /// Makes the stream yield only events again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut events = EventSource::new().into_stream(connect, sleep).frames().events();
    /// assert_eq!(events.next().await.unwrap().unwrap().data(), "1"); // no frame for the comment before it
    /// # });
    /// ```
    pub fn events(self) -> ReconnectingStream<C, F, S, T, W> {
        self.0
    }

    /// Returns the stream of events, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut frames = EventSource::new().into_stream(connect, sleep).frames();
    /// assert!(frames.next().await.is_some());
    /// assert_eq!(frames.get_ref().source().failures(), 0);
    /// # });
    /// ```
    pub const fn get_ref(&self) -> &ReconnectingStream<C, F, S, T, W> {
        &self.0
    }

    /// Returns the stream of events, for its other methods.
    ///
    /// # Examples
    ///
    /// ```
    /// # use {core::time::Duration, futures_util::{StreamExt, stream}};
    /// # use sse_wire::{EventSource, stream::{Accepted, Attempt, SourceError}};
    /// # let connect = |_: Attempt<'_>| async {
    /// #     let body = stream::iter([Ok::<_, ()>(": hello\ndata: 1\n\n")]).chain(stream::pending());
    /// #     Ok::<_, ()>(Accepted::new(200, Some(b"text/event-stream"), body))
    /// # };
    /// # let sleep = |_| async {};
    /// # futures_executor::block_on(async {
    /// let mut frames = EventSource::new().into_stream(connect, sleep).frames();
    /// assert!(frames.next().await.is_some());
    /// frames.get_mut().close();
    /// assert!(frames.next().await.is_none());
    /// # });
    /// ```
    pub const fn get_mut(&mut self) -> &mut ReconnectingStream<C, F, S, T, W> {
        &mut self.0
    }
}

impl<C, F, S, E, T, W, B, I> Stream for ReconnectingFrameStream<C, F, S, T, W>
where
    C: FnMut(Attempt<'_>) -> F,
    F: Future<Output = Result<Accepted<S>, E>>,
    S: Stream<Item = Result<I, B>>,
    I: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Item = Result<FrameBuf, SourceError<E, B>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx, EventSource::next_frame_buf)
    }
}

impl<C, F, S, E, T, W, B, I> FusedStream for ReconnectingFrameStream<C, F, S, T, W>
where
    C: FnMut(Attempt<'_>) -> F,
    F: Future<Output = Result<Accepted<S>, E>>,
    S: Stream<Item = Result<I, B>>,
    I: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}
