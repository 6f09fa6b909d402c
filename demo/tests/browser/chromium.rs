//! A headless Chromium with an empty profile, driven over `WebDriver`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::harness::{BOUND, Server};

/// Quiet, and without features that a test machine lacks.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub(crate) struct Browser {
    runtime: Runtime,
    /// None once it is closed.
    client: Option<Client>,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}; `.ci/run demo` installs it"));
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            Some(line.strip_prefix("ChromeDriver was started successfully on port ")?.trim_end_matches('.').to_owned())
        });
        let url = format!("http://127.0.0.1:{}", port.expect("chromedriver says its port"));

        let profile = TempDir::new().unwrap();
        let flags = FLAGS.map(str::to_owned).into_iter();
        let flags: Vec<String> = flags.chain([format!("--user-data-dir={}", profile.path().display())]).collect();
        let wanted = json!({ "goog:chromeOptions": { "args": flags }, "acceptInsecureCerts": true });
        let capabilities: Capabilities = serde_json::from_value(wanted).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let connecting =
            async { ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url).await };
        let client = runtime.block_on(connecting).expect("Chromium starts");
        Self { runtime, client: Some(client), driver, _profile: profile }
    }

    /// The page of `server`, loaded and with an open stream.
    pub(crate) fn open(server: &Server) -> Self {
        let browser = Self::start();
        browser.go_to(&server.url);
        browser.until_state("open");
        browser
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("not closed yet")
    }

    pub(crate) fn go_to(&self, url: &str) {
        self.runtime.block_on(self.client().goto(url)).unwrap();
    }

    /// The value of a JavaScript expression.
    pub(crate) fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        let value = self.runtime.block_on(self.client().execute(&script, vec![]));
        value.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// The value that a promise resolves to.
    pub(crate) fn resolved(&self, promise: &str) -> Value {
        let script = format!("const done = arguments[0]; ({promise}).then(done, (error) => done(String(error)))");
        self.runtime.block_on(self.client().execute_async(&script, vec![])).unwrap()
    }

    /// Polls until the expression is true.
    pub(crate) fn until(&self, condition: &str) {
        let end = Instant::now() + BOUND;
        while self.value(condition) != true {
            assert!(Instant::now() < end, "waited in vain for {condition}\n{}", self.excerpt());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The page without the wire, which is long.
    fn excerpt(&self) -> String {
        let text = self.value("document.body.innerText.replace($('stream').innerText, '')");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// An event with a name that the server reserves.
    pub(crate) fn dispatch(&self, name: &str, data: &str) {
        let init = json!({ "data": data, "lastEventId": self.text("last-event-id") + name });
        self.value(&format!("source.dispatchEvent(new MessageEvent({name:?}, {init}))"));
    }

    pub(crate) fn until_state(&self, state: &str) {
        self.until(&format!("document.body.dataset.state === {state:?}"));
    }

    pub(crate) fn text(&self, id: &str) -> String {
        self.value(&format!("$({id:?}).textContent")).as_str().unwrap().to_owned()
    }

    pub(crate) fn number(&self, id: &str) -> u64 {
        self.text(id).parse().unwrap()
    }

    /// Clicks like a user: fails if the element is invisible or covered.
    pub(crate) fn click(&self, id: &str) {
        let click = async { self.client().find(Locator::Id(id)).await?.click().await };
        self.runtime.block_on(click).unwrap_or_else(|error| panic!("#{id}: {error}"));
    }

    pub(crate) fn type_into(&self, id: &str, text: &str) {
        let typing = async { self.client().find(Locator::Id(id)).await?.send_keys(text).await };
        self.runtime.block_on(typing).unwrap_or_else(|error| panic!("#{id}: {error}"));
    }

    /// The contents of the window, as PNG.
    pub(crate) fn screenshot(&self) -> Vec<u8> {
        self.runtime.block_on(self.client().screenshot()).unwrap()
    }

    /// A command of the `DevTools` protocol, for what `WebDriver` cannot do.
    pub(crate) fn dev_tools(&self, command: &'static str, parameters: Value) {
        let command = DevTools { command, parameters };
        self.runtime.block_on(self.client().issue_cmd(command)).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closing ends Chromium; ending only its driver would leave it running.
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}
