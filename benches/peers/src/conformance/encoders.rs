//! What encoders make of text that the format can carry, of text that it cannot, and of text that wants to be a field.

use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::oracle::{self, Event, Frame};
use crate::encoders::{ENCODERS, Encoder, Sent};
use crate::sink::Whose;

/// What an encoder made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// A receiver sees what was meant.
    Exact,
    /// An error, and nothing is sent.
    Refuses,
    /// It panics, and its documentation says so.
    DocumentedPanic,
    /// A receiver sees something else, and its documentation says so.
    DocumentedChange,
    /// It panics.
    Panics,
    /// A receiver sees something else than was meant.
    Alters,
    /// A receiver sees a field that the sender did not mean: whoever wrote the text has.
    Injects,
    /// It has no way to say that.
    CannotSay,
}

impl fmt::Display for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Refuses => "refuses",
            Self::DocumentedPanic => "panics, as documented",
            Self::DocumentedChange => "alters, as documented",
            Self::Panics => "**panics**",
            Self::Alters => "**alters**",
            Self::Injects => "**injects**",
            Self::CannotSay => "-",
        })
    }
}

/// An event to be sent.
#[derive(Debug)]
pub struct Row {
    /// What is special about it.
    pub name: &'static str,
    /// The event.
    pub sent: Sent,
    /// Whether the format can carry it at all: if not, to refuse is all that is right.
    pub possible: bool,
}

/// The encoders that are judged: of ours, one instead of four that give the same bytes.
pub fn judged() -> impl Iterator<Item = &'static Encoder> {
    ENCODERS.iter().filter(|encoder| encoder.name == "build+encode_into" || !OURS.contains(&encoder.name))
}

const OURS: [&str; 3] = ["encode_into", "to_bytes", "build+to_bytes"];

/// All rows. What wants to be a field says "forged", or 666.
pub fn rows() -> Vec<Row> {
    let data = |name, data: &str| row(name, Sent { data: Some(data.to_owned()), ..Sent::default() }, true);
    let with = |text: &str| (Some(text.to_owned()), Some("a".to_owned()));
    let event_type = |name, text: &str, possible| {
        let (event_type, data) = with(text);
        row(name, Sent { event_type, data, ..Sent::default() }, possible)
    };
    let id = |name, text: &str, possible| {
        let (id, data) = with(text);
        row(name, Sent { id, data, ..Sent::default() }, possible)
    };
    let comment = |name, text: &str| {
        let (comment, data) = with(text);
        row(name, Sent { data, comment, ..Sent::default() }, true)
    };
    let retry = |name, time, data: Option<&str>| {
        row(name, Sent { retry: Some(time), data: data.map(str::to_owned), ..Sent::default() }, true)
    };
    vec![
        data("data", "a"),
        data("data: empty", ""),
        data("data: a leading space", " a"),
        data("data: only a space", " "),
        data("data: a trailing space", "a "),
        data("data: a colon", ":a"),
        data("data: LF", "a\nb"),
        data("data: CR", "a\rb"),
        data("data: CRLF", "a\r\nb"),
        data("data: LF CR", "a\n\rb"),
        data("data: empty lines", "a\n\n\nb"),
        data("data: a leading LF", "\na"),
        data("data: a trailing LF", "a\n"),
        data("data: a trailing CR", "a\r"),
        data("data: a trailing CRLF", "a\r\n"),
        data("data: trailing line ends", "a\n\n"),
        data("data: only LF", "\n"),
        data("data: only CR", "\r"),
        data("data: spaces behind line ends", "{\n  \"a\": 1\n}"),
        data("data: NUL", "a\0b"),
        data("data: a byte order mark", "\u{FEFF}a"),
        data("data: U+2028, U+0085, VT, FF", "a\u{2028}b\u{85}c\u{B}d\u{C}e"),
        data("data: LF and a field", "a\ndata: forged"),
        data("data: LF and a type", "a\nevent: forged"),
        data("data: CR and an id", "a\rid: forged"),
        data("data: LF and a retry", "a\nretry: 666"),
        data("data: CR and an event", "a\r\revent: forged\rdata: forged\r\r"),
        data("data: LF and an event", "a\n\nevent: forged\ndata: forged\n\n"),
        data("data: CRLF and an event", "a\r\n\r\nevent: forged\r\ndata: forged\r\n\r\n"),
        event_type("type", "t", true),
        event_type("type: message", "message", true),
        event_type("type: empty", "", true),
        event_type("type: a leading space", " t", true),
        event_type("type: a trailing space", "t ", true),
        event_type("type: a colon", "t:u", true),
        event_type("type: NUL", "t\0", true),
        event_type("type: LF", "t\nu", false),
        event_type("type: CR", "t\ru", false),
        event_type("type: a trailing LF", "t\n", false),
        event_type("type: LF and a field", "t\ndata: forged", false),
        event_type("type: CR and a field", "t\rid: forged", false),
        event_type("type: CRLF and an event", "t\r\ndata: forged\r\n\r\n", false),
        id("id", "1", true),
        id("id: empty", "", true),
        id("id: a leading space", " 1", true),
        id("id: a trailing space", "1 ", true),
        id("id: a colon", "1:2", true),
        id("id: NUL", "1\0", false),
        id("id: LF", "1\n2", false),
        id("id: CR", "1\r2", false),
        id("id: LF and a field", "1\ndata: forged", false),
        id("id: CR and a type", "1\revent: forged", false),
        id("id: CRLF and an event", "1\r\ndata: forged\r\n\r\n", false),
        comment("comment", "c"),
        comment("comment: empty", ""),
        comment("comment: a leading space", " c"),
        comment("comment: NUL", "c\0"),
        comment("comment: LF", "c\nd"),
        comment("comment: CR and a field", "c\rdata: forged"),
        comment("comment: CRLF and an event", "c\r\ndata: forged\r\n\r\n"),
        retry("retry", 3000, Some("a")),
        retry("retry: zero", 0, Some("a")),
        retry("retry: without seconds", 7, Some("a")),
        retry("retry: milliseconds behind seconds", 1007, Some("a")),
        retry("retry: the greatest", u64::MAX, Some("a")),
        retry("retry alone", 3000, None),
        row("id alone", Sent { id: Some("1".to_owned()), ..Sent::default() }, true),
        row("comment alone", Sent { comment: Some("c".to_owned()), ..Sent::default() }, true),
        row(
            "everything",
            Sent {
                event_type: Some("t".to_owned()),
                id: Some("1".to_owned()),
                retry: Some(3000),
                data: Some("a\nb".to_owned()),
                comment: None,
            },
            true,
        ),
    ]
}

