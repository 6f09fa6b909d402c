//! A stream that is no longer the same: restored with fewer events, or created again.

use serde_json::json;

use crate::harness::{Server, wait_for};
use crate::nats::Nats;

/// Tries to publish until the server ends. Returns its answers.
fn publish_to_the_end(node: &Server, data: &str) -> Vec<(u16, String)> {
    let mut answers = Vec::new();
    wait_for("the end", || match node.post("/publish").json(&json!({ "data": data })).send() {
        Ok(answer) => {
            answers.push((answer.status().as_u16(), answer.text().unwrap_or_default()));
            None
        }
        Err(_) => Some(()),
    });
    answers
}

/// Restored with fewer events than the node has had.
fn restored() -> (Nats, Server) {
    let mut nats = Nats::start();
    let node = nats.node(&[]);
    for data in ["1", "2", "3"] {
        node.publish(data);
    }
    nats.kill();
    let backup = nats.backup();
    nats.run();
    for data in ["4", "5", "6"] {
        wait_for("publishing", || Some(node.try_publish(data)).filter(|(status, _)| *status == 200));
    }
    node.wait_for("its end", |stats| stats["log"]["events"] == 6);
    nats.kill();
    nats.restore(&backup);
    (nats, node)
}

#[test]
fn a_shorter_stream_ends_the_node_and_gets_nothing_from_it() {
    let (mut nats, node) = restored();
    nats.run();
    let answers = publish_to_the_end(&node, "x");
    assert!(answers.iter().all(|(status, _)| *status == 503), "{answers:?}");
    let (status, said) = node.ended();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("the stream `demo` has lost what came after 3"), "{said}");
    let last = nats.client(async |context| context.get_stream("demo").await.unwrap().cached_info().state.last_sequence);
    assert_eq!(last, 3, "{answers:?}");
}

/// Before the node notices, its numbers are given to other events.
#[test]
fn a_stream_whose_numbers_were_given_out_again_ends_the_node() {
    let (mut nats, node) = restored();
    let mut stream = node.stream("/events");
    nats.elsewhere(|nats| {
        nats.client(async |context| {
            for data in ["4", "5", "6", "another"] {
                context.publish("demo", data.into()).await.unwrap().await.unwrap();
            }
        });
    });
    nats.run();
    assert!(stream.try_next().is_err(), "the seventh event, though the three before it are others");
    let (status, said) = node.ended();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("the stream `demo` has another event 6 than before"), "{said}");
}

/// An id consists of the stream's epoch and the event's number; the number alone is of the new stream.
#[test]
fn no_id_is_of_two_streams() {
    let nats = Nats::start();
    let node = nats.node(&[]);
    for data in ["1", "2", "3"] {
        node.publish(data);
    }
    nats.client(async |context| {
        let config = context.get_stream("demo").await.unwrap().cached_info().config.clone();
        context.delete_stream("demo").await.unwrap();
        context.create_stream(config).await.unwrap();
    });
    let answers = publish_to_the_end(&node, "x");
    assert!(answers.iter().all(|(status, _)| *status == 503), "{answers:?}");
    let (status, said) = node.ended();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("the stream `demo` was made anew"), "{said}");
}
