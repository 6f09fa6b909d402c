//! Why listening ended, in words and as an exit status.

use std::fmt;
use std::io;

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
pub(super) struct Ended {
    pub(super) code: u8,
    why: String,
}

impl Ended {
    pub(super) fn new(code: u8, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::new(0, "nobody reads the output any more")
        } else {
            Self::new(1, error.to_string())
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.code == 0 { "end" } else { "error" }, self.why)
    }
}
