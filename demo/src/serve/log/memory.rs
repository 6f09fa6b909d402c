//! The log in memory, which ends with the process.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use sse_wire::EventId;
use tokio::sync::watch;

use super::{Extent, Limits, Log, Lost, Position, Read};
use crate::serve::event::{Draft, Event};

/// A queue of the last events, bounded by count and age.
///
/// An id is `EPOCH-NUMBER`. The epoch is the time at which the log began, so that no id of one log is taken for one of
/// another, such as that of the same server before it was started again.
#[derive(Debug)]
pub(crate) struct MemoryLog {
    epoch: Box<str>,
    limits: Limits,
    kept: RwLock<Kept>,
    end: watch::Sender<Position>,
}

#[derive(Debug)]
struct Kept {
    /// The position before the first event that is kept.
    start: Position,
    events: VecDeque<(SystemTime, Arc<Event>)>,
    bytes: usize,
}

impl MemoryLog {
    pub(crate) fn new(limits: Limits) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::continued(&format!("{:x}", since_1970.as_millis()), 0, limits)
    }

    /// A log that has had `count` events, none of which is kept.
    pub(super) fn continued(epoch: &str, count: u64, limits: Limits) -> Self {
        let kept = Kept { start: Position(count), events: VecDeque::new(), bytes: 0 };
        let (end, _) = watch::channel(kept.start);
        Self { epoch: epoch.into(), limits, kept: RwLock::new(kept), end }
    }

    pub(super) fn push(&self, time: SystemTime, draft: Draft<'_>) -> String {
        let mut kept = self.exclusive();
        let end = kept.end().next();
        let id = self.id(end);
        let event = Event::new(EventId::new(&id).expect("an epoch and a number have no line end"), draft);
        kept.bytes += event.size();
        kept.events.push_back((time, event));
        kept.expire(self.limits);
        self.end.send_replace(end);
        id
    }

    fn shared(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for MemoryLog {
    fn append<'a>(&'a self, draft: Draft<'a>) -> BoxFuture<'a, io::Result<String>> {
        ready(Ok(self.push(SystemTime::now(), draft))).boxed()
    }

    fn read(&self, position: Position) -> Read {
        let kept = self.shared();
        if position < kept.start {
            return Read::Gone;
        }
        match kept.get(position) {
            Some((_, event)) => Read::Event(Arc::clone(event)),
            None => Read::End,
        }
    }

    fn find(&self, id: &str) -> Result<Position, Lost> {
        let number = id.strip_prefix(&*self.epoch).and_then(|rest| rest.strip_prefix('-'));
        let position = number.and_then(|number| number.parse().ok()).map(Position).ok_or(Lost::Unknown)?;
        let mut kept = self.exclusive();
        kept.expire(self.limits);
        // `+7` and `007` are numbers too, but not what was given out.
        if position > kept.end() || self.id(position) != id {
            return Err(Lost::Unknown);
        }
        if position < kept.start { Err(Lost::Expired) } else { Ok(position) }
    }

    fn id(&self, position: Position) -> String {
        format!("{}-{}", self.epoch, position.0)
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.end.subscribe()
    }

    fn last_data(&self, name: &str) -> Option<String> {
        self.shared().events.iter().rev().find(|(_, event)| *event.name == *name).map(|(_, event)| event.data())
    }

    fn extent(&self) -> Extent {
        let mut kept = self.exclusive();
        kept.expire(self.limits);
        let some = !kept.events.is_empty();
        Extent {
            events: kept.events.len(),
            bytes: kept.bytes,
            first_id: some.then(|| self.id(kept.start.next())),
            last_id: some.then(|| self.id(kept.end())),
        }
    }
}

impl Kept {
    fn end(&self) -> Position {
        Position(self.start.0 + self.events.len() as u64)
    }

    /// The event after `position`, which is not before the start.
    fn get(&self, position: Position) -> Option<&(SystemTime, Arc<Event>)> {
        self.events.get(usize::try_from(self.start.distance(position)).ok()?)
    }

    fn expire(&mut self, limits: Limits) {
        // Where the clock cannot go back so far, nothing is as old as that.
        let oldest = SystemTime::now().checked_sub(limits.age).unwrap_or(UNIX_EPOCH);
        while let Some((time, _)) = self.events.front() {
            if self.events.len() <= limits.events && *time >= oldest {
                break;
            }
            let (_, event) = self.events.pop_front().expect("the front");
            self.bytes -= event.size();
            self.start = self.start.next();
        }
    }
}
