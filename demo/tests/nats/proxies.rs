//! Proxies that send a client to any node.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use rcgen::{CertifiedKey, generate_simple_self_signed};

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Certificate, Version};
use tempfile::TempDir;

use crate::harness::{Server, Stream, client, wait_for};
use crate::nats::{Nats, free_port};

/// A certificate for proxy and nodes, and a client that trusts it.
struct Tls {
    directory: TempDir,
    client: Client,
}

impl Tls {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned(), "node.example".to_owned()]).unwrap();
        let directory = TempDir::new().unwrap();
        let (cert, key) = (cert.pem(), signing_key.serialize_pem());
        for (name, text) in [("cert.pem", cert.clone()), ("key.pem", key.clone()), ("both.pem", cert.clone() + &key)] {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let trusted = Certificate::from_pem(cert.as_bytes()).unwrap();
        Self { directory, client: client().tls_certs_only([trusted]).build().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }
}

struct Proxy {
    process: Child,
    url: String,
    client: Client,
    _directory: TempDir,
}

impl Proxy {
    /// The configuration that README.md tells people to copy, except for addresses and paths.
    fn start(program: &str, nodes: &[&Server; 3], tls: Option<&Tls>) -> Self {
        let (name, text) = match program {
            "nginx" => ("nginx.conf", include_str!("../../cluster/nginx.conf")),
            _ => ("haproxy.cfg", include_str!("../../cluster/haproxy.cfg")),
        };
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut text = text.replace("error_log stderr", "error_log error.log");
        let mut replace = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}: {text}");
            text = text.replace(from, to);
        };
        if let Some(tls) = tls {
            replace(" #   ", " ");
            let all = match program {
                "nginx" => vec![
                    ("listen 127.0.0.1:8080;", String::new()),
                    ("listen 443", format!("listen {address}")),
                    ("http://nodes", "https://nodes".into()),
                    ("/etc/ssl/demo/proxy.pem", tls.path("cert.pem")),
                    ("/etc/ssl/demo/proxy.key", tls.path("key.pem")),
                ],
                _ => vec![
                    ("bind 127.0.0.1:8080", String::new()),
                    ("bind :443", format!("bind {address}")),
                    ("/etc/ssl/demo/proxy.pem", tls.path("both.pem")),
                ],
            };
            for (from, to) in &all {
                replace(from, to);
            }
            replace("/etc/ssl/demo/ca.pem", &tls.path("cert.pem"));
        } else {
            replace("127.0.0.1:8080", &address.to_string());
        }
        for (from, node) in ["127.0.0.1:3001", "127.0.0.1:3002", "127.0.0.1:3003"].into_iter().zip(nodes) {
            replace(from, &node.address().to_string());
        }
        let directory = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        let mut command = Command::new(program);
        match program {
            "nginx" => {
                command.arg("-p").arg(directory.path());
                command.args(["-e", "error.log", "-g", "daemon off; master_process off;", "-c"]).arg(&path)
            }
            _ => command.args(["-db", "-f"]).arg(&path),
        };
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut process = started.unwrap_or_else(|error| panic!("{program}: {error}; `.ci/run cluster` installs it"));
        let client = tls.map_or_else(|| client().build().unwrap(), |tls| tls.client.clone());
        let url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        let answer = wait_for(program, || {
            assert!(process.try_wait().unwrap().is_none(), "{program} has ended");
            client.get(format!("{url}/ready")).send().ok().filter(|answer| answer.status() == 200)
        });
        assert_eq!(answer.version() == Version::HTTP_2, tls.is_some());
        Self { process, url, client, _directory: directory }
    }

    fn events(&self, id: &str) -> RequestBuilder {
        self.client.get(format!("{}/events", self.url)).header("last-event-id", id)
    }

    fn publish(&self, data: &str, key: &str) -> Option<String> {
        let body = serde_json::json!({ "data": data });
        let request = self.client.post(format!("{}/publish", self.url));
        let answer = request.header("idempotency-key", key).json(&body).send().ok()?;
        let answer: serde_json::Value = answer.error_for_status().ok()?.json().ok()?;
        Some(answer["id"].as_str().unwrap().to_owned())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Clients come back to any node while nodes are killed and started, and get each event once.
fn nothing_is_lost_or_doubled_behind(program: &str, tls: Option<&Tls>) {
    const EVENTS: u32 = 90;
    let nats = Nats::start();
    let start = |port: u16| {
        let (address, url) = (format!("127.0.0.1:{port}"), nats.url());
        let args = ["--no-sources", "--addr", &address, "--retry", "50", "--log", &url];
        match tls {
            None => Server::with_sources(&args),
            Some(tls) => {
                let files = [tls.path("cert.pem"), tls.path("key.pem")];
                let files = ["--tls-cert", &files[0], "--tls-key", &files[1]];
                Server::with_client(&[&args[..], &files].concat(), tls.client.clone())
            }
        }
    };
    let mut nodes = [(); 3].map(|()| start(free_port()));
    let proxy = Proxy::start(program, &nodes.each_ref(), tls);
    let first = nodes[0].publish("0");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let (mut id, mut expected) = (first.clone(), 1);
                while expected <= EVENTS {
                    let Ok(mut stream) = Stream::try_new(proxy.events(&id)) else { continue };
                    while let Ok(event) = stream.try_next() {
                        assert_eq!(event.data, expected.to_string());
                        (id, expected) = (event.id, expected + 1);
                        if expected > EVENTS {
                            return;
                        }
                    }
                }
            });
        }
        for number in 1..=EVENTS {
            if number % 15 == 0 {
                let node = &mut nodes[number as usize / 15 % 3];
                let port = node.address().port();
                // With SIGKILL, or as in a deployment.
                node.signal(if number % 30 == 0 { "-TERM" } else { "-KILL" });
                node.wait();
                *node = start(port);
            }
            wait_for("publishing", || proxy.publish(&number.to_string(), &format!("key-{number}")));
        }
    });
    assert_eq!(
        Stream::new(proxy.events(&first)).take(EVENTS as usize),
        (1..=EVENTS).map(|number| number.to_string()).collect::<Vec<_>>()
    );
}

#[test]
fn nothing_is_lost_or_doubled_behind_nginx() {
    nothing_is_lost_or_doubled_behind("nginx", None);
}

#[test]
fn nothing_is_lost_or_doubled_behind_haproxy() {
    nothing_is_lost_or_doubled_behind("haproxy", None);
}

/// From the client to the proxy over HTTP/2, and from there to the nodes.
#[test]
fn nothing_is_lost_or_doubled_behind_nginx_with_tls() {
    nothing_is_lost_or_doubled_behind("nginx", Some(&Tls::new()));
}

#[test]
fn nothing_is_lost_or_doubled_behind_haproxy_with_tls() {
    nothing_is_lost_or_doubled_behind("haproxy", Some(&Tls::new()));
}
