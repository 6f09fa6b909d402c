//! Events for [`std::io`]: from any [`Read`](std::io::Read), and to any [`Write`](std::io::Write).

mod reader;
mod writer;

pub use reader::EventReader;
#[cfg(feature = "bytes")]
pub use reader::Events;
pub use writer::{DataWriter, EventWriter};
