//! What is found in a stream, apart from what it says.

use crate::error::What;

/// What was found. It stays in the buffers until the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An event.
    Event,
    /// A comment.
    Comment,
    /// A reconnection time, which is in force.
    Retry,
    /// A last event ID, of a block that is not an event.
    Id,
    /// A line that the standard ignores.
    Ignored,
    /// Something longer than the limit.
    TooLong(What),
}
