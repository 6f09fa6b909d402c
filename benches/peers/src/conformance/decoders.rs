//! Every row through every decoder, in every chunking.

use core::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::choices::{self, Case, Choice};
use super::oracle::{self, Outcome};
use super::rows;
use super::verdict::Verdict;
use crate::decoders::{DECODERS, Decoder};
use crate::input::Input;
use crate::sink::{Record, Recorded, Whose};

/// What a decoder calls an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Id {
    /// The last event ID once the event is dispatched.
    Last,
    /// The one among the event's own lines.
    Own,
}

/// A stream, and how each decoder read it.
#[derive(Debug)]
pub struct Judged {
    /// Which rows it belongs to.
    pub group: String,
    /// The row's name, with its line end.
    pub name: String,
    /// The stream.
    pub wire: Vec<u8>,
    /// In the order of [`DECODERS`].
    pub verdicts: Vec<Judgement>,
}

/// How a decoder read a stream.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// In one chunk.
    pub whole: Verdict,
    /// The worst of all chunkings.
    pub worst: Verdict,
    /// The first chunking with that result.
    pub cut: Cut,
    /// A choice that its documentation states, and that explains it.
    pub choice: Option<&'static Choice>,
}

/// A way to cut a stream into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Not at all.
    Whole,
    /// Into single bytes.
    Bytewise,
    /// With an empty chunk before each byte and at the end.
    BytewiseAndEmpty,
    /// In two.
    At(usize),
    /// In two, with an empty chunk in between.
    EmptyAt(usize),
}

impl Cut {
    fn every(len: usize) -> Vec<Self> {
        let mut cuts = vec![Self::Whole, Self::Bytewise, Self::BytewiseAndEmpty];
        cuts.extend((0..=len).flat_map(|index| [Self::At(index), Self::EmptyAt(index)]));
        cuts
    }

    /// The chunks; some may be empty.
    pub fn chunks(self, wire: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![wire],
            Self::Bytewise => wire.chunks(1).collect(),
            Self::BytewiseAndEmpty => wire.chunks(1).flat_map(|byte| [b"", byte]).chain([&b""[..]]).collect(),
            Self::At(index) => vec![&wire[..index], &wire[index..]],
            Self::EmptyAt(index) => vec![&wire[..index], b"", &wire[index..]],
        }
    }
}

/// What is sent after a stream, to see which decoders are still alive: an end for what is unfinished, and events.
const REST: &[u8] = b"\n\ndata: still there\n\ndata: still there\n\n";

/// Judges all decoders by all streams.
pub fn judge() -> Vec<Judged> {
    let streams = rows::streams();
    streams.into_iter().map(|stream| judge_stream(&stream.label, stream.wire)).collect()
}

/// Judges all decoders by one stream.
pub fn judge_stream(label: &str, wire: Vec<u8>) -> Judged {
    let want = oracle::interpret(&wire);
    let mut verdicts: Vec<Option<Judgement>> = vec![None; DECODERS.len()];
    for cut in Cut::every(wire.len()) {
        let input = Input::new(cut.chunks(&wire));
        for (decoder, judgement) in DECODERS.iter().zip(&mut verdicts) {
            let verdict = judge_cut(decoder, &input, &want, &wire, cut);
            let judgement = judgement.get_or_insert(Judgement { whole: verdict, worst: verdict, cut, choice: None });
            if verdict > judgement.worst {
                (judgement.worst, judgement.cut) = (verdict, cut);
            }
        }
    }
    let verdicts = DECODERS.iter().zip(verdicts.into_iter().flatten()).map(|(decoder, judgement)| {
        let got = record(decoder, &Input::new(judgement.cut.chunks(&wire)));
        let case = Case { wire: &wire, want: &want, got: got.as_ref(), verdict: judgement.worst };
        Judgement { choice: choices::of(decoder.name, &case), ..judgement }
    });
    let verdicts = verdicts.collect();
    let (group, name) = group(label);
    Judged { group, name, wire, verdicts }
}

/// Those with another line end than LF, and those behind a byte order mark, are separate groups: otherwise a decoder
/// that fails on either would seem to fail on everything.
fn group(label: &str) -> (String, String) {
    let (table, name) = label.split_once(": ").unwrap_or(("", label));
    let group = if label.ends_with(", BOM]") {
        "any row, behind a byte order mark"
    } else if label.ends_with("[CR]") {
        "any row, with CR for its line ends"
    } else if label.ends_with("[CRLF]") {
        "any row, with CRLF for its line ends"
    } else {
        table
    };
    (group.to_owned(), name.to_owned())
}

/// How a decoder reads a stream in one chunking.
pub fn verdict(decoder: &Decoder, wire: &[u8], cut: Cut) -> Verdict {
    judge_cut(decoder, &Input::new(cut.chunks(wire)), &oracle::interpret(wire), wire, cut)
}

