//! Connections that end in any way: no gap, no double.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::chromium::Browser;
use crate::harness::Server;
use crate::page::NOTICES;

/// The ids that the page has seen, the oldest first.
const IDS: &str = "[...seenIds]";

fn ids_of_the_log(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    text.lines().map(id).collect()
}

#[track_caller]
fn assert_whole(browser: &Browser) {
    assert_eq!((browser.number("missed"), browser.number("twice"), browser.number("count-reset")), (0, 0, 0));
}

fn resumes_after_a_restart(graceful: bool) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("log");
    let args = ["--log-file", path.to_str().unwrap(), "--retry", "300"];
    let server = Server::with_sources(&args);
    let browser = Browser::open(&server);
    server.publish("1");
    server.publish("2");
    browser.until("$('count-notice').textContent === '2'");

    let address = server.address().to_string();
    server.end(graceful);
    browser.until_state("connecting");
    let server = Server::with_sources(&[&["--addr", &address], &args[..]].concat());
    server.publish("3");
    browser.until_state("open");
    server.publish("4");
    browser.until("$('count-notice').textContent === '4'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["4", "3", "2", "1"]);
    assert_eq!(browser.number("reconnections"), 1);

    // Do not take the page's word for it: it got what the log has, event by event.
    let shown = browser.value(IDS);
    let shown: Vec<&str> = shown.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let log = ids_of_the_log(&path);
    let first = log.iter().position(|id| id == shown[0]).expect("an id of the log");
    assert_eq!(log[first..first + shown.len()], shown);
    assert_whole(&browser);
}

#[test]
fn resumes_when_the_server_was_stopped_and_started_again() {
    resumes_after_a_restart(true);
}

#[test]
fn resumes_when_the_server_was_killed_and_started_again() {
    resumes_after_a_restart(false);
}

#[test]
fn resumes_when_the_connection_was_cut() {
    let server = Server::start(&["--retry", "100"]);
    let browser = Browser::open(&server);
    server.publish("1");
    browser.until("$('count-notice').textContent === '1'");
    browser.click("cut");
    server.publish("2");
    browser.until("$('reconnections').textContent === '1' && document.body.dataset.state === 'open'");

    // Several times, and by anyone who knows the key, while events keep coming.
    let key = browser.value("key");
    for count in 2..=5 {
        let answer: Value =
            server.post("/cut").json(&serde_json::json!({ "client": key })).send().unwrap().json().unwrap();
        assert!(answer["cut"].as_u64() >= Some(1), "{answer}");
        for number in 0..5 {
            server.publish(&format!("{count}.{number}"));
        }
        browser
            .until(&format!("$('reconnections').textContent === '{count}' && document.body.dataset.state === 'open'"));
    }
    browser.until("$('count-notice').textContent === '22'");
    let mut expected = vec!["1".to_owned(), "2".to_owned()];
    expected.extend((2..=5).flat_map(|count| (0..5).map(move |number| format!("{count}.{number}"))));
    expected.reverse();
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &expected);
    assert_whole(&browser);
}

#[test]
fn an_id_that_is_too_old_shows_the_reset() {
    let server = Server::start(&["--log-events", "3"]);
    let browser = Browser::open(&server);
    server.publish("1");
    browser.until("$('count-notice').textContent === '1'");
    browser.click("toggle");
    for number in 2..=9 {
        server.publish(&number.to_string());
    }
    assert_eq!(browser.value("$('connection-hint').className.includes('lost')"), false);
    browser.click("toggle");
    browser.until("$('connection-hint').className.includes('lost')");
    assert!(
        browser.text("connection-hint").contains("no longer has what came after your id"),
        "{}",
        browser.text("connection-hint")
    );
    server.publish("10");
    browser.until("$('count-notice').textContent === '2'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["10", "1"]);

    // From there on it resumes as usual.
    browser.click("toggle");
    assert_eq!(browser.value("$('connection-hint').className.includes('lost')"), false);
    server.publish("11");
    browser.click("toggle");
    browser.until("$('count-notice').textContent === '3'");
    assert_eq!((browser.number("count-reset"), browser.number("twice")), (1, 0));
}

#[test]
fn an_id_of_another_run_shows_the_reset() {
    let server = Server::start(&["--retry", "300"]);
    let browser = Browser::open(&server);
    server.publish("1");
    browser.until("$('count-notice').textContent === '1'");
    let address = server.address().to_string();
    drop(server);
    let server = Server::start(&["--addr", &address]);
    browser.until("$('connection-hint').className.includes('lost')");
    assert!(browser.text("connection-hint").contains("was restarted"), "{}", browser.text("connection-hint"));
    server.publish("2");
    browser.until("$('count-notice').textContent === '2'");
}
