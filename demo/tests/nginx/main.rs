//! The real server behind a real nginx.
//!
//! Needs `nginx`; `.ci/run demo` installs it.

mod defaults;
#[path = "../server/harness.rs"]
#[allow(dead_code, reason = "made for the tests of the server, which use all of it")]
mod harness;
#[path = "../peer/mod.rs"]
mod peer;
mod proxied;
mod proxy;
