//! What a server sees of a client on reqwest that reconnects by itself: method, headers and body of each request, the
//! same again after each loss, and where redirects lead.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::Method;
use sse_wire::stream::{Attempt, SourceError};
use sse_wire::{Decoder, EventSource};

/// How long anything may take before it counts as hung.
const BOUND: Duration = Duration::from_secs(60);

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const LOST: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n";
const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// The lines of a request's head, sorted behind the first and in lower case, and its body.
fn request(socket: &TcpStream) -> String {
    socket.set_read_timeout(Some(BOUND)).unwrap();
    let mut reader = BufReader::new(socket);
    let mut lines: Vec<String> = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line if lines.is_empty() => lines.push(line.to_owned()),
            line => lines.push(line.to_ascii_lowercase()),
        }
    }
    let len = lines.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |len| len.parse().unwrap());
    let mut body = vec![0; len];
    reader.read_exact(&mut body).unwrap();
    lines.retain(|line| !line.starts_with("host: "));
    lines[1..].sort();
    lines.push(String::from_utf8(body).unwrap());
    lines.join("\n")
}

/// Answers one connection after the other, then returns the requests.
fn serve(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let answer = |answer: String| {
            let (mut socket, _) = listener.accept().unwrap();
            let said = request(&socket);
            socket.write_all(answer.as_bytes()).unwrap();
            said
        };
        answers.into_iter().map(answer).collect()
    });
    (url, server)
}

/// What comes of the URL, until the end or the first error that is not a lost connection.
async fn listen(url: &str, method: Method, body: Option<&'static str>, last_event_id: &str) -> Vec<String> {
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let connect = |attempt: Attempt<'_>| {
        let mut request = client.request(method.clone(), url).header("x-one", "1").header("x-two", "2");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let headers = attempt.request_headers();
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        async { Ok::<_, reqwest::Error>(http::Response::from(request.send().await?).into()) }
    };
    let source = EventSource::with_decoder(Decoder::new().with_last_event_id(last_event_id));
    let mut events = source.into_stream(connect, |_| async {});
    let mut log = Vec::new();
    while let Some(item) = tokio::time::timeout(BOUND, events.next()).await.expect("in time") {
        match item {
            Ok(event) => log.push(event.data().to_owned()),
            Err(SourceError::Body(_)) => log.push("lost".to_owned()),
            Err(error) => {
                log.push(error.to_string());
                break;
            }
        }
    }
    log
}

const END: &str = "unexpected status 204, expected 200";

#[tokio::test]
async fn a_request_is_the_standards_and_nothing_else() {
    let (url, server) = serve(vec![format!("{STREAM}data: hi\n\n"), NO_CONTENT.into()]);
    assert_eq!(listen(&url, Method::GET, None, "").await, ["hi", END]);
    let expected = "GET /events HTTP/1.1\naccept: text/event-stream\ncache-control: no-cache\nx-one: 1\nx-two: 2\n";
    assert_eq!(server.join().unwrap(), [expected; 2]);
}

#[tokio::test]
async fn a_body_is_sent_again_with_the_id() {
    for method in [Method::POST, Method::from_bytes(b"REPORT").unwrap()] {
        let answers = vec![format!("{LOST}id: b\ndata: hi\n\nid: c\ndata: h"), NO_CONTENT.into()];
        let (url, server) = serve(answers);
        assert_eq!(listen(&url, method.clone(), Some("{\"hello\": \"world\"}"), "a").await, ["hi", "lost", END]);
        let expected = ["a", "b"].map(|id| {
            format!(
                "{method} /events HTTP/1.1\naccept: text/event-stream\ncache-control: no-cache\ncontent-length: 18\n\
                 content-type: application/json\nlast-event-id: {id}\nx-one: 1\nx-two: 2\n{{\"hello\": \"world\"}}"
            )
        });
        assert_eq!(server.join().unwrap(), expected);
    }
}

#[tokio::test]
async fn redirects_lead_where_they_say_or_to_an_error() {
    for status in [301, 307] {
        let (there, server) = serve(vec![format!("{STREAM}data: hi\n\n")]);
        let head = format!("HTTP/1.1 {status} Moved\r\nconnection: close\r\ncontent-length: 0\r\n");
        let (url, redirect) = serve(vec![format!("{head}location: {there}\r\n\r\n"), NO_CONTENT.into()]);
        assert_eq!(listen(&url, Method::GET, None, "a").await, ["hi", END]);
        for requests in [redirect.join().unwrap(), server.join().unwrap()] {
            assert!(requests[0].contains("\nlast-event-id: a\n"), "{requests:?}");
        }

        let (url, server) = serve(vec![format!("{head}\r\n")]);
        assert_eq!(listen(&url, Method::GET, None, "").await, [format!("unexpected status {status}, expected 200")]);
        assert_eq!(server.join().unwrap().len(), 1);

        // To the page itself, which reqwest gives up after ten times.
        let (url, server) = serve(vec![format!("{head}location: \r\n\r\n"); 11]);
        assert_eq!(listen(&url, Method::GET, None, "").await, ["connection could not be made"]);
        assert_eq!(server.join().unwrap().len(), 11);
    }
}
