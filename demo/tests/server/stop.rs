//! SIGTERM and SIGINT.

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::{Server, Stream, command, wait_for};

fn last_frames(stream: &mut Stream, count: usize) -> Vec<String> {
    (0..count).map(|_| stream.frame()).collect()
}

#[test]
fn streams_end_properly_and_clients_come_back_at_different_times() {
    for signal in ["-TERM", "-INT"] {
        let server = Server::start(&["--retry", "1000"]);
        let mut streams: Vec<_> = (0..20).map(|_| server.stream("/events")).collect();
        server.wait_for("all clients", |stats| stats["clients"]["sse"] == 20);
        server.publish("last");
        server.signal(signal);
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for stream in &mut streams {
            let frames = last_frames(stream, 4);
            assert_eq!([&*frames[0], &*frames[2]], ["comment events of the sse-wire demo", "event last"]);
            let time = |frame: &String| frame.strip_prefix("retry ").unwrap().parse::<u32>().unwrap();
            first.push(time(&frames[1]));
            last.push(time(&frames[3]));
            assert!(stream.ends_properly());
        }
        // From the first one on, since a server that crashes has no last words.
        for times in [first, last] {
            assert!(times.iter().all(|time| (1000..=2000).contains(time)), "{times:?}");
            assert!(times.iter().any(|time| *time != times[0]), "{times:?}");
        }
        let address = server.address();
        server.stopped();
        assert!(TcpStream::connect(address).is_err());
    }
}

/// The start waits at the lock, which is a pipe without a reader yet.
#[cfg(target_os = "linux")]
#[test]
fn a_stop_during_the_start_is_a_good_end() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("log").to_str().unwrap().to_owned();
    let lock = format!("{path}.lock");
    assert!(Command::new("mkfifo").arg(&lock).status().unwrap().success());
    let mut command = command(&["--addr", "127.0.0.1:0", "--log-file", &path]);
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", server.id());
    wait_for("a handler of SIGTERM", || {
        let status = fs::read_to_string(&status).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
        (u64::from_str_radix(caught, 16).unwrap() & 1 << (15 - 1) != 0).then_some(())
    });
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    let _reader = fs::File::open(lock).unwrap();
    assert_eq!(wait_for("the end", || server.try_wait().unwrap()).code(), Some(0));
}

#[test]
fn a_client_that_does_not_read_keeps_no_server_from_stopping() {
    let server = Server::start(&["--queue", "100000"]);
    let mut stuck = server.raw("/events", "");
    server.wait_for("a client", |stats| stats["clients"]["sse"] == 1);
    let data = "x".repeat(60_000);
    for _ in 0..200 {
        server.publish(&data);
    }
    server.signal("-TERM");
    assert!(server.stopped().contains("did not end in time: 1"));
    // What the kernel had still comes, but no proper end.
    let mut bytes = Vec::new();
    let ended = stuck.read_to_end(&mut bytes);
    assert!(ended.is_err() || !bytes.ends_with(b"0\r\n\r\n"));
}

#[test]
fn connections_that_wait_for_a_request_are_closed() {
    let server = Server::start(&[]);
    let mut idle = server.raw("/stats", "");
    assert_ne!(idle.read(&mut [0; 4096]).unwrap(), 0);
    let mut silent = TcpStream::connect(server.address()).unwrap();
    server.wait_for("its connection", |stats| stats["connections"] == json!(3));
    server.signal("-TERM");
    assert!(!server.stopped().contains("did not end in time"));
    assert_eq!(idle.read_to_end(&mut Vec::new()).unwrap_or_default(), 0);
    assert_eq!(silent.read_to_end(&mut Vec::new()).unwrap_or_default(), 0);
}
