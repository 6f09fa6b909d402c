//! `demo load` must report a server that loses, doubles, reorders or relabels an event, or does not hold a connection.
//! Tested against a server that does one of these on purpose, and against one that does not.

mod peer;

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use assert_cmd::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Lose,
    Double,
    Swap,
    Relabel,
    Refuse,
    Cut,
}

/// Tells a client's thread which events to write.
type Streams = Arc<Mutex<Vec<Sender<String>>>>;

fn server(fault: Fault) -> SocketAddr {
    node(fault, Streams::default())
}

fn node(fault: Fault, streams: Streams) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let streams = Arc::clone(&streams);
            thread::spawn(move || serve(stream.unwrap(), fault, &streams));
        }
    });
    addr
}

fn serve(mut stream: TcpStream, fault: Fault, streams: &Streams) {
    loop {
        let request = peer::read_request(&mut stream);
        let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
        let answer = match head.split_whitespace().nth(1).unwrap_or_default() {
            "" => return,
            "/stats" => format!(r#"{{"pid":{}}}"#, std::process::id()),
            "/publish" => publish(body, fault, &mut streams.lock().unwrap()),
            path => {
                assert!(path.starts_with("/events?only=load&client="), "{path}");
                return events(stream, fault, streams);
            }
        };
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

/// The first client gets event 3 with the fault; everything else is correct.
fn publish(body: &str, fault: Fault, streams: &mut Vec<Sender<String>>) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let data = body["data"].as_str().unwrap();
    let number: usize = data.split(' ').nth(1).unwrap().parse().unwrap();
    let event = |id: &str| format!("event: load\nid: {id}\ndata: {data}\n\n");
    let id = format!("id-{number}");
    if (fault, number) == (Fault::Cut, 3) {
        streams.remove(0);
    }
    for (client, stream) in streams.iter().enumerate() {
        let text = match fault {
            Fault::Lose if (client, number) == (0, 3) => continue,
            Fault::Double if (client, number) == (0, 3) => event(&id).repeat(2),
            Fault::Relabel if (client, number) == (0, 3) => event("another"),
            // Held back until the next one is out.
            Fault::Swap if (client, number) == (0, 3) => {
                HELD.lock().unwrap().replace(event(&id));
                continue;
            }
            Fault::Swap if (client, number) == (0, 4) => event(&id) + &HELD.lock().unwrap().take().unwrap(),
            _ => event(&id),
        };
        stream.send(text).unwrap();
    }
    format!(r#"{{"id":"{id}"}}"#)
}

static HELD: Mutex<Option<String>> = Mutex::new(None);

fn events(mut stream: TcpStream, fault: Fault, streams: &Streams) {
    let (sender, events) = channel();
    {
        let mut streams = streams.lock().unwrap();
        if fault == Fault::Refuse && streams.len() == 2 {
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
            return;
        }
        streams.push(sender);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 20\n\n").unwrap();
    for text in events {
        if stream.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

/// How many events are lost then, and the message.
const FAULTS: [(Fault, u64, &str); 7] = [
    (Fault::None, 0, ""),
    (Fault::Lose, 1, "1 events lost"),
    (Fault::Double, 0, "1 events doubled"),
    (Fault::Swap, 0, "1 events out of order"),
    (Fault::Cut, 1, " events lost"),
    (Fault::Relabel, 0, " events with an id that is not theirs"),
    (
        Fault::Refuse,
        11,
        "1 connections not held\nerror: 3 clients of demo serve: the first error of a connection: status 503",
    ),
];

/// A fault at a client of one process is a fault of the run. Each run waits more than it works; two of one fault would
/// share `HELD`.
#[test]
fn every_fault_is_reported() {
    for processes in ["1", "2"] {
        thread::scope(|runs| {
            for (fault, lost, said) in FAULTS {
                runs.spawn(move || is_reported(fault, lost, said, processes));
            }
        });
    }
}

fn is_reported(fault: Fault, lost: u64, said: &str, processes: &str) {
    let url = format!("http://{}", server(fault));
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["load", &url, "--clients", "3", "--rate", "100", "--seconds", "1", "--patience", "2", "--json", "-"])
        .args(["--processes", processes])
        .timeout(Duration::from_secs(120))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{err}"));
    assert_eq!(output.status.code(), Some(i32::from(fault != Fault::None)), "{fault:?}: {err}");
    assert!(err.contains(said) && (said.is_empty() == err.is_empty()), "{fault:?}: {err}");
    let lost = match fault {
        Fault::Refuse => 101,
        // As many as were published while the client was away.
        Fault::Cut => report["lost"].as_u64().unwrap().max(lost),
        _ => lost,
    };
    assert_eq!(report["lost"], lost, "{fault:?}: {report}");
    assert_eq!(report["events_published"], 101, "{fault:?}");
    assert_eq!(report["away_ms"].is_null(), fault != Fault::Cut, "{report}");
    assert_eq!(report["deliveries"], 300 - lost.min(100), "{fault:?}");
}

/// A node that serves this many clients and then dies for good: it no longer answers, and counts requests for streams.
fn mortal(mut living: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (addr, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        let mut clients = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if !peer::read_request(&mut stream).starts_with("GET /events?") {
                continue;
            }
            count.fetch_add(1, Relaxed);
            if clients.len() < living {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 20\n\n").unwrap();
                clients.push(stream);
            } else {
                clients.clear();
                living = 0;
            }
        }
    });
    (addr, asked)
}

/// Clients that a node has lost or refused move to another one; none asks the dead one again.
#[test]
fn clients_of_a_dead_node_go_to_the_next_one() {
    for living in [0, 9] {
        let (dead, asked) = mortal(living);
        let urls = [server(Fault::None), dead].map(|addr| format!("http://{addr}"));
        let output = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["load", &urls[0], &urls[1], "--clients", "20", "--rate", "100", "--seconds", "1", "--insist", "60"])
            .args(["--json", "-"])
            .timeout(Duration::from_secs(120))
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{err}"));
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
        assert_eq!((&report["held"], &report["reconnections"]), (&20.into(), &living.into()), "{report}");
        // What is left is measured.
        assert!(report["server_bytes_per_client"].is_number(), "{report}");
        // Those that begin there, once.
        assert_eq!(asked.load(Relaxed), 10, "{report}");
    }
}

#[test]
fn other_machines_are_refused() {
    for (url, said) in [
        ("http://192.0.2.1:3000", "192.0.2.1 is 192.0.2.1: load goes to this machine alone (127.0.0.0/8, ::1)"),
        ("https://127.0.0.1:3000", "expected http://"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/stats: is this `demo serve`?"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["load", url])
            .timeout(Duration::from_secs(120))
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    for args in [
        &["--rate", "0"][..],
        &["--rate", "NaN"],
        &["--clients", "0"],
        &["--clients", "100001"],
        &["--seconds", "0"],
        &["--kill-every", "0"],
        &["--scale", "1,x"],
        &["--scale", "1", "http://127.0.0.1/"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_demo"))
            .arg("load")
            .args(args)
            .timeout(Duration::from_secs(120))
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {err}");
        assert!(err.contains(args[0]), "{args:?}: {err}");
    }
}
