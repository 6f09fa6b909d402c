//! What was compared, with what: versions, compiler, processor.

use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

/// The crates that are compared, ours first.
pub const CRATES: [&str; 8] =
    ["sse-wire", "sse-core", "sse-stream", "sse-parse", "sseer", "eventsource-stream", "sse-codec", "axum"];

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// Each crate with the version that this program was built with.
pub fn of_crates() -> anyhow::Result<Vec<(String, String)>> {
    let lock: Lock = toml::from_str(include_str!("../Cargo.lock")).context("Cargo.lock")?;
    CRATES
        .iter()
        .map(|name| {
            let package = lock.package.iter().find(|package| package.name == *name);
            let package = package.with_context(|| format!("{name} is not in Cargo.lock"))?;
            Ok((package.name.clone(), package.version.clone()))
        })
        .collect()
}

/// The same in one line.
pub fn line(versions: &[(String, String)]) -> String {
    let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    versions.join(", ")
}

/// The compiler's name and version.
pub fn rustc() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or_else(|_| "rustc".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The processor's name, where the system tells.
pub fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}
