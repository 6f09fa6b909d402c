//! What the fuzz targets share: what an input means, ways to cut a stream, ways to read it, and the judges.
//!
//! Inputs are readable, so that a stream from a file is a seed, and removing a byte makes a smaller case: see [`Streams`] for `decoder`, `parser` and `relay`, [`Events`] for `roundtrip` and `encoder`.

pub mod cut;
#[path = "../../tests/common/drive.rs"]
pub mod drive;
pub mod json;
#[path = "../../tests/common/limit.rs"]
pub mod limit;
#[path = "../../tests/common/oracle.rs"]
pub mod oracle;
pub mod read;
pub mod sent;
pub mod streams;
#[path = "../../tests/common/tokens.rs"]
pub mod tokens;

pub use cut::Cut;
pub use sent::{Events, Sent};
pub use streams::Streams;
