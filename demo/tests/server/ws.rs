//! The same feed over WebSocket.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, client};

use crate::harness::{BOUND, Server};

struct Client(WebSocket<TcpStream>);

impl Client {
    fn new(server: &Server, query: &str) -> Self {
        let socket = TcpStream::connect(server.address()).unwrap();
        socket.set_read_timeout(Some(BOUND)).unwrap();
        Self(client(format!("ws://{}/ws{query}", server.address()), socket).unwrap().0)
    }

    fn next(&mut self) -> Value {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn carries_the_same_events_with_the_same_ids() {
    let server = Server::start(&[]);
    let mut ws = Client::new(&server, "");
    let mut stream = server.stream("/events");
    for (event, data) in [("notice", "a\nb \"€\""), ("", "{}"), ("price", "")] {
        server.publish_as(event, data);
        let received = stream.next();
        assert_eq!(ws.next(), json!({ "id": received.id, "event": received.name, "data": received.data }));
    }
    assert_eq!(server.stats()["clients"], json!({ "sse": 1, "ws": 1 }));
}

#[test]
fn filters_resumes_and_resets() {
    let server = Server::start(&[]);
    let id = server.publish("1");
    server.publish_as("price", "2");
    server.publish("3");
    let mut ws = Client::new(&server, &format!("?only=price&last-event-id={id}"));
    assert_eq!(ws.next()["data"], "2");
    let last = server.publish_as("price", "4");
    assert_eq!(ws.next()["data"], "4");

    let mut ws = Client::new(&server, "?only=price&last-event-id=garbage");
    let reset = ws.next();
    assert_eq!((&reset["event"], &reset["id"]), (&json!("reset"), &json!(last)));
    server.publish_as("price", "5");
    assert_eq!(ws.next()["data"], "5");
}

#[test]
fn silence_is_broken_by_pings() {
    let server = Server::start(&["--keep-alive", "1"]);
    let mut ws = Client::new(&server, "");
    assert!(matches!(ws.0.read().unwrap(), Message::Ping(_)));
}

#[test]
fn a_close_is_answered() {
    let server = Server::start(&[]);
    let mut ws = Client::new(&server, "");
    server.wait_for("a client", |stats| stats["clients"]["ws"] == 1);
    ws.0.close(None).unwrap();
    assert!(matches!(ws.0.read().unwrap(), Message::Close(_)));
    server.wait_for("its end", |stats| stats["clients"]["ws"] == 0);
}

#[test]
fn a_server_that_stops_says_so() {
    let server = Server::start(&[]);
    let mut ws = Client::new(&server, "");
    server.wait_for("a client", |stats| stats["clients"]["ws"] == 1);
    server.signal("-TERM");
    let Message::Close(Some(frame)) = ws.0.read().unwrap() else { panic!("no close frame") };
    assert_eq!(u16::from(frame.code), 1012);
    drop(ws);
    server.stopped();
}

#[test]
fn messages_of_any_size_are_not_taken() {
    let server = Server::start(&[]);
    let mut ws = Client::new(&server, "");
    ws.0.send(Message::text("hello")).unwrap();
    server.publish("1");
    assert_eq!(ws.next()["data"], "1");
    ws.0.send(Message::text("x".repeat(100_000))).unwrap();
    server.wait_for("its end", |stats| stats["clients"]["ws"] == 0);
}
