//! Any node continues where another one was.

use serde_json::{Value, json};

use crate::harness::{Server, Stream, wait_for};
use crate::nats::Nats;

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

fn publish(server: &Server, range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| server.publish(&number.to_string())).collect()
}

#[test]
fn what_is_published_at_one_node_comes_to_all_with_the_same_id() {
    let nats = Nats::start();
    let nodes = [nats.node(&[]), nats.node(&[])];
    let mut streams = nodes.each_ref().map(|node| node.stream("/events"));
    for number in 1..=20 {
        let data = format!("{number}\nsecond line €");
        let id = nodes[number % 2].publish_as(if number % 3 == 0 { "message" } else { "né" }, &data);
        for stream in &mut streams {
            let event = stream.next();
            assert_eq!((&event.id, &event.data), (&id, &data));
            assert_eq!(event.name, if number % 3 == 0 { "message" } else { "né" });
        }
    }
}

#[test]
fn any_node_resumes_any_client() {
    let nats = Nats::start();
    let (first, second) = (nats.node(&[]), nats.node(&[]));
    let ids = publish(&first, 1..=50);
    assert_eq!(second.resume(&ids[9]).take(40), numbers(11..=50));
    // At once, although the event may not have reached the other one yet.
    for number in 51..=80 {
        let (here, there) = if number % 2 == 0 { (&first, &second) } else { (&second, &first) };
        let id = here.publish(&number.to_string());
        let mut stream = there.resume(&id);
        here.publish("next");
        assert_eq!(stream.next().data, "next", "{number}");
    }
    drop(first);
    // The node that is gone had none of it.
    let third = nats.node(&[]);
    assert_eq!(third.resume(&ids[0]).take(49), numbers(2..=50));
    assert_eq!(second.stats()["resets"], 0);
}

#[test]
fn what_is_older_than_the_tail_is_read_from_the_stream() {
    let nats = Nats::start();
    let first = nats.node(&["--log-tail", "10"]);
    let start = first.publish("0");
    // Several batches by count, and one by bytes.
    let mut expected = numbers(1..=600);
    publish(&first, 1..=600);
    for letter in ["a", "b", "c"].iter().cycle().take(40) {
        expected.push(letter.repeat(60_000));
        first.publish(&letter.repeat(60_000));
    }
    expected.extend(numbers(601..=630));
    publish(&first, 601..=630);
    let second = nats.node(&["--log-tail", "10", "--queue", "5"]);
    for node in [&first, &second] {
        assert_eq!(node.stats()["log"]["events"], 10);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut stream = node.resume(&start);
                    for expected in &expected {
                        assert!(stream.next().data == *expected, "{expected:.10}");
                    }
                });
            }
        });
        assert_eq!(node.stats()["resets"], 0);
    }
}

#[track_caller]
fn assert_reset(mut stream: Stream, reason: &str) {
    let event = stream.next();
    assert_eq!(event.name, "reset", "{event:?}");
    assert_eq!(serde_json::from_str::<Value>(&event.data).unwrap()["reason"], reason);
}

#[test]
fn below_the_first_number_and_above_the_last_there_is_a_reset() {
    let nats = Nats::start();
    let args = ["--log-events", "20", "--log-tail", "5"];
    let node = nats.node(&args);
    let ids = publish(&node, 1..=50);
    let other = nats.node(&args);
    for node in [&node, &other] {
        assert_reset(node.resume(&ids[10]), "expired");
        assert_eq!(node.resume(&ids[29]).take(20), numbers(31..=50));
        let (epoch, _) = ids[0].split_once('-').unwrap();
        for unknown in [format!("{epoch}-51"), format!("{epoch}-050"), format!("{epoch}-"), "x-3".into(), "3".into()] {
            assert_reset(node.resume(&unknown), "unknown");
        }
    }
}

#[test]
fn a_stream_that_was_made_anew_is_unknown_and_ends_the_node() {
    let nats = Nats::start();
    let node = nats.node(&[]);
    let ids = publish(&node, 1..=5);
    nats.client(async |context| context.delete_stream("demo").await.unwrap());
    let anew = nats.node(&[]);
    publish(&anew, 1..=7);
    assert_reset(anew.resume(&ids[2]), "unknown");
    let (status, said) = node.ended();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("the stream `demo` was made anew"), "{said}");
}

