//! Many clients, slow clients, and clients that are gone.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::harness::{BOUND, Server};
use crate::stream::read_until;

const UPGRADE: &str = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[test]
fn one_client_too_many_is_told_when_to_come_back() {
    let server = Server::start(&["--max-clients", "2"]);
    let first = server.stream("/events");
    let _second = server.raw("/ws", UPGRADE);
    server.wait_for("two clients", |stats| stats["clients"] == json!({ "sse": 1, "ws": 1 }));
    for path in ["/events", "/ws"] {
        let mut socket = server.raw(path, if path == "/ws" { UPGRADE } else { "" });
        let mut answer = [0; 1024];
        let length = socket.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        let (_, after) = answer.split_once("retry-after: ").unwrap();
        let seconds: u32 = after.lines().next().unwrap().parse().unwrap();
        assert!((2..=10).contains(&seconds), "{answer}");
    }
    assert_eq!(server.get("/").send().unwrap().status(), 200);
    assert_eq!(server.stats()["rejected"], 2);
    drop(first);
    server.wait_for("one client", |stats| stats["clients"]["sse"] == 0);
    server.stream("/events");
}

#[test]
fn clients_that_are_gone_leave_nothing_behind() {
    let server = Server::start(&[]);
    let open = || -> Vec<TcpStream> {
        let paths = ["/events", "/events?only=x", "/events?last-event-id=garbage", "/ws", "/stats", "/nothing"];
        let sockets = paths.iter().map(|path| server.raw(path, if *path == "/ws" { UPGRADE } else { "" }));
        sockets.flat_map(|socket| [socket, TcpStream::connect(server.address()).unwrap()]).collect()
    };
    let before = server.stats()["connections"].as_u64().unwrap();
    let mut sockets: Vec<_> = (0..10).flat_map(|_| open()).collect();
    server.wait_for("all clients", |stats| stats["clients"] == json!({ "sse": 30, "ws": 10 }));
    assert_eq!(server.stats()["connections"], before + sockets.len() as u64);
    for (index, socket) in sockets.drain(..).enumerate() {
        if index % 2 == 0 {
            // With a reset instead of an orderly end.
            SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
        }
    }
    let none = json!({ "sse": 0, "ws": 0 });
    server.wait_for("no client", |stats| stats["clients"] == none && stats["connections"] == before);
}

/// A client that does not read. A small buffer, so that it is soon full.
fn slow(server: &Server, path: &str, headers: &str) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address: SocketAddr = server.address();
    socket.connect(&SockAddr::from(address)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n");
    socket.send(request.as_bytes()).unwrap();
    socket
}

/// A stream leaves hyper when the answers before it, which the client does not read yet, may still be there.
#[test]
fn a_stream_behind_other_requests_cuts_none_of_their_answers() {
    const BEFORE: usize = 40;
    let server = Server::start(&[]);
    let mut socket = slow(&server, "/", "");
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address());
    socket.write_all((request("/").repeat(BEFORE - 1) + &request("/events")).as_bytes()).unwrap();
    // It may arrive, or wait until it is read; both are fine.
    let _ = (0..200).find(|_| server.stats()["clients"]["sse"] == 1);
    socket.set_read_timeout(Some(BOUND)).unwrap();
    let mut reader = BufReader::new(socket);
    let page = server.get("/").send().unwrap().text().unwrap();
    for number in 0..=BEFORE {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{number}: {head}");
        }
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{number}: {head:.200}");
        if number < BEFORE {
            let mut body = vec![0; page.len()];
            reader.read_exact(&mut body).unwrap();
            assert!(body == page.as_bytes(), "{number}");
        } else {
            assert!(head.contains("text/event-stream"), "{head}");
        }
    }
}

#[test]
fn a_slow_reader_is_closed_and_delays_nobody() {
    let server = Server::start(&["--queue", "8"]);
    let id = server.publish("first");
    let _slow = [
        slow(&server, "/events", ""),
        slow(&server, "/ws", UPGRADE),
        // A client that stops reading before it has what it missed.
        slow(&server, &format!("/events?last-event-id={id}"), ""),
    ];
    let mut healthy = server.stream("/events");
    server.wait_for("all clients", |stats| stats["clients"] == json!({ "sse": 3, "ws": 1 }));
    let data = "x".repeat(60_000);
    for number in 0..60 {
        let data = format!("{number} {data}");
        server.publish(&data);
        assert_eq!(healthy.next().data, data);
    }
    let stats = server.wait_for("the slow ones' end", |stats| stats["clients"] == json!({ "sse": 1, "ws": 0 }));
    assert_eq!(stats["ended"]["behind"], 3);
    server.publish("last");
    assert_eq!(healthy.next().data, "last");
}

