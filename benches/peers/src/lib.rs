//! sse-wire beside the other event stream crates of crates.io: see `README.md`.

pub mod conformance;
#[path = "../../corpora/mod.rs"]
#[allow(missing_docs, missing_debug_implementations, reason = "shared with the benchmarks of the crate")]
pub mod corpora;
pub mod cost;
pub mod decoders;
pub mod differ;
pub mod encoders;
pub mod input;
pub mod limits;
pub mod sink;
pub mod speed;
pub mod table;
pub mod versions;
