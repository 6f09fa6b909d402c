//! Where a peer differs from the standard by a choice that its documentation states. That is no fault, and is marked.

use super::oracle::Outcome;
use super::verdict::Verdict;
use crate::sink::Record;

/// A choice, in the words of the documentation.
#[derive(Debug)]
pub struct Choice {
    /// The crate's name.
    pub whose: &'static str,
    /// Where it stands.
    pub source: &'static str,
    /// The words.
    pub words: &'static str,
    /// What follows from them, where that is not plain.
    pub note: &'static str,
    applies: fn(&Case<'_>) -> bool,
}

/// What a choice may explain.
pub(super) struct Case<'a> {
    pub(super) wire: &'a [u8],
    pub(super) want: &'a Outcome,
    /// None of who panics.
    pub(super) got: Option<&'a Record>,
    pub(super) verdict: Verdict,
}

impl Case<'_> {
    fn refuses_ill_formed(&self) -> bool {
        str::from_utf8(self.wire).is_err() && matches!(self.verdict, Verdict::Ends | Verdict::Errs)
    }

    fn forgets_the_time_alone(&self) -> bool {
        self.verdict == Verdict::Forgets
            && self.got.is_some_and(|got| got.last_event_id.as_ref().is_none_or(|id| *id == self.want.last_event_id))
    }
}

/// All of them: each has one address, by which it is known.
pub static CHOICES: &[Choice] = &[
    Choice {
        whose: "sse-core",
        source: "`SseEvent::Retry`",
        words: "A server request to change the client's reconnect time (in milliseconds).",
        note: "As a `u32`; greater ones are ignored.",
        applies: |case| {
            case.forgets_the_time_alone() && case.want.reconnection_time.is_some_and(|time| time > u32::MAX.into())
        },
    },
    Choice {
        whose: "sse-stream",
        source: "README",
        words: "Recognized field values require valid UTF-8. Input and UTF-8 errors are returned once, then the decoder \
                ends.",
        note: "",
        applies: |case| case.refuses_ill_formed(),
    },
    Choice {
        whose: "sse-stream",
        source: "README",
        words: "Incomplete final blocks are discarded at EOF.",
        note: "And with them their `retry`, which belongs to the block.",
        applies: |case| case.forgets_the_time_alone(),
    },
    Choice {
        whose: "sseer",
        source: "`EventStreamError::Utf8Error`",
        words: "The stream had invalid utf8",
        note: "",
        applies: |case| case.refuses_ill_formed(),
    },
    Choice {
        whose: "sseer",
        source: "`Event`",
        words: "pub retry: Option<Duration>",
        note: "A field of the event: it comes with one, or not at all.",
        applies: |case| case.forgets_the_time_alone(),
    },
    Choice {
        whose: "sseer",
        source: "`EventStream::last_event_id`",
        words: "Reference to the last event id given out by this stream",
        note: "",
        applies: |case| case.verdict == Verdict::Forgets,
    },
    Choice {
        whose: "eventsource-stream",
        source: "`EventStreamError::Utf8`",
        words: "Source stream is not valid UTF8",
        note: "At the end of a stream that ends within a character. (Elsewhere too the error comes at the end alone; until then \
               everything behind the ill-formed bytes is kept back, which is counted as a stall.)",
        applies: |case| case.refuses_ill_formed(),
    },
    Choice {
        whose: "eventsource-stream",
        source: "`Event::retry`",
        words: "Retry duration if given",
        note: "A field of the event: it comes with one, or not at all.",
        applies: |case| case.forgets_the_time_alone(),
    },
    Choice {
        whose: "sse-codec",
        source: "`Error::Utf8Error`",
        words: "Incoming data is not valid utf-8.",
        note: "",
        applies: |case| case.refuses_ill_formed(),
    },
];

/// The choice that explains a case.
pub(super) fn of(name: &str, case: &Case<'_>) -> Option<&'static Choice> {
    CHOICES.iter().find(|choice| choice.whose == name && (choice.applies)(case))
}
