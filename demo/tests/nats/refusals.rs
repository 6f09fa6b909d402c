//! When a node refuses to start: one line, exit status 1, and nothing changed in the cluster.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use async_nats::jetstream::stream::{Config, DiscardPolicy, Source, StorageType};

use crate::harness::output;
use crate::nats::Nats;

#[track_caller]
pub(crate) fn assert_refuses(args: &[&str], parts: &[&str]) {
    let output = output(&[&["--addr", "127.0.0.1:0"], args].concat());
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{args:?}: {error}");
    for part in parts {
        assert!(error.contains(part), "{args:?}: {error:?} does not say {part:?}");
    }
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn a_wrong_url() {
    for url in [
        "http://127.0.0.1:4222",
        "nats://",
        "127.0.0.1:x",
        "nats://user:secret@:4222",
        "nats://127.0.0.1:1,ftp://x",
        "",
    ] {
        assert_refuses(&["--log", url], &["--log: ", "expected"]);
    }
}

#[test]
fn wrong_credentials() {
    let mut nats = Nats::prepared("authorization { user: somebody, password: right }");
    nats.run();
    let host = format!("127.0.0.1:{}", nats.port);
    for url in [nats.url(), format!("nats://somebody:secret@{host}")] {
        assert_refuses(&["--log", &url], &[&host, "authorization violation"]);
    }
    assert_refuses(&["--log", &nats.url(), "--log-creds", "/nowhere/x.creds"], &["/nowhere/x.creds", "No such file"]);
    let _node = crate::harness::Server::start(&["--log", &format!("nats://somebody:right@{host}")]);
}

/// NATS never answers what is not allowed.
#[test]
fn missing_permissions() {
    for (publish, subscribe, says) in [
        ("[demo, \"$JS.API.>\"]", "nothing", "Permissions Violation for Subscription to \"_INBOX."),
        ("[demo]", "\"_INBOX.>\"", "Permissions Violation for Publish to \"$JS.API.STREAM.INFO.demo\""),
        (
            "[demo, \"$JS.API.STREAM.>\"]",
            "\"_INBOX.>\"",
            "Permissions Violation for Publish to \"$JS.API.CONSUMER.CREATE.demo\"",
        ),
    ] {
        let permissions = format!("permissions: {{ publish: {publish}, subscribe: {subscribe} }}");
        let users = format!("authorization {{ users: [{{ user: node, password: secret, {permissions} }}] }}");
        let mut nats = Nats::prepared(&users);
        nats.run();
        let host = format!("127.0.0.1:{}", nats.port);
        assert_refuses(&["--log", &format!("nats://node:secret@{host}")], &[&host, says]);
    }
}

#[test]
fn a_stream_of_another_shape() {
    let nats = Nats::start();
    let fine = || Config {
        name: "demo".into(),
        subjects: vec!["demo".into()],
        max_messages: 10_000,
        max_bytes: 64 << 20,
        max_age: std::time::Duration::from_secs(3600),
        storage: StorageType::File,
        num_replicas: 1,
        allow_direct: true,
        duplicate_window: std::time::Duration::from_secs(3600),
        ..Config::default()
    };
    for (shape, says) in [
        (
            Config { subjects: vec!["demo".into(), "x".into()], ..fine() },
            "subjects [\"demo\",\"x\"], expected [\"demo\"]",
        ),
        (Config { max_messages: 5, ..fine() }, "max_msgs 5, expected 10000"),
        (Config { max_bytes: -1, ..fine() }, "max_bytes -1, expected 67108864"),
        (Config { max_messages_per_subject: 3, ..fine() }, "max_msgs_per_subject 3, expected -1"),
        (Config { discard: DiscardPolicy::New, ..fine() }, "discard \"new\", expected \"old\""),
        (Config { storage: StorageType::Memory, ..fine() }, "storage \"memory\", expected \"file\""),
        (Config { allow_direct: false, ..fine() }, "allow_direct false, expected true"),
        (
            Config { duplicate_window: std::time::Duration::from_secs(1), ..fine() },
            "duplicate_window 1s, expected 3600s",
        ),
        (Config { max_message_size: 100, ..fine() }, "max_msg_size 100, expected -1"),
        (Config { no_ack: true, ..fine() }, "no_ack true, expected false"),
        (
            Config { sources: Some(vec![Source { name: "y".into(), ..Source::default() }]), ..fine() },
            "sources [{\"name\":\"y\"}], expected none",
        ),
    ] {
        nats.client(async |context| {
            // The previous one may still be on disk.
            let before = loop {
                if let Ok(stream) = context.create_stream(&shape).await {
                    break stream.cached_info().clone();
                }
            };
            assert_refuses(&["--log", &nats.url()], &["the stream `demo` has", says]);
            let after = context.get_stream("demo").await.unwrap().cached_info().clone();
            assert_eq!(
                (before.config, before.created, before.state.last_sequence),
                (after.config, after.created, after.state.last_sequence)
            );
            context.delete_stream("demo").await.unwrap();
        });
    }
    let _node = nats.node(&[]);
    assert_refuses(
        &["--log", &nats.url(), "--log-replicas", "3"],
        &["the stream `demo` has num_replicas 1, expected 3"],
    );
    assert_refuses(
        &["--log", &nats.url(), "--log-stream", "other", "--log-replicas", "3"],
        &["replicas > 1 not supported"],
    );
    assert_refuses(&["--log", &nats.url(), "--log-stream", "a.b"], &["`a.b`"]);
    let names = nats.client(async |context| {
        futures_util::TryStreamExt::try_collect::<Vec<String>>(context.stream_names()).await.unwrap()
    });
    assert_eq!(names, ["demo"]);
}

/// As NATS 2.9 of Debian 12 introduces itself.
#[test]
fn an_older_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let serve = move || {
        let (mut socket, _) = listener.accept().unwrap();
        let info = r#"{"server_id":"x","server_name":"x","version":"2.9.10","proto":1,"host":"127.0.0.1","port":1,"headers":true,"max_payload":1048576,"jetstream":true}"#;
        write!(socket, "INFO {info}\r\n").unwrap();
        for line in BufReader::new(socket.try_clone().unwrap()).lines() {
            match line.as_deref() {
                Ok("PING") => socket.write_all(b"PONG\r\n").unwrap(),
                Ok(line) => assert!(!line.starts_with("PUB"), "{line}"),
                Err(_) => return,
            }
        }
    };
    let serving = std::thread::spawn(serve);
    assert_refuses(&["--log", &url], &["version 2.9.10, expected 2.11 or later"]);
    serving.join().unwrap();
}
