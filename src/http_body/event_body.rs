//! A stream of encoded events as the body of a response.

use alloc::boxed::Box;
use core::fmt;
use core::future::Ready;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use bytes::Bytes;
use futures_core::stream::Stream;
use http::{HeaderName, HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};

use crate::names::{KEEP_ALIVE, RESPONSE_HEADERS};

/// The body of a response: an `http_body::Body` over a stream of encoded events.
///
/// `S` is any `Stream<Item = Result<B, E>>` with `B: Into<Bytes>`, such as the result of [`EventBuilder::to_bytes`].
/// Each item must be one or more whole events, because a keep-alive may be sent between any two items.
///
/// The body consists of what the stream yields, in that order and at once: no event is delayed, copied or examined. It
/// ends when the stream ends, and fails at the stream's first error; if you relay an
/// [`EventStream`](crate::stream::EventStream), leave out [`Error::Decode`](crate::Error::Decode), after which that
/// stream continues. [`with_keep_alive`](Self::with_keep_alive) fills the silence between events.
///
/// It spawns nothing and needs no runtime. It allocates nothing per event. `S` must be `Unpin`; pin any other stream
/// first: `EventBody::new(Box::pin(stream))`.
///
/// [`EventBuilder::to_bytes`]: crate::EventBuilder::to_bytes
///
/// # Examples
///
/// ```
/// use futures_util::stream;
/// use http_body_util::BodyExt;
/// use sse_wire::EventBuilder;
/// use sse_wire::http_body::EventBody;
///
/// # futures_executor::block_on(async {
/// let events = ["1", "2"].map(|data| Ok::<_, std::io::Error>(EventBuilder::new().data(data).to_bytes()));
/// let response = EventBody::new(stream::iter(events)).into_response();
/// assert_eq!(response.headers()["content-type"], "text/event-stream");
/// assert_eq!(response.into_body().collect().await?.to_bytes(), "data: 1\n\ndata: 2\n\n");
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[doc(alias = "sse")]
#[must_use = "a body does nothing unless it is sent"]
pub struct EventBody<S, T = fn(Duration) -> Ready<()>, W = Ready<()>> {
    events: S,
    keep_alive: Option<KeepAlive<T, W>>,
    ended: bool,
}

/// When the next keep-alive is due.
struct KeepAlive<T, W> {
    interval: Duration,
    sleep: T,
    /// Created at the first silence, and replaced in place at each further one.
    timer: Option<Pin<Box<W>>>,
    /// Whether the timer runs: from the first poll that finds no event.
    silent: bool,
}

impl<S> EventBody<S> {
    /// Creates a body that sends what `events` yields, and nothing in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{FutureExt, stream};
    /// use http_body_util::BodyExt;
    /// use sse_wire::http_body::EventBody;
    ///
    /// let body = EventBody::new(stream::iter([Ok::<_, std::io::Error>("data: 1\n\n")]));
    /// assert_eq!(body.collect().now_or_never().unwrap()?.to_bytes(), "data: 1\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn new(events: S) -> Self {
        Self { events, keep_alive: None, ended: false }
    }
}

impl<S, T, W> EventBody<S, T, W> {
    /// Sends an [empty comment](KEEP_ALIVE) after each full interval of silence, so that no proxy or client considers
    /// the connection idle.
    ///
    /// `sleep` is your runtime's, for example `tokio::time::sleep`. It is called when an event was sent and the next
    /// one is not available yet, and again after each keep-alive. So no silence lasts longer than `interval`, and no
    /// keep-alive is sent earlier. Events that arrive faster than they can be sent cost no timer. The future is boxed
    /// once per body, not once per timer.
    ///
    /// Many proxies give up after 60 s without a byte; 15 s is a common interval. An interval of zero turns keep-alives
    /// off.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use futures_util::stream;
    /// use http_body_util::BodyExt;
    /// use sse_wire::http_body::EventBody;
    ///
    /// # futures_executor::block_on(async {
    /// let silence = stream::pending::<Result<&str, std::io::Error>>();
    /// // Like `tokio::time::sleep`, except that no time passes.
    /// let sleep = |_: Duration| std::future::ready(());
    /// let mut body = EventBody::new(silence).with_keep_alive(Duration::from_secs(15), sleep);
    /// let frame = body.frame().await.unwrap()?;
    /// assert_eq!(frame.into_data().unwrap(), ":\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "heartbeat")]
    #[doc(alias = "keep-alive")]
    #[doc(alias = "ping")]
    pub fn with_keep_alive<T2, W2>(self, interval: Duration, sleep: T2) -> EventBody<S, T2, W2>
    where
        T2: FnMut(Duration) -> W2,
        W2: Future<Output = ()>,
    {
        let keep_alive = KeepAlive { interval, sleep, timer: None, silent: false };
        EventBody { events: self.events, keep_alive: (!interval.is_zero()).then_some(keep_alive), ended: self.ended }
    }

