//! Responses that are incomplete, unreadable, or say "not now".

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use crate::peer::{Answer, Peer};
use crate::{listen, run, waited};

const HEAD: &str = "Content-Type: text/event-stream\r\n";

#[test]
fn an_answer_that_was_cut_inside_an_event_is_not_complete() {
    let body = tempfile::NamedTempFile::new().unwrap();
    body.as_file().write_all(b"{}").unwrap();
    let args = ["--post", body.path().to_str().unwrap()];
    for (wire, code) in [
        ("data: Hi\n\n", 0),
        ("data: Hi\n\n: bye", 0),
        ("data: Hi\n\ndata: {\"finish_re", 7),
        ("data: Hi\n\ndata: no blank line\n", 7),
        ("data: Hi\n\nda", 7),
        ("data: Hi\r\n\r\n", 0),
    ] {
        let peer = Peer::start([Answer::stream(wire)]);
        let (status, out, err) = run(listen(&peer.url()).args(args));
        assert_eq!((status, out.as_str()), (code, "message Hi\n"), "{wire:?}: {err}");
        let end = if code == 0 { "end: the answer is complete\n" } else { "the stream has ended, inside an event\n" };
        assert!(err.ends_with(end), "{err}");
    }
    // The connection can be cut too.
    let peer = Peer::start([Answer::cut("data: Hi\n\ndata: {")]);
    let (status, _, err) = run(listen(&peer.url()).args(args));
    assert_eq!(status, 7, "{err}");
    // A response that ends without its last event is not complete either.
    let peer = Peer::start([Answer::stream("data: Hi\n\n")]);
    let (status, _, err) = run(listen(&peer.url()).args(args).args(["--until", "[DONE]"]));
    assert_eq!(status, 7, "{err}");
    assert!(err.ends_with("error: the stream has ended without \"[DONE]\"\n"), "{err}");
}

#[test]
fn a_compressed_answer_is_not_taken_for_one_without_events() {
    let peer = Peer::start([Answer::body("200 OK", &format!("{HEAD}Content-Encoding: gzip\r\n"), "\u{1f}\u{8b}...")]);
    let (code, out, err) = run(&mut listen(&peer.url()));
    assert_eq!((code, out.as_str()), (7, ""), "{err}");
    assert!(err.contains("content encoding \"gzip\", which was not asked for"), "{err}");
    assert!(peer.request().contains("accept-encoding: identity\r\n"));

    let peer = Peer::start([Answer::body("200 OK", &format!("{HEAD}Content-Encoding: identity\r\n"), "data: 1\n\n")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--max-events", "1"]));
    assert_eq!((code, out.as_str()), (0, "message 1\n"), "{err}");
}

#[test]
fn the_body_of_an_error_is_shown() {
    let json = "{\"error\":{\"message\":\"no such model\"}}\n";
    let peer = Peer::start([Answer::body("400 Bad Request", "Content-Type: application/json\r\n", json)]);
    let (code, _, err) = run(&mut listen(&peer.url()));
    assert_eq!(code, 3, "{err}");
    let end = "error: unexpected status 400, expected 200: {\"error\":{\"message\":\"no such model\"}}\n";
    assert!(err.ends_with(end), "{err}");

    // At most a KiB of it, and no control characters.
    let long = format!("\u{1b}[2J{}", "x".repeat(5000));
    let peer = Peer::start([Answer::body("500 Oh No", "", &long)]);
    let (code, _, err) = run(&mut listen(&peer.url()));
    assert_eq!((code, err.matches('x').count() - "unexpected expected".matches('x').count()), (3, 1020), "{err}");
    assert!(err.contains("\\u{1b}[2Jxxx") && !err.contains('\u{1b}'), "{err}");

    // A body that never ends is not waited for.
    let endless = Answer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nsoon ").held();
    let (code, _, err) = run(&mut listen(&Peer::start([endless]).url()));
    assert_eq!(code, 4, "{err}");
    assert!(err.ends_with("unexpected content type \"text/plain\", expected text/event-stream: soon\n"), "{err}");
}

/// The test does not wait: it reads the announced wait, and ends the process. Waits are spread by an eighth.
#[test]
fn retry_after_is_bounded_and_may_be_a_date() {
    let in_ten_seconds = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(10));
    let otherwise = 3000..=3375;
    for (value, expected) in [
        ("7", 7000..=7875),
        (in_ten_seconds.as_str(), 3000..=11_250),
        ("Sun, 06 Nov 1994 08:49:37 GMT", otherwise.clone()),
        ("soon", otherwise),
        ("18446744073709551615", 60_000..=67_500),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60_000..=67_500),
    ] {
        let busy = Answer::status("503 Service Unavailable", &format!("Retry-After: {value}\r\n"));
        let peer = Peer::start([busy]);
        let said = crate::first_line_with(listen(&peer.url()).args(["--retry-status", "503"]), "retry in");
        let wait = waited(&said, "status 503");
        assert!(expected.contains(&wait), "{value}: {wait}");
    }
}
