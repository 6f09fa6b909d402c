//! What any decoder returns.

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

/// The result of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many events.
    pub events: usize,
    /// The bytes of their data.
    pub data_len: usize,
    /// How many errors.
    pub errors: usize,
}

/// Receives a decoder's events. It counts them, which is what is timed, and records them if asked to. One type does
/// both, so that each loop exists once: whether a decoder's own code is inlined into its loop depends on how many loops
/// there are.
#[derive(Debug)]
pub struct Sink {
    pub(crate) tally: Tally,
    record: Option<Box<Record>>,
}

/// What the methods of a [`Sink`] give: `Break` ends the stream.
type Flow = ControlFlow<()>;

impl Sink {
    pub(crate) fn counting() -> Self {
        Self { tally: Tally::default(), record: None }
    }

    /// For a stream of `len` bytes.
    pub(crate) fn recording(len: usize) -> Self {
        // More items than that no stream of that length has.
        Self { tally: Tally::default(), record: Some(Box::new(Record { limit: len + 16, ..Record::default() })) }
    }

    pub(crate) fn into_record(self) -> Record {
        self.record.map_or_else(Record::default, |record| *record)
    }

    /// What has been recorded so far.
    pub fn record_mut(&mut self) -> Option<&mut Record> {
        self.record.as_deref_mut()
    }

    /// An event with data.
    #[inline]
    pub fn event(&mut self, event: Received<'_>) -> Flow {
        self.tally.events += 1;
        self.tally.data_len += black_box(event).data.len();
        match &mut self.record {
            None => Flow::Continue(()),
            Some(record) => record.event(event),
        }
    }

    /// A reconnection time in milliseconds, by itself or with an event.
    #[inline]
    pub fn retry(&mut self, milliseconds: u64) {
        if let Some(record) = &mut self.record {
            record.retry = Some(milliseconds);
        }
    }

    /// An error of the decoder, which may continue.
    pub fn error(&mut self) -> Flow {
        self.tally.errors += 1;
        match &mut self.record {
            None => Flow::Break(()),
            Some(record) => record.error(),
        }
    }

    /// The decoder waits, although the chunks have not come to their end.
    pub fn stalled(&mut self) {
        self.tally.errors += 1;
        if let Some(record) = &mut self.record {
            record.stalled = true;
        }
    }

    /// The last event ID that the decoder would reconnect with.
    pub fn last_event_id(&mut self, id: &str) {
        if let Some(record) = &mut self.record {
            record.last_event_id = Some(id.to_owned());
        }
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
    #[cold]
    #[inline(never)]
    fn event(&mut self, event: Received<'_>) -> Flow {
        self.events.push(Recorded {
            event_type: event.event_type.to_owned(),
            data: event.data.to_owned(),
            id: event.id.unwrap_or_default().to_owned(),
        });
        self.flow()
    }

    fn error(&mut self) -> Flow {
        self.errors += 1;
        self.flow()
    }

    fn flow(&mut self) -> Flow {
        if self.events.len() + self.errors < self.limit {
            return Flow::Continue(());
        }
        self.stalled = true;
        Flow::Break(())
    }
}
