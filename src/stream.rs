//! Events as a `futures_core::Stream`: from any stream of bytes, or from a server to which it reconnects.

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
