//! `demo listen` over TLS: a self-signed certificate must be trusted first.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

#[test]
fn trusts_the_given_certificate_and_no_other() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(own.cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        let config = Arc::new(config);
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: safe\n\n");
            }
        }
    });
    let listen = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
        command.args(["listen", &url, "--max-retries", "0", "--max-events", "1"]).args(args).output().unwrap()
    };

    let trusted = listen(&["--cacert", file.path().to_str().unwrap()]);
    let (out, err) = (String::from_utf8(trusted.stdout).unwrap(), String::from_utf8(trusted.stderr).unwrap());
    assert_eq!((trusted.status.code(), out.as_str()), (Some(0), "message safe\n"), "{err}");

    let unknown = listen(&[]);
    let err = String::from_utf8(unknown.stderr).unwrap();
    assert_eq!(unknown.status.code(), Some(5), "{err}");
    assert!(err.to_lowercase().contains("certificate"), "{err}");
}