/// The same, with the choice that explains it.
pub fn judgement(decoder: &Decoder, wire: &[u8], cut: Cut) -> (Verdict, Option<&'static Choice>) {
    let want = oracle::interpret(wire);
    let input = Input::new(cut.chunks(wire));
    let verdict = judge_cut(decoder, &input, &want, wire, cut);
    if verdict == Verdict::Exact {
        return (verdict, None);
    }
    let got = record(decoder, &input);
    (verdict, choices::of(decoder.name, &Case { wire, want: &want, got: got.as_ref(), verdict }))
}

fn judge_cut(decoder: &Decoder, input: &Input<'_>, want: &Outcome, wire: &[u8], cut: Cut) -> Verdict {
    let Some(got) = record(decoder, input) else { return Verdict::Panics };
    if got.stalled {
        return Verdict::Stalls;
    }
    let events = expected(decoder, want);
    if got.errors == 0 && normal(&got.events) == events {
        return if remembers(&got, want) { Verdict::Exact } else { Verdict::Forgets };
    }

    // Bytes after an incomplete character would make it ill-formed.
    let ends_within_a_character = str::from_utf8(wire).is_err_and(|error| error.error_len().is_none());
    if ends_within_a_character && normal(&got.events) == events {
        return Verdict::Errs;
    }

    // What it does when the connection continues.
    let longer = [wire, REST].concat();
    let mut input = Input::new([cut.chunks(wire), vec![REST]].concat());
    input.open = true;
    let Some(later) = record(decoder, &input) else { return Verdict::Panics };
    let alive = later.events.last().is_some_and(|event| event.data == "still there");
    if !alive {
        return if later.errors > 0 { Verdict::Ends } else { Verdict::Stalls };
    }
    if later.errors > 0 {
        return Verdict::Errs;
    }
    // One that is always late keeps the last event back there too.
    let shown = normal(&later.events);
    if shown.len() > events.len() && expected(decoder, &oracle::interpret(&longer)).starts_with(&shown) {
        return if got.events.len() < events.len() { Verdict::Late } else { Verdict::Invents };
    }
    match got.events.len().cmp(&events.len()) {
        core::cmp::Ordering::Less => Verdict::Loses,
        core::cmp::Ordering::Equal => Verdict::Alters,
        core::cmp::Ordering::Greater => Verdict::Invents,
    }
}

fn record(decoder: &Decoder, input: &Input<'_>) -> Option<Record> {
    catch_unwind(AssertUnwindSafe(|| decoder.record(input))).ok()
}

/// The events in a decoder's own terms.
fn expected(decoder: &Decoder, want: &Outcome) -> Vec<Recorded> {
    let id = if decoder.name == "sse-stream" { Id::Own } else { Id::Last };
    let events = want.events().into_iter().map(|event| Recorded {
        event_type: event.event_type,
        data: event.data,
        id: match id {
            Id::Last => event.last_event_id,
            Id::Own => event.id.unwrap_or_default(),
        },
    });
    events.collect()
}

/// No type is "message".
fn normal(events: &[Recorded]) -> Vec<Recorded> {
    let mut events = events.to_vec();
    for event in &mut events {
        if event.event_type.is_empty() {
            event.event_type.push_str("message");
        }
    }
    events
}

fn remembers(got: &Record, want: &Outcome) -> bool {
    got.retry == want.reconnection_time && got.last_event_id.as_ref().is_none_or(|id| *id == want.last_event_id)
}

/// What a decoder shows of a stream, and what it should, for people.
pub fn explain(decoder: &Decoder, wire: &[u8], cut: Cut) -> (String, String) {
    let want = oracle::interpret(wire);
    let text = |events: &[Recorded], retry: Option<u64>, id: Option<&str>| {
        let mut parts: Vec<String> = events.iter().map(show).collect();
        parts.extend(retry.map(|time| format!("retry {time}")));
        parts.extend(id.filter(|id| !id.is_empty()).map(|id| format!("last event ID {id:?}")));
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    };
    let has_last = |got: &Record| got.last_event_id.is_some();
    match record(decoder, &Input::new(cut.chunks(wire))) {
        None => ("panic".to_owned(), text(&expected(decoder, &want), want.reconnection_time, None)),
        Some(got) => {
            let last = has_last(&got).then_some(want.last_event_id.as_str());
            let mut shown = text(&normal(&got.events), got.retry, got.last_event_id.as_deref());
            if got.errors > 0 {
                let _ = write!(shown, ", {} errors", got.errors);
            }
            (shown, text(&expected(decoder, &want), want.reconnection_time, last))
        }
    }
}

fn show(event: &Recorded) -> String {
    let mut text = format!("{:?}", event.data);
    if event.event_type != "message" {
        text = format!("{}: {text}", event.event_type.escape_debug());
    }
    if !event.id.is_empty() {
        let _ = write!(text, " (id {:?})", event.id);
    }
    text
}

/// Whether all of ours are exact everywhere.
pub fn ours_are_exact(all: &[Judged]) -> bool {
    all.iter().all(|judged| {
        DECODERS
            .iter()
            .zip(&judged.verdicts)
            .all(|(decoder, judgement)| decoder.whose == Whose::Peer || judgement.worst == Verdict::Exact)
    })
}