    /// Returns a response with this body, status 200 and the [headers](RESPONSE_HEADERS) of an event stream, to which
    /// you can add others.
    ///
    /// hyper sends it as it is, and so does axum. For a framework with its own body type, give that type the stream
    /// of encoded events instead, and set [`RESPONSE_HEADERS`].
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::stream;
    /// use sse_wire::http_body::EventBody;
    ///
    /// let events = stream::empty::<Result<&str, std::io::Error>>();
    /// let response = EventBody::new(events).into_response();
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
    /// ```
    #[must_use]
    pub fn into_response(self) -> Response<Self> {
        let mut response = Response::new(self);
        for (name, value) in RESPONSE_HEADERS {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response
    }

    /// Returns the stream of encoded events.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::stream::{self, Stream as _};
    /// use sse_wire::http_body::EventBody;
    ///
    /// let body = EventBody::new(stream::iter(["data: 1\n\n"]));
    /// assert_eq!(body.get_ref().size_hint(), (1, Some(1)));
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        &self.events
    }

    /// Returns the stream of encoded events. Events that you take from it are lost to the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::{FutureExt, StreamExt, stream};
    /// use sse_wire::http_body::EventBody;
    ///
    /// let mut body = EventBody::new(stream::iter(["data: 1\n\n"]));
    /// assert_eq!(body.get_mut().next().now_or_never(), Some(Some("data: 1\n\n")));
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.events
    }

    /// Returns the stream of encoded events. No event is lost: the body buffers none.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::stream::{self, Stream as _};
    /// use sse_wire::http_body::EventBody;
    ///
    /// let body = EventBody::new(stream::iter(["data: 1\n\n"]));
    /// assert_eq!(body.into_inner().size_hint(), (1, Some(1)));
    /// ```
    #[must_use]
    pub fn into_inner(self) -> S {
        self.events
    }
}

impl<T: FnMut(Duration) -> W, W: Future<Output = ()>> KeepAlive<T, W> {
    /// Waits for a full interval of silence, which begins with the first call after an event or a keep-alive.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.silent {
            let timer = (self.sleep)(self.interval);
            match &mut self.timer {
                Some(old) => old.set(timer),
                None => self.timer = Some(Box::pin(timer)),
            }
            self.silent = true;
        }
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
        }
        self.silent = false;
        Poll::Ready(())
    }
}

impl<S, B, E, T, W> Body for EventBody<S, T, W>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: Into<Bytes>,
    T: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Data = Bytes;
    type Error = E;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.events).poll_next(cx) {
            Poll::Ready(Some(Ok(event))) => {
                let event = event.into();
                if let Some(keep_alive) = &mut self.keep_alive {
                    // No bytes are silence too.
                    keep_alive.silent &= event.is_empty();
                }
                Poll::Ready(Some(Ok(Frame::data(event))))
            }
            Poll::Ready(Some(Err(error))) => {
                self.ended = true;
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => match &mut self.keep_alive {
                Some(keep_alive) => keep_alive.poll(cx).map(|()| Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE))))),
                None => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        if self.ended { SizeHint::with_exact(0) } else { SizeHint::default() }
    }
}

/// The timer is boxed, and nothing else is pinned.
impl<S: Unpin, T, W> Unpin for EventBody<S, T, W> {}

/// The stream may hold payload, so it is not shown.
impl<S, T, W> fmt::Debug for EventBody<S, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBody")
            .field("keep_alive", &self.keep_alive.as_ref().map(|keep_alive| keep_alive.interval))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
