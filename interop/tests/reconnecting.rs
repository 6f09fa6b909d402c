//! The stream that reconnects, on reqwest, through everything that can happen to a connection.
#![allow(
    clippy::format_push_string,
    unused_assignments,
    reason = "of a test server, dropping the listener is the point"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use sse_wire::stream::{Accepted, Attempt, SourceError};
use sse_wire::{EventSource, retry_after};

/// How long anything may take before it counts as hung.
const BOUND: Duration = Duration::from_secs(60);

/// Waits and timeouts are this many times shorter than what the client asks for.
const FASTER: u32 = 50;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\
                    connection: close\r\n";

/// How the server answers a connection.
enum Answer {
    /// Bytes, and then the end.
    Bytes(Vec<u8>),
    /// Bytes, and then nothing, until the client goes.
    Silence(Vec<u8>),
    /// Bytes, and then the end of the server: nobody listens, until the client has been refused.
    Killed(Vec<u8>),
}

/// One chunk of a body that has more to come.
fn unfinished(body: &str) -> Vec<u8> {
    format!("{HEAD}\r\n{:x}\r\n{body}\r\n", body.len()).into_bytes()
}

fn complete(body: &str) -> Vec<u8> {
    [unfinished(body), b"0\r\n\r\n".to_vec()].concat()
}

/// Reads a request's head: its path, and what its `Last-Event-ID` and `Accept-Encoding` are.
fn request(socket: &TcpStream) -> String {
    let lines = BufReader::new(socket).lines().map(|line| line.unwrap());
    let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let mut said = lines[0].split(' ').nth(1).unwrap().to_owned();
    for (name, value) in lines.iter().filter_map(|line| line.split_once(": ")) {
        if ["last-event-id", "accept-encoding"].contains(&&*name.to_ascii_lowercase()) {
            said += &format!(" {value}");
        }
    }
    said
}

/// Answers one connection after the other. `refused` says that the client has met nobody.
fn serve(listener: TcpListener, answers: Vec<Answer>, requests: &mpsc::Sender<String>, refused: &mpsc::Receiver<()>) {
    let addr = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    for answer in answers {
        let (mut socket, _) = listener.as_ref().unwrap().accept().unwrap();
        let said = request(&socket);
        match answer {
            Answer::Bytes(bytes) => socket.write_all(&bytes).unwrap(),
            Answer::Silence(bytes) => {
                socket.write_all(&bytes).unwrap();
                // The end of the client's side, which may come as a reset.
                socket.set_read_timeout(Some(BOUND)).unwrap();
                let _ = std::io::copy(&mut socket, &mut std::io::sink());
            }
            Answer::Killed(bytes) => {
                socket.write_all(&bytes).unwrap();
                listener = None;
                drop(socket);
                refused.recv_timeout(BOUND).unwrap();
                listener = Some(listen_again(addr));
            }
        }
        requests.send(said).unwrap();
    }
}

/// The same port, on which connections of before may still be closing.
fn listen_again(addr: SocketAddr) -> TcpListener {
    TcpListener::bind(addr).unwrap()
}

#[tokio::test]
async fn a_client_on_reqwest_survives() {
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let close = "connection: close\r\ncontent-length: 0\r\n\r\n";
    let answers = vec![
        Answer::Killed(unfinished("id: 1\ndata: before the kill\n\n")),
        Answer::Bytes(format!("HTTP/1.1 503 Service Unavailable\r\nretry-after: 20\r\n{close}").into()),
        Answer::Silence(unfinished("id: 2\ndata: before the silence\n\n:\n\n")),
        Answer::Bytes(unfinished("id: 3\ndata: before the cut\n\nid: 4\ndata: c")),
        Answer::Bytes(format!("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\n{close}").into()),
        Answer::Bytes(complete("id: 4\ndata: behind the redirect\n\n")),
        Answer::Bytes(
            [HEAD.replace("transfer-encoding: chunked", "content-encoding: gzip").as_bytes(), b"\r\n\x1f\x8b\x08\0"]
                .concat(),
        ),
    ];
    let (send_request, requests) = mpsc::channel();
    let (send_refused, refused) = mpsc::channel();
    let server = thread::spawn(move || serve(listener, answers, &send_request, &refused));

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let connect = |attempt: Attempt<'_>| {
        let headers = attempt.request_headers();
        let request = headers.fold(client.get(&url), |request, (name, value)| request.header(name, value));
        async {
            let response = request.send().await?;
            let header = response.headers().get(RETRY_AFTER).map(HeaderValue::as_bytes);
            Ok::<_, reqwest::Error>(match response.status().as_u16() {
                status @ (408 | 425 | 429 | 500 | 502 | 503 | 504) => {
                    let wait = header.and_then(|value| retry_after(value, Duration::ZERO)); // it is in seconds
                    Accepted::unavailable(status, wait)
                }
                _ => http::Response::from(response).into(),
            })
        }
    };
    let waits = std::cell::RefCell::new(Vec::new());
    let sleep = |time| {
        waits.borrow_mut().push(time);
        tokio::time::sleep(time / FASTER)
    };
    let mut events = EventSource::new().into_stream(connect, sleep).with_idle_timeout(Duration::from_secs(45));
    let mut log = Vec::new();
    while let Some(item) = tokio::time::timeout(BOUND, events.next()).await.expect("in time") {
        log.push(match item {
            Ok(event) => format!("{}: {}", event.last_event_id(), event.data()),
            Err(error) => {
                if matches!(error, SourceError::Connect(_)) && log.len() < 3 {
                    send_refused.send(()).unwrap();
                }
                assert_eq!(error.is_final(), matches!(error, SourceError::Refused(_)));
                error.to_string()
            }
        });
    }
    server.join().unwrap();
    // While nobody listens, it may be more than one attempt that is refused.
    log.dedup();
    let expected = [
        "1: before the kill",
        "connection was lost",
        "connection could not be made",
        "server is not available, status 503",
        "2: before the silence",
        "connection was idle for 45s",
        "3: before the cut",
        "connection was lost",
        "4: behind the redirect",
        "unexpected content encoding \"gzip\", expected none",
    ];
    assert_eq!(log, expected);
    let expected = ["/events", "/events 1", "/events 1", "/events 2", "/events 3", "/elsewhere 3", "/events 4"];
    assert_eq!(requests.iter().collect::<Vec<_>>(), expected);
    let twenty = Duration::from_secs(20)..=Duration::from_secs(20) * 112 / 100;
    assert!(waits.borrow().iter().any(|wait| twenty.contains(wait)), "{:?}", waits.borrow());
}
