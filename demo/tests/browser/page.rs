//! What the page shows, and what its buttons do.

use serde_json::json;

use crate::chromium::Browser;
use crate::harness::Server;

/// The texts of the notices, the newest first.
pub(crate) const NOTICES: &str = "[...document.querySelectorAll('#notices li bdi')].map((text) => text.textContent)";

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
        "['cpu-chart', 'memory-chart'].every((id) => $(id).querySelector('.line')?.getAttribute('d').includes('L'))",
    );
    browser.until(
        "$('last-event-id').textContent === [...document.querySelectorAll('#stream .id bdi')].at(-1).textContent",
    );
    assert_eq!((browser.number("missed"), browser.number("twice")), (0, 0));
}

#[test]
fn shows_markup_as_text() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let text =
        r#"<b id=bold>bold</b><img src=x onerror="document.title='run'"><script>document.title='run'</script>&lt;"#;
    let title = browser.value("document.title");
    let elements = browser.value("document.querySelectorAll('b, img, script, style').length");
    server.publish(text);
    server.publish("the last");
    browser.until("$('count-notice').textContent === '2' && $('stream').textContent.includes('the last')");
    for name in ["message", "metric", "customEvent"] {
        browser.dispatch(name, text);
    }
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["the last", text]);
    for name in ["message", "metric", "customEvent"] {
        assert_eq!(browser.text(&format!("last-{name}")), text);
    }
    assert!(browser.text("stream").contains(text));
    assert_eq!(browser.value("document.querySelectorAll('b, img, script, style').length"), elements);
    assert_eq!(browser.value("document.title"), title);
    // Events without a listener do not reach the page.
    server.publish_as("<i>", text);
    server.publish("after it");
    browser.until("$('count-notice').textContent === '3'");
    assert_eq!(browser.value("document.querySelectorAll('i').length"), 2, "those of the legend");
}

/// `EventSource` dispatches them like its own.
#[test]
fn events_called_open_and_error_are_no_events_of_the_connection() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let (reconnections, hint) = (browser.number("reconnections"), browser.text("connection-hint"));
    for name in ["open", "error", "open"] {
        server.publish_as(name, "{}");
    }
    browser.dispatch("metric", r#"{"cpu": 1, "memory_total": 1, "memory_used": "x"}"#);
    server.publish("after them");
    browser.until("$('count-notice').textContent === '1'");
    assert_eq!((browser.text("state").as_str(), browser.number("reconnections")), ("connected", reconnections));
    assert_eq!(browser.text("connection-hint"), hint);
    assert!(!browser.text("memory").contains("NaN"));
}

#[test]
fn shows_the_last_events_in_words_where_they_have_some() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    for (data, shown) in [
        (r#"{"message":"words","number":7}"#, "words"),
        (r#"{"message":{"a":1}}"#, r#"{"message":{"a":1}}"#),
        (r#"{"cpu":1.5,"number":7}"#, "number 7"),
        ("null", "null"),
    ] {
        browser.dispatch("metric", data);
        assert_eq!(browser.text("last-metric"), shown);
    }
}

/// A notice that comes with events that say when they were published has their time; one that comes alone, the current.
#[test]
fn a_notice_has_the_time_of_what_came_with_it() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    browser.dispatch("metric", r#"{"time":1000}"#);
    let time = "document.querySelector('#notices time').dateTime";
    browser.dispatch("notice", "missed");
    assert_eq!(browser.value(time), "1970-01-01T00:00:01.000Z");
    browser.until("Date.now() - latest.came > HOLE");
    browser.dispatch("notice", "new");
    assert_eq!(browser.value(&format!("Date.parse({time}) > performance.timeOrigin")), true);
}

#[test]
fn draws_anew_at_once_when_the_window_changes() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let drawn = "(() => { const before = $('cpu-chart').firstChild; dispatchEvent(new Event('resize')); \
                 return $('cpu-chart').firstChild !== before; })()";
    assert_eq!(browser.value(drawn), true);
}

#[test]
fn shows_every_line_of_data() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    server.publish(" one\n\n  two ");
    browser.until("$('count-notice').textContent === '1'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &[" one\n\n  two "]);
    browser.until("$('stream').textContent.endsWith('\\nevent: notice\\nid: ' + lastEventId + '\\ndata:  one\\ndata: \\ndata:   two \\n\\n')");
}

#[test]
fn the_buttons_connect_and_disconnect() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    let buttons = "['toggle', 'cut'].map($).filter((button) => !button.disabled).map((button) => button.textContent)";
    assert_eq!(browser.value(buttons), json!(["Disconnect", "Drop my connection"]));
    server.publish("1");
    browser.until("$('count-notice').textContent === '1'");

    browser.click("toggle");
    browser.until_state("closed");
    assert_eq!(browser.value(buttons), json!(["Connect"]));
    server.wait_for("the stream's end", |stats| stats["clients"]["sse"] == 0);
    server.publish("2");
    server.publish("3");

    browser.click("toggle");
    browser.until_state("open");
    server.publish("4");
    browser.until("$('count-notice').textContent === '4'");
    assert_eq!(browser.value(NOTICES).as_array().unwrap(), &["4", "3", "2", "1"]);
    assert_eq!((browser.number("missed"), browser.number("twice")), (0, 0));
    // The browser's own, and the one that shows the wire.
    server.wait_for("both streams", |stats| stats["clients"]["sse"] == 2);
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
    assert!(!browser.text("connection-hint").contains("refused"));
}

