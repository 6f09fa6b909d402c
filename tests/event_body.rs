//! The laws of `EventBody`: what its stream yields, and keep-alives after each full interval of silence.

mod common;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use common::drive::owned;
use common::oracle;
use common::sent::sent;
use futures_executor::block_on;
use futures_util::{Stream, StreamExt, stream};
use http_body::Body;
use http_body_util::BodyExt;
use proptest::prelude::*;
use sse_wire::http_body::{BodyStream, EventBody};
use sse_wire::stream::EventStream;
use sse_wire::{EventBuilder, KEEP_ALIVE, RESPONSE_HEADERS};

/// A clock that stands still until it is set.
#[derive(Clone, Default)]
struct Clock(Rc<RefCell<Time>>);

#[derive(Default)]
struct Time {
    now: Duration,
    /// Which tasks to wake, and when.
    sleepers: Vec<(Duration, Waker)>,
}

impl Clock {
    fn now(&self) -> Duration {
        self.0.borrow().now
    }

    async fn sleep_until(self, deadline: Duration) {
        std::future::poll_fn(|cx| {
            let mut time = self.0.borrow_mut();
            if time.now >= deadline {
                return Poll::Ready(());
            }
            time.sleepers.push((deadline, cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// Advances to the next time at which a task must be woken, and wakes all that are due.
    fn go_on(&self) {
        let next = self.0.borrow().sleepers.iter().map(|(deadline, _)| *deadline).min();
        let now = next.expect("nobody will ever wake the body");
        let sleepers = std::mem::take(&mut self.0.borrow_mut().sleepers);
        let (due, later): (Vec<_>, Vec<_>) = sleepers.into_iter().partition(|(deadline, _)| *deadline <= now);
        *self.0.borrow_mut() = Time { now, sleepers: later };
        for (_, waker) in due {
            waker.wake();
        }
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends the body as a server does. Returns what was sent, and when.
fn send<E: std::fmt::Debug>(
    mut body: impl Body<Data = Bytes, Error = E> + Unpin,
    clock: &Clock,
) -> Vec<(Duration, Bytes)> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut sent = Vec::new();
    loop {
        match Pin::new(&mut body).poll_frame(&mut Context::from_waker(&waker)) {
            Poll::Ready(Some(frame)) => sent.push((clock.now(), frame.unwrap().into_data().unwrap())),
            Poll::Ready(None) => return sent,
            // Only then may it be polled again.
            Poll::Pending => {
                while !woken.0.swap(false, Ordering::Relaxed) {
                    clock.go_on();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_keep_alive_comes_after_each_full_interval_of_silence(
        events in proptest::collection::vec((0_u64..50, 0_usize..4), 0..8),
        interval in 1_u64..20,
    ) {
        let interval = Duration::from_millis(interval);
        let mut expected = Vec::new();
        let (mut now, mut silent_since) = (Duration::ZERO, Duration::ZERO);
        let mut times = Vec::new();
        for (pause, len) in events.iter().copied().chain([(30, 1)]) {
            now += Duration::from_millis(pause);
            while silent_since + interval < now {
                silent_since += interval;
                expected.push((silent_since, Bytes::from_static(KEEP_ALIVE)));
            }
            let event = Bytes::from("event"[..len].to_owned());
            if len > 0 {
                silent_since = now;
            }
            expected.push((now, event.clone()));
            times.push((now, event));
        }

        let clock = Clock::default();
        let events = Box::pin(stream::iter(times).then(|(time, event)| {
            let sleep = clock.clone().sleep_until(time);
            async { sleep.await; Ok::<_, Infallible>(event) }
        }));
        let timers = Cell::new(0);
        let body = EventBody::new(events).with_keep_alive(interval, |time| {
            assert_eq!(time, interval);
            timers.set(timers.get() + 1);
            clock.clone().sleep_until(clock.now() + time)
        });
        prop_assert_eq!(send(body, &clock), &expected[..]);
        prop_assert!(timers.get() <= expected.len(), "one timer for each silence");
    }

    /// From a server's events to a client's, over the two halves of the adapter.
    #[test]
    fn a_receiver_sees_the_events(sent in proptest::collection::vec(sent(), 0..4)) {
        let events = stream::iter(sent.iter().map(|event| Ok::<_, Infallible>(event.builder().to_bytes())));
        let response = EventBody::new(events).into_response();
        let events = EventStream::new(BodyStream::new(response.into_body()));
        let received: Vec<_> = block_on(events.map(|event| owned(event.unwrap().as_event())).collect());

        let mut last_event_id = String::new();
        let frames = sent.iter().flat_map(|event| event.received(&mut last_event_id));
        let expected: Vec<_> = frames.filter_map(|frame| match frame {
            oracle::Frame::Event(event) => Some(event),
            _ => None,
        }).collect();
        prop_assert_eq!(received, expected);
    }
}

/// The result of polling a body once.
type Polled<E> = Poll<Option<Result<http_body::Frame<Bytes>, E>>>;

fn poll<B: Body<Data = Bytes> + Unpin>(body: &mut B) -> Polled<B::Error> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

fn data<E: std::fmt::Debug>(frame: Polled<E>) -> Bytes {
    match frame {
        Poll::Ready(Some(frame)) => frame.unwrap().into_data().unwrap(),
        Poll::Ready(None) => panic!("the body has ended"),
        Poll::Pending => panic!("the body waits"),
    }
}

/// A sleep of unknown length.
async fn never(_: Duration) {
    std::future::pending::<()>().await;
}

#[test]
fn it_ends_with_its_stream() {
    let mut body =
        EventBody::new(stream::iter([Ok::<_, Infallible>("data: 1\n\n")])).with_keep_alive(Duration::MAX, never);
    assert!(!body.is_end_stream());
    assert_eq!((body.size_hint().lower(), body.size_hint().upper()), (0, None));
    assert_eq!(data(poll(&mut body)), "data: 1\n\n");
    assert!(!body.is_end_stream(), "the stream has not said so yet");
    for _ in 0..2 {
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
        assert!(body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(0));
    }
}

#[test]
fn an_error_ends_it() {
    let items = [Ok("data: 1\n\n"), Err(io::Error::other("the source is gone")), Ok("data: 2\n\n")];
    let mut body = EventBody::new(stream::iter(items));
    assert_eq!(data(poll(&mut body)), "data: 1\n\n");
    let Poll::Ready(Some(Err(error))) = poll(&mut body) else { panic!("no error") };
    assert_eq!(error.to_string(), "the source is gone");
    assert!(body.is_end_stream());
    assert!(matches!(poll(&mut body), Poll::Ready(None)));
}

#[test]
fn events_are_not_copied() {
    let event = EventBuilder::new().data("1").to_bytes();
    let mut body = EventBody::new(stream::iter([Ok::<_, Infallible>(event.clone())]));
    assert_eq!(data(poll(&mut body)).as_ptr(), event.as_ptr());
}

#[test]
fn events_that_are_there_cost_no_timer() {
    let events = stream::iter((0..100).map(|n: u8| Ok::<_, Infallible>(vec![n])));
    let mut body = EventBody::new(events)
        .with_keep_alive(Duration::from_secs(1), |time: Duration| -> std::future::Ready<()> {
            panic!("a timer of {time:?}")
        });
    for n in 0..100 {
        assert_eq!(data(poll(&mut body)), vec![n]);
    }
    assert!(matches!(poll(&mut body), Poll::Ready(None)));
}

/// One event at each second poll.
struct Slow(bool);

impl Stream for Slow {
    type Item = Result<&'static str, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0 = !self.0;
        if self.0 { Poll::Pending } else { Poll::Ready(Some(Ok("data: 1\n\n"))) }
    }
}

#[test]
fn steady_state_does_not_allocate() {
    let mut body = EventBody::new(Slow(false)).with_keep_alive(Duration::from_secs(1), never);
    assert!(poll(&mut body).is_pending());
    let allocated = allocation_counter::measure(|| {
        for _ in 0..100 {
            assert_eq!(data(poll(&mut body)), "data: 1\n\n");
            assert!(poll(&mut body).is_pending());
        }
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn an_interval_of_zero_is_none() {
    let silence = stream::pending::<Result<Bytes, Infallible>>();
    let mut body = EventBody::new(silence).with_keep_alive(Duration::ZERO, |_| std::future::ready(()));
    assert!(poll(&mut body).is_pending());
}

#[test]
fn a_response_has_the_headers_of_an_event_stream() {
    let response = EventBody::new(stream::empty::<Result<Bytes, Infallible>>()).into_response();
    assert_eq!(response.status(), http::StatusCode::OK);
    let headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(headers, RESPONSE_HEADERS);
    assert_eq!(block_on(response.into_body().collect()).unwrap().to_bytes(), "");
}

#[test]
fn the_stream_can_be_looked_at_and_had_back() {
    let mut body =
        EventBody::new(stream::iter([Ok::<_, Infallible>("secret"), Ok("2")])).with_keep_alive(Duration::MAX, never);
    assert_eq!(body.get_ref().size_hint().0, 2);
    assert_eq!(data(poll(&mut body)), "secret");
    assert_eq!(block_on(body.get_mut().next()), Some(Ok("2")));
    assert_eq!(block_on(body.into_inner().next()), None);
}

#[test]
fn debug_shows_no_payload() {
    let body = EventBody::new(stream::iter([Ok::<_, Infallible>("secret")]));
    assert_eq!(format!("{body:?}"), "EventBody { keep_alive: None, ended: false, .. }");
    let body = body.with_keep_alive(Duration::from_secs(15), never);
    assert_eq!(format!("{body:?}"), "EventBody { keep_alive: Some(15s), ended: false, .. }");
}
