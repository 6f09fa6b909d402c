//! https, and HTTP/2 over it.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::{Certificate, Version};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tempfile::TempDir;

use crate::harness::{BOUND, Server, Stream, assert_refuses, client, wait_for};

struct Files {
    _dir: TempDir,
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let dir = TempDir::new().unwrap();
        let files = Self { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem"), _dir: dir };
        fs::write(&files.cert, cert.pem()).unwrap();
        fs::write(&files.key, signing_key.serialize_pem()).unwrap();
        files
    }

    fn args(&self) -> [&str; 4] {
        ["--tls-cert", self.cert.to_str().unwrap(), "--tls-key", self.key.to_str().unwrap()]
    }

    fn client(&self, configure: impl Fn(ClientBuilder) -> ClientBuilder) -> Client {
        let certificate = Certificate::from_pem(&fs::read(&self.cert).unwrap()).unwrap();
        configure(client().tls_certs_only([certificate])).build().unwrap()
    }

    fn config(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.cert).unwrap()).unwrap();
        ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
    }

    fn server(&self, configure: impl Fn(ClientBuilder) -> ClientBuilder) -> Server {
        Server::with_client(&[&["--no-sources"][..], &self.args()].concat(), self.client(configure))
    }
}

#[test]
fn streams_over_http_2_and_over_http_1() {
    let files = Files::new();
    for (configure, version) in [
        ((|client| client) as fn(ClientBuilder) -> ClientBuilder, Version::HTTP_2),
        (ClientBuilder::http1_only, Version::HTTP_11),
    ] {
        let server = files.server(configure);
        assert!(server.url.starts_with("https://"));
        assert_eq!(server.get("/events").send().unwrap().version(), version);
        let mut streams: Vec<_> = (0..10).map(|_| server.stream("/events")).collect();
        let id = server.publish("1");
        server.publish("2");
        for stream in &mut streams {
            assert_eq!(stream.take(2), ["1", "2"]);
        }
        assert_eq!(server.resume(&id).next().data, "2");
        // HTTP/2 uses one connection; over HTTP/1.1 browsers open at most six.
        let connections = server.stats()["connections"].as_u64().unwrap();
        assert!(if version == Version::HTTP_2 { connections == 1 } else { connections > 10 }, "{connections}");
        drop(streams);
        server.wait_for("no client", |stats| stats["clients"]["sse"] == 0);
    }
}

/// With any protocol that they announced.
#[test]
fn peers_that_say_nothing_after_the_handshake_are_closed() {
    let files = Files::new();
    let server = Server::start(&[&["--patience", "1"], &files.args()[..]].concat());
    for (protocol, said) in [("h2", &b""[..]), ("h2", b"PRI * HTTP/2.0\r\n"), ("http/1.1", b"")] {
        let mut config = files.config();
        config.alpn_protocols = vec![protocol.into()];
        let mut tls = ClientConnection::new(Arc::new(config), "127.0.0.1".try_into().unwrap()).unwrap();
        let mut socket = TcpStream::connect(server.address()).unwrap();
        socket.set_read_timeout(Some(BOUND)).unwrap();
        let mut tls = rustls::Stream::new(&mut tls, &mut socket);
        tls.write_all(said).unwrap();
        tls.flush().unwrap();
        let ended = tls.read_to_end(&mut Vec::new());
        assert!(!ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "{protocol} is not closed");
        assert_eq!(tls.conn.alpn_protocol(), Some(protocol.as_bytes()));
    }
}

/// A peer that answers everything in HTTP/2, and requests nothing.
#[test]
fn a_peer_that_never_sends_a_request_is_closed() {
    const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0";
    let files = Files::new();
    let server = Server::start(&[&["--patience", "1"], &files.args()[..]].concat());
    let mut config = files.config();
    config.alpn_protocols = vec![b"h2".into()];
    let mut tls = ClientConnection::new(Arc::new(config), "127.0.0.1".try_into().unwrap()).unwrap();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut tls = rustls::Stream::new(&mut tls, &mut socket);
    tls.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\0\x04\x01\0\0\0\0").unwrap();
    let mut came = Vec::new();
    wait_for("the end", || {
        let sent = tls.write_all(&[PING, b"12345678"].concat());
        let mut bytes = [0; 1024];
        match tls.read(&mut bytes) {
            Ok(0) => return Some(()),
            Ok(len) => came.extend_from_slice(&bytes[..len]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return Some(()),
        }
        while came.len() >= 9 && came.len() >= 9 + usize::from(came[2]) {
            let frame: Vec<u8> = came.drain(..9 + usize::from(came[2])).collect();
            if frame.starts_with(&PING[..5]) {
                let _ = tls.write_all(&[&PING[..4], b"\x01", &frame[5..]].concat());
            }
        }
        sent.is_err().then_some(())
    });
}

#[test]
fn a_cut_takes_one_stream_of_many() {
    let files = Files::new();
    let server = files.server(|client| client);
    let mut one = server.stream("/events?client=one");
    let mut other = server.stream("/events?client=other");
    server.post("/cut").json(&serde_json::json!({ "client": "one" })).send().unwrap().error_for_status().unwrap();
    assert!(!one.ends_properly());
    server.publish("x");
    assert_eq!(other.next().data, "x");
}

#[test]
fn stops_over_http_2_too() {
    let files = Files::new();
    let server = files.server(|client| client);
    let mut stream = Stream::new(server.get("/events"));
    server.signal("-TERM");
    assert!(stream.ends_properly());
    server.stopped();
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_name() {
    let (files, others) = (Files::new(), Files::new());
    let (cert, key) = (files.cert.to_str().unwrap(), files.key.to_str().unwrap());
    let garbage = files.cert.with_file_name("garbage.pem");
    fs::write(&garbage, "-----BEGIN CERTIFICATE-----\nhello\n").unwrap();
    let garbage = garbage.to_str().unwrap();
    let empty = files.cert.with_file_name("empty.pem");
    fs::write(&empty, "").unwrap();
    let empty = empty.to_str().unwrap();
    for (cert, key, parts) in [
        ("/nowhere/cert.pem", key, ["/nowhere/cert.pem", "No such file"]),
        (cert, "/nowhere/key.pem", ["/nowhere/key.pem: I/O error", "No such file"]),
        (empty, key, [empty, "no certificate"]),
        (key, key, [key, "no certificate"]),
        (cert, cert, [cert, "no private key in PEM format"]),
        (garbage, key, [garbage, "missing section end"]),
        (cert, others.key.to_str().unwrap(), [cert, "KeyMismatch"]),
    ] {
        assert_refuses(&["--addr", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key], &parts);
    }
    assert_refuses(&["--tls-cert", cert], &["--tls-key"]);
}
