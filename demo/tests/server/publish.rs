//! `POST /publish`.

use std::io::Read as _;

use serde_json::json;

use crate::harness::{Server, send};

/// An event is recognized by its key: in memory, in the file, and after a restart.
#[test]
fn what_is_sent_twice_under_a_key_is_published_once() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("events.jsonl").display().to_string();
    let publish = |server: &Server, key: &str| -> serde_json::Value {
        let request = server.post("/publish").header("idempotency-key", key).json(&serde_json::json!({ "data": 1 }));
        request.send().unwrap().json().unwrap()
    };
    for args in [&[][..], &["--log-file", &path]] {
        let server = Server::start(args);
        let first = publish(&server, "a");
        assert_ne!(publish(&server, "b"), first);
        assert_eq!(publish(&server, "a"), first);
        let stats = server.stats();
        assert_eq!((&stats["log"]["events"], &stats["published"]), (&json!(2), &json!(2)));
        if !args.is_empty() {
            drop(server);
            let again = Server::start(args);
            assert_eq!(publish(&again, "a"), first);
        }
    }
}

#[test]
fn data_arrives_as_it_was_posted() {
    let server = Server::start(&[]);
    let mut stream = server.stream("/events");
    for (body, name, data) in [
        (r#"{"data": "text"}"#, "notice", "text"),
        (r#"{"event": "notice", "data": ""}"#, "notice", ""),
        (r#"{"event": "price", "data": "a\r\nb\rc\n"}"#, "price", "a\nb\nc\n"),
        (r#"{"event": "message", "data": {"b": 1, "a": [1.0, null]}}"#, "message", r#"{"b": 1, "a": [1.0, null]}"#),
        (r#"{"event": "", "data": null}"#, "message", "null"),
        ("{\"event\": \"né €\", \"data\": {\n\"a\": 12345678901234567890}}", "né €", "{\n\"a\": 12345678901234567890}"),
        (r#"{"data": "data: x\n\nevent: y"}"#, "notice", "data: x\n\nevent: y"),
    ] {
        let response = server.post("/publish").header("content-type", "application/json").body(body).send().unwrap();
        assert_eq!(response.status(), 200, "{body}");
        let answer: serde_json::Value = response.json().unwrap();
        let event = stream.next();
        assert_eq!((event.name.as_str(), event.data.as_str()), (name, data), "{body}");
        assert_eq!(answer, json!({ "id": event.id }));
    }
}

/// Clients count the events of the sources, and would mistake others for gaps.
#[test]
fn names_of_the_sources_are_theirs_while_they_publish() {
    let server = Server::with_sources(&[]);
    for (name, status) in [("metric", 400), ("customEvent", 400), ("message", 400), ("", 400), ("Metric", 200)] {
        let body = json!({ "event": name, "data": { "number": u64::MAX } });
        assert_eq!(server.post("/publish").json(&body).send().unwrap().status(), status, "{name}");
    }
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::start(&[]);
    let head = "content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let request = format!("POST /publish HTTP/1.1\r\nhost: {}\r\n{head}", server.address());
    let mut socket = send(server.address(), &request);
    let mut status = [0; 12];
    socket.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 408");
}

#[test]
fn what_cannot_be_published_is_refused_with_the_reason() {
    let server = Server::start(&[]);
    let long = format!(r#"{{"data": "{}"}}"#, "x".repeat(64 * 1024));
    for (content_type, body, status, reason) in [
        ("application/json", "", 400, "EOF while parsing a value at line 1 column 0"),
        ("application/json", "hello", 400, "expected value at line 1 column 1"),
        ("application/json", r#"["notice", "x"]"#, 400, "expected a JSON object"),
        ("application/json", r#"{"data": "x""#, 400, "EOF while parsing an object at line 1 column 12"),
        ("application/json", r#"{"event": "notice"}"#, 400, "missing field `data`"),
        ("application/json", r#"{"event": 5, "data": ""}"#, 400, "invalid type: integer `5`, expected a string"),
        ("application/json", r#"{"evnt": "x", "data": ""}"#, 400, "unknown field `evnt`, expected `event` or `data`"),
        ("application/json", r#"{"id": "7", "data": ""}"#, 400, "unknown field `id`"),
        (
            "application/json",
            r#"{"event": "a\nb", "data": ""}"#,
            400,
            "event type must not contain CR or LF (found LF at index 1)",
        ),
        (
            "application/json",
            r#"{"event": "a\r", "data": ""}"#,
            400,
            "event type must not contain CR or LF (found CR at index 1)",
        ),
        ("application/json", r#"{"event": "reset", "data": ""}"#, 400, "`reset` is the server's own"),
        ("application/json", &long, 413, "more than 65536 bytes"),
        ("text/plain", r#"{"data": ""}"#, 415, "Expected request with `Content-Type: application/json`"),
        ("", r#"{"data": ""}"#, 415, "Expected request with `Content-Type: application/json`"),
    ] {
        let request = server.post("/publish").body(body.to_owned()).header("content-type", content_type);
        let response = request.send().unwrap();
        assert_eq!(response.status(), status, "{body:.60}");
        let answer: serde_json::Value = response.json().unwrap();
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(reason), "{body:.60}: {error}");
    }
    assert_eq!(server.get("/publish").send().unwrap().status(), 405);
    assert_eq!(server.stats()["published"], 0);
}
