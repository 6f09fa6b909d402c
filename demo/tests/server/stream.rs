//! What is on the stream.

use std::io::Read;
use std::net::TcpStream;
use std::process::Command;

use crate::harness::{Server, wait_for};

#[test]
fn headers_let_events_through_at_once() {
    let server = Server::start(&[]);
    let response = server.get("/events").send().unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(response.status(), 200);
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-cache, no-transform");
    assert_eq!(header("x-accel-buffering"), "no");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("transfer-encoding"), "chunked");
    assert!(!response.headers().contains_key("content-length"));
}

#[test]
fn begins_with_a_comment_and_the_reconnection_time() {
    let server = Server::start(&["--retry", "1234"]);
    let id = server.publish("before");
    let mut fresh = server.stream("/events");
    assert_eq!(fresh.frame(), "comment events of the sse-wire demo");
    assert!((1234..=2468).contains(&retry(&fresh.frame())));
    server.publish("after");
    assert_eq!(fresh.frame(), "event after");

    let mut resumed = server.resume(&id);
    assert_eq!(resumed.frame(), "comment events of the sse-wire demo");
    assert!((1234..=2468).contains(&retry(&resumed.frame())));
    assert_eq!(resumed.frame(), "event after");
}

fn retry(frame: &str) -> u32 {
    frame.strip_prefix("retry ").unwrap().parse().unwrap()
}

/// So that a client whose connection ends before its first event loses nothing.
#[test]
fn gives_an_id_before_the_first_event() {
    let server = Server::start(&[]);
    let id = server.publish("before");
    let mut socket = server.raw("/events", "");
    let text = read_until(&mut socket, "retry");
    assert!(text.contains(&format!("\nid: {id}\n")), "{text}");
    drop(socket);
    server.publish("meanwhile");
    assert_eq!(server.resume(&id).next().data, "meanwhile");
}

/// Otherwise a client whose connection ends between the two would continue from there, and never learn of the gap.
#[test]
fn gives_no_id_before_a_reset() {
    let server = Server::start(&[]);
    let id = server.publish("before");
    let text = read_until(&mut server.raw("/events?last-event-id=garbage", ""), "\"reason\":\"unknown\"");
    let (before, reset) = text.split_once("event: reset\n").unwrap();
    assert!(before.contains("\nretry: ") && !before.contains("\nid"), "{text}");
    assert!(reset.starts_with(&format!("id: {id}\ndata: ")), "{text}");
}

/// A `write` without Nagle's algorithm is a segment, and on loopback one of up to 64 KiB.
#[cfg(target_os = "linux")]
#[test]
fn an_event_is_one_write_and_several_together_are_one_too() {
    let server = Server::start(&[]);
    let first = server.publish("0");
    let mut socket = server.raw("/events", "");
    read_until(&mut socket, "retry");
    let written = |socket: &TcpStream| -> usize {
        let ports = format!("sport = :{} and dport = :{}", server.port(), socket.local_addr().unwrap().port());
        let output = Command::new("ss").args(["-tinH", &ports]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_once(" data_segs_out:").unwrap().1.split(' ').next().unwrap().parse().unwrap()
    };
    let head = written(&socket);
    assert_eq!(head, 1);
    for number in 1..=40 {
        let data = format!("{number}{}", "\nx".repeat(number));
        let id = server.publish_as("several lines", &data);
        read_until(&mut socket, &id);
        assert_eq!(written(&socket), head + number);
    }
    // The missed events: sixteen at a time, the first ones with the head.
    let mut back = server.raw("/events", &format!("last-event-id: {first}\r\n"));
    read_until(&mut back, "\ndata: 40\n");
    assert_eq!(written(&back), 3);
}

#[test]
fn only_chooses_by_name() {
    let server = Server::start(&[]);
    let mut some = server.stream(&format!("/events?only=price,message{}", ",price".repeat(100)));
    let mut all = server.stream("/events");
    for (event, data) in [("price", "1"), ("notice", "2"), ("message", "3"), ("", "4"), ("pricE", "5"), ("price", "6")]
    {
        server.publish_as(event, data);
    }
    assert_eq!(some.take(4), ["1", "3", "4", "6"]);
    assert_eq!(all.take(6), ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn silence_is_broken_by_comments() {
    let server = Server::start(&["--keep-alive", "1"]);
    let mut stream = server.stream("/events");
    stream.frame();
    stream.frame();
    assert_eq!(stream.frame(), "comment ");
    assert_eq!(stream.frame(), "comment ");
    server.publish("x");
    assert_eq!(stream.frame(), "event x");
}

/// Otherwise the id of a client that asks for rare events would become too old to resume from.
#[test]
fn a_keep_alive_moves_the_id_on_over_events_not_asked_for() {
    let server = Server::start(&["--keep-alive", "1", "--log-events", "2"]);
    let mut socket = server.raw("/events?only=rare", "");
    read_until(&mut socket, "retry");
    let mut id = String::new();
    for number in 0..3 {
        id = server.publish(&number.to_string());
        let text = read_until(&mut socket, &id);
        assert!(!text.contains("data"), "{text}");
    }
    server.publish_as("rare", "x");
    assert_eq!(server.resume(&id).next().data, "x");
}

#[test]
fn the_server_publishes_by_itself() {
    let server = Server::with_sources(&[]);
    let mut stream = server.stream("/events");
    let mut missing = vec!["message", "metric", "customEvent"];
    wait_for("all sources", || {
        let event = stream.next();
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        assert!(data["number"].as_u64().unwrap() > 0 && data["time"].as_u64().unwrap() > 0, "{data}");
        match event.name.as_str() {
            "message" => assert_eq!(data["message"], "Hello, Client!"),
            "metric" => assert!(data["memory_used"].as_u64() < data["memory_total"].as_u64() && data["cpu"].is_f64()),
            _ => assert!(data["customData"].is_string()),
        }
        missing.retain(|name| *name != event.name);
        missing.is_empty().then_some(())
    });
}

#[test]
fn unknown_parameters_and_text_that_no_event_can_have_are_refused() {
    let server = Server::start(&[]);
    for (query, reason) in [
        ("olny=metric", "unknown field `olny`"),
        ("only=a%0Ab", "event type must not contain CR or LF (found LF at index 1)"),
        (&format!("client={}", "k".repeat(65)), "longer than 64 bytes"),
        (&format!("only={}", "k".repeat(257)), "a name of 257 bytes, expected 256 at most"),
        ("only=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "only: more than 16 names"),
    ] {
        let response = server.get(&format!("/events?{query}")).send().unwrap();
        assert_eq!(response.status(), 400, "{query}");
        let text = response.text().unwrap();
        assert!(text.contains(reason), "{query}: {text}");
    }
    assert_eq!(server.get("/nothing").send().unwrap().status(), 404);
}

#[test]
fn the_page_allows_nothing_inline() {
    let server = Server::start(&[]);
    for (path, media_type) in [("/", "text/html"), ("/style.css", "text/css"), ("/app.js", "text/javascript")] {
        let response = server.get(path).send().unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(media_type));
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!response.text().unwrap().contains("innerHTML"));
    }
}

pub(crate) fn read_until(socket: &mut impl Read, end: &str) -> String {
    let mut bytes = Vec::new();
    wait_for(end, || {
        let mut chunk = [0; 1024];
        let length = socket.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "the stream ended");
        bytes.extend(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes);
        (text.contains(end) && text.ends_with('\n')).then(|| text.into_owned())
    })
}
