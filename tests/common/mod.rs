//! The judges: the standard as an oracle, the limit as a model, the conformance table.
#![allow(dead_code, unreachable_pub, clippy::struct_field_names)] // each test takes what it needs

#[cfg(feature = "alloc")]
pub mod drive;
pub mod limit;
pub mod oracle;
pub mod rows;
pub mod sent;
pub mod streams;
pub mod tokens;
pub mod trickle;
