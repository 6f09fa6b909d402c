//! What is made of an `EventBody` by the servers that send it: each event at once, keep-alives in the silence, the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::{Router, extract::State, response::Response, routing::any};
use futures_util::{StreamExt as _, stream};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use sse_wire::http_body::EventBody;
use sse_wire::stream::{EventStream, FrameStream};
use sse_wire::{EventBuilder, FrameBuf, RESPONSE_HEADERS};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};

/// Between keep-alives: as often as it does not matter.
const INTERVAL: Duration = Duration::from_millis(5);

/// How long anything may take before it counts as hung.
const BOUND: Duration = Duration::from_secs(60);

type Events = mpsc::UnboundedReceiver<Result<&'static str, String>>;
type Receiver = std::sync::Arc<Mutex<Option<Events>>>;

/// The response of both servers: what the test sends.
async fn respond(events: Receiver) -> hyper::Response<Body> {
    let events = events.lock().await.take().expect("one request");
    let events = stream::unfold(events, async |mut events: Events| Some((events.recv().await?, events)));
    EventBody::new(events.boxed()).with_keep_alive(INTERVAL, sleep).into_response().map(Body::new)
}

async fn on_axum(events: Receiver) -> SocketAddr {
    async fn handler(State(events): State<Receiver>) -> Response {
        respond(events).await
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, Router::new().route("/", any(handler)).with_state(events)).await });
    address
}

async fn on_hyper(events: Receiver) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let service = service_fn(|_| async { Ok::<_, Infallible>(respond(events.clone()).await) });
        // That the body fails is for the client to see.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
    });
    address
}

/// Makes a request of the server, and gives what sends its events, and what receives them.
async fn connect<F: Future<Output = SocketAddr>>(
    server: impl FnOnce(Receiver) -> F,
) -> (mpsc::UnboundedSender<Result<&'static str, String>>, HeaderMap, FrameStream<impl Bytes>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (sender, receiver) = mpsc::unbounded_channel();
    let address = server(Receiver::new(Mutex::new(Some(receiver)))).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client.get(format!("http://{address}/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    (sender, headers, EventStream::new(response.bytes_stream()).frames())
}

/// What reqwest has of a body.
trait Bytes: futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Unpin {}

impl<S: futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Unpin> Bytes for S {}

async fn events_come_at_once_and_keep_alives_between<F: Future<Output = SocketAddr>>(
    server: impl FnOnce(Receiver) -> F,
) {
    let (sender, headers, mut frames) = connect(server).await;
    for (name, value) in RESPONSE_HEADERS {
        assert_eq!(headers[name], value);
    }
    for data in ["1", "2"] {
        // Nothing is sent, and still something comes.
        for _ in 0..3 {
            assert_eq!(frames.next().await.unwrap().unwrap(), FrameBuf::Comment(String::new()));
        }
        let event = EventBuilder::new().data(data).to_string().leak();
        sender.send(Ok(event)).unwrap();
        // Without another event behind it, which would push it.
        let event = loop {
            match frames.next().await.unwrap().unwrap() {
                FrameBuf::Event(event) => break event,
                frame => assert_eq!(frame, FrameBuf::Comment(String::new())),
            }
        };
        assert_eq!(event.data(), data);
    }
    drop(sender);
    while let Some(frame) = frames.next().await {
        assert_eq!(frame.unwrap(), FrameBuf::Comment(String::new()));
    }
}

/// So that a client takes what it has for half, and comes back.
async fn an_error_cuts_the_connection<F: Future<Output = SocketAddr>>(server: impl FnOnce(Receiver) -> F) {
    let (sender, _, mut frames) = connect(server).await;
    sender.send(Ok("data: 1\n\n")).unwrap();
    sender.send(Err("the source is gone".to_owned())).unwrap();
    let mut last = None;
    while let Some(frame) = frames.next().await {
        last = Some(frame);
    }
    assert!(matches!(last, Some(Err(sse_wire::Error::Transport(_)))), "{last:?}");
}

macro_rules! servers {
    ($($server:ident)*) => {$(
        mod $server {
            #[tokio::test]
            async fn events_come_at_once_and_keep_alives_between() {
                super::timeout(super::BOUND, super::events_come_at_once_and_keep_alives_between(super::$server)).await.unwrap();
            }

            #[tokio::test]
            async fn an_error_cuts_the_connection() {
                super::timeout(super::BOUND, super::an_error_cuts_the_connection(super::$server)).await.unwrap();
            }
        }
    )*};
}

servers! { on_axum on_hyper }
