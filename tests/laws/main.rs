//! All tests that use the judges in `tests/common`, in one program: shared code is compiled once, and the tests run
//! side by side.

#[path = "../common/mod.rs"]
mod common;

mod conformance;
#[cfg(feature = "alloc")]
mod decoder;
mod encoder;
#[cfg(feature = "bytes")]
mod event_buf;
#[cfg(feature = "alloc")]
mod fixed;
#[cfg(feature = "std")]
mod io;
#[cfg(all(feature = "bytes", feature = "json"))]
mod json;
#[cfg(feature = "alloc")]
mod life;
mod parser;
#[cfg(feature = "bytes")]
mod relay;
#[cfg(feature = "alloc")]
mod streams;
