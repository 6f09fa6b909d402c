//! The laws of JSON in events, and of events as the variants of an enum.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

use crate::common::sent::{lf, text};
use bytes::Bytes;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sse_wire::io::EventWriter;
use sse_wire::{Chunk, ChunkBuf, Decoder, EventBuf, EventBuilder, EventId, EventType, Frame, FrameBuf};

/// The only event that is encoded here.
fn received(wire: &[u8]) -> EventBuf {
    let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(wire));
    let event = Decoder::new().next_event_buf(&mut chunk).unwrap().unwrap();
    assert!(chunk.is_empty());
    event
}

/// An event of this type and data.
fn event(event_type: &str, data: &str) -> EventBuf {
    received(&EventBuilder::new().event_type(EventType::new(event_type).unwrap()).data(data).encode())
}

/// Every kind of variant, with every kind of content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message<'a> {
    Ping,
    Text(#[serde(borrow)] Cow<'a, str>),
    Numbers(Vec<i32>),
    Maybe(Option<u8>),
    Nothing(()),
    Nested(Result<u8, String>),
    Point(i64, u8),
    Empty(),
    #[serde(rename = "content_block.delta: größe ")]
    Delta {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        index: Option<u32>,
        text: String,
    },
    /// An event of the default type.
    #[serde(rename = "message")]
    Default {},
}

