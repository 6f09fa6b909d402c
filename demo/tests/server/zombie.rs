//! A server that cannot do its work continues once it can, or ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::harness::{send, wait_for};

/// A server under a shell's limits, whose standard error is a closed pipe.
struct Limited(Child, SocketAddr);

impl Limited {
    fn start(limits: &str, args: &str) -> Self {
        let script = format!(r#"{limits} && exec "$0" serve --addr 127.0.0.1:0 {args}"#);
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_demo")])
            .env_remove("DEMO_TOKEN")
            .env_remove("DEMO_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Serving on http://").expect(&line).parse().unwrap();
        Self(child, address)
    }

    fn get(&self, path: &str) -> TcpStream {
        send(self.1, &format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.1))
    }

    /// The figures, if the server answers.
    fn stats(&self) -> Option<String> {
        let mut answer = String::new();
        self.get("/stats").read_to_string(&mut answer).ok()?;
        answer.starts_with("HTTP/1.1 200 ").then_some(answer)
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn too_few_files_and_a_closed_standard_error_end_nothing() {
    let server = Limited::start("ulimit -n 40", "--no-sources");
    assert!(server.stats().is_some());
    let crowd: Vec<TcpStream> = (0..60).map(|_| TcpStream::connect(server.1).unwrap()).collect();
    // It complains about the ones that it could not accept.
    drop(crowd);
    wait_for("an answer", || server.stats());
}

/// A disk that looks full to the server, until it has room again.
#[cfg(target_os = "linux")]
#[test]
fn sources_survive_a_log_that_cannot_be_written_and_a_closed_standard_error() {
    let dir = tempfile::TempDir::new().unwrap();
    let args = format!("--log-file {}", dir.path().join("log").display());
    let server = Limited::start("trap '' XFSZ && ulimit -S -f 0", &args);
    // The first message comes, or fails, at the start.
    assert!(server.stats().unwrap().contains("\"published\":0,"));
    let pid = server.0.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success());
    let mut socket = server.get("/events?only=message");
    let mut text = String::new();
    wait_for("a message", || {
        let mut chunk = [0; 1024];
        let length = socket.read(&mut chunk).unwrap();
        text += &String::from_utf8_lossy(&chunk[..length]);
        text.contains("Hello, Client!").then_some(())
    });
}
