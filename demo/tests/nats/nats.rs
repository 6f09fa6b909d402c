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

    /// With a configuration, but not running yet.
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

    /// A copy of its data on disk. Take it while it is not running.
    pub(crate) fn backup(&self) -> TempDir {
        let copy = TempDir::new().unwrap();
        replace(&self.directory, &copy);
        copy
    }

    pub(crate) fn restore(&self, backup: &TempDir) {
        replace(backup, &self.directory);
    }

    /// Runs for a while at an address that no node knows.
    pub(crate) fn elsewhere(&mut self, run: impl FnOnce(&Self)) {
        let (port, configuration) = (self.port, self.configuration.clone());
        self.port = free_port();
        self.configuration = configuration.replace(&format!(":{port}"), &format!(":{}", self.port));
        self.run();
        run(self);
        self.kill();
        (self.port, self.configuration) = (port, configuration);
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A server whose log is here.
    pub(crate) fn node(&self, args: &[&str]) -> Server {
        Server::start(&[&["--log", &self.url()], args].concat())
    }

    /// Runs a NATS client.
    pub(crate) fn client<T>(&self, run: impl AsyncFnOnce(async_nats::jetstream::Context) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(self.url()).await.unwrap();
            run(async_nats::jetstream::new(client)).await
        })
    }
}

fn replace(from: &TempDir, to: &TempDir) {
    let script = "rm -rf \"$2\"/jetstream && cp -r \"$1\"/jetstream \"$2\"/";
    let status = Command::new("sh").args(["-c", script, "sh"]).args([from.path(), to.path()]).status();
    assert!(status.unwrap().success());
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}
