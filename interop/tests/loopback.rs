//! Every server of the examples with every client, as processes on loopback, and connections that are cut.

use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sse_wire_interop::{CUTS, cut, expected};

const CLIENTS: [&str; 6] =
    ["client_reqwest", "client_hyper", "client_ureq", "client_tokio", "client_event_source", "client_reconnecting"];

/// How long anything may take before it counts as hung.
const BOUND: Duration = Duration::from_secs(60);

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An example, which cargo has built beside the tests. It does not where it has to run a part of the tests alone: then
/// what is there is missing, or of another time.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join(format!("{name}{EXE_SUFFIX}"));
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let built = changed(&program);
    // What it was built from, separated and escaped as in a makefile.
    let sources = std::fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let sources = sources.split_once(": ").unwrap_or_default().1.replace("\\ ", "\0");
    let mut sources = sources.split_ascii_whitespace().map(|source| changed(Path::new(&source.replace('\0', " "))));
    assert!(
        built.is_some() && sources.all(|source| source <= built),
        "{} is not up to date: run `cargo test`, or `cargo test -- FILTER` with the dashes",
        program.display()
    );
    program
}

/// Starts an example.
fn start(name: &str, args: &[&str]) -> (Process, ChildStdout) {
    let mut command = Command::new(example(name));
    command.args(args).env("NO_PROXY", "127.0.0.1").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    (Process(child), stdout)
}

/// Does `what` in time, or fails.
fn in_time<T: Send + 'static>(name: &str, what: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(what()));
    receiver.recv_timeout(BOUND).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Starts a server, and hands its URL out.
fn serve(name: &str) -> (Process, String) {
    let (server, stdout) = start(name, &[]);
    let mut url = String::new();
    let url = in_time(name, move || {
        BufReader::new(stdout).read_line(&mut url).unwrap();
        url
    });
    (server, url.trim_end().to_owned())
}

/// Runs a client to its end.
fn run(name: &str, url: &str) -> Output {
    let (mut client, mut stdout) = start(name, &[url]);
    let mut stderr = client.0.stderr.take().unwrap();
    let errors = thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).map(|_| text)
    });
    let output = in_time(name, move || {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).map(|_| text)
    });
    // It has closed its output, so it is about to end.
    let status = client.0.wait().unwrap();
    Output { status, stdout: output.unwrap(), stderr: errors.join().unwrap().unwrap() }
}

/// Fails unless the client has printed the events that were expected, and was content.
fn assert_all_arrived(name: &str, output: &Output) {
    assert!(output.status.success(), "{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let lines = std::str::from_utf8(&output.stdout).unwrap().lines();
    let received: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<Value> = expected().iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    for (index, (received, expected)) in received.iter().zip(&expected).enumerate() {
        // The large event would fill the screen.
        assert!(received == expected, "{name}: event {index}: {received:.300}\nexpected: {expected:.300}");
    }
    assert_eq!(received.len(), expected.len(), "{name}");
}

fn every_client_receives_every_event(server: &str) {
    let (_server, url) = serve(server);
    for client in CLIENTS {
        assert_all_arrived(&format!("{server}, {client}"), &run(client, &url));
    }
}

/// Cut in the middle of events: after another event, after an id without an event, in the large event.
fn a_client_that_resumes_loses_and_doubles_nothing(server: &str) {
    let (_server, url) = serve(server);
    for client in ["client_event_source", "client_reconnecting"] {
        let cuts = cut(&url, CUTS.map(|(text, _)| text.to_owned()).into()).unwrap();
        assert_all_arrived(&format!("{server}, {client}"), &run(client, &cuts.url));
        let asked_for: Vec<_> = cuts.last_event_ids.try_iter().collect();
        let ids = CUTS.map(|(_, id)| Some(id.to_owned()));
        assert_eq!(asked_for, [&[None], &ids[..], &[Some("end".to_owned())]].concat(), "{server}, {client}");
    }
}

fn headers_are_those_of_an_event_stream(server: &str) {
    let (_server, url) = serve(server);
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    socket.set_read_timeout(Some(BOUND)).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let lines = BufReader::new(socket).lines().map(|line| line.unwrap().to_ascii_lowercase());
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    for expected in ["http/1.1 200 ok", "content-type: text/event-stream", "cache-control: no-cache"] {
        assert!(head.iter().any(|line| line == expected), "{server}: no {expected:?} in {head:?}");
    }
}

/// The page of an error is no event stream, whatever is in it.
fn a_status_that_is_not_200_fails(server: &str) {
    let (_server, url) = serve(server);
    for client in CLIENTS {
        let output = run(client, &url.replace("/events", "/elsewhere"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{server}, {client}: {errors}");
        assert!(errors.contains("404"), "{server}, {client}: {errors}");
    }
}

macro_rules! servers {
    ($($server:ident)*) => {$(
        mod $server {
            #[test]
            fn every_client_receives_every_event() {
                super::every_client_receives_every_event(stringify!($server));
            }

            #[test]
            fn a_client_that_resumes_loses_and_doubles_nothing() {
                super::a_client_that_resumes_loses_and_doubles_nothing(stringify!($server));
            }

            #[test]
            fn headers_are_those_of_an_event_stream() {
                super::headers_are_those_of_an_event_stream(stringify!($server));
            }

            #[test]
            fn a_status_that_is_not_200_fails() {
                super::a_status_that_is_not_200_fails(stringify!($server));
            }
        }
    )*};
}

servers! { server_axum server_actix server_hyper server_std }
