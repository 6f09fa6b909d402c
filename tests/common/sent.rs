//! Generated events to send, and what a receiver must see.

use std::time::Duration;

use proptest::option::of;
use proptest::prelude::*;
use sse_wire::{EventBuilder, EventId, EventType};

use super::oracle;

/// Text that goes out: every line end, what looks like fields, and what a receiver treats specially.
pub fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        3 => proptest::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "data: x", "id: 9", "event: e", "retry: 1", ":", " "])
            .prop_map(str::to_owned),
        1 => proptest::sample::select(vec!["\0", "\u{2028}", "\u{2029}", "\u{85}", "\u{FEFF}", "\u{B}", "é", "😀"]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    proptest::collection::vec(fragment, 0..8).prop_map(|fragments| fragments.concat())
}

#[derive(Clone, Debug)]
pub struct Sent {
    pub event_type: Option<String>,
    pub id: Option<String>,
    pub retry: Option<Duration>,
    pub data: Option<String>,
    pub comment: Option<String>,
}

impl Sent {
    pub fn builder(&self) -> EventBuilder<'_> {
        EventBuilder::new()
            .when_some(self.event_type.as_deref().map(|text| EventType::new(text).unwrap()), EventBuilder::event_type)
            .when_some(self.id.as_deref().map(|text| EventId::new(text).unwrap()), EventBuilder::id)
            .when_some(self.retry, EventBuilder::retry)
            .when_some(self.data.as_deref(), EventBuilder::data)
            .when_some(self.comment.as_deref(), EventBuilder::comment)
    }

    /// What a receiver must see according to the documentation.
    pub fn received(&self, last_event_id: &mut String) -> Vec<oracle::Frame> {
        let mut frames = Vec::new();
        if let Some(text) = &self.comment {
            frames.extend(lf(text).split('\n').map(|line| oracle::Frame::Comment(line.to_owned())));
        }
        if let Some(time) = self.retry {
            let millis = u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
            frames.push(oracle::Frame::Retry(millis));
        }
        if let Some(id) = &self.id {
            last_event_id.clone_from(id);
        }
        if let Some(data) = &self.data {
            frames.push(oracle::Frame::Event(oracle::Event {
                event_type: self
                    .event_type
                    .clone()
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| "message".to_owned()),
                data: lf(data),
                id: self.id.clone(),
                last_event_id: last_event_id.clone(),
            }));
        } else if let Some(id) = &self.id {
            frames.push(oracle::Frame::Id(id.clone()));
        }
        frames
    }
}

pub fn lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

pub fn sent() -> impl Strategy<Value = Sent> {
    let event_type = text().prop_map(|text| text.replace(['\r', '\n'], ""));
    let id = text().prop_map(|text| text.replace(['\r', '\n', '\0'], ""));
    let retry = prop_oneof![any::<Duration>(), (0..5_000_000_u64).prop_map(Duration::from_nanos)];
    (of(event_type), of(id), of(retry), of(text()), of(text()))
        .prop_map(|(event_type, id, retry, data, comment)| Sent { event_type, id, retry, data, comment })
}

pub fn field(name: oracle::FieldName, value: Vec<u8>) -> oracle::Line {
    oracle::Line::Field { name, value }
}
