//! NATS is away.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::blocking::Response;

use crate::harness::{Server, client, wait_for};
use crate::nats::{Nats, free_port};

fn metric(server: &Server, name: &str) -> String {
    let text = server.get("/metrics").send().unwrap().text().unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.trim().to_owned()
}

#[test]
fn clients_stay_publishing_is_503_and_then_all_goes_on() {
    let mut nats = Nats::start();
    let node = nats.node(&["--keep-alive", "1", "--node", "left"]);
    let mut stream = node.stream("/events");
    let id = node.publish("1");
    assert_eq!(stream.next().data, "1");
    assert_eq!((node.stats()["node"].as_str(), node.stats()["nats"]["behind"].as_u64()), (Some("left"), Some(0)));
    assert_eq!(metric(&node, "demo_node{node=\"left\"}"), "1");
    assert_eq!((metric(&node, "demo_nats_connected "), metric(&node, "demo_nats_behind ")), ("1".into(), "0".into()));

    nats.kill();
    node.wait_for("the loss", |stats| stats["nats"]["connected"] == false);
    assert_eq!(metric(&node, "demo_nats_connected "), "0");
    let refused = node.post("/publish").json(&serde_json::json!({ "data": "x" })).send().unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let error = refused.text().unwrap();
    assert!(error.contains("NATS is away"), "{error}");
    // The server is up, and has what it had.
    for _ in 0..2 {
        wait_for("a keep-alive", || Some(stream.frame()).filter(|frame| frame == "comment "));
    }
    assert_eq!(node.get("/ready").send().unwrap().status(), 200);
    let mut resumed = node.resume(&id);
    // Only NATS knows whether there is such an event.
    let (epoch, _) = id.split_once('-').unwrap();
    let unknown = node.get("/events").header("last-event-id", format!("{epoch}-7")).send().unwrap();
    assert_eq!(unknown.status(), 503);

    nats.run();
    node.wait_for("NATS", |stats| stats["nats"]["connected"] == true);
    let second = wait_for("publishing", || Some(node.try_publish("2")).filter(|(status, _)| *status == 200));
    for stream in [&mut stream, &mut resumed] {
        let event = stream.next();
        assert_eq!((event.data.as_str(), event.id.as_str()), ("2", second.1["id"].as_str().unwrap()));
    }
    assert_eq!(node.stats()["clients"]["sse"], 2);
}

struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_start_without_nats_waits_says_so_and_is_ready_only_then() {
    let mut nats = Nats::prepared("");
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["serve", "--no-sources", "--addr", &address, "--log", &nats.url()]);
    let mut waiting = Waiting(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let get = |path: &str| -> Option<Response> {
        client().build().unwrap().get(format!("http://{address}{path}")).send().ok()
    };
    wait_for("the server", || get("/ready").filter(|answer| answer.status() == 503));
    for path in ["/events", "/ready"] {
        let answer = get(path).unwrap();
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.headers().contains_key("retry-after"));
    }
    assert_eq!(get("/stats").unwrap().json::<serde_json::Value>().unwrap()["log"], serde_json::Value::Null);

    let mut says = BufReader::new(waiting.0.stderr.take().unwrap()).lines();
    let said = says.next().unwrap().unwrap();
    assert!(said.starts_with("waiting for NATS at 127.0.0.1:"), "{said}");
    nats.run();
    wait_for("readiness", || get("/ready").filter(|answer| answer.status() == 200));
    assert_eq!(get("/events").unwrap().status(), 200);
    waiting.0.kill().unwrap();
    assert!(!says.any(|line| line.unwrap() == said), "said again");
}

/// A reset costs a client what it shows.
#[test]
fn a_node_that_comes_back_late_has_all_that_happened_meanwhile() {
    let mut nats = Nats::start();
    let (node, other) = (nats.node(&[]), nats.node(&[]));
    let mut stream = node.stream("/events");
    node.publish("0");
    for round in 1..=3 {
        nats.kill();
        node.wait_for("the loss", |stats| stats["nats"]["connected"] == false);
        nats.run();
        wait_for("publishing", || Some(other.try_publish(&round.to_string())).filter(|(status, _)| *status == 200));
    }
    assert_eq!(stream.take(4), ["0", "1", "2", "3"]);
}
