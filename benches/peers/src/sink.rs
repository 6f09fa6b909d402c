//! What comes out of a decoder, whoever made it.

use core::hint::black_box;
use core::ops::ControlFlow;

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

/// One event, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// "message" or empty where the stream has none.
    pub event_type: String,
    /// The lines, with LF between them.
    pub data: String,
    /// What the decoder calls the id; empty where there is none.
    pub id: String,
}

/// Everything that a decoder shows of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The events, in their order.
    pub events: Vec<Recorded>,
    /// The last reconnection time.
    pub retry: Option<u64>,
    /// How many errors.
    pub errors: usize,
    /// It waited before the chunks had come to their end, or went on for longer than they could last.
    pub stalled: bool,
    /// The last event ID that it would reconnect with, if it has a name for that.
    pub last_event_id: Option<String>,
    /// How many items no stream of that length can have.
    limit: usize,
}

impl Record {
    /// For a stream of `len` bytes.
    pub fn new(len: usize) -> Self {
        Self { limit: len + 16, ..Self::default() }
    }

    fn flow(&mut self) -> ControlFlow<()> {
        if self.events.len() + self.errors < self.limit {
            return ControlFlow::Continue(());
        }
        self.stalled = true;
        ControlFlow::Break(())
    }
}

impl Sink for Record {
    fn event(&mut self, event: Received<'_>) -> ControlFlow<()> {
        self.events.push(Recorded {
            event_type: event.event_type.to_owned(),
            data: event.data.to_owned(),
            id: event.id.unwrap_or_default().to_owned(),
        });
        self.flow()
    }

    fn retry(&mut self, milliseconds: u64) {
        self.retry = Some(milliseconds);
    }

    fn error(&mut self) -> ControlFlow<()> {
        self.errors += 1;
        self.flow()
    }

    fn stalled(&mut self) {
        self.stalled = true;
    }

    fn last_event_id(&mut self, id: &str) {
        self.last_event_id = Some(id.to_owned());
    }
}
