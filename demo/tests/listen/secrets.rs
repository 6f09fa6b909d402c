//! Secrets for one server go to no other, and are not printed.

use crate::peer::{Answer, Peer};
use crate::{listen, run};

const SECRET: [&str; 4] = ["-H", "X-Api-Key: s3cret", "-H", "Authorization: Bearer s3cret"];

#[test]
fn headers_stay_with_the_origin_that_they_are_for() {
    let target = Peer::start([Answer::stream("id: 8\ndata: here\n\n")]);
    let peer = Peer::start([
        Answer::status("307 Temporary Redirect", "Location: /same?key=s3cret\r\n"),
        // The port is part of the origin.
        Answer::status("302 Found", &format!("Location: {}\r\n", target.url())),
    ]);
    let mut command = listen(&peer.url());
    let (code, out, err) = run(command.args(SECRET).args(["--last-event-id", "7", "--max-events", "1"]));
    assert_eq!((code, out.as_str()), (0, "message #8 here\n"), "{err}");
    for _ in 0..2 {
        let own = peer.request();
        assert!(own.contains("x-api-key: s3cret\r\n") && own.contains("authorization: Bearer s3cret\r\n"), "{own}");
    }
    let other = target.request().to_ascii_lowercase();
    assert!(!other.contains("s3cret") && !other.contains("referer"), "{other}");
    assert!(other.contains("accept: text/event-stream\r\n") && other.contains("last-event-id: 7\r\n"), "{other}");
}

/// Nor does the other server get them by redirecting the client again.
#[test]
fn a_detour_does_not_bring_headers_back() {
    let peer = Peer::start([Answer::status("204 No Content", "")]);
    let detour = Peer::start([Answer::status("307 Temporary Redirect", &format!("Location: {}\r\n", peer.url()))]);
    let start = Peer::start([Answer::status("307 Temporary Redirect", &format!("Location: {}\r\n", detour.url()))]);
    let (code, _, err) = run(listen(&start.url()).args(SECRET));
    assert_eq!(code, 0, "{err}");
    assert!(!peer.request().contains("s3cret"));
}

#[test]
fn a_redirect_keeps_a_post_or_makes_it_a_get_as_browsers_do() {
    let body = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(body.path(), "{}").unwrap();
    for (status, method, rest) in [("307 Temporary Redirect", "POST", "{}"), ("303 See Other", "GET", "")] {
        let peer = Peer::start([Answer::status(status, "Location: /there\r\n"), Answer::stream("data: 1\n\n")]);
        let (code, out, err) = run(listen(&peer.url()).args(["--post", body.path().to_str().unwrap()]));
        assert_eq!((code, out.as_str()), (0, "message 1\n"), "{err}");
        peer.request();
        let request = peer.request();
        assert!(request.starts_with(&format!("{method} /there ")), "{request}");
        assert_eq!(request.split_once("\r\n\r\n").unwrap().1, rest);
        assert_eq!(request.contains("content-type"), method == "POST", "{request}");
    }
}

#[test]
fn redirects_end_somewhere() {
    let peer = Peer::start((0..11).map(|_| Answer::status("302 Found", "Location: /again\r\n")));
    let (code, _, err) = run(listen(&peer.url()).args(["--max-retries", "0"]));
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("more than 10 redirects"), "{err}");
}

#[test]
fn no_secret_is_said() {
    let peer = Peer::start([
        Answer::status("302 Found", "Location: /there?token=s3cret#s3cret\r\n"),
        Answer::cut("retry: 100\ndata: 1\n\n"),
        Answer::raw("not HTTP"),
    ]);
    let url = format!("http://s3cret:s3cret@{}/events?key=s3cret", peer.addr);
    let (code, _, err) = run(listen(&url).args(SECRET).args(["--max-retries", "2"]));
    assert_eq!(code, 5, "{err}");
    assert!(peer.request().contains("authorization: "), "the password is used");
    assert!(err.contains(&format!("connecting to http://{}/events?…\n", peer.addr)), "{err}");
    assert!(err.contains(&format!("open: HTTP/1.1, http://{}/there?…\n", peer.addr)), "{err}");
    assert!(!err.contains("s3cret"), "{err}");

    for args in [
        &["http://[::1]/", "-H", "Authorization: Bearer s3cret\r\nX: y"][..],
        &["http://[::1]/", "-H", "Authorization Bearer s3cret"],
        &["http://user:s3cret@[::1/"],
        &["ftp://user:s3cret@localhost/"],
    ] {
        let (code, out, err) = run(std::process::Command::new(env!("CARGO_BIN_EXE_demo")).arg("listen").args(args));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with("error: ") && !err.contains("s3cret"), "{err}");
    }
}