#[test]
fn a_stream_that_is_gone_ends_the_node() {
    let nats = Nats::start();
    let node = nats.node(&[]);
    publish(&node, 1..=2);
    nats.client(async |context| context.delete_stream("demo").await.unwrap());
    let (status, said) = node.ended();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("the stream `demo` is gone"), "{said}");
}

#[test]
fn names_come_as_they_were_published() {
    let nats = Nats::start();
    let (node, other) = (nats.node(&[]), nats.node(&["--log-tail", "1"]));
    let first = publish(&node, 1..=1);
    let names = [" x ", " ", "é%20", "a: b"];
    for name in names {
        node.publish_as(name, "1");
    }
    for node in [&node, &other] {
        let mut stream = node.resume(&first[0]);
        assert_eq!(names.map(|_| stream.next().name), names);
    }
}

/// What an operator removed is a gap, which no client may pass unaware.
#[test]
fn a_hole_in_the_stream_is_never_silent() {
    let nats = Nats::start();
    let args = ["--log-tail", "3"];
    let node = nats.node(&args);
    let ids = publish(&node, 1..=30);
    nats.client(async |context| {
        context.get_stream("demo").await.unwrap().delete_message(10).await.unwrap();
    });
    let other = nats.node(&args);
    let mut stream = other.resume(&ids[4]);
    let mut last = ids[4].clone();
    while let Ok(event) = stream.try_next() {
        last = event.id;
    }
    assert_eq!(last, ids[8]);
    assert_reset(other.resume(&last), "expired");
    assert_eq!(other.resume(&ids[9]).take(20), numbers(11..=30));
}

/// Nothing follows, and so nothing would ever say that there is a gap.
#[test]
fn a_hole_that_reaches_to_the_end_is_not_silent_either() {
    let nats = Nats::start();
    let ids = publish(&nats.node(&[]), 1..=30);
    nats.client(async |context| {
        let stream = context.get_stream("demo").await.unwrap();
        for number in 10..=30 {
            stream.delete_message(number).await.unwrap();
        }
    });
    let node = nats.node(&["--log-tail", "3"]);
    assert_eq!(node.resume(&ids[4]).take(4), numbers(6..=9));
    // While the node does not know about an event, the stream ends before it.
    for id in [&ids[8], &ids[19]] {
        wait_for("a reset", || node.resume(id).try_next().ok().filter(|event| event.name == "reset"));
    }
}

#[test]
fn a_node_starts_though_the_newest_event_was_deleted() {
    let nats = Nats::start();
    let ids = publish(&nats.node(&[]), 1..=3);
    nats.client(async |context| {
        context.get_stream("demo").await.unwrap().delete_message(3).await.unwrap();
    });
    let node = nats.node(&[]);
    assert_eq!(
        (node.stats()["log"]["last_id"].as_str(), node.stats()["nats"]["behind"].as_u64()),
        (Some(&*ids[1]), Some(0))
    );
    let mut stream = node.resume(&ids[2]);
    node.publish("4");
    assert_eq!(stream.next().data, "4");
    // It has not received the third one.
    assert_reset(node.resume(&ids[1]), "expired");
}

#[test]
fn a_node_has_one_consumer_however_many_clients_it_has() {
    let nats = Nats::start();
    let nodes = [nats.node(&[]), nats.node(&[])];
    let mut streams: Vec<_> = nodes.iter().cycle().take(30).map(|node| node.stream("/events")).collect();
    publish(&nodes[0], 1..=1);
    for stream in &mut streams {
        assert_eq!(stream.next().data, "1");
    }
    let consumers =
        nats.client(async |context| context.get_stream("demo").await.unwrap().cached_info().state.consumer_count);
    assert_eq!(consumers, 2);
}

