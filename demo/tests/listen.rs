//! `demo listen` against servers that misbehave: each way to end has its exit status.

#[path = "listen/answers.rs"]
mod answers;
mod peer;
#[path = "listen/secrets.rs"]
mod secrets;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use peer::{Answer, Peer};

fn listen(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["listen", url]).stdin(Stdio::null());
    command
}

#[track_caller]
fn run(command: &mut Command) -> (i32, String, String) {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    peer::bound(&child);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().expect("an exit"), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The first line on standard error that contains this. Then ends the process.
fn first_line_with(command: &mut Command, what: &str) -> String {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    peer::bound(&child);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.map(|line| line.unwrap()).find(|line| line.contains(what));
    child.kill().unwrap();
    child.wait().unwrap();
    line.unwrap_or_else(|| panic!("it ended before it said {what:?}"))
}

const STREAM: &str =
    ": hello\nretry: 100\n\nevent: price\nid: 1\ndata: 113\n\ndata: two\ndata: lines\n\nid\ndata: last\n\n";

#[test]
fn text_has_type_id_and_data() {
    let peer = Peer::start([Answer::stream(STREAM).held()]);
    let (code, out, err) = run(listen(&peer.url()).args(["--max-events", "3"]));
    assert_eq!((code, out.as_str()), (0, "price #1 113\nmessage\n    two\n    lines\nmessage # last\n"), "{err}");
    assert!(err.contains("connecting to http://") && err.contains("open: HTTP/1.1"), "{err}");
    let request = peer.request().to_ascii_lowercase();
    assert!(request.contains("accept: text/event-stream\r\n") && !request.contains("last-event-id"), "{request}");
}

#[test]
fn json_has_every_field() {
    let peer = Peer::start([Answer::stream(STREAM).held()]);
    let (code, out, err) = run(listen(&peer.url()).args(["--json", "--comments", "--max-events", "3", "--quiet"]));
    let expected = concat!(
        r#"{"comment":"hello"}"#,
        "\n",
        r#"{"type":"price","data":"113","id":"1","last_event_id":"1"}"#,
        "\n",
        r#"{"type":"message","data":"two\nlines","id":null,"last_event_id":"1"}"#,
        "\n",
        r#"{"type":"message","data":"last","id":"","last_event_id":""}"#,
        "\n",
    );
    assert_eq!((code, out.as_str(), err.as_str()), (0, expected, ""));
}

#[test]
fn only_filters_and_max_events_counts_what_is_printed() {
    let peer =
        Peer::start([Answer::stream("event: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\nevent: a\ndata: 4\n\n")]);
    let (code, out, _) = run(listen(&peer.url()).args(["--only", "a,message", "--max-events", "3"]));
    assert_eq!((code, out.as_str()), (0, "a 1\nmessage 3\na 4\n"));
}

#[test]
fn a_cut_connection_resumes() {
    let peer = Peer::start([
        Answer::cut("retry: 100\n\nid: 7\ndata: one\n\nid: 8\ndata: never fini"),
        Answer::stream("id: 8\ndata: two\n\n"),
        Answer::status("204 No Content", ""),
    ]);
    let (code, out, err) = run(&mut listen(&peer.url()));
    assert_eq!((code, out.as_str()), (0, "message #7 one\nmessage #8 two\n"), "{err}");
    assert_eq!(err.matches("; retry in 1").count(), 2, "{err}");
    assert!(!peer.request().contains("last-event-id"));
    assert!(peer.request().contains("last-event-id: 7\r\n"));
    assert!(peer.request().contains("last-event-id: 8\r\n"));
}

#[test]
fn an_id_to_begin_with_is_sent() {
    let peer = Peer::start([Answer::status("204 No Content", "")]);
    let (code, out, _) = run(listen(&peer.url()).args(["--last-event-id", "é7"]));
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(peer.request().contains("last-event-id: é7\r\n"));
}

#[test]
fn a_status_is_final_unless_told_otherwise() {
    for line in ["404 Not Found", "500 Oh No", "503 Service Unavailable", "201 Created"] {
        let peer = Peer::start([Answer::status(line, "Content-Type: text/event-stream\r\n")]);
        let (code, out, err) = run(&mut listen(&peer.url()));
        assert_eq!((code, out.as_str()), (3, ""), "{err}");
        assert!(err.contains(&format!("unexpected status {}, expected 200", &line[..3])), "{err}");
    }
    let peer = Peer::start([
        Answer::stream("retry: 100\ndata: 1\n\n"),
        Answer::status("503 Service Unavailable", "Retry-After: 1\r\n"),
        Answer::stream("data: 2\n\n"),
    ]);
    let (code, out, err) = run(listen(&peer.url()).args(["--retry-status", "502,503", "--max-events", "2"]));
    assert_eq!((code, out.as_str()), (0, "message 1\nmessage 2\n"), "{err}");
    // A second, and up to an eighth more, so that not all come back at once.
    let wait = waited(&err, "status 503");
    assert!((1000..=1125).contains(&wait), "{err}");
}

/// The milliseconds until the next try.
#[track_caller]
fn waited(err: &str, reason: &str) -> u64 {
    let rest = err.split_once(&format!("{reason}; retry in ")).unwrap_or_else(|| panic!("{err}")).1;
    rest.split_once(" ms").unwrap().0.parse().unwrap()
}

#[test]
fn another_content_type_is_final() {
    for (header, said) in [
        ("Content-Type: text/html\r\n", "content type \"text/html\""),
        ("Content-Type: text/event-stream; charset=latin1\r\n", "charset=latin1"),
        ("Content-Type: text/\u{202e}html\r\n", "\\u{202e}"),
        ("Content-Type: text/\u{61c}html\r\n", "\\u{61c}"),
        ("", "no content type"),
    ] {
        let peer = Peer::start([Answer::status("200 OK", header)]);
        let (code, out, err) = run(&mut listen(&peer.url()));
        assert_eq!((code, out.as_str()), (4, ""), "{err}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn redirects_are_followed() {
    let target = Peer::start([Answer::stream("data: here\n\n")]);
    let peer = Peer::start([
        Answer::status("302 Found", "Location: /elsewhere\r\n"),
        Answer::status("307 Temporary Redirect", &format!("Location: {}\r\n", target.url())),
    ]);
    let (code, out, err) = run(listen(&peer.url()).args(["--max-events", "1"]));
    assert_eq!((code, out.as_str()), (0, "message here\n"), "{err}");
    peer.request();
    assert!(peer.request().starts_with("GET /elsewhere "));

    // Where HTTP says.
    for location in ["ftp://127.0.0.1/", "httpx://127.0.0.1/"] {
        let peer = Peer::start([Answer::status("302 Found", &format!("Location: {location}\r\n"))]);
        let (code, _, err) = run(&mut listen(&peer.url()));
        assert!(code == 3 && err.contains("302"), "{location}: {err}");
    }
}

#[test]
fn gives_up_when_told_to() {
    let peer = Peer::start([Answer::stream("retry: 100\ndata: 1\n\n"), Answer::stream(""), Answer::stream("")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--max-retries", "2"]));
    assert_eq!((code, out.as_str()), (5, "message 1\n"), "{err}");
    assert!(err.ends_with("error: the stream has ended; gave up after 2 retries\n"), "{err}");

    let refused = Peer::start([]);
    let (code, _, err) = run(listen(&refused.url()).args(["--max-retries", "0"]));
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("onnection refused"), "{err}");
}

#[test]
fn a_silent_connection_is_lost_when_told_to() {
    let peer = Peer::start([Answer::stream("retry: 100\ndata: 1\n\n").held(), Answer::status("204 No Content", "")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--idle-timeout", "1"]));
    assert_eq!((code, out.as_str()), (0, "message 1\n"), "{err}");
    assert!(err.contains("nothing has come for 1 s; retry in 1"), "{err}");

    // Even a server that takes the request and never answers.
    let peer = Peer::start([Answer::raw("").held()]);
    let (code, out, err) = run(listen(&peer.url()).args(["--idle-timeout", "1", "--max-retries", "0"]));
    assert_eq!((code, out.as_str()), (5, ""), "{err}");
    assert!(err.contains("nothing has come for 1 s"), "{err}");
}

#[test]
fn comments_keep_a_connection_from_being_idle_and_not_from_being_stalled() {
    let dripping =
        || Answer::stream("retry: 100\ndata: 1\n\n").dripping(": still here\n\n", Duration::from_millis(100));
    let peer = Peer::start([dripping(), Answer::status("204 No Content", "")]);
    let args = ["--idle-timeout", "1", "--stall-timeout", "2"];
    let (code, out, err) = run(listen(&peer.url()).args(args));
    assert_eq!((code, out.as_str()), (0, "message 1\n"), "{err}");
    assert!(err.contains("no event has come for 2 s; retry in 1"), "{err}");
}

#[test]
fn until_is_a_type_or_a_text() {
    let wire = "data: tok\n\ndata: [DONE]\n\nevent: stop\ndata: now\n\ndata: more\n\n";
    for (until, printed) in [
        ("[DONE]", "message tok\nmessage [DONE]\n"),
        ("stop", "message tok\nmessage [DONE]\nstop now\n"),
        ("message", "message tok\n"),
    ] {
        let peer = Peer::start([Answer::stream(wire).held()]);
        let (code, out, err) = run(listen(&peer.url()).args(["--until", until]));
        assert_eq!((code, out.as_str()), (0, printed), "{err}");
        assert!(err.ends_with("end: --until matched\n"), "{err}");
    }
    // An event that is not printed ends it too.
    let peer = Peer::start([Answer::stream(wire).held()]);
    let (code, out, err) = run(listen(&peer.url()).args(["--until", "[DONE]", "--only", "price"]));
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
}

#[test]
fn a_post_is_sent_with_its_body_and_not_again() {
    let body = tempfile::NamedTempFile::new().unwrap();
    body.as_file().write_all(br#"{"stream":true}"#).unwrap();
    let path = body.path().to_str().unwrap();

    let peer = Peer::start([Answer::stream("data: tok\n\ndata: [DONE]\n\n"), Answer::stream("data: paid twice\n\n")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--post", path, "-H", "Authorization: Bearer k"]));
    assert_eq!((code, out.as_str()), (0, "message tok\nmessage [DONE]\n"), "{err}");
    let request = peer.request();
    assert!(request.starts_with("POST /events "), "{request}");
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer k\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"stream\":true}"), "{request}");
    assert_eq!(peer.further_requests(), 0);

    let peer = Peer::start([Answer::cut("id: 1\ndata: tok\n\n"), Answer::stream("data: paid twice\n\n")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--post", path]));
    assert_eq!((code, out.as_str()), (5, "message #1 tok\n"), "{err}");
    assert!(err.contains("a POST is not sent again without --repeat-post"), "{err}");

    // The server took it, and ended without a response.
    let peer = Peer::start([Answer::raw(""), Answer::stream("data: paid twice\n\n")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--post", path]));
    assert_eq!((code, out.as_str()), (5, ""), "{err}");
    // No server took it.
    let peer = Peer::start([]);
    let (code, _, err) = run(listen(&peer.url()).args(["--post", path, "--max-retries", "1"]));
    assert_eq!(code, 5, "{err}");
    assert!(err.ends_with("gave up after 1 retries\n"), "{err}");

    let answers = [Answer::cut("retry: 100\nid: 1\ndata: tok\n\n"), Answer::stream("data: again\n\n")];
    let peer = Peer::start(answers);
    let mut command = listen(&peer.url());
    command.args(["--post", "-", "--repeat-post", "--max-events", "2", "-H", "Content-Type: text/plain"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    peer::bound(&child);
    child.stdin.take().unwrap().write_all(b"hi").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "message #1 tok\nmessage again\n");
    peer.request();
    let request = peer.request();
    assert!(request.contains("last-event-id: 1\r\n") && request.contains("content-type: text/plain\r\n"), "{request}");
    assert!(!request.contains("application/json") && request.ends_with("\r\n\r\nhi"), "{request}");
}

#[test]
fn controls_never_reach_the_terminal() {
    let evil = "event: a\u{1b}[2Jb\nid: \u{9b}31m\ndata: \u{1b}]0;title\u{7}\u{202e}txt\u{61c}\u{e0041}.exe\tend\n\n: \u{1b}c\n\n";
    let more = "data: last\n\n";
    let peer = Peer::start([Answer::stream(&format!("{evil}{more}")), Answer::stream(&format!("{evil}{more}"))]);
    let (code, out, _) = run(listen(&peer.url()).args(["--comments", "--max-events", "2"]));
    let expected = "a\\u{1b}[2Jb #\\u{9b}31m \\u{1b}]0;title\\u{7}\\u{202e}txt\\u{61c}\\u{e0041}.exe\tend\n: \\u{1b}c\nmessage last\n";
    assert_eq!((code, out.as_str()), (0, expected));

    let (code, out, _) = run(listen(&peer.url()).args(["--comments", "--json", "--max-events", "2"]));
    assert_eq!(code, 0);
    assert!(!out.contains(|c: char| c.is_control() && c != '\n' || "\u{202e}\u{61c}\u{e0041}".contains(c)), "{out:?}");
    let event: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(event["data"], "\u{1b}]0;title\u{7}\u{202e}txt\u{61c}\u{e0041}.exe\tend");
    assert_eq!(event["id"], "\u{9b}31m");
}

#[test]
fn an_event_over_the_limit_is_skipped_and_told() {
    let peer = Peer::start([Answer::stream("data: 1\n\ndata: 12345678\n\ndata: 2\n\n")]);
    let (code, out, err) = run(listen(&peer.url()).args(["--max-event-len", "4", "--max-events", "2"]));
    assert_eq!((code, out.as_str()), (6, "message 1\nmessage 2\n"));
    assert!(err.contains("skipped: event exceeds the limit of 4 bytes at offset 9"), "{err}");
}

#[test]
fn a_closed_output_is_a_quiet_end() {
    let events = "data: 0\n\n".repeat(100_000);
    let peer = Peer::start([Answer::stream(&events).held()]);
    let mut child = listen(&peer.url()).arg("--quiet").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    peer::bound(&child);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    assert_eq!(line, "message 0\n");
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_an_end() {
    let peer = Peer::start([Answer::stream("data: 1\n\n").held()]);
    for signal in ["-INT", "-TERM"] {
        let peer = if signal == "-INT" { &peer } else { &Peer::start([Answer::stream("data: 1\n\n").held()]) };
        let mut child = listen(&peer.url()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        peer::bound(&child);
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert!(err.ends_with("end: interrupted\n"), "{err}");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn wrong_arguments_are_named() {
    for (args, said) in [
        (&["ftp://example.com/"][..], "scheme \"ftp\""),
        (&["localhost:3000"], "expected http://"),
        (&["example.com/events"], "expected http://"),
        (&["http://[::1]/", "-H", "no colon"], "expected \"Name: value\""),
        (&["http://[::1]/", "-H", "na me: value"], "\"na me\" is not a header name"),
        (&["http://[::1]/", "-H", "name: va\nlue"], "the value of name has a control character"),
        (&["http://[::1]/", "-H", "Last-Event-Id: 7"], "--last-event-id"),
        (&["http://[::1]/", "--last-event-id", " 7"], "cannot travel in a header"),
        (&["http://[::1]/", "--max-events", "0"], "0"),
        (&["http://[::1]/", "--repeat-post"], "--post"),
    ] {
        let (code, out, err) = run(Command::new(env!("CARGO_BIN_EXE_demo")).arg("listen").args(args));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
    for option in ["--post", "--cacert"] {
        let (code, _, err) = run(listen("http://[::1]/").args([option, "/no/such/file"]));
        assert_eq!(code, 1);
        assert!(err.contains(&format!("{option} /no/such/file: No such file")), "{err}");
    }
}
