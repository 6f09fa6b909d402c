//! Why listening ended, in words and as an exit status.

use std::fmt;
use std::io;

use sse_wire::ConnectionFailed;

use super::print::harmless;

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0  the end that you asked for: --max-events or --until was reached, the response to --post is complete,
     the server answered 204 (no more), Ctrl-C or SIGTERM, or nobody reads the output any more
  1  a file, a certificate or the output failed
  2  the arguments are wrong
  3  the server answered with a status other than 200 and 204
  4  the response is not an event stream
  5  the connection was lost, and --max-retries is used up or --post forbids another
  6  as 0, but an event over --max-event-len was skipped
  7  the response is compressed, or one to --post was cut inside an event or ended without --until";

#[derive(Debug)]
pub(super) enum Ended {
    MaxEvents,
    Until,
    PostComplete,
    NoContent,
    Interrupted,
    OutputClosed,
    Failed(io::Error),
    /// The standard's "fail the connection", and how the body began.
    Refused(ConnectionFailed, String),
    Lost(String),
    Unreadable(String),
}

impl Ended {
    pub(super) fn code(&self, skipped: bool) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Refused(failed, _) if failed.status().is_some() => 3,
            Self::Refused(..) => 4,
            Self::Lost(_) => 5,
            Self::Unreadable(_) => 7,
            _ if skipped => 6,
            _ => 0,
        }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::OutputClosed } else { Self::Failed(error) }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxEvents => f.write_str("end: reached --max-events"),
            Self::Until => f.write_str("end: --until matched"),
            Self::PostComplete => f.write_str("end: the answer is complete"),
            Self::NoContent => f.write_str("end: the server has nothing more (204)"),
            Self::Interrupted => f.write_str("end: interrupted"),
            Self::OutputClosed => f.write_str("end: nobody reads the output any more"),
            Self::Failed(error) => write!(f, "error: {error}"),
            Self::Refused(failed, body) if body.is_empty() => write!(f, "error: {failed}"),
            Self::Refused(failed, body) => write!(f, "error: {failed}: {}", harmless(body)),
            Self::Lost(reason) | Self::Unreadable(reason) => write!(f, "error: {reason}"),
        }
    }
}
