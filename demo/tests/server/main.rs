//! `demo serve` as its clients see it, on loopback.

#![allow(
    clippy::items_after_statements,
    clippy::large_stack_arrays,
    reason = "damages and large events are written where they are used"
)]

mod access;
mod clients;
mod harness;
mod log_file;
mod publish;
mod restart;
mod resume;
mod stop;
mod stream;
mod tls;
mod ws;
mod zombie;
