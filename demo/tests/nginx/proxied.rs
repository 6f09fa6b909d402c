//! With the configuration that README.md tells people to copy.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{BOUND, Server, Stream};
use crate::peer;
use crate::proxy::{CONFIGURATION, Proxy, replaced};

#[test]
fn events_come_one_by_one() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let mut stream = proxy.stream("/events?only=notice");
    for number in 0..20 {
        // The next one is published only when this one has arrived.
        let id = server.publish(&number.to_string());
        let event = stream.next();
        assert_eq!((event.id, event.data), (id, number.to_string()));
    }
}

#[test]
fn keep_alives_come_through_and_hold_the_stream_open() {
    let server = Server::start(&["--keep-alive", "1"]);
    let short = replaced(CONFIGURATION, "proxy_read_timeout 60s", "proxy_read_timeout 2s");
    let proxy = Proxy::start(&short, server.address());
    let mut stream = proxy.stream("/events");
    let frames: Vec<String> = (0..6).map(|_| stream.frame()).collect();
    assert_eq!(frames[0], "comment events of the sse-wire demo");
    assert!(frames[1].starts_with("retry "), "{frames:?}");
    // For longer than nginx's timeout.
    assert_eq!(frames[2..], ["comment "; 4]);
    let id = server.publish("after the silence");
    assert_eq!(stream.next().id, id);
}

#[test]
fn a_silence_longer_than_the_time_out_ends_the_stream_and_the_client_resumes() {
    let server = Server::start(&[]);
    let short = replaced(CONFIGURATION, "proxy_read_timeout 60s", "proxy_read_timeout 1s");
    let proxy = Proxy::start(&short, server.address());
    let mut stream = proxy.stream("/events");
    let id = server.publish("1");
    assert_eq!(stream.next().id, id);
    assert!(!stream.ends_properly(), "cut, not ended");
    server.publish("2");
    let request = proxy.get("/events").header("last-event-id", id);
    assert_eq!(Stream::new(request).next().data, "2");
}

#[test]
fn the_last_event_id_comes_through() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let ids: Vec<String> = (0..5).map(|number| server.publish(&number.to_string())).collect();
    let resumed = |request| Stream::new(request).take(2);
    assert_eq!(resumed(proxy.get("/events").header("last-event-id", &ids[2])), ["3", "4"]);
    assert_eq!(resumed(proxy.get(&format!("/events?last-event-id={}", ids[2]))), ["3", "4"]);
    let garbage = proxy.get("/events").header("last-event-id", "garbage");
    assert_eq!(Stream::new(garbage).next().name, "reset");
}

#[test]
fn a_cut_is_a_cut_and_an_end_is_an_end() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let mut stream = proxy.stream("/events?client=me");
    stream.frame();
    let cut: Value = proxy.post("/cut").json(&json!({ "client": "me" })).send().unwrap().json().unwrap();
    assert_eq!(cut["cut"], 1);
    assert!(!stream.ends_properly());

    let mut stream = proxy.stream("/events");
    stream.frame();
    server.signal("-TERM");
    assert!(stream.ends_properly());
}

#[test]
fn a_client_that_leaves_leaves_nothing_behind() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let streams: Vec<_> = (0..5).map(|_| proxy.stream("/events")).collect();
    server.wait_for("five streams", |stats| stats["clients"]["sse"] == 5);
    drop(streams);
    server.wait_for("none", |stats| stats["clients"]["sse"] == 0);
}

#[test]
fn a_client_that_does_not_read_is_the_servers_to_end() {
    let server = Server::start(&["--queue", "10"]);
    // With only the configuration, as for a server that does not send the header.
    let alone = "location = /events {\n proxy_ignore_headers X-Accel-Buffering;";
    let proxy = Proxy::start(&replaced(CONFIGURATION, "location = /events {", alone), server.address());
    let mut slow = TcpStream::connect(proxy.address).unwrap();
    write!(slow, "GET /events HTTP/1.1\r\nhost: {}\r\n\r\n", proxy.address).unwrap();
    server.wait_for("the stream", |stats| stats["clients"]["sse"] == 1);
    // Sockets hold some megabytes. A proxy that buffers would hold a gigabyte.
    let data = "x".repeat(50_000);
    let behind = (0..1000).any(|_| {
        server.publish(&data);
        server.stats()["ended"]["behind"] == 1
    });
    assert!(behind, "nginx takes whatever comes");
}

#[test]
fn nothing_compresses_the_stream() {
    let server = Server::start(&[]);
    let all = "http {\n gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1; gzip_http_version 1.0;";
    let proxy = Proxy::start(&replaced(CONFIGURATION, "http {", all), server.address());
    let encoding = |path| {
        let response = proxy.get(path).header("accept-encoding", "gzip").send().unwrap();
        response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding("/stats").as_deref(), Some("gzip"));
    assert_eq!(encoding("/events"), None);
}

#[test]
fn the_page_may_publish_and_pages_of_others_may_not() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let publish = |origin: &str| {
        let request = proxy.post("/publish").header("origin", origin);
        request.json(&json!({ "event": "notice", "data": "x" })).send().unwrap().status().as_u16()
    };
    assert_eq!(publish(&proxy.url("")), 200);
    assert_eq!(publish("http://elsewhere.example"), 403);
}

#[test]
fn a_websocket_comes_through() {
    let server = Server::start(&[]);
    let proxy = Proxy::of(&server);
    let (mut socket, _) =
        tungstenite::client(format!("ws://{}/ws", proxy.address), TcpStream::connect(proxy.address).unwrap()).unwrap();
    socket.get_ref().set_read_timeout(Some(BOUND)).unwrap();
    let id = server.publish("over it");
    let event: Value = serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap();
    assert_eq!(event, json!({ "id": id, "event": "notice", "data": "over it" }));
}

/// While the server restarts, nginx answers 502, at which the standard's client gives up.
#[test]
fn a_client_that_is_told_to_goes_on_after_a_502() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log");
    let args = ["--retry", "50", "--log-file", log.to_str().unwrap()];
    let server = Server::start(&args);
    let address = server.address().to_string();
    let proxy = Proxy::of(&server);
    let listen = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
        command.args(["listen", &proxy.url("/events")]).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        peer::bound(&child);
        child
    };
    let strict = listen(&[]);
    let mut patient = listen(&["--retry-status", "502", "--max-events", "3"]);
    server.wait_for("both", |stats| stats["clients"]["sse"] == 2);
    server.publish("1");
    server.wait_for("both have it", |stats| stats["deliveries"] == 2);
    server.end(true);

    let strict = strict.wait_with_output().unwrap();
    assert_eq!(strict.status.code(), Some(3), "{strict:?}");
    assert!(String::from_utf8(strict.stderr).unwrap().contains("502"));
    let mut said = BufReader::new(patient.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("status 502; retry in")), "it does not wait");

    let server = Server::start(&[&["--addr", &address], &args[..]].concat());
    server.publish("2");
    server.publish("3");
    let patient = patient.wait_with_output().unwrap();
    assert_eq!(patient.status.code(), Some(0));
    let out = String::from_utf8(patient.stdout).unwrap();
    let data: Vec<&str> = out.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(data, ["1", "2", "3"]);
}
