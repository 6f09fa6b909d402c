//! nginx as a process of the test.

use std::fs::{self, Permissions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};

use reqwest::blocking::RequestBuilder;
use tempfile::TempDir;

use crate::harness::{Server, Stream, client, wait_for};

/// What README.md tells people to copy.
pub(crate) const CONFIGURATION: &str = include_str!("../../nginx.conf");

pub(crate) struct Proxy {
    process: Child,
    pub(crate) address: SocketAddr,
    _directory: TempDir,
}

impl Proxy {
    /// nginx in front of `server`, which is 127.0.0.1:3000 in the configuration, as 127.0.0.1:8080.
    pub(crate) fn start(configuration: &str, server: SocketAddr) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let configuration = replaced(configuration, "error_log stderr", "error_log error.log");
        let configuration = replaced(&configuration, "127.0.0.1:8080", &address.to_string());
        let configuration = replaced(&configuration, "127.0.0.1:3000", &server.to_string());

        // nginx drops root's rights, but must still have access.
        let directory = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let path = directory.path().join("nginx.conf");
        fs::write(&path, configuration).unwrap();
        let mut process = Command::new("nginx")
            .arg("-p")
            .arg(directory.path())
            .args(["-e", "error.log", "-g", "daemon off; master_process off;", "-c"])
            .arg(&path)
            .spawn()
            .unwrap_or_else(|error| panic!("nginx: {error}; `.ci/run demo` installs it"));
        wait_for("nginx", || {
            let errors = || fs::read_to_string(directory.path().join("error.log"));
            assert!(process.try_wait().unwrap().is_none(), "nginx has ended: {:?}", errors());
            TcpStream::connect(address).ok()
        });
        Self { process, address, _directory: directory }
    }

    /// With the configuration that README.md tells people to copy.
    pub(crate) fn of(server: &Server) -> Self {
        Self::start(CONFIGURATION, server.address())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        client().build().unwrap().get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        client().build().unwrap().post(self.url(path))
    }

    pub(crate) fn stream(&self, path: &str) -> Stream {
        Stream::new(self.get(path))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The text with `from`, which must be there, replaced.
pub(crate) fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in\n{text}");
    text.replace(from, to)
}
