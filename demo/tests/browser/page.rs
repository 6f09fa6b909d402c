//! What the page shows, and what its buttons do.

use crate::chromium::Browser;
use crate::harness::Server;

/// The texts of the notices, the newest first.
pub(crate) const NOTICES: &str = "[...document.querySelectorAll('#notices li span')].map((text) => text.textContent)";

#[test]
fn shows_all_named_events() {
    let server = Server::with_sources(&[]);
    let browser = Browser::open(&server);
    browser.type_into("notice-text", "Grüße, 世界");
    browser.click("publish");
    for name in ["message", "metric", "notice", "customEvent"] {
        browser.until(&format!("$('count-{name}').textContent > 0"));
    }
    assert_eq!(browser.text("last-message"), "Hello, Client!");
    assert!(browser.text("last-customEvent").starts_with("price is €"), "{}", browser.text("last-customEvent"));
    assert_eq!(browser.text("last-notice"), "Grüße, 世界");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["Grüße, 世界"]);
    assert_eq!(browser.text("count-reset"), "0");
    // The figures of this machine, as a number and as a line of the chart.
    browser.until("/^[0-9.]+ %$/.test($('cpu').textContent) && /^[0-9.]+ GiB$/.test($('memory').textContent)");
    browser.until(
        "['cpu-chart', 'memory-chart'].every((id) => $(id).querySelector('.line').getAttribute('d').includes('L'))",
    );
    browser.until("$('last-event-id').textContent === $('stream').querySelector('div > div:nth-last-child(2) > span:last-child').textContent");
    assert_eq!((browser.number("gaps"), browser.number("doubles")), (0, 0));
}

#[test]
fn shows_markup_as_text() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let text =
        r#"<b id=bold>bold</b><img src=x onerror="document.title='run'"><script>document.title='run'</script>&lt;"#;
    let title = browser.value("document.title");
    let elements = browser.value("document.querySelectorAll('b, img, script, style').length");
    for name in ["notice", "message", "metric", "customEvent"] {
        server.publish_as(name, text);
    }
    server.publish("the last");
    browser.until("$('count-notice').textContent === '2'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["the last", text]);
    for name in ["message", "metric", "customEvent"] {
        assert_eq!(browser.text(&format!("last-{name}")), text);
    }
    assert!(browser.text("stream").contains(text));
    assert_eq!(browser.value("document.querySelectorAll('b, img, script, style').length"), elements);
    assert_eq!(browser.value("document.title"), title);
    // What a page has no listener for does not reach it.
    server.publish_as("<i>", text);
    server.publish("after it");
    browser.until("$('count-notice').textContent === '3'");
    assert!(!browser.text("stream").contains("<i>"));
}

/// `EventSource` dispatches them like its own.
#[test]
fn events_called_open_and_error_are_no_events_of_the_connection() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let reconnections = browser.number("reconnections");
    for name in ["open", "error", "open"] {
        server.publish_as(name, "{}");
    }
    server.publish_as("metric", r#"{"cpu": 1, "memory_total": 1, "memory_used": "x"}"#);
    server.publish("after them");
    browser.until("$('count-notice').textContent === '1'");
    assert_eq!((browser.text("state").as_str(), browser.number("reconnections")), ("open", reconnections));
    assert_eq!(browser.text("connection-hint"), "");
    assert!(!browser.text("memory").contains("NaN"));
}

#[test]
fn shows_every_line_of_data() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    server.publish(" one\n\n  two ");
    browser.until("$('count-notice').textContent === '1'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &[" one\n\n  two "]);
    let lines = "[...$('stream').firstChild.querySelectorAll('div')].map((line) => line.textContent)";
    let lines = browser.value(lines);
    assert_eq!(lines[0], "event: notice");
    assert_eq!(lines.as_array().unwrap()[2..], ["data:  one", "data: ", "data:   two "]);
}

#[test]
fn the_buttons_connect_and_disconnect() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let enabled = "['connect', 'disconnect', 'cut'].filter((id) => !$(id).disabled)";
    assert_eq!(browser.value(enabled).as_array().unwrap(), &["disconnect", "cut"]);
    server.publish("1");
    browser.until("$('count-notice').textContent === '1'");

    browser.click("disconnect");
    browser.until_state("closed");
    assert_eq!(browser.value(enabled).as_array().unwrap(), &["connect"]);
    server.wait_for("the stream's end", |stats| stats["clients"]["sse"] == 0);
    server.publish("2");
    server.publish("3");

    browser.click("connect");
    browser.until_state("open");
    server.publish("4");
    browser.until("$('count-notice').textContent === '4'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["4", "3", "2", "1"]);
    assert_eq!((browser.number("gaps"), browser.number("doubles")), (0, 0));
    assert_eq!(server.stats()["clients"]["sse"], 1);
}

#[test]
fn a_full_server_is_tried_again() {
    let server = Server::start(&["--max-clients", "1"]);
    let other = server.stream("/events");
    let browser = Browser::start();
    browser.go_to(&server.url);
    browser.until("$('connection-hint').textContent.includes('refused')");
    assert_eq!(browser.value("source.readyState"), 2, "the browser itself has given up");
    drop(other);
    browser.until_state("open");
    assert_eq!(browser.text("connection-hint"), "");
}