fn row(name: &'static str, sent: Sent, possible: bool) -> Row {
    Row { name, sent, possible }
}

/// What an encoder makes of a row.
pub fn judge(encoder: &Encoder, row: &Row) -> Sending {
    let Some(result) = encode(encoder, &row.sent) else {
        return if is_documented_panic(encoder, row) { Sending::DocumentedPanic } else { Sending::Panics };
    };
    let wire = match result {
        Ok(wire) => wire,
        Err(reason) if reason.starts_with("has no ") => return Sending::CannotSay,
        Err(_) => return Sending::Refuses,
    };
    // An event follows, so that nothing may be left over for it.
    let got = oracle::interpret(&[&wire[..], b"event: next\ndata: next\n\n"].concat());
    if got == meant(&row.sent) {
        Sending::Exact
    } else if forged(&got.frames) {
        Sending::Injects
    } else if encoder.name == "axum" && row.sent.data.as_deref() == Some("") {
        Sending::DocumentedChange
    } else {
        Sending::Alters
    }
}

fn encode(encoder: &Encoder, sent: &Sent) -> Option<Result<Vec<u8>, String>> {
    let sent: Arc<[Sent]> = [sent.clone()].into();
    let encode = || {
        let mut wire = Vec::new();
        (encoder.encode)(&sent, &mut |run| run(), &mut |event| wire.extend_from_slice(event)).map(|()| wire)
    };
    catch_unwind(AssertUnwindSafe(encode)).ok()
}

/// "Panics if `event` contains any newlines or carriage returns", and the like for `id` and `comment`.
fn is_documented_panic(encoder: &Encoder, row: &Row) -> bool {
    let has = |text: &Option<String>, bad: &[char]| text.as_ref().is_some_and(|text| text.contains(bad));
    encoder.name == "axum"
        && (has(&row.sent.event_type, &['\r', '\n'])
            || has(&row.sent.id, &['\r', '\n', '\0'])
            || has(&row.sent.comment, &['\r', '\n']))
}

/// What a receiver has to see, and then the next event.
fn meant(sent: &Sent) -> oracle::Outcome {
    let lf = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let mut frames = Vec::new();
    if let Some(text) = &sent.comment {
        frames.extend(lf(text).split('\n').map(|line| Frame::Comment(line.to_owned())));
    }
    frames.extend(sent.retry.map(Frame::Retry));
    let last_event_id = sent.id.clone().unwrap_or_default();
    if let Some(data) = &sent.data {
        let event_type = sent.event_type.clone().filter(|name| !name.is_empty());
        frames.push(Frame::Event(Event {
            event_type: event_type.unwrap_or_else(|| "message".to_owned()),
            data: lf(data),
            id: sent.id.clone(),
            last_event_id: last_event_id.clone(),
        }));
    }
    if sent.data.is_none() {
        frames.extend(sent.id.clone().map(Frame::Id));
    }
    frames.push(Frame::Event(Event {
        event_type: "next".to_owned(),
        data: "next".to_owned(),
        id: None,
        last_event_id: last_event_id.clone(),
    }));
    let ignored_too = frames.clone();
    oracle::Outcome { frames, ignored_too, last_event_id, reconnection_time: sent.retry, unfinished: None }
}

/// Whether what wants to be a field has become one. A line of data that reads `data: forged` has not.
fn forged(frames: &[Frame]) -> bool {
    frames.iter().any(|frame| match frame {
        Frame::Event(event) => {
            event.event_type == "forged"
                || event.last_event_id == "forged"
                || event.data.split('\n').any(|line| line == "forged")
        }
        Frame::Id(id) => id == "forged",
        Frame::Comment(_) | Frame::Ignored(_) => false,
        Frame::Retry(time) => *time == 666,
    })
}

/// Whether ours gives what was meant wherever the format can carry it, and else refuses.
pub fn ours_are_right() -> bool {
    let ours = || ENCODERS.iter().filter(|encoder| encoder.whose == Whose::Ours);
    rows().iter().all(|row| {
        let right = if row.possible { Sending::Exact } else { Sending::Refuses };
        ours().all(|encoder| judge(encoder, row) == right)
    })
}
