//! The README's snippets, run on loopback as they stand there: build.rs makes functions of them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::routing::{get, post};

#[allow(clippy::pedantic, reason = "short for the reader")]
mod snippets {
    include!(concat!(env!("OUT_DIR"), "/readme.rs"));
}

/// Answers one connection after the other with a stream, then returns the `Last-Event-ID` of each request.
fn peer(answers: &'static [&'static str]) -> (String, JoinHandle<Vec<Option<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = move |answer: &&str| {
        let (mut socket, _) = listener.accept().unwrap();
        let head = BufReader::new(&socket).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
        let id = head.filter_map(|line| line.strip_prefix("last-event-id: ").map(str::to_owned)).last();
        socket.write_all(answer.as_bytes()).unwrap();
        id
    };
    (url, thread::spawn(move || answers.iter().map(answer).collect()))
}

/// Serves on loopback for as long as the test runs.
async fn serve(app: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// A client that asks loopback itself.
fn client() -> reqwest::Client {
    provide_tls();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
fn provide_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[tokio::test]
async fn a_models_answer_is_whole_or_an_error() {
    provide_tls();
    for (end, expected) in [("data: [DONE]\n\n", None), ("", Some("the answer was cut off".to_owned()))] {
        let body = "data: {\"choices\": [{\"delta\": {\"content\": \"Hi\"}}]}\n\n".to_owned() + end;
        let address = serve(Router::new().route("/", post(async || body))).await;
        let answer = snippets::ask(&format!("http://{address}/"), "{}".into()).await;
        assert_eq!(answer.err().map(|error| error.to_string()), expected);
    }
}

#[tokio::test]
async fn a_client_resumes_until_the_server_says_stop() {
    let (url, peer) = peer(&[
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\nretry: 1\nid: 7\ndata: x\n\n",
        "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
    ]);
    snippets::listen(client(), &url).await;
    assert_eq!(peer.join().unwrap(), [None, Some("7".to_owned())]);
}

#[tokio::test]
async fn a_server_goes_on_after_the_last_event_and_is_relayed() {
    let (app, relay) = snippets::serve();
    let upstream = format!("http://{}/events", serve(app).await);
    let gateway = get(async move || {
        let request = client().get(upstream).header(sse_wire::LAST_EVENT_ID, "41");
        relay(request.send().await.unwrap())
    });
    let url = format!("http://{}/", serve(Router::new().route("/", gateway)).await);
    let mut response = client().get(url).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut received = String::new();
    while !received.ends_with("\n\n") {
        received += str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert_eq!(received, "id: 42\ndata: tick\n\n");
}
