//! `demo serve` as its clients see it, on loopback.

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
