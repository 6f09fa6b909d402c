//! Every server of the examples with every client, as processes on loopback, and connections that are cut.

use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sse_wire::RESPONSE_HEADERS;
use sse_wire::io::EventReader;
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

/// Starts a server, and returns its URL. The gateway has one of the servers behind it.
fn serve(name: &str) -> (Vec<Process>, String) {
    if name == "gateway" {
        let (mut processes, url) = serve("server_axum");
        let (gateway, url) = listen(name, &[&url]);
        processes.push(gateway);
        return (processes, url);
    }
    let (server, url) = listen(name, &[]);
    (vec![server], url)
}

/// Starts what prints its URL.
fn listen(name: &str, args: &[&str]) -> (Process, String) {
    let (server, stdout) = start(name, args);
    let mut url = String::new();
    let url = in_time(name, move || {
        BufReader::new(stdout).read_line(&mut url).unwrap();
        url
    });
    (server, url.trim_end().to_owned())
}

/// Runs a client to its end.
fn run(name: &str, url: &str) -> Output {
    run_with(name, &[url])
}

fn run_with(name: &str, args: &[&str]) -> Output {
    let (mut client, mut stdout) = start(name, args);
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

/// Fails unless the client has printed the expected events and exited successfully.
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
    assert_eq!(head.first().map(String::as_str), Some("http/1.1 200 ok"), "{server}");
    for (name, value) in RESPONSE_HEADERS {
        let expected = format!("{name}: {value}");
        assert!(head.contains(&expected), "{server}: no {expected:?} in {head:?}");
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

servers! { server_axum server_actix server_hyper server_std gateway }

/// Every frame of a response, as JSON.
fn frames(url: &str) -> Vec<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).timeout_global(Some(BOUND)).build().into();
    let mut frames = EventReader::new(agent.get(url).call().unwrap().into_body().into_reader());
    let mut found = Vec::new();
    while let Some(frame) = frames.next_frame().unwrap() {
        found.push(serde_json::to_value(frame).unwrap());
    }
    found
}

/// Comments, reconnection times and ids without an event, too, each in its place.
#[test]
fn the_gateway_loses_no_frame() {
    let (_server, url) = serve("server_axum");
    let (_gateway, relayed) = listen("gateway", &[&url]);
    let (direct, relayed) = (frames(&url), frames(&relayed));
    for kind in ["comment", "retry", "data"] {
        assert!(direct.iter().any(|frame| frame.get(kind).is_some()), "no {kind} in the feed");
    }
    assert!(direct.contains(&serde_json::json!({ "id": "only-an-id" })));
    for (index, (direct, relayed)) in direct.iter().zip(&relayed).enumerate() {
        assert!(direct == relayed, "frame {index}: {direct:.300}, relayed as {relayed:.300}");
    }
    assert_eq!(direct.len(), relayed.len());
}

