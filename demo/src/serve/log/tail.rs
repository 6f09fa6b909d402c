//! The newest events, in memory: what every log reads from. Alone, it is the log that ends with the process.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use sse_wire::EventId;
use tokio::sync::watch;

use super::{Appended, Extent, Limits, Log, Lost, Position, Read};
use crate::serve::event::{Draft, Event};

/// A queue of the last events, bounded by count, bytes and age.
///
/// An id is `EPOCH-NUMBER`. Numbers rise by one for as long as there is the log. Each start of a server begins an epoch, so
/// a number that is given out again, since the log lost its last events, is no id that a client may have.
#[derive(Debug)]
pub(crate) struct Tail {
    limits: Limits,
    kept: RwLock<Kept>,
    end: watch::Sender<Position>,
}

#[derive(Debug)]
struct Kept {
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
    /// When it is too old. None where clocks do not reach so far.
    expires: Option<Instant>,
    event: Arc<Event>,
    /// By which its publisher may tell it again.
    key: Option<Arc<str>>,
}

/// Random, by what the operating system gives the standard library for its hash maps.
pub(super) fn new_epoch() -> String {
    format!("{:012x}", RandomState::new().hash_one(std::process::id()) >> 16)
}

impl Tail {
    /// Of a log that has had no event.
    pub(crate) fn new(limits: Limits) -> Self {
        Self::after(0, &new_epoch(), limits)
    }

    /// Of a log that has had `count` events, none of which is kept.
    pub(super) fn after(count: u64, epoch: &str, limits: Limits) -> Self {
        let start = Position(count);
        let epochs = VecDeque::from([(start, epoch.into())]);
        let kept = Kept { start, events: VecDeque::new(), bytes: 0, keys: HashMap::new(), epochs };
        let (end, _) = watch::channel(start);
        Self { limits, kept: RwLock::new(kept), end }
    }

    /// The events from here on are of this epoch.
    pub(super) fn begin_epoch(&self, epoch: &str) {
        let mut kept = self.exclusive();
        if kept.epochs.back().is_some_and(|(_, last)| **last == *epoch) {
            return;
        }
        let end = kept.end();
        // One without events has given out no ids.
        kept.epochs.retain(|(start, _)| *start < end);
        kept.epochs.push_back((end, epoch.into()));
    }

    /// The epoch and the number of the event that is next.
    pub(super) fn next_id(&self) -> String {
        let kept = self.shared();
        kept.id(kept.end().next())
    }

    /// The id of an event that is kept, by its key.
    pub(super) fn known(&self, key: Option<&str>) -> Option<String> {
        self.shared().known(key)
    }

    /// Keeps an event that is as old as `age`. Whoever publishes one asks first whether its key is known; in a file, the
    /// same key may rightly stand twice, since the first event with it may have expired before the second.
    pub(super) fn push(&self, draft: Draft<'_>, age: Duration, key: Option<&str>) -> String {
        let mut kept = self.exclusive();
        let id = kept.push(draft, age, key, self.limits);
        self.end.send_replace(kept.end());
        id
    }

    /// Forgets everything, and goes on after `position`.
    pub(super) fn restart(&self, position: Position) {
        let mut kept = self.exclusive();
        kept.events.clear();
        kept.keys.clear();
        (kept.start, kept.bytes) = (position, 0);
    }

    /// Wakes whoever waits for what is not in the tail.
    pub(crate) fn wake(&self) {
        self.end.send_modify(|_| {});
    }

    fn shared(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every log reads.
impl Tail {
    pub(super) fn read(&self, position: Position) -> Read {
        let kept = self.shared();
        if position < kept.start {
            return Read::Gone;
        }
        let index = usize::try_from(kept.start.distance(position));
        match index.ok().and_then(|index| kept.events.get(index)) {
            Some(entry) => Read::Event(Arc::clone(&entry.event)),
            None => Read::End,
        }
    }

    pub(super) fn find(&self, id: &str) -> Result<Position, Lost> {
        let number = id.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
        let position = number.map(Position).ok_or(Lost::Unknown)?;
        let mut kept = self.exclusive();
        kept.expire(self.limits);
        // An epoch ends where the next one begins. And `+7` and `007` are numbers too, but not what was given out.
        if position > kept.end() || kept.id(position) != id {
            return Err(Lost::Unknown);
        }
        if position < kept.start { Err(Lost::Expired) } else { Ok(position) }
    }

    /// The id that leads to `position`.
    pub(crate) fn id(&self, position: Position) -> String {
        self.shared().id(position)
    }

    /// The position behind the last event, now and whenever it moves.
    pub(crate) fn end(&self) -> watch::Receiver<Position> {
        self.end.subscribe()
    }

    /// The data of the last event of that name.
    pub(crate) fn last_data(&self, name: &str) -> Option<String> {
        let kept = self.shared();
        kept.events.iter().rev().find(|entry| *entry.event.name == *name).map(|entry| entry.event.data())
    }

    pub(crate) fn extent(&self) -> Extent {
        let mut kept = self.exclusive();
        kept.expire(self.limits);
        let some = !kept.events.is_empty();
        Extent {
            events: kept.events.len(),
            bytes: kept.bytes,
            first_id: some.then(|| kept.id(kept.start.next())),
            last_id: some.then(|| kept.id(kept.end())),
        }
    }
}

impl Kept {
    fn end(&self) -> Position {
        Position(self.start.0 + self.events.len() as u64)
    }

    /// The id of the event before `position`, whether it is kept or not; of none if that is where the log begins.
    fn id(&self, position: Position) -> String {
        let epoch = self.epochs.iter().rfind(|(start, _)| *start < position).or(self.epochs.front());
        format!("{}-{}", epoch.map_or("", |(_, name)| name), position.0)
    }

    fn push(&mut self, draft: Draft<'_>, age: Duration, key: Option<&str>, limits: Limits) -> String {
        let id = self.id(self.end().next());
        let event = Event::new(EventId::new(&id).expect("an epoch and a number have no line end"), draft);
        self.bytes += event.size();
        let expires = Instant::now().checked_add(limits.age.saturating_sub(age));
        let key = key.map(Arc::from);
        self.events.push_back(Entry { expires, event, key: key.clone() });
        let end = self.end();
        self.keys.extend(key.map(|key| (key, end)));
        self.expire(limits);
        id
    }

    fn known(&self, key: Option<&str>) -> Option<String> {
        self.keys.get(key?).map(|position| self.id(*position))
    }

    fn expire(&mut self, limits: Limits) {
        let now = Instant::now();
        while let Some(Entry { expires, .. }) = self.events.front() {
            // One that is larger than all that may be kept has to reach those who listen.
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
}

/// In memory alone.
impl Log for Tail {
    fn tail(&self) -> &Tail {
        self
    }

    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>> {
        let mut kept = self.exclusive();
        let known = kept.known(key);
        let new = known.is_none();
        let id = known.unwrap_or_else(|| kept.push(draft, Duration::ZERO, key, self.limits));
        self.end.send_replace(kept.end());
        ready(Ok(Appended { id, new })).boxed()
    }
}
