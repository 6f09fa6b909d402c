//! A server that is restarted.

use tempfile::TempDir;

use crate::harness::{Server, assert_refuses};

fn log_file(dir: &TempDir) -> String {
    dir.path().join("events.jsonl").to_str().unwrap().to_owned()
}

#[test]
fn without_a_file_ids_of_another_run_are_reset() {
    let server = Server::start(&[]);
    let id = server.publish("1");
    drop(server);
    let server = Server::start(&[]);
    server.publish("2");
    assert_eq!(server.resume(&id).next().name, "reset");
}

#[test]
fn with_a_file_clients_resume_however_the_server_ended() {
    let dir = TempDir::new().unwrap();
    let path = log_file(&dir);
    let args = ["--log-file", path.as_str()];
    let server = Server::start(&args);
    let id = server.publish("1");
    server.publish_as("message", "zwei\nlines \"€\"");
    drop(server); // by SIGKILL

    let server = Server::start(&args);
    let mut stream = server.resume(&id);
    let event = stream.next();
    assert_eq!((event.name.as_str(), event.data.as_str()), ("message", "zwei\nlines \"€\""));
    let third = server.publish("3");
    assert_eq!(stream.next().id, third);
    server.end(true);

    let server = Server::start(&args);
    let fourth = server.publish("4");
    assert_eq!(server.resume(&id).take(3), ["zwei\nlines \"€\"", "3", "4"]);
    assert_ne!(third, fourth);
}

#[test]
fn sources_go_on_counting() {
    let dir = TempDir::new().unwrap();
    let path = log_file(&dir);
    let args = ["--log-file", path.as_str()];
    let number = |server: &Server| {
        let event = server.stream("/events?only=metric").next();
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        (event.id, data["number"].as_u64().unwrap())
    };
    let (id, first) = number(&Server::with_sources(&args));
    let server = Server::with_sources(&args);
    let mut stream = server.stream(&format!("/events?only=metric&last-event-id={id}"));
    for expected in first + 1..first + 3 {
        let event = stream.next();
        assert!(event.data.contains(&format!("\"number\":{expected},")), "{expected}: {event:?}");
    }
}

#[test]
fn a_log_of_nothing_is_refused() {
    for flag in ["--log-events", "--log-bytes", "--log-age", "--queue", "--max-clients"] {
        assert_refuses(&[flag, "0"], &[flag, "0"]);
    }
}
