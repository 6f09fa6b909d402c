//! Proxies that send a client to any node.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::harness::{Server, Stream, client, wait_for};
use crate::nats::{Nats, free_port};

struct Proxy {
    process: Child,
    address: SocketAddr,
    _directory: TempDir,
}

impl Proxy {
    /// As in the configuration that people are told to copy, but for the addresses.
    fn start(program: &str, nodes: &[&Server; 3]) -> Self {
        let (name, text) = match program {
            "nginx" => ("nginx.conf", include_str!("../../cluster/nginx.conf")),
            _ => ("haproxy.cfg", include_str!("../../cluster/haproxy.cfg")),
        };
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut text = text.replace("error_log stderr", "error_log error.log");
        let nodes = nodes.map(|node| node.address().to_string());
        let named = ["127.0.0.1:3001", "127.0.0.1:3002", "127.0.0.1:3003"];
        for (from, to) in named.into_iter().zip(nodes).chain([("127.0.0.1:8080", address.to_string())]) {
            assert!(text.contains(from), "{from}: {text}");
            text = text.replace(from, &to);
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
        wait_for(program, || {
            assert!(process.try_wait().unwrap().is_none(), "{program} has ended");
            client()
                .build()
                .unwrap()
                .get(format!("http://{address}/ready"))
                .send()
                .ok()
                .filter(|answer| answer.status() == 200)
        });
        Self { process, address, _directory: directory }
    }

    fn resume(&self, id: &str) -> Stream {
        Stream::new(
            client().build().unwrap().get(format!("http://{}/events", self.address)).header("last-event-id", id),
        )
    }

    fn publish(&self, data: &str, key: &str) -> Option<String> {
        let body = serde_json::json!({ "data": data });
        let request = client().build().unwrap().post(format!("http://{}/publish", self.address));
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

/// Clients come back to whichever node there is, while nodes are killed and started, and have all of it once.
fn nothing_is_lost_or_doubled_behind(program: &str) {
    const EVENTS: u32 = 90;
    let nats = Nats::start();
    let start = |port: u16| nats.node(&["--addr", &format!("127.0.0.1:{port}"), "--retry", "50"]);
    let mut nodes = [(); 3].map(|()| start(free_port()));
    let proxy = Proxy::start(program, &nodes.each_ref());
    let first = nodes[0].publish("0");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let (mut id, mut expected) = (first.clone(), 1);
                while expected <= EVENTS {
                    let stream = Stream::try_new(
                        client()
                            .build()
                            .unwrap()
                            .get(format!("http://{}/events", proxy.address))
                            .header("last-event-id", &id),
                    );
                    let Ok(mut stream) = stream else { continue };
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
                // By SIGKILL, or as in a deployment.
                node.signal(if number % 30 == 0 { "-TERM" } else { "-KILL" });
                node.wait();
                *node = start(port);
            }
            wait_for("publishing", || proxy.publish(&number.to_string(), &format!("key-{number}")));
        }
    });
    assert_eq!(
        proxy.resume(&first).take(EVENTS as usize),
        (1..=EVENTS).map(|number| number.to_string()).collect::<Vec<_>>()
    );
}

#[test]
fn nothing_is_lost_or_doubled_behind_nginx() {
    nothing_is_lost_or_doubled_behind("nginx");
}

#[test]
fn nothing_is_lost_or_doubled_behind_haproxy() {
    nothing_is_lost_or_doubled_behind("haproxy");
}