fn message() -> impl Strategy<Value = Message<'static>> {
    prop_oneof![
        Just(Message::Ping),
        text().prop_map(|text| Message::Text(text.into())),
        proptest::collection::vec(any::<i32>(), 0..4).prop_map(Message::Numbers),
        any::<Option<u8>>().prop_map(Message::Maybe),
        Just(Message::Nothing(())),
        (any::<u8>(), text()).prop_map(|(n, text)| Message::Nested(if n < 128 { Ok(n) } else { Err(text) })),
        any::<(i64, u8)>().prop_map(|(x, y)| Message::Point(x, y)),
        Just(Message::Empty()),
        (any::<Option<u32>>(), text()).prop_map(|(index, text)| Message::Delta { index, text }),
        Just(Message::Default {}),
    ]
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapper<T>(T);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_round_trips(text in text(), pretty in any::<bool>()) {
        let value = vec![(text.as_str(), 1_u8), ("\r\n\u{2028}", 2)];
        let mut writer = EventWriter::new(Vec::new());
        if pretty {
            let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
            serde_json::to_writer_pretty(&mut data, &value).unwrap();
            data.finish().unwrap();
        } else {
            writer.write_json(&EventBuilder::new(), &value).unwrap();
            prop_assert_eq!(writer.get_ref(), &EventBuilder::new().encode_json(&value).unwrap());
        }
        let event = received(&writer.into_inner());
        prop_assert_eq!(event.data().lines().count(), if pretty { 10 } else { 1 });
        let back: Vec<(String, u8)> = event.json().unwrap();
        prop_assert_eq!(back.iter().map(|(text, n)| (text.as_str(), *n)).collect::<Vec<_>>(), value);
    }

    /// Receivers that split at every line end of Unicode see one line of data.
    #[test]
    fn json_has_no_line_end_of_unicode(text in text(), key in text(), raw in text()) {
        let raw = serde_json::to_string(&raw).unwrap();
        let value = (BTreeMap::from([(key, text)]), RawValue::from_string(raw).unwrap());
        let plain = serde_json::to_string(&value).unwrap();
        let escaped = plain.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let event = received(&EventBuilder::new().encode_json(&value).unwrap());
        prop_assert_eq!(event.data(), &escaped);

        let mut writer = EventWriter::new(Vec::new());
        writer.write_json(&EventBuilder::new(), &value).unwrap();
        prop_assert_eq!(received(&writer.into_inner()), event);
    }

    #[test]
    fn tagged_round_trips(message in message()) {
        let wire = EventBuilder::new().encode_tagged(&message).unwrap();
        let event = received(&wire);
        prop_assert_eq!(&event.tagged::<Message<'_>>().unwrap(), &message);
        prop_assert_eq!(&event.as_event().tagged::<Wrapper<Message<'_>>>().unwrap().0, &message);

        // Every sink gets the same bytes.
        let mut out = b"before".to_vec();
        EventBuilder::new().encode_tagged_into(&message, &mut out).unwrap();
        prop_assert_eq!(&out[6..], &wire);
        prop_assert_eq!(&EventBuilder::new().encode_tagged(&Wrapper(&message)).unwrap(), &wire);
        let mut writer = EventWriter::new(Vec::new());
        writer.write_tagged(&EventBuilder::new(), &message).unwrap();
        prop_assert_eq!(writer.into_inner(), wire);

        // And it is what `serde_json` makes of the enum, taken apart.
        match serde_json::to_value(&message).unwrap() {
            serde_json::Value::String(name) => {
                prop_assert_eq!((event.event_type(), event.data()), (name.as_str(), "{}"));
            }
            value => {
                let (name, content) = value.as_object().unwrap().iter().next().unwrap();
                prop_assert_eq!(event.event_type(), name.as_str());
                prop_assert_eq!(&event.json::<serde_json::Value>().unwrap(), content);
            }
        }
    }

    /// The other fields of the event stay, and so does the data before the JSON.
    #[test]
    fn json_stands_behind_what_the_event_has(data in text(), n in any::<u8>()) {
        let head = EventBuilder::new().id(EventId::from_static("7")).comment("c").data(&data);
        let event = received(&head.encode_json(&n).unwrap());
        prop_assert_eq!(event.id(), Some("7"));
        prop_assert_eq!(event.data(), lf(&format!("{data}{n}")));
    }
}

#[test]
fn a_tagged_event_replaces_the_type_alone() {
    let head = EventBuilder::new()
        .event_type(EventType::from_static("other"))
        .id(EventId::from_static("7"))
        .retry(Duration::from_secs(1));
    let wire = head.encode_tagged(&Message::Point(1, 2)).unwrap();
    assert_eq!(wire, b"event: point\nid: 7\nretry: 1000\ndata: [1,2]\n\n");
}

#[test]
fn a_unit_variant_takes_whatever_data_there_is() {
    for data in ["{\"type\":\"ping\"}", "", "[DONE]", "{", "two\nlines", "null"] {
        assert_eq!(event("ping", data).tagged::<Message<'_>>().unwrap(), Message::Ping, "{data:?}");
    }
}

#[test]
fn an_other_variant_takes_every_other_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Known {
        Ping,
        #[serde(other)]
        Other,
    }
    assert_eq!(event("ping", "1").tagged::<Known>().unwrap(), Known::Ping);
    assert_eq!(event("pong", "no JSON").tagged::<Known>().unwrap(), Known::Other);
    assert_eq!(event("", "no JSON").tagged::<Known>().unwrap(), Known::Other);
}

#[test]
fn tagged_text_borrows_from_the_event() {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Delta<'a> {
        Text(&'a str),
        Block { text: &'a str },
    }
    let wire = b"event: text\ndata: \"Hello\"\n\nevent: block\ndata: {\"text\": \"Hello\"}\n\n";
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(wire);
    for _ in 0..2 {
        let delta: Delta<'_> = decoder.next_event(&mut chunk).unwrap().unwrap().tagged().unwrap();
        let (Delta::Text(text) | Delta::Block { text }) = delta;
        assert_eq!(text, "Hello");
        assert!(wire.as_ptr_range().contains(&text.as_ptr()));
    }
}

#[test]
fn json_borrows_from_the_event() {
    #[derive(Deserialize)]
    struct Delta<'a> {
        text: &'a str,
    }
    let wire = b"data: {\"text\": \"Hello\"}\n\n";
    let mut decoder = Decoder::new();
    let delta: Delta<'_> = decoder.next_event(&mut Chunk::new(wire)).unwrap().unwrap().json().unwrap();
    assert!(wire.as_ptr_range().contains(&delta.text.as_ptr()));

    let bytes = Bytes::from_static(wire);
    let event = Decoder::new().next_event_buf(&mut ChunkBuf::from(bytes.clone())).unwrap().unwrap();
    let delta: Delta<'_> = event.json().unwrap();
    assert!(bytes.as_ptr_range().contains(&delta.text.as_ptr()));
}

#[test]
fn json_errors_say_which_event_and_where() {
    let rows = [
        ("[1,2,x]", 5),
        ("", 0),
        ("[1", 2),
        ("[1,", 3),
        ("tru\ne", 3),
        ("[\"x\ny\"]", 3),
        ("[\n1,\n  true]", 10),
        ("[1] 2", 4),
        ("{\"a\": 1}", 0),
    ];
    for (data, offset) in rows {
        let error = event("", data).json::<Vec<u8>>().unwrap_err();
        assert_eq!((error.event_type(), error.offset()), ("message", offset), "{data:?}: {error}");
        assert!(!error.is_unknown_type());

        // In the content of a variant, too.
        let error = event("numbers", data).tagged::<Message<'_>>().unwrap_err();
        assert_eq!((error.event_type(), error.offset()), ("numbers", offset), "{data:?}: {error}");
        assert!(!error.is_unknown_type());
    }
}

#[test]
fn errors_of_tagged_events_name_the_type() {
    let rows: [(&str, &str, bool, &str); 6] = [
        ("pong", "{}", true, "type of event \"pong\": unknown variant `pong`, expected one of `ping`, `text`,"),
        ("", "no JSON", false, "data of event \"message\" at offset 1: expected ident at line 1 column 2"),
        ("Ping", "{}", true, "type of event \"Ping\": unknown variant `Ping`, "),
        (
            "text",
            "1",
            false,
            "data of event \"text\" at offset 0: invalid type: integer `1`, expected a string at line 1",
        ),
        ("point", "[1]", false, "data of event \"point\" at offset 2: invalid length 1, expected "),
        (
            "nothing",
            "null null",
            false,
            "data of event \"nothing\" at offset 5: trailing characters at line 1 column 6",
        ),
    ];
    for (event_type, data, is_unknown_type, message) in rows {
        let error = event(event_type, data).tagged::<Message<'_>>().unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.is_unknown_type(), is_unknown_type, "{error}");
        assert_eq!(error.event_type(), if event_type.is_empty() { "message" } else { event_type });
        assert!(error.source().is_none(), "the message would stand there twice");
    }
    let error = event("ping", "1").tagged::<Vec<u8>>().unwrap_err();
    assert_eq!(error.to_string(), "type of event \"ping\": invalid type: enum, expected a sequence");
}

#[test]
fn values_that_cannot_be_tagged_leave_nothing_behind() {
    #[derive(Serialize)]
    enum Bad {
        #[serde(rename = "two\nlines")]
        Type,
        Data(BTreeMap<(u8, u8), u8>),
    }
    #[derive(Serialize)]
    struct NoEnum {
        text: u8,
    }
    fn check(value: &impl Serialize, message: &str) {
        let mut out = b"before".to_vec();
        let error = EventBuilder::new().encode_tagged_into(value, &mut out).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(out, b"before");
        let mut writer = EventWriter::new(Vec::new());
        assert_eq!(writer.write_tagged(&EventBuilder::new(), value).unwrap_err().to_string(), message);
        writer.write_event(&EventBuilder::new().data("next")).unwrap();
        assert_eq!(writer.get_ref(), b"data: next\n\n");
    }
    check(&Bad::Type, &EventType::new("two\nlines").unwrap_err().to_string());
    check(&Bad::Data(BTreeMap::from([((1, 2), 3)])), "key must be a string");
    check(&NoEnum { text: 1 }, "found a struct, expected a variant of an enum");
    check(&[1, 2], "found a tuple, expected a variant of an enum");
    check(&vec![1], "found a sequence, expected a variant of an enum");
    check(&"ping", "found a string, expected a variant of an enum");
    check(&Some(Message::Ping), "found an option, expected a variant of an enum");
    check(&Wrapper(1), "found a number, expected a variant of an enum");
}

#[test]
fn values_that_cannot_be_json_leave_nothing_behind() {
    let not_json = BTreeMap::from([((1, 2), 3)]);
    let mut out = b"before".to_vec();
    assert!(EventBuilder::new().encode_json_into(&not_json, &mut out).is_err());
    assert_eq!(out, b"before");

    let mut writer = EventWriter::new(Vec::new());
    assert!(writer.write_json(&EventBuilder::new(), &not_json).is_err());
    writer.write_event(&EventBuilder::new().data("next")).unwrap();
    assert_eq!(writer.get_ref(), b"data: next\n\n");
}

/// One line of a log; what the example `cat` prints.
#[test]
fn what_was_received_is_serialized() {
    let add = EventBuilder::new().event_type(EventType::from_static("add")).id(EventId::from_static("7"));
    let events = [
        (received(&add.data("a\nb").encode()), r#"{"type":"add","data":"a\nb","id":"7","last_event_id":"7"}"#),
        (event("", ""), r#"{"type":"message","data":"","id":null,"last_event_id":""}"#),
    ];
    for (event, json) in &events {
        assert_eq!(serde_json::to_string(event).unwrap(), *json);
        assert_eq!(serde_json::to_string(&event.as_event()).unwrap(), *json);
        assert_eq!(serde_json::to_string(&Frame::Event(event.as_event())).unwrap(), *json);
        assert_eq!(serde_json::to_string(&FrameBuf::Event(event.clone())).unwrap(), *json);
    }
    let time = Duration::from_millis(u64::MAX);
    let frames = [
        (Frame::Comment("hi"), FrameBuf::Comment("hi".into()), r#"{"comment":"hi"}"#),
        (Frame::Retry(time), FrameBuf::Retry(time), r#"{"retry":18446744073709551615}"#),
        (Frame::Id("7"), FrameBuf::Id("7".into()), r#"{"id":"7"}"#),
        (Frame::Ignored("x: y"), FrameBuf::Ignored("x: y".into()), r#"{"ignored":"x: y"}"#),
    ];
    for (frame, frame_buf, json) in &frames {
        assert_eq!(serde_json::to_string(frame).unwrap(), *json);
        assert_eq!(serde_json::to_string(frame_buf).unwrap(), *json);
    }
}
