//! The stream that reconnects, over a network and a clock that a test writes down.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, FusedStream};
use futures_util::{FutureExt, Stream, StreamExt};
use http_body_util::{Full, StreamBody};
use sse_wire::stream::{Accepted, Attempt, ReconnectingStream, SourceError};
use sse_wire::{Decoder, EventBuf, EventSource, FrameBuf, MIME_TYPE, ReadyState};

const STREAM: Option<&[u8]> = Some(MIME_TYPE.as_bytes());

/// Milliseconds, and what the timers are set to.
#[derive(Default)]
struct Clock {
    now: u64,
    deadlines: Vec<u64>,
}

/// The result of one attempt, this many milliseconds later.
enum Connection {
    Fails(u64),
    Status(u64, u16),
    Unavailable(u64, u16, Option<u64>),
    /// Each chunk this many milliseconds after the previous one: text, or how the body ends. After the last, silence.
    Body(u64, &'static [(u64, Chunk)]),
}

#[derive(Clone, Copy)]
enum Chunk {
    Text(&'static str),
    BreaksOff,
    Ends,
}

use Chunk::*;
use Connection::*;

type Time = Rc<RefCell<Clock>>;
type Log = Rc<RefCell<Vec<String>>>;

async fn until(time: Time, deadline: u64) {
    std::future::poll_fn(|_| {
        let mut clock = time.borrow_mut();
        if clock.now >= deadline {
            return Poll::Ready(());
        }
        clock.deadlines.push(deadline);
        Poll::Pending
    })
    .await;
}

fn sleep(time: &Time) -> impl FnMut(Duration) -> Pin<Box<dyn Future<Output = ()>>> + use<> {
    let time = time.clone();
    move |wait| {
        let deadline = time.borrow().now + u64::try_from(wait.as_millis()).unwrap();
        until(time.clone(), deadline).boxed_local()
    }
}

fn body(time: &Time, chunks: &'static [(u64, Chunk)]) -> Pin<Box<dyn Stream<Item = Result<Bytes, &'static str>>>> {
    let time = time.clone();
    let opened = time.borrow().now;
    stream::unfold((chunks, opened), move |(chunks, last)| {
        let time = time.clone();
        async move {
            let Some(((after, chunk), rest)) = chunks.split_first() else { std::future::pending().await };
            until(time, last + after).await;
            match chunk {
                Text(text) => Some((Ok(Bytes::from_static(text.as_bytes())), (rest, last + after))),
                BreaksOff => Some((Err("reset"), (rest, last + after))),
                Ends => None,
            }
        }
    })
    .boxed_local()
}

/// Whether it was woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The connections, and a log of requests and results with their times.
struct World {
    time: Time,
    log: Log,
    woken: Arc<Woken>,
}

type Client = ReconnectingStream<
    Box<dyn FnMut(Attempt<'_>) -> Pin<Box<dyn Future<Output = Result<Accepted<Body>, &'static str>>>>>,
    Pin<Box<dyn Future<Output = Result<Accepted<Body>, &'static str>>>>,
    Body,
    Box<dyn FnMut(Duration) -> Pin<Box<dyn Future<Output = ()>>>>,
    Pin<Box<dyn Future<Output = ()>>>,
>;
type Body = Pin<Box<dyn Stream<Item = Result<Bytes, &'static str>>>>;

impl World {
    fn new(source: EventSource, connections: impl IntoIterator<Item = Connection>) -> (Self, Client) {
        let (time, log) = (Time::default(), Log::default());
        let mut connections: VecDeque<_> = connections.into_iter().collect();
        let connect = {
            let (time, log) = (time.clone(), log.clone());
            move |attempt: Attempt<'_>| {
                let id = attempt.last_event_id().map(|id| format!(" {}", id.escape_ascii())).unwrap_or_default();
                assert_eq!(attempt.request_headers().count(), if id.is_empty() { 2 } else { 3 });
                let now = time.borrow().now;
                log.borrow_mut().push(format!("{now} request{id}"));
                let (time, connection) = (time.clone(), connections.pop_front());
                async move {
                    match connection {
                        None => std::future::pending().await,
                        Some(Fails(after)) => {
                            until(time, now + after).await;
                            Err("refused")
                        }
                        Some(Status(after, status)) => {
                            until(time.clone(), now + after).await;
                            Ok(Accepted::new(status, STREAM, body(&time, &[])))
                        }
                        Some(Unavailable(after, status, secs)) => {
                            until(time, now + after).await;
                            Ok(Accepted::unavailable(status, secs.map(Duration::from_secs)))
                        }
                        Some(Body(after, chunks)) => {
                            until(time.clone(), now + after).await;
                            Ok(Accepted::new(200, STREAM, body(&time, chunks)))
                        }
                    }
                }
                .boxed_local()
            }
        };
        let sleep: Box<dyn FnMut(Duration) -> _> = Box::new(sleep(&time));
        let connect: Box<dyn FnMut(Attempt<'_>) -> _> = Box::new(connect);
        let client = source.with_jitter(0).into_stream(connect, sleep);
        (Self { time, log, woken: Arc::new(Woken(AtomicBool::new(false))) }, client)
    }

    /// The next item, by a `next()` that is dropped and called again while it is pending. Pending: nothing will ever
    /// come.
    fn next<S: Stream + Unpin>(&self, client: &mut S) -> Poll<Option<S::Item>> {
        let waker = Waker::from(self.woken.clone());
        loop {
            self.time.borrow_mut().deadlines.clear();
            if let Poll::Ready(item) = pin!(client.next()).poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(item);
            }
            if self.woken.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let mut clock = self.time.borrow_mut();
            let Some(next) = clock.deadlines.iter().min().copied() else { return Poll::Pending };
            clock.now = next;
        }
    }

    fn item(&self, client: &mut Client) -> bool {
        let Poll::Ready(item) = self.next(client) else {
            self.log.borrow_mut().push("silence".to_owned());
            return false;
        };
        let is_terminated = client.is_terminated();
        let text = match item {
            Some(Ok(event)) => event.data().to_owned(),
            Some(Err(error)) => {
                assert_eq!(error.is_final(), is_terminated, "{error}");
                format!("error: {error}")
            }
            None => {
                assert!(is_terminated);
                "end".to_owned()
            }
        };
        let now = self.time.borrow().now;
        let more = text != "end";
        self.log.borrow_mut().push(format!("{now} {text}"));
        more
    }

    /// All items until the end, or the silence.
    fn run(&self, client: &mut Client) -> Vec<String> {
        for _ in 0..100 {
            if !self.item(client) {
                return self.log.take();
            }
        }
        panic!("no end: {:?}", self.log.take());
    }
}

/// A name, what the connections are, the settings, and the log.
type Row = (&'static str, Vec<Connection>, fn(Client) -> Client, &'static [&'static str]);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_life_is_as_it_is_written() {
    let idle: fn(Client) -> Client = |client| client.with_idle_timeout(Duration::from_secs(20));
    let stall: fn(Client) -> Client = |client| client.with_stall_timeout(Duration::from_secs(50));
    let as_is: fn(Client) -> Client = |client| client;
    let rows: Vec<Row> = vec![
        (
            "cut inside an event",
            vec![
                Body(5, &[(0, Text("id: 1\ndata: a\n\nid: 2\ndata: b")), (10, BreaksOff)]),
                Body(5, &[(0, Text("id: 2\ndata: b\n")), (1, Text("\ndata: c\n\n"))]),
            ],
            as_is,
            &["0 request", "5 a", "15 error: connection was lost", "3015 request 1", "3021 b", "3021 c", "silence"],
        ),
        (
            "the last event ID is that of the last event that had one, and an empty one is not sent",
            vec![
                Body(0, &[(0, Text("id: abc\ndata: a\n\ndata: b\n\n")), (0, BreaksOff)]),
                Body(0, &[(0, Text("id: \ndata: c\n\n")), (0, BreaksOff)]),
                Body(0, &[]),
            ],
            as_is,
            &[
                "0 request",
                "0 a",
                "0 b",
                "0 error: connection was lost",
                "3000 request abc",
                "3000 c",
                "3000 error: connection was lost",
                "6000 request",
                "silence",
            ],
        ),
        (
            "a clean end is no item, and the unfinished event is discarded",
            vec![Body(0, &[(7, Text("data: a\n\nid: 9\ndata: b")), (0, Ends)]), Body(0, &[(1, Text("data: c\n\n"))])],
            as_is,
            &["0 request", "7 a", "3007 request", "3008 c", "silence"],
        ),
        (
            "attempts that fail are backed off from, until one brings something",
            vec![
                Fails(1),
                Fails(0),
                Fails(0),
                Body(0, &[(0, Text(":\n")), (0, Ends)]),
                Fails(0),
                Fails(0),
                Status(0, 403),
            ],
            as_is,
            &[
                "0 request",
                "1 error: connection could not be made",
                "3001 request",
                "3001 error: connection could not be made",
                "9001 request",
                "9001 error: connection could not be made",
                "21001 request",
                "24001 request",
                "24001 error: connection could not be made",
                "27001 request",
                "27001 error: connection could not be made",
                "33001 request",
                "33001 error: unexpected status 403, expected 200",
                "33001 end",
            ],
        ),
        (
            "empty answers are backed off from",
            vec![Body(0, &[(0, Ends)]), Body(0, &[(0, Ends)]), Body(0, &[(0, Ends)]), Status(0, 204)],
            as_is,
            &[
                "0 request",
                "3000 request",
                "9000 request",
                "21000 request",
                "21000 error: unexpected status 204, expected 200",
                "21000 end",
            ],
        ),
        (
            "quiet connections are not",
            vec![
                Body(0, &[(60_000, Text(":\n\n")), (0, Ends)]),
                Body(0, &[(60_000, Text(":\n\n")), (0, Ends)]),
                Body(0, &[(60_000, Text("retry: 100\n")), (0, Ends)]),
                Body(0, &[(60_000, Text("id: 7\n\n")), (0, Ends)]),
                Body(0, &[]),
            ],
            as_is,
            &["0 request", "63000 request", "126000 request", "186100 request", "246200 request 7", "silence"],
        ),
        (
            "a server that is not available says when",
            vec![
                Unavailable(2, 503, Some(20)),
                Unavailable(0, 429, None),
                Unavailable(0, 502, Some(86_400)),
                Body(0, &[]),
            ],
            as_is,
            &[
                "0 request",
                "2 error: server is not available, status 503",
                "20002 request",
                "20002 error: server is not available, status 429",
                "26002 request",
                "26002 error: server is not available, status 502",
                "86002 request",
                "silence",
            ],
        ),
        (
            "idle: the request is part of it, and every byte counts",
            vec![
                Fails(u64::MAX / 2),
                Body(19_000, &[(19_000, Text("d")), (19_000, Text("ata")), (19_000, Text("\n\n"))]),
            ],
            idle,
            &[
                "0 request",
                "20000 error: connection was idle for 20s",
                "23000 request",
                "99000 ",
                "119000 error: connection was idle for 20s",
                "122000 request",
                "142000 error: connection was idle for 20s",
                "145000 request",
            ],
        ),
        (
            "idle: an empty chunk is nothing",
            vec![Body(0, &[(15_000, Text("")), (15_000, Text(""))]), Status(0, 204)],
            idle,
            &[
                "0 request",
                "20000 error: connection was idle for 20s",
                "23000 request",
                "23000 error: unexpected status 204, expected 200",
                "23000 end",
            ],
        ),
        (
            "idle: a wait is not a part of it",
            vec![Unavailable(0, 503, Some(60)), Status(0, 204)],
            idle,
            &[
                "0 request",
                "0 error: server is not available, status 503",
                "60000 request",
                "60000 error: unexpected status 204, expected 200",
                "60000 end",
            ],
        ),
        (
            "stall: events alone count",
            vec![
                Body(
                    10_000,
                    &[
                        (30_000, Text("data: 1\n\n:\n")),
                        (30_000, Text(":\n\n")),
                        (15_000, Text("data: 2\n\n")),
                        (49_000, Text("retry: 2000\nid: 5\n\n:\n")),
                    ],
                ),
                Status(0, 204),
            ],
            stall,
            &[
                "0 request",
                "40000 1",
                "85000 2",
                "135000 error: connection was without an event for 50s",
                "137000 request 5",
                "137000 error: unexpected status 204, expected 200",
                "137000 end",
            ],
        ),
        (
            "stall: the request is part of it",
            vec![Fails(u64::MAX / 2), Status(0, 204)],
            stall,
            &[
                "0 request",
                "50000 error: connection was without an event for 50s",
                "53000 request",
                "53000 error: unexpected status 204, expected 200",
                "53000 end",
            ],
        ),
        (
            "an event over the limit is skipped",
            vec![Body(0, &[(0, Text("data: 12345678\n\ndata: 2\n\n")), (0, Ends)]), Body(0, &[])],
            as_is,
            &["0 request", "0 error: event exceeds the limit of 7 bytes at offset 0", "0 2", "3000 request", "silence"],
        ),
    ];
    for (name, connections, settings, expected) in rows {
        let source = EventSource::with_decoder(Decoder::new().with_max_event_len(7));
        let (world, client) = World::new(source, connections);
        let mut client = settings(client);
        for _ in 0..expected.len() {
            if !world.item(&mut client) {
                break;
            }
            if world.log.borrow().len() >= expected.len() {
                break;
            }
        }
        let mut log = world.log.take();
        log.truncate(expected.len());
        assert_eq!(log, expected, "{name}");
        if expected.last().is_some_and(|last| last.ends_with("end")) {
            assert_eq!(world.run(&mut client), [expected[expected.len() - 1]], "{name}: fused");
        }
    }
}

#[test]
fn a_restart_connects_at_once() {
    let connections = [
        Body(0, &[(5, Text("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"))]),
        Body(0, &[(5, Text("id: 2\ndata: b\n\n")), (0, BreaksOff)]),
        Fails(1000),
        Body(0, &[(0, Text("data: c\n\n"))]),
    ];
    let (world, mut client) = World::new(EventSource::new(), connections);
    assert!(world.item(&mut client));
    client.restart(); // b has come, and is dropped
    assert!(world.item(&mut client) && world.item(&mut client));
    client.restart(); // instead of the wait
    assert_eq!(poll_once(&mut client), Poll::Pending);
    assert_eq!(client.source().failures(), 0);
    client.restart(); // instead of the attempt
    assert!(world.item(&mut client));
    let expected = [
        "0 request",
        "5 a",
        "5 request 1",
        "10 b",
        "10 error: connection was lost",
        "10 request 2",
        "10 request 2",
        "10 c",
    ];
    assert_eq!(world.log.take(), expected);
    client.close();
    client.restart();
    assert_eq!(world.run(&mut client), ["10 end"], "a closed stream starts again");
}

fn poll_once(client: &mut Client) -> Poll<Option<Result<EventBuf, SourceError<&'static str, &'static str>>>> {
    client.poll_next_unpin(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn close_ends_it_in_every_state() {
    for items in 0..4 {
        let connections = [
            Body(0, &[(5, Text("data: a\n\ndata: b\n\n")), (1, BreaksOff)]),
            Fails(10),
            Body(0, &[(0, Text("data\n\n"))]),
        ];
        let (world, mut client) = World::new(EventSource::new(), connections);
        for _ in 0..items {
            assert!(world.item(&mut client));
        }
        client.close();
        assert!(client.is_terminated());
        assert_eq!(world.run(&mut client).last().map(|end| end.ends_with("end")), Some(true));
        assert_eq!(client.source().ready_state(), ReadyState::Closed);
    }
    let mut source = EventSource::new();
    source.close();
    let (world, mut client) = World::new(source, [Body(0, &[])]);
    assert_eq!(world.run(&mut client), ["0 end"], "a closed source connects");
}

#[test]
fn the_source_can_be_seen_and_its_id_set() {
    let (world, mut client) = World::new(EventSource::new(), [Fails(0), Body(0, &[(0, Text("data: a\n\n"))])]);
    assert!(world.item(&mut client));
    assert_eq!((client.source().failures(), client.source().ready_state()), (1, ReadyState::Connecting));
    client.set_last_event_id("seq_41");
    assert!(world.item(&mut client));
    assert_eq!((client.source().failures(), client.source().ready_state()), (0, ReadyState::Open));
    assert_eq!(world.log.take()[2], "3000 request seq_41");
}

#[test]
fn frames_come_too() {
    let (world, client) =
        World::new(EventSource::new(), [Body(0, &[(0, Text(": c\nretry: 7\ndata: a\n\n")), (0, BreaksOff)])]);
    let mut frames = client.frames();
    assert_eq!(world.next(&mut frames), Poll::Ready(Some(Ok(FrameBuf::Comment("c".to_owned())))));
    assert_eq!(world.next(&mut frames), Poll::Ready(Some(Ok(FrameBuf::Retry(Duration::from_millis(7))))));
    assert!(matches!(world.next(&mut frames), Poll::Ready(Some(Ok(FrameBuf::Event(event)))) if event.data() == "a"));
    assert_eq!(world.next(&mut frames), Poll::Ready(Some(Err(SourceError::Body("reset")))));
    assert!(!frames.is_terminated());
    frames.get_mut().close();
    assert!(frames.is_terminated());
    assert_eq!(frames.get_ref().source().ready_state(), ReadyState::Closed);
    assert_eq!(world.next(&mut frames.events()).map(|item| item.is_none()), Poll::Ready(true));
}

/// Also if they are returned; a skipped event is not an event either.
#[test]
fn comments_and_skipped_events_do_not_put_off_a_stall() {
    let body = Body(0, &[(30_000, Text(": c\n")), (15_000, Text("data: 12345678\n\n"))]);
    let source = EventSource::with_decoder(Decoder::new().with_max_event_len(7));
    let (world, client) = World::new(source, [body]);
    let mut frames = client.with_stall_timeout(Duration::from_secs(50)).frames();
    assert_eq!(world.next(&mut frames), Poll::Ready(Some(Ok(FrameBuf::Comment("c".to_owned())))));
    assert!(matches!(world.next(&mut frames), Poll::Ready(Some(Err(SourceError::Decode(_))))));
    assert_eq!(world.next(&mut frames), Poll::Ready(Some(Err(SourceError::Stalled(Duration::from_secs(50))))));
    assert_eq!(world.time.borrow().now, 50_000);
}

/// Decision 17, without an argument: each stream draws for itself.
#[test]
fn waits_are_spread() {
    let mut waits = Vec::new();
    for _ in 0..1000 {
        let mut wait = None;
        let mut client = EventSource::new().into_stream(
            |_| async { Err::<Accepted<stream::Empty<Result<Bytes, ()>>>, _>(()) },
            |time| {
                wait = Some(time);
                async {}
            },
        );
        assert_eq!(client.next().now_or_never().unwrap(), Some(Err(SourceError::Connect(()))));
        drop(client);
        waits.push(wait.unwrap());
    }
    waits.sort();
    assert!(waits[0] >= Duration::from_secs(3) && waits[999] <= Duration::from_millis(3360));
    for tenth in 0_u64..10 {
        let between = |wait: &Duration| wait.as_micros() / 36_000 == u128::from(tenth) + 3_000_000 / 36_000;
        let count = waits.iter().filter(|wait| between(wait)).count();
        assert!((40..200).contains(&count), "{count} of 1000 in tenth {tenth}");
    }
}

/// A server that ends everything at once, with a caller that does not wait, must still let other tasks run.
#[test]
fn connections_that_end_at_once_yield() {
    let body = || stream::empty::<Result<Bytes, ()>>();
    let mut attempts = 0;
    let connect = |_: Attempt<'_>| {
        attempts += 1;
        async move { Ok::<_, ()>(Accepted::new(200, STREAM, body())) }
    };
    let mut client = EventSource::new().into_stream(connect, |_| async {});
    for _ in 0..10 {
        assert!(client.next().now_or_never().is_none());
    }
    drop(client);
    assert_eq!(attempts, 10);
}

#[test]
fn chunks_and_time_outs_armed_again_allocate_nothing() {
    const CHUNKS: usize = 1000;
    let mut chunk = 0;
    let body = stream::poll_fn(move |cx| {
        chunk += 1;
        // A wait before each chunk, so that the time-outs are armed again.
        if chunk % 2 == 0 {
            return Poll::Ready(Some(Ok::<_, ()>(Bytes::from_static(b"id: 1\ndata: x\n\n:\n"))));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    let mut body = Some(body);
    let mut armed = 0;
    let mut client = EventSource::new()
        .into_stream(
            |_| {
                let body = body.take().unwrap();
                async move { Ok::<_, ()>(Accepted::new(200, STREAM, body)) }
            },
            |_| {
                armed += 1;
                std::future::pending()
            },
        )
        .with_idle_timeout(Duration::from_secs(1))
        .with_stall_timeout(Duration::from_secs(1));
    let mut next = || futures_executor::block_on(client.next()).unwrap().unwrap();
    assert_eq!(next().data(), "x");
    let allocations = allocation_counter::measure(|| {
        for _ in 0..CHUNKS {
            assert_eq!(next().data(), "x");
        }
    });
    drop(client);
    assert_eq!(allocations.count_total, 0);
    assert!(armed >= 2 * CHUNKS, "{armed}");
}

#[test]
fn it_is_send_and_unpin_and_shows_no_payload() {
    fn check<T: Send + Unpin>(_: &T) {}
    let connect = |_: Attempt<'_>| async {
        // Neither this future nor this body is `Unpin`.
        Ok::<_, ()>(Accepted::new(
            200,
            STREAM,
            stream::once(async { Ok::<_, ()>("data: secret\n\ndata: secret 2\n\n") }),
        ))
    };
    let mut client = EventSource::new().into_stream(connect, |_| std::future::pending());
    check(&client);
    assert_eq!(client.next().now_or_never().unwrap().unwrap().unwrap().data(), "secret");
    let shown = format!("{client:?} {:?}", Accepted::new(200, STREAM, "secret"));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn errors_say_each_thing_once() {
    use std::error::Error as _;

    type E = SourceError<std::io::Error, std::io::Error>;

    let broken = || std::io::Error::other("broken");
    let failed = EventSource::new().on_response(404, None).unwrap_err();
    let rows = [
        (E::Connect(broken()), "connection could not be made", Some("broken")),
        (E::Body(broken()), "connection was lost", Some("broken")),
        (E::Refused(failed), "unexpected status 404, expected 200", None),
        (E::Unavailable(503), "server is not available, status 503", None),
        (E::Idle(Duration::from_millis(1500)), "connection was idle for 1.5s", None),
        (E::Stalled(Duration::from_secs(60)), "connection was without an event for 60s", None),
    ];
    for (error, text, source) in rows {
        assert_eq!(error.to_string(), text);
        assert_eq!(error.source().map(ToString::to_string).as_deref(), source);
        assert_eq!(error.is_final(), text.contains("404"));
    }
}

/// `http::Response`, as from hyper and reqwest.
#[test]
fn responses_of_the_http_crate_are_judged_with_their_encoding() {
    type Row = (u16, &'static [(&'static str, &'static str)], &'static str);

    let rows: [Row; 10] = [
        (200, &[("content-type", "text/event-stream")], "ok"),
        (200, &[("content-type", "text/event-stream"), ("content-encoding", "identity")], "ok"),
        (200, &[("content-type", "text/event-stream"), ("content-encoding", "")], "ok"),
        (200, &[("content-type", "text/event-stream"), ("content-encoding", "Identity, identity")], "ok"),
        (200, &[("content-type", "text/event-stream"), ("content-encoding", "gzip")], "gzip"),
        (200, &[("content-type", "text/event-stream"), ("content-encoding", "identity, br")], "br"),
        (
            200,
            &[("content-type", "text/event-stream"), ("content-encoding", "identity"), ("content-encoding", "zstd")],
            "zstd",
        ),
        (
            200,
            &[("content-type", "text/html"), ("content-encoding", "gzip")],
            "unexpected content type \"text/html\", expected text/event-stream",
        ),
        (503, &[("content-encoding", "gzip")], "unexpected status 503, expected 200"),
        (200, &[], "no content type, expected text/event-stream"),
    ];
    for (status, headers, expected) in rows {
        let connect = |_: Attempt<'_>| {
            let builder = http::Response::builder().status(status);
            let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
            async { builder.body(Full::<Bytes>::from("data: x\n\n")).map(Accepted::from) }
        };
        let mut client = EventSource::new().into_stream(connect, |_| std::future::pending());
        match client.next().now_or_never().unwrap().unwrap() {
            Ok(event) => assert_eq!(("ok", "x"), (expected, event.data()), "{headers:?}"),
            Err(SourceError::Refused(failed)) => match failed.content_encoding() {
                Some(coding) => {
                    assert_eq!(coding, expected);
                    let text = format!("unexpected content encoding \"{coding}\", expected none");
                    assert_eq!((failed.to_string(), failed.status(), failed.content_type()), (text, None, None));
                }
                None => assert_eq!(failed.to_string(), expected),
            },
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_body_is_its_data_and_its_error() {
    use http_body::Frame;
    use sse_wire::http_body::BodyStream;

    let trailers = || Frame::trailers(http::HeaderMap::new());
    let data = |data: &'static str| Frame::data(data.as_bytes());
    let frames = [Ok(data("a")), Ok(trailers()), Ok(data("b")), Err("lost")];
    let mut stream = BodyStream::new(StreamBody::new(stream::iter(frames)));
    let mut next = || stream.next().now_or_never().unwrap();
    assert_eq!([next(), next(), next(), next()], [Some(Ok("a".into())), Some(Ok("b".into())), Some(Err("lost")), None]);
    assert_eq!(format!("{:?}", BodyStream::new("secret")), "BodyStream { .. }");
}

/// A peer that sends comments faster than they are read holds up neither the other tasks nor the timeouts.
#[test]
fn a_body_that_is_always_ready_gives_others_a_turn() {
    let connect = |_: Attempt<'_>| async {
        Ok::<_, ()>(Accepted::new(200, STREAM, stream::repeat(Ok::<_, ()>(Bytes::from_static(b": c\n")))))
    };
    let is_late = std::cell::Cell::new(false);
    let sleep = |_| std::future::poll_fn(|_| if is_late.get() { Poll::Ready(()) } else { Poll::Pending });
    let minute = Duration::from_secs(60);
    let mut events = pin!(EventSource::new().into_stream(connect, sleep).with_stall_timeout(minute));

    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(woken.clone());
    let mut cx = Context::from_waker(&waker);
    assert_eq!(events.as_mut().poll_next(&mut cx), Poll::Pending);
    assert!(woken.0.swap(false, Ordering::Relaxed), "nobody would poll it again");
    is_late.set(true);
    assert_eq!(events.as_mut().poll_next(&mut cx), Poll::Ready(Some(Err(SourceError::Stalled(minute)))));
}

/// An event that has arrived is returned before the timeout that it comes too late for.
#[test]
fn a_turn_for_others_costs_no_event() {
    for comments in 1020..1028 {
        let connect = move |_: Attempt<'_>| async move {
            let comments = stream::repeat(Bytes::from_static(b":\n")).take(comments);
            let event = stream::iter([Bytes::from_static(b"data: x\n\n")]);
            Ok::<_, ()>(Accepted::new(200, STREAM, comments.chain(event).chain(stream::pending()).map(Ok::<_, ()>)))
        };
        let polls = std::cell::Cell::new(0);
        // It expires with the first poll, after all that one poll reads.
        let sleep = |_| {
            std::future::poll_fn(|_| {
                polls.set(polls.get() + 1);
                Poll::<()>::Ready(())
            })
        };
        let minute = Duration::from_secs(60);
        let mut events = pin!(EventSource::new().into_stream(connect, sleep).with_stall_timeout(minute));
        let mut cx = Context::from_waker(Waker::noop());
        let first = events.as_mut().poll_next(&mut cx);
        let is_event = matches!(&first, Poll::Ready(Some(Ok(event))) if event.data() == "x");
        // What was not yet taken from the body is not lost.
        assert!(is_event || comments >= 1024 && polls.get() > 0, "{comments}: {first:?}");
    }
}

/// So that a client can try another server.
#[test]
fn an_attempt_knows_how_many_failed_before_it() {
    let seen = RefCell::new(Vec::new());
    let connect = |attempt: Attempt<'_>| {
        seen.borrow_mut().push(attempt.failures());
        std::future::ready(Err::<Accepted<stream::Empty<Result<Bytes, ()>>>, _>("refused"))
    };
    let mut client = EventSource::new().into_stream(connect, |_| std::future::ready(()));
    for _ in 0..3 {
        assert!(matches!(client.next().now_or_never(), Some(Some(Err(SourceError::Connect("refused"))))));
    }
    assert_eq!(*seen.borrow(), [0, 1, 2]);
}