#[test]
fn the_stream_is_bounded_by_bytes_and_by_age() {
    let nats = Nats::start();
    let node = nats.node(&["--log-stream", "bytes", "--log-bytes", "200000", "--log-tail", "1"]);
    let ids: Vec<_> = (0..10).map(|_| node.publish(&"x".repeat(50_000))).collect();
    assert_reset(node.resume(&ids[4]), "expired");
    assert_eq!(node.resume(&ids[6]).take(3), vec!["x".repeat(50_000); 3]);

    let node = nats.node(&["--log-stream", "age", "--log-age", "1"]);
    let ids = publish(&node, 1..=2);
    let expired = |id: &str| node.resume(id).try_next().is_ok_and(|event| event.name == "reset").then_some(());
    node.wait_for("the end of the first events", |stats| stats["log"]["events"] == 0);
    // Each new one tells waiting clients that the second one will not come.
    wait_for("a reset", || {
        node.publish("3");
        expired(&ids[0])
    });
    let window =
        nats.client(async |context| context.get_stream("age").await.unwrap().cached_info().config.duplicate_window);
    assert_eq!(window.as_secs(), 1);
}

#[test]
fn a_publisher_that_tries_again_doubles_nothing() {
    let nats = Nats::start();
    let nodes = [nats.node(&[]), nats.node(&[])];
    let mut stream = nodes[1].stream("/events");
    let publish = |node: &Server, key: &str, data: &str| {
        let request = node.post("/publish").header("idempotency-key", key).json(&json!({ "data": data }));
        let response = request.send().unwrap();
        (response.status().as_u16(), response.json::<Value>().unwrap())
    };
    let (_, first) = publish(&nodes[0], "a", "1");
    for node in &nodes {
        assert_eq!(publish(node, "a", "1"), (200, first.clone()));
    }
    let (_, second) = publish(&nodes[1], "b", "1");
    assert_ne!(first, second);
    assert_eq!([stream.next().id, stream.next().id].map(Value::from), [first["id"].clone(), second["id"].clone()]);
    for key in ["", "a b", &"x".repeat(129)] {
        let (status, answer) = publish(&nodes[0], key, "1");
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"].as_str().unwrap().starts_with("idempotency-key: expected"), "{answer}");
    }
}

/// Clients are spread over the nodes, and a publisher goes to the next one.
#[test]
fn a_load_over_several_nodes_accounts_for_every_event() {
    let nats = Nats::start();
    let nodes = [nats.node(&["--retry", "50"]), nats.node(&["--retry", "50"])];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_demo"));
    command.arg("load").args(nodes.each_ref().map(|node| &node.url)).args(["--clients", "20", "--rate", "20"]);
    command.args(["--seconds", "2", "--insist", "30", "--kill-every", "20", "--json", "-"]);
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{report:#}");
    for (key, expected) in [("held", 20), ("deliveries", 20 * 40), ("lost", 0), ("doubled", 0), ("resets", 0)] {
        assert_eq!(report[key], expected, "{key}: {report:#}");
    }
    for node in &nodes {
        assert!(node.stats()["deliveries"].as_u64() > Some(0) && node.stats()["published"].as_u64() > Some(0));
    }
}

/// Their events are numbered, and each node would number them separately.
#[test]
fn no_node_has_sources() {
    let nats = Nats::start();
    let node = Server::with_sources(&["--log", &nats.url()]);
    let mut stream = node.stream("/events");
    let id = node.publish_as("metric", "1");
    assert_eq!(stream.next().id, id);
    assert!(id.ends_with("-1"), "{id}");
}

/// Others may publish to the subject too.
#[test]
fn what_others_publish_is_not_taken_on_trust() {
    let nats = Nats::start();
    let node = nats.node(&[]);
    let mut stream = node.stream("/events");
    nats.client(async |context| {
        for (name, data) in [("fine", &b"a\r\nb"[..]), ("", b"\xff\x00"), ("x", b""), ("reset", b"{}")] {
            let mut headers = async_nats::HeaderMap::new();
            headers.insert("Event", name);
            context.publish_with_headers("demo", headers, data.into()).await.unwrap().await.unwrap();
        }
    });
    let got = [(); 4].map(|()| stream.next()).map(|event| (event.name, event.data));
    let expected = [("fine", "a\nb"), ("message", "\u{fffd}\0"), ("x", ""), ("message", "{}")];
    assert_eq!(got, expected.map(|(name, data)| (name.to_owned(), data.to_owned())));
}
