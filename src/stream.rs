//! Over `futures_core::Stream`: events out of any stream of bytes, and out of one connection after the other.

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
