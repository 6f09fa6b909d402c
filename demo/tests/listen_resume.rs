//! `demo listen` against `demo serve`: however the connection ends, each event comes once and in order.

#[path = "server/harness.rs"]
#[allow(dead_code, reason = "made for the tests of the server, which use all of it")]
mod harness;
mod peer;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use harness::{Server, client, wait_for};

fn listen(url: &str, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["listen", url, "--json"]).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    peer::bound(&child);
    child
}

/// The last of what it prints, by type and data.
fn printed(output: &Output) -> Vec<(String, String)> {
    let out = std::str::from_utf8(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    out.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{output:?}")))
        .map(|event| (text(&event["type"]), text(&event["data"])))
        .collect()
}

#[track_caller]
fn assert_got(output: &Output, numbers: std::ops::RangeInclusive<u32>) {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let expected: Vec<_> = numbers.map(|number| ("notice".to_owned(), number.to_string())).collect();
    assert_eq!(printed(output), expected);
}

#[test]
fn a_server_may_be_stopped_and_killed_and_started_again() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log");
    let args = ["--retry", "50", "--log-file", log.to_str().unwrap()];
    let mut server = Server::start(&args);
    let address = server.address().to_string();
    let listener = listen(&format!("{}/events", server.url), &["--max-events", "25"]);
    server.wait_for("it listens", |stats| stats["clients"]["sse"] == 1);
    let mut numbers = 1..=25;
    for graceful in [true, false, true, false] {
        // Some before the end, and some before it has come back.
        for number in numbers.by_ref().take(5) {
            server.publish(&number.to_string());
        }
        server.end(graceful);
        server = Server::start(&[&["--addr", &address], &args[..]].concat());
    }
    for number in numbers {
        server.publish(&number.to_string());
    }
    let output = listener.wait_with_output().unwrap();
    assert_got(&output, 1..=25);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.matches("open:").count() > 1, "{said}");
}

#[test]
fn an_id_that_the_log_does_not_have_is_told_by_a_reset() {
    let server = Server::start(&["--log-events", "2"]);
    let ids: Vec<String> = (1..=5).map(|number| server.publish(&number.to_string())).collect();
    for (id, reason) in [(ids[0].as_str(), "expired"), ("garbage", "unknown")] {
        let listener = listen(&format!("{}/events", server.url), &["--last-event-id", id, "--max-events", "1"]);
        let output = listener.wait_with_output().unwrap();
        let printed = printed(&output);
        let (name, data) = &printed[0];
        assert_eq!(name, "reset", "{output:?}");
        assert_eq!(serde_json::from_str::<Value>(data).unwrap()["reason"], reason);
    }
    let args = ["--last-event-id", &ids[2], "--max-events", "2"];
    let output = listen(&format!("{}/events", server.url), &args).wait_with_output().unwrap();
    assert_got(&output, 4..=5);
}

#[test]
fn a_cut_over_tls_and_http_2_resumes() {
    let dir = TempDir::new().unwrap();
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    fs::write(&cert, own.cert.pem()).unwrap();
    fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let trusting = client().tls_danger_accept_invalid_certs(true).build().unwrap();
    let server =
        Server::with_client(&["--no-sources", "--retry", "50", "--tls-cert", cert, "--tls-key", key], trusting);

    let args = ["--cacert", cert, "--max-events", "6"];
    let mut listener = listen(&format!("{}/events?client=me", server.url), &args);
    let mut said = BufReader::new(listener.stderr.take().unwrap()).lines().map(Result::unwrap);
    for number in 1..=6 {
        // A stream that is cut before its head is sent was never open.
        assert!(number % 2 == 0 || said.any(|line| line.contains("open: HTTP/2.0")), "{number}");
        server.publish(&number.to_string());
        if number % 2 == 0 && number < 6 {
            wait_for("the cut", || {
                let cut = server.post("/cut").json(&json!({ "client": "me" })).send().unwrap();
                (cut.json::<Value>().unwrap()["cut"] == 1).then_some(())
            });
        }
    }
    let output = listener.wait_with_output().unwrap();
    assert_got(&output, 1..=6);
    assert!(!said.any(|line| line.contains("open:")));
}

#[test]
fn a_full_server_is_an_end() {
    let server = Server::start(&["--max-clients", "1", "--retry", "50"]);
    let _other = server.stream("/events");
    let url = format!("{}/events", server.url);
    let output = listen(&url, &[]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("503"));
}
