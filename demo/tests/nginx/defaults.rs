//! With `proxy_pass` and nothing else: what goes wrong, and what the server's header prevents.
//!
//! By default nginx (1.22) speaks HTTP/1.0 to its servers, where it cannot tell whether a response is complete.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use crate::harness::{BOUND, Server};
use crate::proxy::{CONFIGURATION, Proxy, replaced};

/// `/held` with nginx's defaults, as if the server did not send `X-Accel-Buffering`; `/open` with that header.
fn proxy(server: &Server) -> Proxy {
    let locations = "server {\n\
                     location = /held { proxy_pass http://127.0.0.1:3000/events; proxy_ignore_headers X-Accel-Buffering; }\n\
                     location = /open { proxy_pass http://127.0.0.1:3000/events; }\n";
    Proxy::start(&replaced(CONFIGURATION, "server {\n", locations), server.address())
}

#[test]
fn without_the_header_events_are_held_back() {
    let server = Server::start(&[]);
    let proxy = proxy(&server);
    let mut held = TcpStream::connect(proxy.address).unwrap();
    write!(held, "GET /held HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", proxy.address).unwrap();
    let mut open = proxy.stream("/open");
    server.wait_for("both", |stats| stats["clients"]["sse"] == 2);
    for number in 0..10 {
        server.publish(&format!("number {number}"));
        assert_eq!(open.next().data, format!("number {number}"));
    }
    // The other client of the same nginx has all of them. This one does not even have a response.
    held.set_nonblocking(true).unwrap();
    assert_eq!(held.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);

    // nginx had them: they come with the end of the stream.
    held.set_nonblocking(false).unwrap();
    held.set_read_timeout(Some(BOUND)).unwrap();
    server.signal("-TERM");
    let mut text = String::new();
    held.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    for number in 0..10 {
        assert!(text.contains(&format!("data: number {number}\n")), "{text}");
    }
}

#[test]
fn with_the_header_they_are_not() {
    let server = Server::start(&[]);
    let proxy = proxy(&server);
    let mut stream = proxy.stream("/open");
    for number in 0..10 {
        let id = server.publish(&number.to_string());
        assert_eq!(stream.next().id, id);
    }
}
