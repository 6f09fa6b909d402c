//! What comes out of a decoder, whoever made it.

use core::hint::black_box;
use core::ops::{AddAssign, ControlFlow};

/// Whose codec it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// sse-wire's.
    Ours,
    /// Another crate's.
    Peer,
}

/// One event, as far as the decoder tells.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// "message" or empty where the stream has none.
    pub event_type: &'a str,
    /// The lines, with LF between them.
    pub data: &'a str,
    /// What the decoder calls the id.
    pub id: Option<&'a str>,
}

/// Whom a decoder's events are handed to. `Break` ends the stream.
pub trait Sink {
    /// An event with data.
    fn event(&mut self, event: Received<'_>) -> ControlFlow<()>;

    /// A reconnection time in milliseconds, by itself or with an event.
    fn retry(&mut self, _milliseconds: u64) {}

    /// An error of the decoder, which may go on.
    fn error(&mut self) -> ControlFlow<()>;

    /// The decoder waits, although the chunks have not come to their end.
    fn stalled(&mut self) {}

    /// The last event ID that the decoder would reconnect with.
    fn last_event_id(&mut self, _id: &str) {}
}

/// Counts, and as good as nothing else: what the clock sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many events.
    pub events: usize,
    /// The bytes of their data.
    pub data_len: usize,
    /// How many errors.
    pub errors: usize,
}

impl Sink for Tally {
    fn event(&mut self, event: Received<'_>) -> ControlFlow<()> {
        self.events += 1;
        self.data_len += black_box(event).data.len();
        ControlFlow::Continue(())
    }

    fn error(&mut self) -> ControlFlow<()> {
        self.errors += 1;
        ControlFlow::Break(())
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.data_len += other.data_len;
        self.errors += other.errors;
    }
}
