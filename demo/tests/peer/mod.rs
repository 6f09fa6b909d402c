//! A server that plays a script: one response per connection, then it refuses. For responses that no real server sends.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// Longer than anything takes; a test that waits so long has failed.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// Ends a child that a test waits for in vain, so that the test fails instead of hanging.
pub(crate) fn bound(child: &Child) {
    let id = child.id().to_string();
    thread::spawn(move || {
        thread::sleep(BOUND);
        Command::new("kill").args(["-KILL", &id]).status()
    });
}

pub(crate) struct Answer {
    bytes: Vec<u8>,
    then: Then,
}

enum Then {
    Close,
    /// Until the client leaves.
    Hold,
    /// Until the client leaves, but not silently.
    Drip(&'static str, Duration),
    /// In the middle, so that the client gets an error, not an end.
    Reset,
}

impl Answer {
    /// A response as it is, and the connection closed.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Close }
    }

    /// An event stream that ends with the connection.
    pub(crate) fn stream(body: &str) -> Self {
        Self::raw(format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{body}"))
    }

    /// An event stream in one HTTP chunk, cut before the last.
    pub(crate) fn cut(body: &str) -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        Self { bytes: format!("{head}{:x}\r\n{body}\r\n", body.len()).into(), then: Then::Reset }
    }

    pub(crate) fn status(line: &str, headers: &str) -> Self {
        Self::body(line, headers, "")
    }

    pub(crate) fn body(line: &str, headers: &str, body: &str) -> Self {
        let len = body.len();
        Self::raw(format!("HTTP/1.1 {line}\r\n{headers}Content-Length: {len}\r\nConnection: close\r\n\r\n{body}"))
    }

    /// The same again and again after this delay, until the client leaves.
    pub(crate) fn dripping(self, drop: &'static str, every: Duration) -> Self {
        Self { then: Then::Drip(drop, every), ..self }
    }

    /// Keeps the connection open until the client leaves.
    pub(crate) fn held(self) -> Self {
        Self { then: Then::Hold, ..self }
    }
}

pub(crate) struct Peer {
    pub(crate) addr: SocketAddr,
    requests: Receiver<String>,
}

impl Peer {
    pub(crate) fn start(script: impl IntoIterator<Item = Answer> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        let script: Vec<_> = script.into_iter().collect();
        thread::spawn(move || {
            for answer in script {
                let (stream, _) = listener.accept().unwrap();
                serve(stream, &answer, &sender);
            }
        });
        Self { addr, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/events", self.addr)
    }

    /// The next request as it came, head and body.
    pub(crate) fn request(&self) -> String {
        self.requests.recv_timeout(BOUND).expect("a request")
    }

    /// Requests that the test has not taken yet.
    pub(crate) fn further_requests(&self) -> usize {
        self.requests.try_iter().count()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, requests: &Sender<String>) {
    stream.set_read_timeout(Some(BOUND)).unwrap();
    let _ = requests.send(read_request(&mut stream));
    let _ = stream.write_all(&answer.bytes);
    match answer.then {
        Then::Close => {}
        Then::Hold => drop(stream.read(&mut [0])),
        Then::Drip(drop, every) => {
            stream.set_read_timeout(Some(every)).unwrap();
            // A time-out is an error, the end is none.
            while stream.read(&mut [0]).is_err() && stream.write_all(drop.as_bytes()).is_ok() {}
        }
        // Unread bytes do not guarantee a reset; an end inside a chunked body is an error anyway.
        Then::Reset => drop(stream),
    }
}

pub(crate) fn read_request(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned);
            let len = head.lines().find_map(header).map_or(0, |len| len.trim().parse().unwrap());
            if body.len() >= len {
                return text.into_owned();
            }
        }
        match stream.read(&mut buffer).unwrap() {
            0 => return String::from_utf8(bytes).unwrap(),
            len => bytes.extend_from_slice(&buffer[..len]),
        }
    }
}
