//! Several servers with one log, over a real NATS.
//!
//! Needs `nats-server`, `nginx` and `haproxy`; `.ci/run cluster` installs them.

mod away;
mod credentials;
#[path = "../server/harness.rs"]
#[allow(dead_code, reason = "made for the tests of the server, which use all of it")]
mod harness;
mod lost;
mod nats;
mod proxies;
mod refusals;
mod restored;
mod resume;
mod tls;
