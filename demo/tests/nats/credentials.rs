//! How a node authenticates to NATS: with a token, or with a file of credentials.

use std::fs;

use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Server;
use crate::nats::Nats;
use crate::refusals::assert_refuses;

#[test]
fn a_token() {
    let mut nats = Nats::prepared("authorization { token: \"t@ken\" }");
    nats.run();
    let host = format!("127.0.0.1:{}", nats.port);
    assert_refuses(&["--log", &format!("nats://secret@{host}")], &[&host, "authorization violation"]);
    let node = Server::start(&["--log", &format!("nats://t%40ken@{host}")]);
    let mut stream = node.stream("/events");
    assert_eq!(node.publish("1"), stream.next().id);
}

/// A claim about a key, signed (ADR-14 of NATS).
fn jwt(issuer: &KeyPair, subject: &KeyPair, claim: &Value) -> String {
    let (issuer_key, subject) = (issuer.public_key(), subject.public_key());
    let claims = json!({ "jti": subject, "iat": 1, "iss": issuer_key, "sub": subject, "name": "test", "nats": claim });
    let encode = |part: &[u8]| BASE64URL_NOPAD.encode(part);
    let header = br#"{"typ":"JWT","alg":"ed25519-nkey"}"#;
    let signed = format!("{}.{}", encode(header), encode(claims.to_string().as_bytes()));
    let signature = encode(&issuer.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

#[test]
fn a_file_with_credentials() {
    let (operator, user) = (KeyPair::new_operator(), KeyPair::new_user());
    let [system, account, stranger] = [(); 3].map(|()| KeyPair::new_account());
    let limits = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
        "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1,
    });
    let accounts = [(&system, json!({})), (&account, limits)].map(|(account, limits)| {
        let claim = json!({ "type": "account", "version": 2, "limits": limits });
        format!("{}: {}", account.public_key(), jwt(&operator, account, &claim))
    });
    let mut nats = Nats::prepared(&format!(
        "operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n{}\n}}",
        jwt(&operator, &operator, &json!({ "type": "operator", "version": 2 })),
        system.public_key(),
        accounts.join("\n"),
    ));
    nats.run();

    let directory = TempDir::new().unwrap();
    let file = |name: &str, issuer: &KeyPair| {
        let claim = json!({ "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1 });
        let (jwt, seed) = (jwt(issuer, &user, &claim), user.seed().unwrap());
        let path = directory.path().join(name).display().to_string();
        let text = format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        );
        fs::write(&path, text).unwrap();
        path
    };
    let (right, wrong) = (file("right.creds", &account), file("wrong.creds", &stranger));
    let node = Server::start(&["--log", &nats.url(), "--log-creds", &right]);
    let mut stream = node.stream("/events");
    assert_eq!(node.publish("1"), stream.next().id);

    let host = format!("127.0.0.1:{}", nats.port);
    assert_refuses(&["--log", &nats.url()], &[&host, "authorization violation"]);
    assert_refuses(&["--log", &nats.url(), "--log-creds", &wrong], &[&host, "authorization violation"]);
    fs::write(&wrong, "no credentials").unwrap();
    assert_refuses(&["--log", &nats.url(), "--log-creds", &wrong], &[&wrong]);
}
