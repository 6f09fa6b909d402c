//! The newest events, in memory: what every log reads from. Alone, it is the log that ends with the process.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};
use sse_wire::EventId;
use tokio::sync::watch;

use super::{Appended, Limits, Log, Lost, Position, Read};
use crate::serve::event::{Draft, Event};

/// A queue of the last events, bounded by count, bytes and age.
///
/// An id is `EPOCH-NUMBER`. Numbers rise by one as long as the log exists. Each start of a server begins an epoch. So
/// if the log lost its last events and issues a number again, no client can have that id already.
#[derive(Debug)]
pub(crate) struct Tail {
    limits: Limits,
    /// The position before the first event that is kept.
    start: Position,
    events: VecDeque<Entry>,
    bytes: usize,
    /// The newest event of each key.
    keys: HashMap<Arc<str>, Position>,
    /// Where each epoch began, the oldest first; never empty.
    epochs: VecDeque<(Position, Box<str>)>,
}

#[derive(Debug)]
struct Entry {
    /// When it is too old. `None` if the clock cannot represent that.
    expires: Option<Instant>,
    event: Arc<Event>,
    /// The key under which its publisher may send it again.
    key: Option<Arc<str>>,
}

/// Random, from the operating system's seed for the standard library's hash maps.
pub(super) fn new_epoch() -> String {
    format!("{:012x}", RandomState::new().hash_one(std::process::id()) >> 16)
}

impl Tail {
    /// For a log that has had no event.
    pub(crate) fn new(limits: Limits) -> Self {
        Self::after(0, &new_epoch(), limits)
    }

    /// For a log that has had `count` events, none of which is kept.
    pub(super) fn after(count: u64, epoch: &str, limits: Limits) -> Self {
        let (start, keys) = (Position(count), HashMap::new());
        let epochs = VecDeque::from([(start, epoch.into())]);
        Self { limits, start, events: VecDeque::new(), bytes: 0, keys, epochs }
    }

    /// The events from here on are of this epoch.
    pub(super) fn begin_epoch(&mut self, epoch: &str) {
        if self.epochs.back().is_some_and(|(_, last)| **last == *epoch) {
            return;
        }
        let end = self.end();
        // An epoch without events has issued no ids.
        self.epochs.retain(|(start, _)| *start < end);
        self.epochs.push_back((end, epoch.into()));
    }

    /// Keeps an event that is as old as `age`. Publishers first check whether its key is known; a file may
    /// rightly contain the same key twice, since the first event with it may have expired before the second.
    pub(super) fn push(&mut self, draft: Draft<'_>, age: Duration, key: Option<&str>) -> String {
        let id = self.next_id();
        let event = Event::new(EventId::new(&id).expect("an epoch and a number have no line end"), draft);
        self.bytes += event.size();
        let expires = Instant::now().checked_add(self.limits.age.saturating_sub(age));
        let key = key.map(Arc::from);
        self.events.push_back(Entry { expires, event, key: key.clone() });
        let end = self.end();
        self.keys.extend(key.map(|key| (key, end)));
        self.expire();
        id
    }

    /// Forgets events that are too old or too many.
    pub(crate) fn expire(&mut self) {
        let (limits, now) = (self.limits, Instant::now());
        while let Some(Entry { expires, .. }) = self.events.front() {
            // Even an event larger than the whole log has to reach the listeners.
            let too_large = self.bytes > limits.bytes && self.events.len() > 1;
            if self.events.len() <= limits.events && !too_large && expires.is_none_or(|expires| expires > now) {
                break;
            }
            let Entry { event, key, .. } = self.events.pop_front().expect("the front");
            self.bytes -= event.size();
            self.start = self.start.next();
            if let Some(key) = key.filter(|key| self.keys.get(key) == Some(&self.start)) {
                self.keys.remove(&key);
            }
        }
        while self.epochs.get(1).is_some_and(|(start, _)| *start < self.start) {
            self.epochs.pop_front();
        }
    }

    /// Forgets everything, and continues after `position`.
    pub(super) fn restart(&mut self, position: Position) {
        self.events.clear();
        self.keys.clear();
        (self.start, self.bytes) = (position, 0);
    }

    pub(crate) fn read(&self, position: Position) -> Read {
        if position < self.start {
            return Read::Gone;
        }
        let index = usize::try_from(self.start.distance(position));
        match index.ok().and_then(|index| self.events.get(index)) {
            Some(entry) => Read::Event(Arc::clone(&entry.event)),
            None => Read::End,
        }
    }

    pub(super) fn find(&self, id: &str) -> Result<Position, Lost> {
        let position = self.place(id).filter(|position| *position <= self.end()).ok_or(Lost::Unknown)?;
        if position < self.start { Err(Lost::Expired) } else { Ok(position) }
    }

    /// Where an id would be. An epoch ends where the next one begins; and `+7` and `007` are numbers too, but were
    /// never issued.
    pub(super) fn place(&self, id: &str) -> Option<Position> {
        let position = Position(id.rsplit_once('-')?.1.parse().ok()?);
        (self.id(position) == id).then_some(position)
    }

    /// The position after the last event.
    pub(crate) fn end(&self) -> Position {
        Position(self.start.0 + self.events.len() as u64)
    }

    /// The id of the event before `position`, whether it is kept or not; of no event if that is where the log begins.
    pub(crate) fn id(&self, position: Position) -> String {
        let epoch = self.epochs.iter().rfind(|(start, _)| *start < position).or(self.epochs.front());
        format!("{}-{}", epoch.map_or("", |(_, name)| name), position.0)
    }

    /// The epoch and the number of the next event.
    pub(super) fn next_id(&self) -> String {
        self.id(self.end().next())
    }

    /// The id of an event that is kept, by its key.
    pub(super) fn known(&self, key: Option<&str>) -> Option<String> {
        self.keys.get(key?).map(|position| self.id(*position))
    }

    /// The last event of that name.
    pub(crate) fn last(&self, name: &str) -> Option<&Event> {
        self.events.iter().rev().map(|entry| &*entry.event).find(|event| *event.name == *name)
    }

    /// The position this many events before the end, or the first one.
    pub(crate) fn back(&self, count: u64) -> Position {
        self.end().back(count).max(self.start)
    }

    pub(crate) fn figures(&self) -> Value {
        let some = !self.events.is_empty();
        json!({
            "events": self.events.len(),
            "bytes": self.bytes,
            "first_id": some.then(|| self.id(self.start.next())),
            "last_id": some.then(|| self.id(self.end())),
        })
    }
}

/// In memory only.
impl Log for watch::Sender<Tail> {
    fn tail(&self) -> &Self {
        self
    }

    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>> {
        let mut appended = Appended::default();
        self.send_modify(|tail| {
            let known = tail.known(key);
            appended.new = known.is_none();
            appended.id = known.unwrap_or_else(|| tail.push(draft, Duration::ZERO, key));
        });
        ready(Ok(appended)).boxed()
    }
}
