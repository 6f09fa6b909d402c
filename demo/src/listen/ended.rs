//! Why listening ended, in words and as an exit status.

use std::fmt;
use std::io;

use sse_wire::ConnectionFailed;

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0  the end that was asked for: --max-events have come, the answer to --post is complete, the server said
     204 (no more), Ctrl-C, or nobody reads the output any more
  1  a file, a certificate or the output failed
  2  the arguments are wrong
  3  the server answered with a status other than 200 and 204
  4  the server answered with something that is no event stream
  5  the connection was lost, and --max-retries are used up or --post forbids another
  6  as 0, but an event over --max-event-len was skipped";

#[derive(Debug)]
pub(super) enum Ended {
    MaxEvents,
    PostComplete,
    NoContent,
    Interrupted,
    OutputClosed,
    Failed(io::Error),
    /// The standard's "fail the connection".
    Refused(ConnectionFailed),
    Lost(String),
}

impl Ended {
    pub(super) fn code(&self, skipped: bool) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Refused(failed) if failed.status().is_some() => 3,
            Self::Refused(_) => 4,
            Self::Lost(_) => 5,
            _ if skipped => 6,
            _ => 0,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxEvents => f.write_str("end: as many events as asked for"),
            Self::PostComplete => f.write_str("end: the answer is complete"),
            Self::NoContent => f.write_str("end: the server has nothing more (204)"),
            Self::Interrupted => f.write_str("end: interrupted"),
            Self::OutputClosed => f.write_str("end: nobody reads the output any more"),
            Self::Failed(error) => write!(f, "error: {error}"),
            Self::Refused(failed) => write!(f, "error: {failed}"),
            Self::Lost(reason) => write!(f, "error: {reason}"),
        }
    }
}
