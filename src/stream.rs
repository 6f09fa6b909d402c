//! Events for `futures_core::Stream`: from any stream of bytes, and from one connection after another.

mod attempt;
mod events;
mod random;
mod reconnecting;
mod source_error;
mod timeout;

pub use attempt::{Accepted, Attempt};
pub use events::{EventStream, FrameStream};
pub use reconnecting::{ReconnectingFrameStream, ReconnectingStream};
pub use source_error::SourceError;