/// What the gateway makes of a stream that closes behind `wire`: its events, and whether it ends as it should.
fn relayed(wire: Vec<u8>) -> (Vec<String>, bool) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (_gateway, url) = listen("gateway", &[&format!("http://{}/", listener.local_addr().unwrap())]);
    let behind = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let lines = BufReader::new(&socket).lines().map(|line| line.unwrap());
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        (&socket)
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            .unwrap();
        (&socket).write_all(&wire).unwrap();
    });
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).timeout_global(Some(BOUND)).build().into();
    let mut reader = EventReader::new(agent.get(url).call().unwrap().into_body().into_reader());
    let mut events = Vec::new();
    let ends = loop {
        match reader.next_event() {
            Ok(Some(event)) => events.push(event.data().to_owned()),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    behind.join().unwrap();
    (events, ends)
}

/// A client that learns of a cut comes back for what it missed; one that learned of an oversized event would come back
/// for it again and again.
#[test]
fn the_gateway_passes_a_cut_on_and_leaves_out_what_is_too_long() {
    assert_eq!(relayed(b"data: 1\n\n: bye\n".to_vec()), (vec!["1".to_owned()], true));
    assert_eq!(relayed(b"data: 1\n\nid: 2\nda".to_vec()), (vec!["1".to_owned()], false));
    let too_long = vec![b'x'; sse_wire::Decoder::DEFAULT_MAX_EVENT_LEN + 1];
    let wire = [b"data: 1\n\ndata: ", &too_long[..], b"\n\ndata: 3\n\n"].concat();
    assert_eq!(relayed(wire), (vec!["1".to_owned(), "3".to_owned()], true));
}

/// Read as an event stream, none of these would ever have an event.
#[test]
fn the_gateway_passes_no_answer_on_that_is_no_event_stream() {
    let rows = [
        ("200 OK\r\nContent-Type: text/event-stream", "HTTP/1.1 200"),
        ("200 OK\r\nContent-Type: text/html", "HTTP/1.1 502"),
        ("200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip", "HTTP/1.1 502"),
        ("204 No Content", "HTTP/1.1 204"),
        ("503 Service Unavailable\r\nContent-Type: text/event-stream", "HTTP/1.1 503"),
    ];
    for (answer, expected) in rows {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (_gateway, url) = listen("gateway", &[&format!("http://{}/", listener.local_addr().unwrap())]);
        let behind = thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            socket.set_read_timeout(Some(BOUND)).unwrap();
            let lines = BufReader::new(&socket).lines().map(|line| line.unwrap().to_ascii_lowercase());
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            (&socket).write_all(format!("HTTP/1.1 {answer}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
            head
        });
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut socket = TcpStream::connect(host).unwrap();
        socket.set_read_timeout(Some(BOUND)).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nLast-Event-ID: 7\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let status = BufReader::new(socket).lines().next().unwrap().unwrap();
        assert!(status.starts_with(expected), "{answer:?}: {status}");
        let head = behind.join().unwrap();
        for header in ["accept: text/event-stream", "cache-control: no-cache", "last-event-id: 7"] {
            assert!(head.iter().any(|line| line == header), "no {header:?} in {head:?}");
        }
    }
}

/// Answers one question as a model does, and returns the request.
fn answer(wire: &'static [u8]) -> (String, thread::JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/v1/messages", listener.local_addr().unwrap());
    let model = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        socket.set_read_timeout(Some(BOUND)).unwrap();
        let mut request = BufReader::new(&socket);
        let (mut line, mut first, mut len) = (String::new(), String::new(), 0);
        while request.read_line(&mut line).unwrap() > 2 {
            let lower = line.to_ascii_lowercase();
            len = lower.strip_prefix("content-length:").map_or(len, |len| len.trim().parse().unwrap());
            first = if first.is_empty() { line.trim().to_owned() } else { first };
            line.clear();
        }
        let mut question = vec![0; len];
        request.read_exact(&mut question).unwrap();
        (&socket)
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            .unwrap();
        wire.chunks(7).for_each(|chunk| (&socket).write_all(chunk).unwrap());
        (first, serde_json::from_slice(&question).unwrap())
    });
    (url, model)
}

#[test]
fn a_model_is_asked_and_its_answer_printed() {
    let rows: [(&[u8], &str, Option<&str>); 5] = [
        (
            b"event: message_start\ndata: {\"message\":{}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n\
              event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n\
              event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"text\":\"lo\\u2028\"}}\n\n\
              event: message_stop\ndata: {\"type\":\"message_stop\"}\n\nevent: content_block_delta\ndata: not looked at\n\n",
            "Hello\u{2028}",
            None,
        ),
        (
            b": PROCESSING\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n\
              data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\n",
            "Hello",
            None,
        ),
        (b"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"cho", "Hel", Some("the answer was cut off")),
        (b"event: error\ndata: {\"error\":{\"message\":\"overloaded\"}}\n\n", "", Some("overloaded")),
        (b"event: error\ndata: 503\n\n", "", Some("invalid type: integer `503`")),
    ];
    for (wire, text, error) in rows {
        let (url, model) = answer(wire);
        let output = run_with("client_llm", &[&url, "Say hello"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(str::from_utf8(&output.stdout).unwrap(), text, "{errors}");
        assert_eq!(output.status.success(), error.is_none(), "{errors}");
        assert!(errors.contains(error.unwrap_or_default()), "{errors}");
        let (first, question) = model.join().unwrap();
        assert_eq!(first, "POST /v1/messages HTTP/1.1");
        assert_eq!(question["messages"][0]["content"], "Say hello");
    }
}

/// A status that passes is asked about again, by both clients that reconnect, and no earlier than the server says.
#[test]
fn a_busy_server_is_asked_again() {
    for client in ["client_event_source", "client_reconnecting"] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let answers = [
                "503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: 1\ndata: at last\n\n",
                "204 No Content\r\nConnection: close\r\n\r\n",
            ];
            answers.map(|answer| {
                let (socket, _) = listener.accept().unwrap();
                let now = std::time::Instant::now();
                let lines = BufReader::new(&socket).lines().map(|line| line.unwrap());
                assert!(lines.take_while(|line| !line.is_empty()).count() > 1);
                (&socket).write_all(format!("HTTP/1.1 {answer}").as_bytes()).unwrap();
                now
            })
        });
        let output = run(client, &url);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{client}: {errors}");
        assert!(str::from_utf8(&output.stdout).unwrap().contains("at last"), "{client}: {errors}");
        let [busy, ready, _] = server.join().unwrap();
        assert!(ready - busy >= Duration::from_secs(1), "{client}");
    }
}
