//! `demo listen` while `demo serve` is stopped and started again: no gap, no double.

mod peer;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

struct Server {
    child: Child,
    addr: String,
}

impl Server {
    fn start(addr: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["serve", "--addr", addr, "--no-sources", "--retry", "100"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        peer::bound(&child);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim_end().strip_prefix("Serving on http://").expect("an address").to_owned();
        Self { child, addr }
    }

    fn post(&self, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            self.addr,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        response
    }

    fn publish(&self, number: u32) {
        self.post("/publish", &format!(r#"{{"event":"notice","data":"{number}"}}"#));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A listener's output, line by line.
struct Listener {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<std::process::ChildStderr>,
}

impl Listener {
    fn start(url: &str, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["listen", url, "--json"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        peer::bound(&child);
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, out: BufReader::new(out), err: BufReader::new(err) }
    }

    /// Reads its messages until this one.
    fn until(&mut self, what: &str) {
        let mut line = String::new();
        while !line.contains(what) {
            line.clear();
            assert_ne!(self.err.read_line(&mut line).unwrap(), 0, "it ended before {what:?}");
        }
    }

    fn event(&mut self) -> Value {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} is no event"))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_cut_leaves_no_gap_and_no_double() {
    let server = Server::start("127.0.0.1:0");
    let mut listener = Listener::start(&format!("http://{}/events?client=me", server.addr), &["--max-events", "6"]);
    listener.until("open:");
    server.publish(1);
    server.publish(2);
    assert_eq!([listener.event()["data"].clone(), listener.event()["data"].clone()], ["1", "2"]);
    assert!(server.post("/cut", r#"{"client":"me"}"#).ends_with(r#"{"cut":1}"#));
    for number in 3..=6 {
        server.publish(number);
    }
    listener.until("retry in ");
    for number in 3..=6 {
        assert_eq!(listener.event()["data"], number.to_string());
    }
    assert_eq!(listener.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_server_that_starts_again_is_found_again() {
    let server = Server::start("127.0.0.1:0");
    let addr = server.addr.clone();
    let mut listener = Listener::start(&format!("http://{addr}/events"), &[]);
    listener.until("open:");
    server.publish(1);
    assert_eq!(listener.event()["data"], "1");
    drop(server);
    listener.until("retry in");

    let server = Server::start(&addr);
    listener.until("open:");
    // The log was in memory: the new server says that it cannot continue from there.
    assert_eq!(listener.event()["type"], "reset");
    server.publish(2);
    assert_eq!(listener.event()["data"], "2");
}
