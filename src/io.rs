//! Over [`std::io`]: events out of any [`Read`](std::io::Read), and into any [`Write`](std::io::Write).

mod reader;
mod writer;

pub use reader::{EventReader, Events};
pub use writer::{DataWriter, EventWriter};
