//! Events older than the tail: batches of the stream, read when a client needs them, and kept while others may.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::client::Request;
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use serde_json::json;
use sse_wire::EventId;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::{PAUSE, Passing, Position, Read, Shared, name, untrusted_draft};
use crate::serve::event::Event;

/// How much one request reads, in events and bytes.
const BATCH: u64 = 256;
const BATCH_BYTES: u64 = 1024 * 1024;
/// How much is kept, in events and in bytes of memory; one batch at least.
const KEPT: usize = 8192;
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// Clients that come back to a node that has just started are at about the same place, so they share what is read.
#[derive(Debug, Default)]
pub(super) struct Older {
    state: Mutex<State>,
    asked: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Events that follow each other, and the number before the first of them; the newest batch last.
    batches: VecDeque<(u64, Vec<Arc<Event>>)>,
    /// How many events these are, and their size.
    events: usize,
    bytes: usize,
    /// Numbers after which a client needs an event.
    wanted: BTreeSet<u64>,
}

impl Older {
    /// The event after `position`, or `Later` and a request for it.
    pub(super) fn read(&self, Position(number): Position) -> Read {
        let mut state = self.state.lock();
        let found = state
            .batches
            .iter()
            .find_map(|(before, events)| events.get(usize::try_from(number.checked_sub(*before)?).ok()?));
        if let Some(event) = found {
            return Read::Event(Arc::clone(event));
        }
        if state.wanted.insert(number) {
            self.asked.notify_one();
        }
        Read::Later
    }

    fn wanted(&self) -> Option<u64> {
        self.state.lock().wanted.first().copied()
    }

    /// Clients ask again for what they still want and the batch did not contain.
    fn keep(&self, before: u64, events: Vec<Arc<Event>>) {
        let mut state = self.state.lock();
        state.wanted.remove(&before);
        let end = before + events.len() as u64;
        state.wanted.retain(|number| !(before..end).contains(number));
        if events.is_empty() {
            return;
        }
        state.events += events.len();
        state.bytes += size(&events);
        state.batches.push_back((before, events));
        while state.batches.len() > 1 && (state.events > KEPT || state.bytes > KEPT_BYTES) {
            let Some((_, oldest)) = state.batches.pop_front() else { return };
            state.events -= oldest.len();
            state.bytes -= size(&oldest);
        }
    }
}

fn size(events: &[Arc<Event>]) -> usize {
    events.iter().map(|event| event.size()).sum()
}

impl Shared {
    /// Reads what clients want, one batch after the other.
    pub(super) async fn load_older(self: Arc<Self>) -> anyhow::Error {
        loop {
            let Some(before) = self.older.wanted() else {
                self.older.asked.notified().await;
                continue;
            };
            if let Ok(events) = self.batch(before).await {
                self.older.keep(before, events);
                self.tail.send_modify(|_| {});
                continue;
            }
            // NATS is away, or the server that was asked is not that far. Others come first; a client that still
            // waits asks again.
            self.older.keep(before, Vec::new());
            if self.older.wanted().is_none() {
                sleep(PAUSE).await;
                self.tail.send_modify(|_| {});
            }
        }
    }

    /// The events after a number; none if the stream no longer has that place.
    async fn batch(&self, before: u64) -> Result<Vec<Arc<Event>>, Passing> {
        let client = self.context.client();
        let inbox = client.new_inbox();
        let mut answers = client.subscribe(inbox.clone()).await?;
        let what = json!({ "seq": before + 1, "batch": BATCH, "max_bytes": BATCH_BYTES });
        let request = Request::new().inbox(inbox).payload(what.to_string().into());
        self.context.send_request(format!("DIRECT.GET.{}", self.name), request).await?;
        let mut events = Vec::new();
        let mut found = None;
        while let Some(message) = timeout(Duration::from_secs(2), answers.next()).await? {
            // The last one has a status, and no event.
            let headers = message.headers.as_ref().filter(|_| message.status.is_none());
            let number = headers.and_then(|headers| headers.get("Nats-Sequence")?.as_str().parse().ok());
            let Some(number) = number else { break };
            found = found.or(Some(number));
            if number != before + 1 + events.len() as u64 {
                break;
            }
            let data = String::from_utf8_lossy(&message.payload);
            events.push(Event::new(EventId::new(&self.id(number))?, untrusted_draft(&name(headers), &data)));
        }
        if events.is_empty() {
            match found {
                Some(number) => self.forget(before + 1, number).await?,
                None => self.forget_rest(before + 1).await?,
            }
        }
        Ok(events)
    }

    /// An event came that is not the `next` one: clients before it have lost something if the stream has. Otherwise a
    /// broken connection lost it, and asking again will return it.
    pub(super) async fn forget(&self, next: u64, number: u64) -> Result<(), Passing> {
        let info = self.info().await?;
        if info.state.first_sequence <= next {
            if info.state.last_sequence < number {
                return Err("the stream's leader is behind".into());
            }
            let stream = self.context.get_stream_no_info(&self.name).await?;
            match stream.get_raw_message(next).await {
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {}
                found => return Err(found.map_or_else(Into::into, |_| "an event was lost on the way".into())),
            }
        }
        self.first.fetch_max(number, Ordering::Relaxed);
        Ok(())
    }

    /// Nothing came from `next` on: the stream's leader knows whether there is anything.
    async fn forget_rest(&self, next: u64) -> Result<(), Passing> {
        let info = self.info().await?;
        let last = info.state.last_sequence;
        if info.state.first_sequence <= next {
            if last < next {
                return Err("the stream's leader is behind".into());
            }
            let stream = self.context.get_stream_no_info(&self.name).await?;
            match stream.get_first_raw_message_by_subject(&self.name, next).await {
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {}
                found => return Err(found.map_or_else(Into::into, |_| "nothing yet".into())),
            }
            self.first.fetch_max(last + 1, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_by_count_and_by_bytes() {
        for (batch, len) in [(256, 1), (16, 64 * 1024), (1, KEPT_BYTES)] {
            let event = Event::new(EventId::new("x-1").unwrap(), untrusted_draft("", &"x".repeat(len)));
            let older = Older::default();
            for number in 0..40 {
                older.keep(number * batch, vec![Arc::clone(&event); usize::try_from(batch).unwrap()]);
            }
            let State { events, bytes, batches, .. } = &*older.state.lock();
            assert!(*events <= KEPT && (*bytes <= KEPT_BYTES || batches.len() == 1), "{events} events, {bytes} bytes");
            let sum = |(count, bytes), (_, events): &(_, Vec<_>)| (count + events.len(), bytes + size(events));
            assert_eq!((*events, *bytes), batches.iter().fold((0, 0), sum));
        }
    }
}