/// The queue bounds how far a client may fall behind, not what it missed while it was away.
#[test]
fn whoever_missed_more_than_the_queue_still_gets_it() {
    let server = Server::start(&["--queue", "2", "--keep-alive", "1"]);
    let id = server.publish("0");
    // More than sockets hold, so that the server cannot be done with it before it looks at its clients.
    let data = "x".repeat(60_000);
    let expected: Vec<_> = (1..=300).map(|number: u32| format!("{number} {data}")).collect();
    for data in &expected {
        server.publish(data);
    }
    let mut back = server.resume(&id);
    let mut other = server.stream("/events");
    // A keep-alive comes after a second, and the server checks twice a second.
    for _ in 0..3 {
        other.frame();
    }
    assert_eq!(back.take(300), expected);
    assert_eq!(server.stats()["ended"]["behind"], 0);
}

#[test]
fn a_connection_can_be_cut_by_its_key() {
    let server = Server::start(&[]);
    let mut one = server.stream("/events?client=one");
    let mut other = server.stream("/events?client=other");
    let mut nameless = server.stream("/events");
    let cut =
        |key: &str| -> Value { server.post("/cut").json(&json!({ "client": key })).send().unwrap().json().unwrap() };
    assert_eq!(cut("nobody"), json!({ "cut": 0 }));
    let id = server.publish("1");
    assert_eq!(one.next().id, id);
    assert_eq!(cut("one"), json!({ "cut": 1 }));
    assert!(!one.ends_properly());
    server.wait_for("one client less", |stats| stats["clients"]["sse"] == 2);
    server.publish("2");
    assert_eq!(server.resume(&id).next().data, "2");
    assert_eq!((other.take(2), nameless.take(2)), (vec!["1".into(), "2".into()], vec!["1".into(), "2".into()]));

    let mut ws = server.raw("/ws?client=two", UPGRADE);
    server.wait_for("a WebSocket", |stats| stats["clients"]["ws"] == 1);
    assert_eq!(cut("two"), json!({ "cut": 1 }));
    ws.set_read_timeout(Some(BOUND)).unwrap();
    ws.read_to_end(&mut Vec::new()).unwrap();
    server.wait_for("its end", |stats| stats["clients"]["ws"] == 0);
}

/// The reasons why streams ended.
#[test]
fn streams_that_end_are_counted_by_the_reason() {
    let server = Server::start(&["--patience", "1"]);
    let ended = |reason: &str, count: u32| {
        server.wait_for(reason, |stats| stats["ended"][reason] == count);
    };
    drop(server.stream("/events"));
    ended("gone", 1);
    let _cut = server.stream("/events?client=me");
    server.post("/cut").json(&json!({ "client": "me" })).send().unwrap();
    ended("cut", 1);
    // Its system answers, but has no room for longer than the server's patience.
    let paused = slow(&server, "/events", "");
    server.wait_for("a client", |stats| stats["clients"]["sse"] == 1);
    for _ in 0..20 {
        server.publish(&"x".repeat(60_000));
    }
    ended("silent_window", 1);
    drop(paused);
    let metrics = server.get("/metrics").send().unwrap().text().unwrap();
    for line in ["gone\"} 1", "cut\"} 1", "silent_window\"} 1", "behind\"} 0", "stopped\"} 0"] {
        assert!(metrics.contains(&format!("demo_streams_ended_total{{reason=\"{line}\n")), "{line}: {metrics}");
    }
}

/// Linux doubles what it is asked for.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_does_not_read_costs_the_kernel_64_kib() {
    let server = Server::start(&[]);
    let _stuck = slow(&server, "/events", "");
    server.wait_for("a client", |stats| stats["clients"]["sse"] == 1);
    let port = server.port();
    let output = std::process::Command::new("ss").args(["-tmnH", &format!("sport = :{port}")]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(",tb65536,"), "{text}");
}

#[test]
fn a_request_that_never_comes_is_not_waited_for() {
    let server = Server::start(&["--patience", "1"]);
    let mut silent = TcpStream::connect(server.address()).unwrap();
    let mut half = TcpStream::connect(server.address()).unwrap();
    half.write_all(b"GET /events HTTP/1.1\r\nhost: ").unwrap();
    let mut idle = server.raw("/stats", "");
    for socket in [&mut silent, &mut half, &mut idle] {
        socket.set_read_timeout(Some(BOUND)).unwrap();
        socket.read_to_end(&mut Vec::new()).unwrap();
    }
}

