//! The page in a real Chromium, against the real server.
//!
//! Needs `chromium` and `chromedriver`; `.ci/run demo` installs them.

mod access;
mod chromium;
#[path = "../server/harness.rs"]
#[allow(dead_code, reason = "made for the tests of the server, which use all of it")]
mod harness;
mod looks;
mod page;
mod resume;
