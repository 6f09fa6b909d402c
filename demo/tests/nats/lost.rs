//! Deliveries that are lost on the way from NATS, as when a connection breaks: never gaps in the stream.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::harness::{Server, output, wait_for};
use crate::nats::Nats;

/// Between a node and NATS; swallows one message ending in each of these.
type Lost = Arc<Mutex<Vec<&'static str>>>;

fn relay(nats: &Nats, lost: &Lost) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, to, lost) = (listener.local_addr().unwrap().port(), nats.port, Arc::clone(lost));
    thread::spawn(move || {
        for node in listener.incoming() {
            let (mut node, mut nats) = (node.unwrap(), TcpStream::connect(("127.0.0.1", to)).unwrap());
            let (mut from, back, lost) = (node.try_clone().unwrap(), nats.try_clone().unwrap(), Arc::clone(&lost));
            thread::spawn(move || io::copy(&mut from, &mut nats));
            thread::spawn(move || deliver(back, &mut node, &lost));
        }
    });
    port
}

fn deliver(nats: TcpStream, node: &mut TcpStream, lost: &Lost) -> io::Result<()> {
    let mut nats = BufReader::new(nats);
    loop {
        let mut message = String::new();
        if nats.read_line(&mut message)? == 0 {
            return Ok(());
        }
        let mut message = message.into_bytes();
        if message.starts_with(b"MSG ") || message.starts_with(b"HMSG ") {
            let len: usize = str::from_utf8(&message).unwrap().split_whitespace().next_back().unwrap().parse().unwrap();
            let head = message.len();
            message.resize(head + len + 2, 0);
            nats.read_exact(&mut message[head..])?;
        }
        let mut lost = lost.lock().unwrap();
        let swallowed = lost.iter().position(|data| message.ends_with(format!("{data}\r\n").as_bytes()));
        match swallowed {
            Some(index) => drop(lost.remove(index)),
            None => node.write_all(&message)?,
        }
    }
}

fn node(port: u16, args: &[&str]) -> Server {
    Server::start(&[&["--log", &format!("nats://127.0.0.1:{port}")], args].concat())
}

#[test]
fn a_delivery_that_is_lost_is_asked_for_again() {
    let nats = Nats::start();
    let lost = Lost::default();
    let (left, right) = (nats.node(&[]), node(relay(&nats, &lost), &[]));
    let mut stream = right.stream("/events");
    let expected = ["one", "two", "three", "four", "five"];
    lost.lock().unwrap().extend(["two", "five"]);
    for data in expected {
        left.publish(data);
    }
    // The next event shows that the last one is missing.
    left.publish("six");
    assert_eq!(stream.take(5), expected);
    assert!(lost.lock().unwrap().is_empty());
    assert_eq!(right.stats()["ended"]["behind"], 0);
}

#[test]
fn so_is_one_of_a_batch_of_older_ones() {
    let nats = Nats::start();
    let lost = Lost::default();
    let left = nats.node(&[]);
    let expected = ["one", "two", "three", "four", "five"];
    let ids = expected.map(|data| left.publish(data));
    let right = node(relay(&nats, &lost), &["--log-tail", "1"]);
    lost.lock().unwrap().extend(["two", "four"]);
    assert_eq!(right.resume(&ids[0]).take(4), expected[1..]);
    assert!(lost.lock().unwrap().is_empty());
    assert_eq!(right.stats()["resets"], 0);
}

#[test]
fn what_a_node_does_not_have_yet_is_told() {
    let nats = Nats::start();
    let lost = Lost::default();
    let (left, right) = (nats.node(&[]), node(relay(&nats, &lost), &[]));
    left.publish("one");
    right.wait_for("the first event", |stats| stats["log"]["events"] == 1);
    lost.lock().unwrap().push("two");
    left.publish("two");
    right.wait_for("the lag", |stats| stats["nats"]["behind"] == 1);
    left.publish("three");
    right.wait_for("its end", |stats| stats["nats"]["behind"] == 0 && stats["log"]["events"] == 3);
}

/// The answer is lost, not the event.
#[test]
fn a_retry_after_a_time_out_doubles_nothing() {
    let nats = Nats::start();
    let lost = Lost::default();
    let (left, right) = (nats.node(&[]), node(relay(&nats, &lost), &[]));
    let mut stream = left.stream("/events");
    let publish = |node: &Server, key: &str| {
        let request = node.post("/publish").header("idempotency-key", key).json(&serde_json::json!({ "data": key }));
        let answer = request.send().unwrap();
        (answer.status().as_u16(), answer.json::<serde_json::Value>().unwrap()["id"].as_str().map(str::to_owned))
    };
    // The node retries by itself.
    lost.lock().unwrap().push("\"seq\":1}");
    let (status, first) = publish(&right, "a");
    assert_eq!((status, first), (200, Some(stream.next().id)));
    assert!(lost.lock().unwrap().is_empty());
    // Or it gives up, and its publisher tries another node.
    lost.lock().unwrap().push("\"seq\":2}");
    lost.lock().unwrap().extend(["\"duplicate\": true}"; 9]);
    assert_eq!(publish(&right, "b"), (503, None));
    let (status, second) = publish(&left, "b");
    assert_eq!((status, second), (200, Some(stream.next().id)));
    lost.lock().unwrap().clear();
    publish(&right, "c");
    assert_eq!(stream.next().data, "c");
    assert_eq!(left.stats()["log"]["events"], 3);
}

/// The stream is deleted while a node still waits for what was lost on the way.
#[test]
fn a_start_ends_when_the_stream_does() {
    let nats = Nats::start();
    nats.node(&[]).publish("one");
    let lost = Lost::default();
    lost.lock().unwrap().extend(["one"; 99]);
    let url = format!("nats://127.0.0.1:{}", relay(&nats, &lost));
    let starting = thread::spawn(move || output(&["--addr", "127.0.0.1:0", "--log", &url]));
    wait_for("a delivery", || Some(()).filter(|()| lost.lock().unwrap().len() < 99));
    nats.client(async |context| context.delete_stream("demo").await.unwrap());
    wait_for("the end", || starting.is_finished().then_some(()));
    let output = starting.join().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("the stream `demo` is gone"), "{error}");
}