/// A connection that was used before leaves hyper too, and the stream ignores what comes after its request.
#[test]
fn a_stream_can_be_a_connections_second_request() {
    let server = Server::start(&[]);
    let mut socket = server.raw("/stats", "");
    assert_ne!(socket.read(&mut [0; 4096]).unwrap(), 0);
    write!(socket, "GET /events HTTP/1.1\r\nhost: {}\r\n\r\nGET / HTTP/1.1\r\n\r\n", server.address()).unwrap();
    server.wait_for("a client", |stats| stats["clients"]["sse"] == 1);
    let id = server.publish("x");
    let mut text = String::new();
    let mut lines = BufReader::new(socket).lines();
    while !text.ends_with("data: x\n\n") {
        text += &(lines.next().unwrap().unwrap() + "\n");
    }
    assert!(text.starts_with("HTTP/1.1 200 OK\n") && text.contains("connection: close\n"), "{text}");
    assert!(text.contains(&format!("id: {id}\n")) && text.matches("HTTP/1.1").count() == 1, "{text}");
}

#[test]
fn a_request_that_never_ends_is_bounded() {
    let server = Server::start(&[]);
    let mut socket = server.raw("/events", &format!("x: {}\r\n", "x".repeat(20_000)));
    // Not to the end: the server closes with the rest of the request unread, which is a reset.
    assert!(read_until(&mut socket, "\r\n").starts_with("HTTP/1.1 431 "));
}

#[test]
fn the_figures_agree() {
    let server = Server::start(&["--log-events", "3"]);
    let ids: Vec<_> = ["1", "2", "3", "4"].iter().map(|data| server.publish(data)).collect();
    let (mut first, mut second) = (server.stream("/events"), server.stream("/events?only=other"));
    server.resume("garbage");
    server.wait_for("two clients", |stats| stats["clients"]["sse"] == 2);
    server.publish_as("other", "5");
    assert_eq!((first.take(1), second.take(1)), (vec!["5".into()], vec!["5".into()]));

    let stats = server.wait_for("the last figures", |stats| stats["deliveries"] == 2 && stats["ended"]["gone"] == 1);
    let text = server.get("/metrics").send().unwrap().text().unwrap();
    let metric = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    for (name, field, expected) in [
        ("demo_published_total", "/published", 5.0),
        ("demo_deliveries_total", "/deliveries", 2.0),
        ("demo_resets_total", "/resets", 1.0),
        (r#"demo_streams_ended_total{reason="behind"}"#, "/ended/behind", 0.0),
        (r#"demo_streams_ended_total{reason="gone"}"#, "/ended/gone", 1.0),
        ("demo_rejected_total", "/rejected", 0.0),
        (r#"demo_clients{carrier="sse"}"#, "/clients/sse", 2.0),
        (r#"demo_clients{carrier="ws"}"#, "/clients/ws", 0.0),
        ("demo_log_events", "/log/events", 3.0),
    ] {
        assert_eq!(stats.pointer(field).unwrap().as_f64(), Some(expected), "{field}");
        assert!((metric(name) - expected).abs() < 0.5, "{name}");
    }
    assert_eq!(stats["log"]["first_id"], ids[2]);
    assert!(stats["resident_bytes"].as_u64() > Some(1 << 20));
    assert!(metric("process_resident_memory_bytes") > 1e6);
    // Every sample has its type.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
    }
}

/// The least that hyper keeps for a connection is two buffers of 8 KiB.
#[cfg(target_os = "linux")]
#[test]
fn a_stream_keeps_none_of_hypers_buffers() {
    const CLIENTS: usize = 500;
    let server = Server::start(&[]);
    let open = |count: usize| -> Vec<TcpStream> {
        let sockets: Vec<_> = (0..count).map(|_| server.raw("/events", "")).collect();
        for socket in &sockets {
            read_until(&mut &*socket, "retry");
        }
        sockets
    };
    let resident = || server.stats()["resident_bytes"].as_u64().unwrap();
    let _first = open(50);
    let before = resident();
    let _others = open(CLIENTS);
    server.publish("x");
    let each = resident().saturating_sub(before) / CLIENTS as u64;
    assert!(each < 6 * 1024, "{each} bytes");
}
