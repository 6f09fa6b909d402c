//! Coming back with an id.

use serde_json::Value;

use crate::harness::{Server, Stream, wait_for};

fn publish(server: &Server, numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.map(|number| server.publish(&number.to_string())).collect()
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[test]
fn what_was_missed_comes_first_and_then_what_is_new() {
    let server = Server::start(&[]);
    let ids = publish(&server, 1..=100);
    let mut stream = server.resume(&ids[39]);
    assert_eq!(stream.take(60), numbers(41..=100));
    publish(&server, 101..=105);
    assert_eq!(stream.take(5), numbers(101..=105));
    // A client that has everything gets nothing old.
    let mut stream = server.resume(server.publish("106").as_str());
    publish(&server, 107..=107);
    assert_eq!(stream.next().data, "107");
}

#[test]
fn an_id_in_the_address_is_for_first_connections_and_the_header_wins() {
    let server = Server::start(&[]);
    let ids = publish(&server, 1..=10);
    let path = format!("/events?last-event-id={}", ids[2]);
    assert_eq!(server.stream(&path).next().data, "4");
    let mut stream = Stream::new(server.get(&path).header("last-event-id", &ids[7]));
    assert_eq!(stream.next().data, "9");
}

#[test]
fn resumes_within_a_filter() {
    let server = Server::start(&[]);
    let first = server.publish("1");
    for (event, data) in [("price", "2"), ("notice", "3"), ("price", "4")] {
        server.publish_as(event, data);
    }
    let path = format!("/events?only=price&last-event-id={first}");
    assert_eq!(server.stream(&path).take(2), ["2", "4"]);
}

/// The law: everything that is published while clients come and go reaches each of them once, in order.
#[test]
fn no_gap_and_no_double_while_events_are_published() {
    const EVENTS: u32 = 1500;
    let server = Server::start(&[]);
    let start = server.publish("0");
    std::thread::scope(|scope| {
        for client in 1..=6 {
            let (server, mut id) = (&server, start.clone());
            scope.spawn(move || {
                let mut expected = 1;
                while expected <= EVENTS {
                    let mut stream = server.resume(&id);
                    // Between one event and all that are left, different for each client.
                    for _ in 0..=(expected * client * 7) % 60 {
                        if expected > EVENTS {
                            break;
                        }
                        let event = stream.next();
                        assert_eq!(event.data, expected.to_string(), "client {client}");
                        (id, expected) = (event.id, expected + 1);
                    }
                }
            });
        }
        publish(&server, 1..=EVENTS);
    });
    assert_eq!(server.stats()["resets"], 0);
}

#[track_caller]
fn assert_reset(mut stream: Stream, reason: &str) -> String {
    let event = stream.next();
    assert_eq!(event.name, "reset", "{event:?}");
    let data: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(data["reason"], reason);
    event.id
}

#[test]
fn an_id_that_is_too_old_is_reset_and_the_stream_goes_on() {
    let server = Server::start(&["--log-events", "3"]);
    let ids = publish(&server, 1..=10);
    let mut stream = Stream::new(server.get("/events?only=nothing").header("last-event-id", &ids[5]));
    let reset = stream.next();
    assert_eq!((reset.name.as_str(), &reset.id), ("reset", &ids[9]));
    publish(&server, 11..=11);
    // The stream continues from the reset's id.
    assert_eq!(server.resume(&reset.id).next().data, "11");
    // The id before the oldest event is old, but nothing after it is lost.
    assert_eq!(server.resume(&ids[7]).take(3), numbers(9..=11));
    assert_reset(server.resume(&ids[0]), "expired");
    assert_eq!(server.stats()["resets"], 2);
}

#[test]
fn events_grow_too_old_with_time() {
    let server = Server::start(&["--log-age", "1"]);
    let ids = publish(&server, 1..=2);
    wait_for("the second event's end", || {
        // After a known id the stream begins with the event, after an unknown one with a reset.
        Some(server.resume(&ids[0]).next()).filter(|event| event.name == "reset")
    });
    server.wait_for("an empty log", |stats| stats["log"]["events"] == 0);
    assert_eq!(server.stats()["log"]["bytes"], 0);
}

#[test]
fn what_is_no_id_is_reset() {
    let server = Server::start(&[]);
    let id = server.publish("1");
    let (epoch, number) = id.split_once('-').unwrap();
    for garbage in [
        "garbage",
        "-",
        "1",
        epoch,
        &format!("{epoch}-"),
        &format!("{epoch}-2"),
        &format!("{epoch}-+{number}"),
        &format!("{epoch}-0{number}"),
        &format!("{epoch}-99999999999999999999"),
        &format!("0-{number}"),
        &format!("{id} "),
        "<script>",
        // No event could have these.
        "a%0Ab",
        "a%00",
    ] {
        let path = format!("/events?last-event-id={}", garbage.replace('+', "%2B").replace(' ', "%20"));
        assert_eq!(assert_reset(server.stream(&path), "unknown"), id, "{garbage}");
    }
    // An empty id is no id.
    let mut stream = server.stream("/events?last-event-id=");
    server.publish("2");
    assert_eq!(stream.next().data, "2");
}

#[test]
fn a_first_connection_can_begin_before_it() {
    let server = Server::start(&["--log-events", "5"]);
    let ids = publish(&server, 1..=8);
    assert_eq!(server.stream("/events?last=3").take(3), numbers(6..=8));
    // At most what there is; and a client with an id continues from there.
    assert_eq!(server.stream("/events?last=1000").take(5), numbers(4..=8));
    assert_eq!(server.stream(&format!("/events?last=5&last-event-id={}", ids[6])).next().data, "8");
    let mut now = server.stream("/events?last=0");
    server.publish("9");
    assert_eq!(now.next().data, "9");
}
