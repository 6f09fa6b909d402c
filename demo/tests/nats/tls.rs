//! NATS that others can reach: TLS and a password.

use std::fs;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::harness::{Server, output};
use crate::nats::Nats;

#[test]
fn tls_and_a_password() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let directory = TempDir::new().unwrap();
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| directory.path().join(name).display().to_string());
    fs::write(&certificate, cert.pem()).unwrap();
    fs::write(&key, signing_key.serialize_pem()).unwrap();
    let tls = format!("tls {{ cert_file: \"{certificate}\", key_file: \"{key}\" }}");
    // Only what README.md names.
    let may = "permissions: { publish: [\"demo\", \"$JS.API.>\"], subscribe: \"_INBOX.>\" }";
    let users = format!("authorization {{ users: [{{ user: node, password: \"p@ss\", {may} }}] }}");
    let mut nats = Nats::prepared(&format!("{tls}\n{users}"));
    nats.run();
    let url = format!("tls://node:p%40ss@127.0.0.1:{}", nats.port);

    let node = Server::start(&["--log", &url, "--log-ca", &certificate]);
    let mut stream = node.stream("/events");
    let id = node.publish("1");
    assert_eq!(stream.next().id, id);

    // Untrusted.
    let refused = output(&["--addr", "127.0.0.1:0", "--log", &url]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.contains("certificate") && !error.contains("p@ss") && !error.contains("p%40ss"), "{error}");
}
