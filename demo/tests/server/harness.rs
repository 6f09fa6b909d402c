//! The real program, and clients for it.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::{Value, json};
use sse_wire::{Error, Frame, io::EventReader};

/// How long a test waits for anything.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// A server that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    client: Client,
}

impl Server {
    /// One that publishes only what the test publishes.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::with_sources(&[&["--no-sources"], args].concat())
    }

    pub(crate) fn with_sources(args: &[&str]) -> Self {
        Self::with_client(args, client().build().unwrap())
    }

    pub(crate) fn with_client(args: &[&str], client: Client) -> Self {
        let address: &[&str] = if args.contains(&"--addr") { &[] } else { &["--addr", "127.0.0.1:0"] };
        Self::spawn(command(&[address, args].concat()), client)
    }

    /// One whose files may not grow beyond `bytes` until it is told otherwise, as if the disk were full.
    #[cfg(target_os = "linux")]
    pub(crate) fn without_room(bytes: usize, args: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec prlimit --fsize=\"$0\": \"$@\""]).arg(bytes.to_string());
        shell
            .args([env!("CARGO_BIN_EXE_demo"), "serve", "--addr", "127.0.0.1:0", "--no-sources"])
            .args(args)
            .env_remove("DEMO_TOKEN")
            .env_remove("DEMO_LOG");
        Self::spawn(shell, client().build().unwrap())
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn give_room(&self, bytes: &str) {
        let pid = self.process.id().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status();
        assert!(status.unwrap().success());
    }

    fn spawn(mut command: Command, client: Client) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, line) = mpsc::channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || said.send(output.lines().next()));
        let line = line.recv_timeout(BOUND).expect("the server starts").transpose().unwrap().unwrap_or_default();
        let url = line.trim().strip_prefix("Serving on ").expect(&line).replace("0.0.0.0", "127.0.0.1");
        Self { process, url, client }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.url.rsplit('/').next().unwrap().parse().unwrap()
    }

    pub(crate) fn port(&self) -> String {
        self.address().port().to_string()
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    pub(crate) fn publish(&self, data: &str) -> String {
        self.publish_as("notice", data)
    }

    /// The status of a post that may fail, and its answer.
    pub(crate) fn try_publish(&self, data: &str) -> (u16, Value) {
        let response = self.post("/publish").json(&json!({ "data": data })).send().unwrap();
        (response.status().as_u16(), response.json().unwrap())
    }

    pub(crate) fn publish_as(&self, event: &str, data: &str) -> String {
        let response = self.post("/publish").json(&json!({ "event": event, "data": data })).send().unwrap();
        let body: Value = response.error_for_status().unwrap().json().unwrap();
        body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn stream(&self, path: &str) -> Stream {
        Stream::new(self.get(path))
    }

    pub(crate) fn resume(&self, id: &str) -> Stream {
        Stream::new(self.get("/events").header("last-event-id", id))
    }

    pub(crate) fn stats(&self) -> Value {
        self.get("/stats").send().unwrap().json().unwrap()
    }

    /// Polls the figures until they are as they should be.
    pub(crate) fn wait_for(&self, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
        wait_for(what, || Some(self.stats()).filter(&condition))
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end, which must be a success, and returns the server's messages.
    pub(crate) fn stopped(self) -> String {
        let (status, said) = self.ended();
        assert_eq!(status, Some(0), "{said}");
        said
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the server's end", || self.process.try_wait().unwrap())
    }

    /// The status of a server that ends by itself, and what it said.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let status = self.wait();
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.code(), said)
    }

    /// With the signal that a process manager sends first, or the one it sends last.
    pub(crate) fn end(self, graceful: bool) {
        if graceful {
            self.signal("-TERM");
            self.stopped();
        }
    }

    /// The connection of a client that decides what it reads.
    pub(crate) fn raw(&self, path: &str, headers: &str) -> TcpStream {
        send(self.address(), &format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.address()))
    }
}

/// Connects and sends the request, all of it at once: the server may refuse and close before it has read the end.
pub(crate) fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(BOUND)).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An HTTP client with timeouts.
pub(crate) fn client() -> ClientBuilder {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(BOUND)
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.arg("serve").args(args).env_remove("DEMO_TOKEN").env_remove("DEMO_LOG");
    command
}

/// The message of a server that cannot start.
pub(crate) fn output(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

/// An error that names all of `parts`.
pub(crate) fn assert_refuses(args: &[&str], parts: &[&str]) {
    let output = output(args);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{args:?}");
    for part in parts {
        assert!(error.contains(part), "{args:?}: {error:?} does not say {part:?}");
    }
}

pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + BOUND;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// An event stream that is being read.
#[derive(Debug)]
pub(crate) struct Stream {
    reader: EventReader<Response>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: String,
}

impl Stream {
    pub(crate) fn new(request: RequestBuilder) -> Self {
        Self::try_new(request).unwrap()
    }

    pub(crate) fn try_new(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send()?.error_for_status()?;
        Ok(Self { reader: EventReader::new(response) })
    }

    pub(crate) fn next(&mut self) -> Received {
        self.try_next().unwrap()
    }

    /// The next event, or why there is none.
    pub(crate) fn try_next(&mut self) -> Result<Received, String> {
        let next = self.bounded(|frame| match frame {
            Some(Frame::Event(event)) => Some(Ok(Received {
                name: event.event_type().to_owned(),
                id: event.id().expect("every event has an id").to_owned(),
                data: event.data().to_owned(),
            })),
            Some(_) => None,
            None => Some(Err("the stream ended".to_owned())),
        });
        next.map_err(|error| error.to_string())?
    }

    /// Keep-alives never stop, so a timeout on each read would not help.
    fn bounded<T>(&mut self, mut found: impl FnMut(Option<Frame<'_>>) -> Option<T>) -> Result<T, Error<io::Error>> {
        let end = Instant::now() + BOUND;
        loop {
            if let Some(found) = found(self.reader.next_frame()?) {
                return Ok(found);
            }
            assert!(Instant::now() < end, "waited in vain on a stream");
        }
    }

    pub(crate) fn take(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.next().data).collect()
    }

    /// The next frame in words; an id alone is skipped.
    pub(crate) fn frame(&mut self) -> String {
        loop {
            return match self.reader.next_frame().unwrap().expect("the stream goes on") {
                Frame::Comment(text) => format!("comment {text}"),
                Frame::Retry(time) => format!("retry {}", time.as_millis()),
                Frame::Event(event) => format!("event {}", event.data()),
                Frame::Id(_) => continue,
                other => panic!("{other:?}"),
            };
        }
    }

    /// Reads to the end. Returns true if the response was complete, false if the connection was cut.
    pub(crate) fn ends_properly(&mut self) -> bool {
        self.bounded(|frame| frame.is_none().then_some(())).is_ok()
    }
}
