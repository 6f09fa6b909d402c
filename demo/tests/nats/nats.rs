//! NATS as a process of the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::harness::{Server, wait_for};

pub(crate) struct Nats {
    process: Option<Child>,
    pub(crate) port: u16,
    configuration: String,
    directory: TempDir,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Nats {
    pub(crate) fn start() -> Self {
        let mut nats = Self::prepared("");
        nats.run();
        nats
    }

    /// With a configuration, and not running yet.
    pub(crate) fn prepared(configuration: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let (port, store) = (free_port(), directory.path().display());
        let configuration =
            format!("listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{store}\" }}\n{configuration}");
        Self { process: None, port, configuration, directory }
    }

    pub(crate) fn run(&mut self) {
        let path = self.directory.path().join("nats.conf");
        fs::write(&path, &self.configuration).unwrap();
        let mut command = Command::new("nats-server");
        let process = command.arg("-c").arg(path).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.process =
            Some(process.unwrap_or_else(|error| panic!("nats-server: {error}; `.ci/run cluster` installs it")));
        wait_for("NATS", || TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    /// By SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A server that has its log here.
    pub(crate) fn node(&self, args: &[&str]) -> Server {
        Server::start(&[&["--log", &self.url()], args].concat())
    }

    /// Runs what a client of NATS does.
    pub(crate) fn client<T>(&self, run: impl AsyncFnOnce(async_nats::jetstream::Context) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(self.url()).await.unwrap();
            run(async_nats::jetstream::new(client)).await
        })
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}