#[test]
fn begins_with_the_minute_before_it() {
    let server = Server::with_sources(&[]);
    server.wait_for("some events", |stats| stats["published"].as_u64() > Some(4));
    let browser = Browser::open(&server);
    browser.until("samples.length > 0");
    assert_eq!(browser.value("samples[0].time < performance.timeOrigin"), true);
}

#[test]
fn shows_a_hole_where_the_connection_was_gone() {
    let server = Server::with_sources(&["--retry", "3000"]);
    let browser = Browser::open(&server);
    let colour = || browser.value("getComputedStyle($('cpu')).color");
    browser.until("samples.length > 2 && !document.body.classList.contains('stale')");
    let live = colour();
    assert_eq!(browser.value("document.querySelectorAll('svg .gone').length"), 0);

    browser.click("cut");
    browser.until_state("connecting");
    browser.until("document.body.classList.contains('stale') && /^[0-9]+ s ago$/.test($('memory-note').textContent)");
    assert_ne!(colour(), live);
    // No line leads into the hole.
    let box_of = "(selector) => document.querySelector(selector).getBoundingClientRect()";
    let hole = format!("['cpu', 'memory'].every((name) => (({box_of})(`#${{name}}-chart .gone`).width > 5))");
    browser.until(&hole);
    let before = format!("({box_of})('#cpu-chart .area').right <= ({box_of})('#cpu-chart .gone').left + 0.5");
    assert_eq!(browser.value(&before), true);

    browser.until_state("open");
    // The missed metrics arrived afterwards, and nothing is missing; the hole stays.
    browser.until(
        &format!("document.querySelector('#cpu-chart .late[d^=M]') && ({box_of})('#cpu-chart .area').right > ({box_of})('#cpu-chart .gone').right"),
    );
    browser.until("!document.body.classList.contains('stale')");
    assert_eq!((colour(), browser.value("document.querySelectorAll('svg .gone').length")), (live, json!(2)));
    assert_eq!((browser.number("missed"), browser.number("twice")), (0, 0));
    assert!(browser.text("connection-hint").starts_with("Back after "), "{}", browser.text("connection-hint"));
}

/// Any numbers take half of the chart's height or more, unless they hardly differ.
#[test]
fn the_scale_of_memory_fits_the_minute() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    for (values, labels) in [
        ("[1.12, 1.19]", "1.10 1.15 1.20"),
        ("[1.99, 2.41]", "1.8 2.2 2.6"),
        ("[7.02, 7.02]", "7.00 7.05 7.10"),
        ("[0.3, 23.5]", "0.0 12.8 25.6"),
    ] {
        let lines =
            format!("grid({values}).map((line, _, all) => line.toFixed(all[1] - all[0] < 0.15 ? 2 : 1)).join(' ')");
        assert_eq!(browser.value(&lines), labels, "{values}");
    }
}

#[test]
fn the_wire_is_shown_as_it_is() {
    let server = Server::start(&["--keep-alive", "1", "--retry", "100"]);
    let browser = Browser::open(&server);
    let shows = |text: &str| browser.until(&format!("$('stream').textContent.includes({})", json!(text)));
    shows("> GET /events\n\n< 200 OK\n< content-type: text/event-stream\n\n: events of the sse-wire demo\nid: ");
    shows("\nretry: ");
    shows("\n\n:\n\n");
    let id = server.publish_as("a name that the page has no listener for", "1\n2");
    shows(&format!("event: a name that the page has no listener for\nid: {id}\ndata: 1\ndata: 2\n\n"));
    browser.click("cut");
    shows("* the connection is gone");
    shows(&format!("> GET /events\n> last-event-id: {id}\n\n< 200 OK"));
    browser.click("toggle");
    shows("* closed by this page");
    server.wait_for("no stream", |stats| stats["clients"]["sse"] == 0);
}

/// U+202E reverses the text after it, and would reverse the page's own text too.
#[test]
fn text_of_others_is_isolated() {
    let server = Server::start(&[]);
    let browser = Browser::open(&server);
    server.publish("\u{202e}desrever");
    browser.until("$('count-notice').textContent === '1' && $('stream').textContent.includes('desrever')");
    let around = "[...document.querySelectorAll('body *')].filter((element) => !element.children.length && \
                  element.textContent.includes('\u{202e}')).map((element) => element.tagName)";
    assert_eq!(browser.value(around), json!(["BDI", "BDI"]));
    assert_eq!(browser.value("document.querySelector('#stream .data bdi').textContent"), "\u{202e}desrever");
}
