//! Inputs that are events to send, and what must arrive.

use std::time::Duration;

use sse_wire::{EventBuilder, EventId, EventType};

use crate::oracle::{Event, FieldName, Frame, Line};

/// Events to send, one after the other.
///
/// The first byte of an input is a seed for what is random. In the rest, 0xFF ends an event and 0xFE a field. The first
/// byte of a field says which it is: `c` a comment, `e` the type, `i` the id, `r` the reconnection time in nanoseconds,
/// and any other the data, in which 0xFD marks a place to cut. The first `D` of an input is data that is repeated, 256
/// times or up to 10 KiB. If a field comes twice, the last one counts.
#[derive(Debug)]
pub struct Events {
    pub seed: u64,
    pub events: Vec<Sent>,
}

/// One event to send, made of unchecked text. If its type or id cannot be sent, the event has none.
#[derive(Debug, Default)]
pub struct Sent {
    pub comment: Option<String>,
    pub event_type: Option<String>,
    pub id: Option<String>,
    pub retry: Option<Duration>,
    pub data: Option<Data>,
}

/// The data of an event, and where the input asks for cuts in it.
#[derive(Debug)]
pub struct Data {
    pub text: String,
    pub marks: Vec<usize>,
}

impl Events {
    pub fn new(input: &[u8]) -> Self {
        let (seed, rest) = input.split_first().unwrap_or((&0, &[]));
        let mut long = true;
        let events = rest.split(|&byte| byte == 0xFF).map(|event| Sent::new(event, &mut long));
        Self { seed: u64::from(*seed), events: events.collect() }
    }
}

impl Sent {
    /// `long` says whether the data may still be repeated.
    fn new(input: &[u8], long: &mut bool) -> Self {
        let mut sent = Self::default();
        for field in input.split(|&byte| byte == 0xFE) {
            let Some((name, value)) = field.split_first() else { continue };
            let text = || String::from_utf8_lossy(value).into_owned();
            match name {
                b'c' => sent.comment = Some(text()),
                b'e' => sent.event_type = Some(text()),
                b'i' => sent.id = Some(text()),
                b'r' => sent.retry = Some(time(value)),
                b'D' if core::mem::take(long) => {
                    sent.data = Some(Data::new(&value.repeat((10 * 1024 / value.len().max(1)).min(256))));
                }
                _ => sent.data = Some(Data::new(value)),
            }
        }
        sent
    }

    /// The type, if it can be sent.
    pub fn valid_type(&self) -> Option<&str> {
        self.event_type.as_deref().filter(|text| !text.contains(['\r', '\n']))
    }

    /// The id, if it can be sent.
    pub fn valid_id(&self) -> Option<&str> {
        self.id.as_deref().filter(|text| !text.contains(['\r', '\n', '\0']))
    }

    pub fn data(&self) -> Option<&str> {
        self.data.as_ref().map(|data| data.text.as_str())
    }

    pub fn builder(&self) -> EventBuilder<'_> {
        self.head().when_some(self.data(), EventBuilder::data)
    }

    /// The event without its data.
    pub fn head(&self) -> EventBuilder<'_> {
        let event_type = self.valid_type().map(|text| EventType::new(text).expect("no line end"));
        let id = self.valid_id().map(|text| EventId::new(text).expect("no line end and no NUL"));
        EventBuilder::new()
            .when_some(self.comment.as_deref(), EventBuilder::comment)
            .when_some(event_type, EventBuilder::event_type)
            .when_some(id, EventBuilder::id)
            .when_some(self.retry, EventBuilder::retry)
    }

    /// Exactly the lines that must be sent.
    pub fn lines(&self) -> Vec<Line> {
        let field = |name, text: &str| Line::Field { name, value: text.into() };
        let mut lines = Vec::new();
        if let Some(text) = &self.comment {
            lines.extend(with_lf(text).split('\n').map(|line| Line::Comment(line.into())));
        }
        lines.extend(self.valid_type().map(|text| field(FieldName::Event, text)));
        lines.extend(self.valid_id().map(|text| field(FieldName::Id, text)));
        lines.extend(self.millis().map(|time| field(FieldName::Retry, &time.to_string())));
        if let Some(text) = self.data() {
            lines.extend(with_lf(text).split('\n').map(|line| field(FieldName::Data, line)));
        }
        if !lines.is_empty() {
            lines.push(Line::Blank);
        }
        lines
    }

    /// The bytes that must be sent: each line with the space after the colon, ended by LF.
    pub fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        for line in self.lines() {
            let (name, value) = match line {
                Line::Field { name: FieldName::Event, value } => ("event: ", value),
                Line::Field { name: FieldName::Data, value } => ("data: ", value),
                Line::Field { name: FieldName::Id, value } => ("id: ", value),
                Line::Field { name: FieldName::Retry, value } => ("retry: ", value),
                Line::Comment(text) => (": ", text),
                Line::Unknown(_) => unreachable!("nobody sends these"),
                Line::Blank => ("", Vec::new()),
            };
            wire.extend_from_slice(name.as_bytes());
            wire.extend(value);
            wire.push(b'\n');
        }
        wire
    }

    /// What a receiver must see, given the last event ID, which this updates.
    pub fn frames(&self, last_event_id: &mut String) -> Vec<Frame> {
        let mut frames = Vec::new();
        if let Some(text) = &self.comment {
            frames.extend(with_lf(text).split('\n').map(|line| Frame::Comment(line.to_owned())));
        }
        frames.extend(self.millis().map(Frame::Retry));
        if let Some(id) = self.valid_id() {
            id.clone_into(last_event_id);
        }
        if let Some(data) = self.data() {
            frames.push(Frame::Event(Event {
                event_type: self.valid_type().filter(|text| !text.is_empty()).unwrap_or("message").to_owned(),
                data: with_lf(data),
                id: self.valid_id().map(str::to_owned),
                last_event_id: last_event_id.clone(),
            }));
        } else if let Some(id) = self.valid_id() {
            frames.push(Frame::Id(id.to_owned()));
        }
        frames
    }

    /// The reconnection time in milliseconds, rounded up.
    pub fn millis(&self) -> Option<u64> {
        let nanos = self.retry?.as_nanos();
        let up = u128::from(nanos % 1_000_000 > 0);
        Some(u64::try_from(nanos / 1_000_000 + up).unwrap_or(u64::MAX))
    }
}

impl Data {
    fn new(value: &[u8]) -> Self {
        let mut bytes = Vec::new();
        let mut marks = Vec::new();
        for &byte in value {
            match byte {
                0xFD => marks.push(bytes.len()),
                byte => bytes.push(byte),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // Replacement may make the text longer than the bytes, never shorter.
        Self { text, marks }
    }
}

/// Text as a receiver sees it.
fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Any time: the digits are nanoseconds; other characters are ignored.
fn time(digits: &[u8]) -> Duration {
    let digits = digits.iter().filter(|byte| byte.is_ascii_digit());
    let nanos = digits.fold(0_u128, |nanos, digit| nanos.wrapping_mul(10).wrapping_add(u128::from(digit - b'0')));
    let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
    Duration::new(seconds, (nanos % 1_000_000_000) as u32)
}
