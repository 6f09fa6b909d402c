//! Who may publish, and what pages of other origins may do.

use std::io::{BufRead as _, BufReader};

use reqwest::blocking::Response;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{Server, assert_refuses, client, send};

fn publish(server: &Server, headers: &[(&str, &str)]) -> StatusCode {
    let request = server.post("/publish").json(&json!({ "data": "x" }));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().unwrap().status()
}

#[test]
fn others_than_this_machine_need_a_token() {
    assert_refuses(&["--addr", "0.0.0.0:0"], &["0.0.0.0:0", "--token", "DEMO_TOKEN"]);
    assert_refuses(&["--addr", "[::]:0"], &["[::]:0", "--token"]);
    assert_refuses(&["--addr", "0.0.0.0:0", "--token", " "], &["the token is empty"]);

    let server = Server::start(&["--addr", "0.0.0.0:0", "--token", "secret"]);
    assert_eq!(publish(&server, &[]), 401);
    for wrong in ["secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret", "Bearer  secret"] {
        assert_eq!(publish(&server, &[("authorization", wrong)]), 401, "{wrong}");
    }
    assert_eq!(publish(&server, &[("authorization", "Bearer secret")]), 200);
    assert_eq!(publish(&server, &[("authorization", "bearer secret")]), 200);
    assert_eq!(server.stats()["published"], 2);
    // Anyone who can connect may read.
    assert_eq!(server.get("/events").send().unwrap().status(), 200);
}

#[test]
fn a_token_counts_on_loopback_too_if_there_is_one() {
    let server = Server::start(&["--token", "secret"]);
    assert_eq!(publish(&server, &[]), 401);
    assert_eq!(publish(&server, &[("authorization", "Bearer secret")]), 200);
}

#[test]
fn pages_of_other_origins_cannot_publish_or_cut_or_open_a_websocket() {
    let server = Server::start(&["--allow-origin", "https://friend.example"]);
    for (origin, status) in [
        (server.url.as_str(), 200),
        ("https://friend.example", 200),
        ("https://evil.example", 403),
        ("http://friend.example", 403),
        ("https://friend.example:8443", 403),
        ("http://127.0.0.1:1", 403),
        ("null", 403),
    ] {
        assert_eq!(publish(&server, &[("origin", origin)]), status, "{origin}");
        let cut = server.post("/cut").json(&json!({ "client": "x" })).header("origin", origin).send().unwrap();
        assert_eq!(cut.status(), status, "{origin}");
        let upgrade = if status == 200 { 101 } else { status };
        assert_eq!(websocket(&server, origin).status(), upgrade, "{origin}");
    }
}

/// The check belongs to the route, in any spelling of its path.
#[test]
fn no_other_spelling_of_a_path_gets_round_the_check_of_origins() {
    let server = Server::start(&[]);
    for path in
        ["/publish", "/publish/", "//publish", "/./publish", "/%70ublish", "/PUBLISH", "/publish?", "/publish?x=/stats"]
    {
        let (host, body) = (server.address(), r#"{"data":"x"}"#);
        let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: https://evil.example\r\n");
        let length = body.len();
        let request = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
        let socket = send(host, &request);
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 403 ") || line.starts_with("HTTP/1.1 404 "), "{path}: {line}");
    }
    assert_eq!(server.stats()["published"], 0);
}

fn websocket(server: &Server, origin: &str) -> Response {
    server
        .get("/ws")
        .header("origin", origin)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .unwrap()
}

/// DNS rebinding: a page whose own name leads to loopback.
#[test]
fn names_that_are_not_of_this_machine_are_refused_on_loopback() {
    let server = Server::start(&["--allow-origin", "https://friend.example"]);
    let port = server.port();
    for (host, status) in [
        ("localhost", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("127.8.9.10", 200),
        ("[::1]", 200),
        ("friend.example", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("10.0.0.1", 403),
    ] {
        for path in ["/", "/events", "/stats"] {
            let response = server.get(path).header("host", format!("{host}:{port}")).send().unwrap();
            assert_eq!(response.status(), status, "{host}");
        }
    }
}

/// RFC 9112, section 3.2. An unreadable name must not count as no name.
#[test]
fn a_host_that_is_missing_or_doubled_or_no_host_is_refused_on_loopback() {
    let server = Server::start(&[]);
    let own = format!("host: {}\r\n", server.address());
    for (version, headers, status) in [
        ("1.1", own.as_str(), 200),
        ("1.0", &own, 200),
        ("1.1", "", 400),
        ("1.0", "", 400),
        ("1.1", &format!("{own}{own}"), 400),
        ("1.1", "host: \r\n", 400),
        ("1.1", "host: a{b.evil.example\r\n", 400),
        ("1.1", "host: a`b.evil.example\r\n", 400),
        ("1.1", "host: a%2Ab.evil.example\r\n", 400),
        ("1.1", "host: evil.example/\r\n", 400),
        ("1.1", "host: \u{e9}.example\r\n", 400),
        ("1.1", "host: evil.example@localhost\r\n", 400),
        ("1.1", "host: evil.example\r\n", 403),
    ] {
        // The stream, which reads its own request, and a path that hyper reads.
        for path in ["/events", "/stats"] {
            let socket = send(server.address(), &format!("GET {path} HTTP/{version}\r\n{headers}\r\n"));
            let mut line = String::new();
            BufReader::new(socket).read_line(&mut line).unwrap();
            assert_eq!(line.split(' ').nth(1), Some(&*status.to_string()), "{path} {version} {headers:?}: {line}");
        }
    }
}

#[test]
fn pages_of_the_listed_origins_may_read_without_credentials() {
    let server = Server::start(&["--allow-origin", "https://a.example", "--allow-origin", "http://b.example:8080"]);
    let allowed = |origin: &str| {
        let response = server.get("/events").header("origin", origin).send().unwrap();
        assert!(!response.headers().contains_key("access-control-allow-credentials"));
        response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(allowed("https://a.example").as_deref(), Some("https://a.example"));
    assert_eq!(allowed("http://b.example:8080").as_deref(), Some("http://b.example:8080"));
    for other in ["https://b.example:8080", "http://a.example", "https://evil.example", "null"] {
        assert_eq!(allowed(other), None, "{other}");
    }
}

#[test]
fn a_preflight_lets_the_listed_origins_publish() {
    let server = Server::start(&["--allow-origin", "https://a.example"]);
    let preflight = |origin: &str| {
        let url = format!("{}/publish", server.url);
        let request = client().build().unwrap().request(Method::OPTIONS, url).header("origin", origin);
        request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type, idempotency-key")
            .send()
            .unwrap()
    };
    let response = preflight("https://a.example");
    assert_eq!(response.headers()["access-control-allow-origin"], "https://a.example");
    for header in ["authorization", "content-type", "idempotency-key"] {
        assert!(response.headers()["access-control-allow-headers"].to_str().unwrap().contains(header), "{header}");
    }
    assert!(!preflight("https://evil.example").headers().contains_key("access-control-allow-origin"));
}

#[test]
fn what_is_no_origin_is_refused() {
    for wrong in ["*", "null", "a.example", "https://a.example/", "https://a.example/path", "https://", "https://a b"] {
        assert_refuses(&["--allow-origin", wrong], &[wrong, "SCHEME://HOST"]);
    }
}
