//! The limit on an event's length (`src/docs/decisions.md`, decision 8), byte by byte: what counts, when it is too
//! much, and what is skipped then. Slow and obvious, like `oracle.rs`; without a limit, both agree.

use super::oracle::{self, Event, FieldName, Frame, comment, field, integer, without_bom};

/// What one call returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Frame(Frame),
    /// The error; `offset` is that of the byte after the previous blank line, 0 for the first event.
    TooLong {
        offset: u64,
    },
}

/// `next_event` as a decoder with this limit: comments are free, and neither they nor `retry` are shown.
pub fn events_within(stream: &[u8], limit: usize) -> Vec<Step> {
    within(&Outcome::default(), stream, limit, Calls::NextEvent).steps
}

/// `next_frame` as a decoder with this limit: a comment counts by itself, and the event around it is untouched.
pub fn frames_within(stream: &[u8], limit: usize) -> Vec<Step> {
    within(&Outcome::default(), stream, limit, Calls::NextFrame).steps
}

/// Which of a decoder's two loops is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    NextEvent,
    NextFrame,
    /// `next_frame` with ignored lines.
    IgnoredToo,
}

impl Calls {
    pub const EVERY: [Self; 3] = [Self::NextEvent, Self::NextFrame, Self::IgnoredToo];

    pub fn show(self, frame: &Frame) -> bool {
        match frame {
            Frame::Event(_) => true,
            Frame::Comment(_) | Frame::Retry(_) | Frame::Id(_) => self != Self::NextEvent,
            Frame::Ignored(_) => self == Self::IgnoredToo,
        }
    }
}

/// A whole connection, read to its end; the oracle's `Outcome` with errors among the frames.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub steps: Vec<Step>,
    pub last_event_id: String,
    pub reconnection_time: Option<u64>,
    pub unfinished: Option<Event>,
}

impl Outcome {
    /// Whether anything is too long.
    pub fn exceeds(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::TooLong { .. }))
    }

    /// What these calls show of a stream in which nothing is too long.
    pub fn unlimited(outcome: &oracle::Outcome, calls: Calls) -> Self {
        let shown = |frame: &&Frame| calls.show(frame);
        Self {
            steps: outcome.ignored_too.iter().filter(shown).cloned().map(Step::Frame).collect(),
            last_event_id: outcome.last_event_id.clone(),
            reconnection_time: outcome.reconnection_time,
            unfinished: outcome.unfinished.clone(),
        }
    }
}

/// Reads the connection that follows `before`.
pub fn within(before: &Outcome, stream: &[u8], limit: usize, calls: Calls) -> Outcome {
    let text = without_bom(stream);
    let mut model = Model {
        limit,
        calls,
        event_offset: 0,
        line: Vec::new(),
        pending: Pending::default(),
        skipping_event: false,
        skipping_comment: false,
        skipped_here: false,
        at_start: text.len() == stream.len(),
        seen: Outcome { steps: Vec::new(), unfinished: None, ..before.clone() },
    };

    let mut offset = stream.len() as u64 - text.len() as u64;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        offset += 1;
        if byte != b'\r' && byte != b'\n' {
            model.byte_arrives(byte);
            continue;
        }
        let blank = model.line.is_empty();
        model.line_ends();
        if byte == b'\r' && bytes.next_if_eq(&b'\n').is_some() {
            offset += 1;
        }
        if blank {
            model.event_offset = offset;
        }
    }
    model.stream_ends()
}

#[allow(clippy::struct_excessive_bools, reason = "independent of each other")]
struct Model {
    limit: usize,
    calls: Calls,
    /// Of the byte after the last blank line, its LF included.
    event_offset: u64,
    /// The line that is arriving.
    line: Vec<u8>,
    pending: Pending,
    /// Until the blank line.
    skipping_event: bool,
    /// Until the line's end; an unknown line counts as a comment does.
    skipping_comment: bool,
    /// The event became too long in this line, which is then not shown as ignored.
    skipped_here: bool,
    /// A byte order mark may still come.
    at_start: bool,
    seen: Outcome,
}

impl Model {
    fn byte_arrives(&mut self, byte: u8) {
        self.line.push(byte);
        self.at_start &= b"\xEF\xBB".starts_with(&self.line);
        self.weigh_event(self.pending.kept_with(&self.line));
        self.weigh_comment();
    }

    fn line_ends(&mut self) {
        self.at_start = false;
        if !self.line.is_empty() && comment(&self.line).is_none() && field(&self.line).is_none() {
            self.weigh_line(self.calls == Calls::IgnoredToo, self.line.len());
        }
        let line = core::mem::take(&mut self.line);
        let skipped_here = core::mem::take(&mut self.skipped_here);
        if line.is_empty() {
            return self.event_ends();
        }

        if let Some(text) = comment(&line) {
            let skipped = core::mem::take(&mut self.skipping_comment);
            if !skipped {
                self.show(Frame::Comment(utf8(text)));
            }
        } else if field(&line).is_none() {
            if !core::mem::take(&mut self.skipping_comment) {
                self.show(Frame::Ignored(utf8(&line)));
            }
        } else if is_void(&line) && !skipped_here && self.calls == Calls::IgnoredToo {
            // Only its end shows that it is ignored.
            if line.len() > self.limit {
                self.seen.steps.push(Step::TooLong { offset: self.event_offset });
            } else {
                self.show(Frame::Ignored(utf8(&line)));
            }
        }

        if let Some((FieldName::Retry, value)) = field(&line)
            && let Some(time) = integer(&utf8(value))
        {
            self.seen.reconnection_time = Some(time);
            self.show(Frame::Retry(time));
        }

        if !self.skipping_event {
            self.pending.add(&line);
            self.weigh_event(self.pending.kept());
            // Found at this line's end, so it does not affect the next line.
            self.skipped_here = false;
        }
    }

