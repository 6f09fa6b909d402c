//! The page in both themes, and on a phone.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::chromium::Browser;
use crate::harness::Server;

const WIDTHS: [u64; 4] = [320, 390, 768, 1280];

fn theme(browser: &Browser, name: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": name }]);
    browser.dev_tools("Emulation.setEmulatedMedia", json!({ "features": features }));
}

fn size(browser: &Browser, width: u64, height: u64) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    browser.dev_tools("Emulation.setDeviceMetricsOverride", metrics);
}

#[test]
fn nothing_is_wider_than_the_window() {
    let server = Server::with_sources(&["--log-events", "2"]);
    let browser = Browser::open(&server);
    // The worst input: endless words everywhere.
    server.publish("seen");
    browser.until("$('count-notice').textContent === '1'");
    browser.click("toggle");
    for number in 0..5 {
        server.publish(&number.to_string());
    }
    browser.click("toggle");
    browser.until("$('connection-hint').className.includes('lost')");
    server.publish(&"W".repeat(500));
    browser.until("$('last-notice').textContent.startsWith('WWW')");
    for name in ["light", "dark"] {
        theme(&browser, name);
        for pixels in WIDTHS {
            size(&browser, pixels, 900);
            browser.until(&format!("innerWidth === {pixels}"));
            for name in ["message", "customEvent"] {
                browser.dispatch(name, &"W".repeat(500));
            }
            let excess = "[...document.querySelectorAll('body *')].filter((element) => !element.closest('pre, td, svg') && \
                          element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML)";
            let too_wide = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(too_wide, 0, "{name}, {pixels}: {}", browser.value(excess));
        }
    }
}

/// Where everything is.
const PLACES: &str = "[...document.querySelectorAll('header *, .card, h2, dt, dd, button, pre, figure, svg, th, td, label, form, ul')] \
                      .filter((element) => element.id !== 'state') \
                      .map((element) => [element.id || element.className || element.tagName, element.getBoundingClientRect()]) \
                      .map(([name, { x, y, width, height }]) => [name, x, y, width, height].join(' '))";

#[test]
fn nothing_moves_whatever_is_said() {
    for (pixels, height) in [(1280, 1200), (390, 1700), (320, 1700)] {
        let server = Server::start(&["--log-events", "2", "--retry", "300"]);
        let browser = Browser::start();
        size(&browser, pixels, height);
        browser.go_to(&server.url);
        browser.until_state("open");
        let places = browser.value(PLACES);
        let unmoved = |when: &str| {
            let now = browser.value(PLACES);
            let pairs = places.as_array().unwrap().iter().zip(now.as_array().unwrap());
            let moved: Vec<_> = pairs.filter(|(before, now)| before != now).collect();
            assert!(moved.is_empty(), "{pixels} pixels, {when}: {moved:?}");
        };
        browser.type_into("notice-text", "hello");
        browser.click("publish");
        browser.until("$('publish-result').textContent !== '' && $('count-notice').textContent === '1'");
        unmoved("an event and an answer");
        browser.click("cut");
        browser
            .until("document.body.dataset.state === 'connecting' && $('connection-hint').textContent.includes('gone')");
        unmoved("the connection is gone");
        browser.until_state("open");
        browser.click("toggle");
        unmoved("disconnected");
        (0..5).for_each(|number| drop(server.publish(&number.to_string())));
        browser.click("toggle");
        browser.until("$('connection-hint').className.includes('lost')");
        unmoved("what was missed is lost");
        let overflow = "$('connection-hint').scrollHeight - $('connection-hint').clientHeight";
        assert_eq!(browser.value(overflow), 0, "{pixels}: the text has room");
    }
}

#[test]
fn each_theme_can_be_read() {
    let server = Server::with_sources(&[]);
    let browser = Browser::open(&server);
    browser.until("$('count-metric').textContent > 0");
    let mut grounds = Vec::new();
    for name in ["light", "dark"] {
        theme(&browser, name);
        browser.until(&format!("matchMedia('(prefers-color-scheme: {name})').matches"));
        grounds.push(browser.value("getComputedStyle(document.body).backgroundColor"));
        let weak = browser.value(WEAK);
        assert_eq!(weak, json!([]), "{name}: text without enough contrast (4.5 is what WCAG AA asks for)");
    }
    assert_ne!(grounds[0], grounds[1]);
}

/// Texts whose contrast with their background is below 4.5.
const WEAK: &str = r"(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const weak = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.disabled || !element.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) weak.push(`${element.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return weak;
})()";

/// Takes the screenshot in README.md, and others to look at:
/// `cargo test -p demo --features browser-tests --test browser -- --ignored screenshots`
#[test]
#[ignore = "makes pictures"]
fn screenshots() {
    let server = Server::with_sources(&["--retry", "300"]);
    let browser = Browser::open(&server);
    // Long enough for the lines of the charts to show.
    browser.until("$('count-metric').textContent >= 12");
    browser.click("toggle");
    server.publish("Deployment of version 2.4.1 has begun.");
    browser.until("now() - outages[0].from > 6000");
    browser.click("toggle");
    browser.until("$('reconnections').textContent === '1' && document.body.dataset.state === 'open'");
    browser.click("state"); // away from the button
    browser.until("$('count-metric').textContent >= 24");
    server.publish("Deployment of version 2.4.1 is complete.");
    browser.until("$('count-customEvent').textContent > 2 && $('count-notice').textContent === '2'");
    let readme = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/page.png"));
    let others = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, pixels, path) in [
        ("light", 1000, readme.to_owned()),
        ("dark", 1280, others.join("page-dark.png")),
        ("light", 390, others.join("page-light-390.png")),
        ("dark", 390, others.join("page-dark-390.png")),
    ] {
        theme(&browser, name);
        size(&browser, pixels, 900);
        browser.until(&format!("innerWidth === {pixels}"));
        let height = browser.value("document.documentElement.scrollHeight").as_u64().unwrap();
        size(&browser, pixels, height);
        browser.until(&format!("innerHeight === {height}"));
        fs::write(&path, browser.screenshot()).unwrap();
        println!("{}", path.display());
    }
}
