//! The loop of a client: connect, decode, print, wait, and again.

use std::error::Error as _;
use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use sse_wire::{Chunk, DecodeError, EventSource, Frame};

use super::ended::Ended;
use super::print::{Printer, harmless};
use super::request::Requests;

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
pub(super) struct Session {
    pub(super) requests: Requests,
    pub(super) source: EventSource,
    pub(super) printer: Printer,
    pub(super) comments: bool,
    /// Whether the request may be sent again after it has reached the server.
    pub(super) repeatable: bool,
    pub(super) max_retries: Option<u32>,
    pub(super) retry_status: Vec<u16>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) quiet: bool,
    /// Connections in a row that brought no event.
    pub(super) in_vain: u32,
    /// Whether an event over the limit was skipped.
    pub(super) skipped: bool,
}

/// How a connection ended, where that is not the end of all.
struct Lost {
    reason: String,
    /// Whether it may be tried again.
    again: bool,
    /// What the server asked to wait at least.
    at_least: Duration,
}

impl Session {
    pub(super) async fn run(&mut self) -> Ended {
        loop {
            let lost = match self.connection().await {
                Break(ended) => return ended,
                Continue(lost) => lost,
            };
            if !lost.again {
                return Ended::Lost(format!("{}; a POST is not sent again without --repeat-post", lost.reason));
            }
            if self.max_retries.is_some_and(|max| self.in_vain >= max) {
                return Ended::Lost(format!("{}; gave up after {} retries", lost.reason, self.in_vain));
            }
            self.in_vain = self.in_vain.saturating_add(1);
            let Some(wait) = self.source.on_end(fastrand::u32(..)) else {
                return Ended::Lost(lost.reason);
            };
            let wait = wait.max(lost.at_least);
            self.tell(format_args!("{}; retry in {} ms", lost.reason, wait.as_millis()));
            tokio::time::sleep(wait).await;
        }
    }

    /// One connection, from the request to its end.
    async fn connection(&mut self) -> ControlFlow<Ended, Lost> {
        self.tell(format_args!("connecting to {}", self.requests.url));
        let response = match self.requests.send(self.source.last_event_id_header()).await {
            Ok(response) => response,
            // What never reached the server can be sent again, whatever it is.
            Err(error) => {
                let again = self.repeatable || error.is_connect();
                return Continue(Lost::new(chain(error), again));
            }
        };
        let status = response.status().as_u16();
        if self.retry_status.contains(&status) {
            let mut lost = Lost::new(format!("status {status}"), true);
            lost.at_least = retry_after(&response).unwrap_or_default();
            return Continue(lost);
        }
        let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        match self.source.on_response(status, content_type) {
            Ok(()) => self.tell(format_args!("open: {:?}, {}", response.version(), harmless(response.url().as_str()))),
            Err(failed) if failed.is_no_content() => return Break(Ended::NoContent),
            Err(failed) => return Break(Ended::Refused(failed)),
        }
        self.body(response).await
    }

    async fn body(&mut self, mut response: Response) -> ControlFlow<Ended, Lost> {
        loop {
            let bytes = match within(self.idle_timeout, response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) if self.repeatable => {
                    return Continue(Lost::new("the stream has ended".to_owned(), true));
                }
                Ok(Ok(None)) => return Break(Ended::PostComplete),
                Ok(Err(error)) => return Continue(Lost::new(chain(error), self.repeatable)),
                Err(idle) => {
                    let reason = format!("nothing has come for {} s", idle.as_secs());
                    return Continue(Lost::new(reason, self.repeatable));
                }
            };
            match self.print(&bytes) {
                Ok(()) if self.printer.is_done() => return Break(Ended::MaxEvents),
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Break(Ended::OutputClosed),
                Err(error) => return Break(Ended::Failed(error)),
            }
        }
    }

    /// Prints what is complete, and no more events than asked for.
    fn print(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut chunk = Chunk::new(bytes);
        while !self.printer.is_done() {
            // Comments are free of the limit as long as nobody asks for them.
            let frame = if self.comments {
                self.source.next_frame(&mut chunk)
            } else {
                self.source.next_event(&mut chunk).map(|event| event.map(Frame::Event))
            };
            match frame {
                Ok(Some(Frame::Event(event))) => {
                    self.in_vain = 0;
                    self.printer.event(&event)?;
                }
                Ok(Some(Frame::Comment(comment))) => self.printer.comment(comment)?,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => self.skip(error),
            }
        }
        self.printer.flush()
    }

    fn skip(&mut self, error: DecodeError) {
        self.skipped = true;
        self.note(format_args!("skipped: {error}"));
    }

    /// Says something about the connection, if that is wanted.
    fn tell(&self, what: impl Display) {
        if !self.quiet {
            self.note(what);
        }
    }

    /// Says something on standard error, whether anybody reads it or not.
    #[expect(clippy::unused_self, reason = "a session speaks")]
    pub(super) fn note(&self, what: impl Display) {
        let _ = writeln!(io::stderr(), "{what}");
    }
}

impl Lost {
    fn new(reason: String, again: bool) -> Self {
        Self { reason, again, at_least: Duration::ZERO }
    }
}

async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Result<T, Duration> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.map_err(|_| limit),
        None => Ok(future.await),
    }
}

/// The seconds of `Retry-After`; its other form, a date, is as good as none.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The error with its causes, which say more than itself.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    harmless(&text).into_owned()
}
