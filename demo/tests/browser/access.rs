//! What a browser lets pages do, and how many streams it opens.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::chromium::Browser;
use crate::harness::{Server, client};
use crate::page::NOTICES;

#[test]
fn asks_for_the_token_when_there_is_one() {
    let server = Server::start(&["--token", "secret"]);
    let browser = Browser::open(&server);
    assert_eq!(browser.value("$('token').checkVisibility()"), false);
    browser.type_into("notice-text", "hello");
    browser.click("publish");
    browser.until("$('token').checkVisibility() && $('publish-result').textContent.includes('token')");
    browser.type_into("token", "wrong");
    browser.click("publish");
    browser.until("$('publish-result').textContent.includes('wrong token')");
    browser.value("$('token').value = ''");
    browser.type_into("token", "secret");
    browser.click("publish");
    browser.until("$('count-notice').textContent === '1'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["hello"]);
}

/// Opens a stream of `server` on the current page, and waits until it is open or given up.
fn listen_from_elsewhere(browser: &Browser, server: &Server) -> u64 {
    browser.value(&format!("window.other = new EventSource('{}/events'), null", server.url));
    browser.until("other.readyState !== 0");
    browser.value("other.readyState").as_u64().unwrap()
}

#[test]
fn pages_of_other_origins_listen_only_if_they_are_listed() {
    let home = Server::start(&[]);
    let (closed, open) = (Server::start(&[]), Server::start(&["--allow-origin", &home.url]));
    let browser = Browser::start();
    // An attacker's page would not have our content security policy.
    browser.dev_tools("Page.setBypassCSP", json!({ "enabled": true }));
    browser.go_to(&home.url);
    browser.until_state("open");
    assert_eq!(listen_from_elsewhere(&browser, &closed), 2);
    assert_eq!(listen_from_elsewhere(&browser, &open), 1);
    browser.value("window.got = [], other.addEventListener('notice', (event) => got.push(event.data)), null");
    open.publish("for all to read");
    browser.until("got[0] === 'for all to read'");
    let publish = "fetch('URL/publish', { method: 'POST', headers: { 'content-type': 'application/json' }, \
                   body: '{\"event\":\"notice\",\"data\":\"from elsewhere\"}' }).then((response) => response.status)";
    assert_eq!(browser.resolved(&publish.replace("URL", &open.url)), 200);
    assert_eq!(browser.resolved(&publish.replace("URL", &closed.url)), "TypeError: Failed to fetch");
    browser.until("got[1] === 'from elsewhere'");
    assert_eq!(closed.stats()["published"], 0);
}

/// Seven more streams on the page, which counts what each got.
const SEVEN: &str = "window.got = [0, 0, 0, 0, 0, 0, 0], window.streams = got.map((_, index) => { \
                     const stream = new EventSource('events'); \
                     stream.addEventListener('notice', () => (got[index] += 1)); return stream; }), null";
const OPEN: &str = "streams.filter((stream) => stream.readyState === 1).length";

#[test]
fn http_1_has_six_connections_for_all_pages_of_a_host() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    browser.value(SEVEN);
    // The page has two.
    browser.until(&format!("{OPEN} === 4"));
    server.wait_for("six streams", |stats| stats["clients"]["sse"] == 6);
    // Open streams get events; a stream that waits for a connection gets one when another ends.
    server.publish("1");
    browser.until("got.filter((count) => count === 1).length === 4");
    assert_eq!(browser.value(OPEN), 4);
    browser.value("streams.find((stream) => stream.readyState === 1).close()");
    browser.until("streams.filter((stream) => stream.readyState === 0).length === 2");
    browser.until(&format!("{OPEN} === 4"));
    assert_eq!(server.stats()["clients"]["sse"], 6);
}

#[test]
fn http_2_has_room_for_more() {
    let dir = TempDir::new().unwrap();
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    fs::write(&cert, own.cert.pem()).unwrap();
    fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let trusting = client().tls_danger_accept_invalid_certs(true).build().unwrap();
    let args = ["--no-sources", "--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Server::with_client(&args, trusting);
    let browser = Browser::open(&server);
    browser.value(SEVEN);
    browser.until(&format!("{OPEN} === 7"));
    server.publish("1");
    browser.until("got.every((count) => count === 1) && $('count-notice').textContent === '1'");
    let stats = server.stats();
    assert_eq!(stats["clients"]["sse"], 9);
    // The browser's, and that of this request.
    assert!(stats["connections"].as_u64().unwrap() <= 3, "{stats}");
    let protocol = "performance.getEntriesByType('navigation')[0].nextHopProtocol";
    assert_eq!(browser.value(protocol), "h2");

    browser.click("cut");
    browser.until("$('reconnections').textContent === '1' && document.body.dataset.state === 'open'");
    assert_eq!(browser.value(OPEN), 7, "one stream of many was cut");
}
