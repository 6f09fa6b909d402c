//! The data of a published event: which run, which number, when; and text up to the requested length.
//!
//! Plain text without quotes, so that neither transport pays for escaping it.

use std::fmt::Write as _;
use std::time::Duration;

/// The type of the events.
pub(super) const EVENT_TYPE: &str = "load";

/// What a client needs of an event's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Of this run only.
    pub(super) run: u32,
    /// From 0, without gaps.
    pub(super) number: u64,
    /// Since the run's epoch.
    pub(super) sent: Duration,
}

impl Sample {
    pub(super) fn text(self, len: usize) -> String {
        let mut text = format!("{:08x} {} {}", self.run, self.number, self.sent.as_nanos());
        if text.len() < len {
            let _ = write!(text, " {}", "x".repeat(len - text.len() - 1));
        }
        text
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let run = u32::from_str_radix(words.next()?, 16).ok()?;
        let number = words.next()?.parse().ok()?;
        let sent = Duration::from_nanos(words.next()?.parse().ok()?);
        Some(Self { run, number, sent })
    }
}