    fn event_ends(&mut self) {
        let pending = core::mem::take(&mut self.pending);
        if core::mem::take(&mut self.skipping_event) {
            return;
        }
        if let Some(id) = &pending.id {
            self.seen.last_event_id = utf8(id);
        }
        if let Some(event) = pending.event(&self.seen.last_event_id) {
            self.show(Frame::Event(event));
        } else if let Some(id) = &pending.id {
            self.show(Frame::Id(utf8(id)));
        }
    }

    fn show(&mut self, frame: Frame) {
        if self.calls.show(&frame) {
            self.seen.steps.push(Step::Frame(frame));
        }
    }

    /// The unfinished line counts as ended; an event that exceeds the limit is never returned.
    fn stream_ends(mut self) -> Outcome {
        if !self.skipping_event {
            if !self.line.is_empty() {
                self.pending.add(&self.line);
            }
            if self.pending.kept() <= self.limit {
                self.seen.unfinished = self.pending.event(&self.seen.last_event_id);
            }
        }
        self.seen
    }

    fn weigh_event(&mut self, kept: usize) {
        if kept > self.limit && !self.skipping_event {
            self.skipping_event = true;
            self.skipped_here = true;
            self.seen.steps.push(Step::TooLong { offset: self.event_offset });
        }
    }

    fn weigh_comment(&mut self) {
        let (shown, len) = match comment(&self.line) {
            Some(text) => (self.calls != Calls::NextEvent, text.len()),
            None => (self.calls == Calls::IgnoredToo && !self.at_start && is_unknown(&self.line), self.line.len()),
        };
        self.weigh_line(shown, len);
    }

    fn weigh_line(&mut self, shown: bool, len: usize) {
        if shown && len > self.limit && !self.skipping_comment {
            self.skipping_comment = true;
            self.seen.steps.push(Step::TooLong { offset: self.event_offset });
        }
    }
}

/// Whether a line of a known field is ignored for its value.
fn is_void(line: &[u8]) -> bool {
    match field(line) {
        Some((FieldName::Id, value)) => value.contains(&b'\0'),
        Some((FieldName::Retry, value)) => integer(&utf8(value)).is_none(),
        _ => false,
    }
}

/// Whether no known field begins like this line so far.
fn is_unknown(line: &[u8]) -> bool {
    let names: [&[u8]; 4] = [b"event:", b"data:", b"id:", b"retry:"];
    !names.iter().any(|name| name.starts_with(line) || line.starts_with(name))
}

/// What the ended lines of an event leave behind, in raw bytes.
#[derive(Default)]
struct Pending {
    data: Option<Vec<u8>>,
    event_type: Vec<u8>,
    id: Option<Vec<u8>>,
}

impl Pending {
    fn kept(&self) -> usize {
        self.data.as_ref().map_or(0, Vec::len) + self.event_type.len() + self.id.as_ref().map_or(0, Vec::len)
    }

    /// What counts while `line` is arriving. Before its first value byte it counts nothing and replaces nothing.
    fn kept_with(&self, line: &[u8]) -> usize {
        match field(line) {
            None | Some((_, b"") | (FieldName::Retry, _)) => self.kept(),
            // The LF before a second or later line.
            Some((FieldName::Data, value)) => self.kept() + usize::from(self.data.is_some()) + value.len(),
            // It replaces the old type.
            Some((FieldName::Event, value)) => self.kept() - self.event_type.len() + value.len(),
            // A void id counts nothing from its NUL on; until an id's line ends, the one before is kept too.
            Some((FieldName::Id, value)) if value.contains(&b'\0') => self.kept(),
            Some((FieldName::Id, value)) => self.kept() + value.len(),
        }
    }

    fn add(&mut self, line: &[u8]) {
        match field(line) {
            Some((FieldName::Data, value)) => match &mut self.data {
                None => self.data = Some(value.to_vec()),
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
            },
            Some((FieldName::Event, value)) => self.event_type = value.to_vec(),
            Some((FieldName::Id, value)) if !value.contains(&b'\0') => self.id = Some(value.to_vec()),
            _ => {}
        }
    }

    fn event(&self, sticky: &str) -> Option<Event> {
        let data = utf8(self.data.as_ref()?);
        let event_type = if self.event_type.is_empty() { "message".to_owned() } else { utf8(&self.event_type) };
        let id = self.id.as_deref().map(utf8);
        let last_event_id = id.clone().unwrap_or_else(|| sticky.to_owned());
        Some(Event { event_type, data, id, last_event_id })
    }
}

fn utf8(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}
