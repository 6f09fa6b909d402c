//! The loop of a client: prints what the stream of events yields until it ends.

use std::cell::Cell;
use std::convert::Infallible;
use std::io::{BufWriter, Stdout, Write as _};
use std::time::Duration;

use anstream::AutoStream;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use sse_wire::stream::SourceError;
use sse_wire::{EventSource, FrameBuf};

use super::ended::Ended;
use super::print::{comment_text, event_text, json};
use super::request::{BodyEnd, Failure, Requests};
use super::{Args, note};

#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) args: &'a Args,
    /// With colours if the terminal shows them and the user wants them.
    pub(super) out: BufWriter<AutoStream<Stdout>>,
    pub(super) printed: u64,
    /// Whether an event over the limit was skipped.
    pub(super) skipped: bool,
}

impl Session<'_> {
    /// Runs until the end, and returns how it ended.
    pub(super) async fn run(&mut self, source: EventSource, requests: &Requests<'_>) -> Result<Infallible, Ended> {
        let wait = Cell::default();
        let sleep = |time| {
            wait.set(time);
            tokio::time::sleep(time)
        };
        let mut events = source.into_stream(|attempt| requests.answer(requests.headers(attempt)), sleep);
        if let Some(seconds) = self.args.idle_timeout {
            events = events.with_idle_timeout(Duration::from_secs(seconds));
        }
        if let Some(seconds) = self.args.stall_timeout {
            events = events.with_stall_timeout(Duration::from_secs(seconds));
        }
        // Comments do not count against the limit unless they are asked for.
        let mut frames = if self.args.comments {
            events.frames().boxed_local()
        } else {
            events.map_ok(FrameBuf::Event).boxed_local()
        };
        // Connections in a row that brought no event.
        let mut in_vain = 0;
        loop {
            // Print what has arrived before waiting for more.
            let item = if let Some(item) = frames.next().now_or_never() {
                item
            } else {
                self.out.flush()?;
                frames.next().await
            };
            let reason = match item {
                Some(Ok(frame)) => {
                    self.print(&frame)?;
                    if matches!(frame, FrameBuf::Event(_)) {
                        in_vain = 0;
                    }
                    continue;
                }
                Some(Err(SourceError::Decode(error))) => {
                    self.skipped = true;
                    note(format_args!("skipped: {error}"));
                    continue;
                }
                Some(Err(error)) => self.lost(error)?,
                None => return Err(Ended::new(5, "closed")),
            };
            if self.args.max_retries.is_some_and(|max| in_vain >= max) {
                return Err(Ended::new(5, format!("{reason}; gave up after {in_vain} retries")));
            }
            in_vain = in_vain.saturating_add(1);
            self.args.tell(format_args!("{reason}; retry in {} ms", wait.get().as_millis()));
        }
    }

    fn print(&mut self, frame: &FrameBuf) -> Result<(), Ended> {
        let args = self.args;
        let mut end = None;
        match frame {
            FrameBuf::Event(event) => {
                let event = event.as_event();
                if args.only.is_empty() || args.only.iter().any(|only| only == event.event_type()) {
                    writeln!(self.out, "{}", if args.json { json(&event)? } else { event_text(&event) })?;
                    self.printed += 1;
                }
                if args.until.as_ref().is_some_and(|until| until == event.event_type() || until == event.data()) {
                    end = Some("--until matched");
                } else if args.max_events == Some(self.printed) {
                    end = Some("reached --max-events");
                }
            }
            FrameBuf::Comment(comment) => {
                writeln!(self.out, "{}", if args.json { json(frame)? } else { comment_text(comment) })?;
            }
            _ => {}
        }
        let Some(why) = end else { return Ok(()) };
        self.out.flush()?;
        Err(Ended::new(0, why))
    }

    /// Why the connection was lost, if there should be another one; otherwise, how listening ends.
    fn lost(&self, error: SourceError<Failure, BodyEnd>) -> Result<String, Ended> {
        let repeatable = self.args.post.is_none() || self.args.repeat_post;
        let (reason, again) = match error {
            SourceError::Connect(Failure::Final(ended)) => return Err(ended),
            // A request that never reached the server can be sent again, even a POST.
            SourceError::Connect(Failure::Lost { reason, sent }) => (reason, repeatable || !sent),
            SourceError::Unavailable(status) => (format!("status {status}"), true),
            SourceError::Body(end) if repeatable => (end.reason, true),
            SourceError::Body(end) if end.inside_event => {
                return Err(Ended::new(7, format!("{}, inside an event", end.reason)));
            }
            SourceError::Body(end) if end.complete => {
                return Err(self.args.until.as_ref().map_or(Ended::new(0, "the answer is complete"), |until| {
                    Ended::new(7, format!("{} without {until:?}", end.reason))
                }));
            }
            SourceError::Body(end) => (end.reason, false),
            SourceError::Idle(time) => (format!("nothing has come for {} s", time.as_secs()), repeatable),
            SourceError::Stalled(time) => (format!("no event has come for {} s", time.as_secs()), repeatable),
            other => (other.to_string(), repeatable),
        };
        if again {
            Ok(reason)
        } else {
            Err(Ended::new(5, format!("{reason}; a POST is not sent again without --repeat-post")))
        }
    }
}
