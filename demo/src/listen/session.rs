//! The loop of a client: what the stream of events yields, until it is the end.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use sse_wire::stream::SourceError;
use sse_wire::{EventSource, FrameBuf};

use super::Args;
use super::ended::Ended;
use super::note;
use super::print::Printer;
use super::request::{BodyEnd, Failure, Requests};

#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) args: &'a Args,
    pub(super) printer: Printer,
    /// Whether an event over the limit was skipped.
    pub(super) skipped: bool,
}

impl Session<'_> {
    /// Whether the request may be sent again after it has reached the server.
    fn is_repeatable(&self) -> bool {
        self.args.post.is_none() || self.args.repeat_post
    }

    pub(super) async fn run(&mut self, source: EventSource, requests: &Requests<'_>) -> Ended {
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
        // Comments are free of the limit as long as nobody asks for them.
        let mut frames = if self.args.comments {
            events.frames().boxed_local()
        } else {
            events.map_ok(FrameBuf::Event).boxed_local()
        };
        // Connections in a row that brought no event.
        let mut in_vain = 0;
        loop {
            // Nothing that is printed waits for what has not come.
            let item = match frames.next().now_or_never() {
                Some(item) => item,
                None => match self.printer.flush() {
                    Ok(()) => frames.next().await,
                    Err(error) => return error.into(),
                },
            };
            let reason = match item {
                Some(Ok(frame)) => match self.print(&frame) {
                    Ok(None) => {
                        if matches!(frame, FrameBuf::Event(_)) {
                            in_vain = 0;
                        }
                        continue;
                    }
                    Ok(Some(ended)) => return ended,
                    Err(error) => return error.into(),
                },
                Some(Err(SourceError::Decode(error))) => {
                    self.skipped = true;
                    note(format_args!("skipped: {error}"));
                    continue;
                }
                Some(Err(error)) => match self.lost(error, requests) {
                    Ok(reason) => reason,
                    Err(ended) => return ended,
                },
                None => return Ended::Lost("closed".to_owned()),
            };
            if self.args.max_retries.is_some_and(|max| in_vain >= max) {
                return Ended::Lost(format!("{reason}; gave up after {in_vain} retries"));
            }
            in_vain = in_vain.saturating_add(1);
            if !self.args.quiet {
                note(format_args!("{reason}; retry in {} ms", wait.get().as_millis()));
            }
        }
    }

    fn print(&mut self, frame: &FrameBuf) -> io::Result<Option<Ended>> {
        match frame {
            FrameBuf::Event(event) => {
                self.printer.event(&event.as_event())?;
                let until = self.args.until.as_deref();
                let ended = if until.is_some_and(|until| until == event.event_type() || until == event.data()) {
                    Ended::Until
                } else if self.printer.is_done() {
                    Ended::MaxEvents
                } else {
                    return Ok(None);
                };
                self.printer.flush()?;
                Ok(Some(ended))
            }
            FrameBuf::Comment(comment) => self.printer.comment(comment).map(|()| None),
            _ => Ok(None),
        }
    }

    /// Why the connection was lost, if there should be another, and the end of all if not.
    fn lost(&self, error: SourceError<Failure, BodyEnd>, requests: &Requests<'_>) -> Result<String, Ended> {
        let (reason, again) = match error {
            SourceError::Refused(failed) if failed.is_no_content() => return Err(Ended::NoContent),
            SourceError::Refused(failed) => return Err(Ended::Refused(failed, requests.excerpt.take())),
            SourceError::Connect(Failure::Compressed(coding)) => {
                return Err(Ended::Unreadable(format!("content encoding {coding:?}, which was not asked for")));
            }
            // What never reached the server can be sent again, whatever it is.
            SourceError::Connect(failure) => (failure.to_string(), self.is_repeatable() || failure.never_sent()),
            SourceError::Unavailable(status) => (format!("status {status}"), true),
            SourceError::Body(end) if self.is_repeatable() => (end.to_string(), true),
            SourceError::Body(end) if end.inside_event => {
                return Err(Ended::Unreadable(format!("{end}, inside an event")));
            }
            SourceError::Body(BodyEnd { error: None, .. }) => {
                return Err(self.args.until.as_ref().map_or(Ended::PostComplete, |until| {
                    Ended::Unreadable(format!("the stream has ended without {until:?}"))
                }));
            }
            SourceError::Body(end) => (end.to_string(), false),
            SourceError::Idle(time) => (format!("nothing has come for {} s", time.as_secs()), self.is_repeatable()),
            SourceError::Stalled(time) => (format!("no event has come for {} s", time.as_secs()), self.is_repeatable()),
            other => (other.to_string(), self.is_repeatable()),
        };
        if again {
            Ok(reason)
        } else {
            Err(Ended::Lost(format!("{reason}; a POST is not sent again without --repeat-post")))
        }
    }
}
