//! JSON in the data, and events as the variants of an enum: what must hold for any text.

use serde::{Deserialize, Serialize};
use sse_wire::io::EventWriter;
use sse_wire::{Chunk, Decoder};

use crate::{Sent, oracle};

/// Every kind of variant, each with text.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Message {
    #[serde(rename = "message")]
    Default(String),
    #[serde(rename = "a: b ")]
    Named { text: String },
    #[serde(rename = "größe")]
    Pair(String, u8),
    #[serde(rename = "ping")]
    Unit,
}

/// Written JSON is one line for every receiver, and means the same; reading it agrees with `serde_json`.
pub fn check(event: &Sent) {
    let text = event.data().unwrap_or_default();
    is_one_line(event, text);
    for message in [
        Message::Default(text.to_owned()),
        Message::Named { text: text.to_owned() },
        Message::Pair(text.to_owned(), 7),
        Message::Unit,
    ] {
        is_tagged(event, &message);
    }
    is_read(event, text);
}

fn is_one_line(event: &Sent, text: &str) {
    let value = serde_json::json!({ text: [text, 1] });
    let json = escaped(&serde_json::to_string(&value).expect("any text"));
    let expected = event.head().data(&json).encode();
    let wire = event.head().encode_json(&value).expect("any text");
    assert!(
        wire == expected,
        "JSON of {text:?}\n   found: {}\nexpected: {}",
        wire.escape_ascii(),
        expected.escape_ascii()
    );
    let mut writer = EventWriter::new(Vec::new());
    writer.write_json(&event.head(), &value).expect("a vector");
    assert_eq!(writer.into_inner(), wire, "JSON of {text:?}");

    let [received] = &oracle::interpret(&wire).events()[..] else { panic!("not one event: {}", wire.escape_ascii()) };
    assert!(!received.data.contains(['\n', '\u{85}', '\u{2028}', '\u{2029}']), "{received:?}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&received.data).expect("JSON"), value);
}

/// The three can only be in strings.
fn escaped(json: &str) -> String {
    json.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn is_tagged(event: &Sent, message: &Message) {
    let head = event.head();
    let wire = head.encode_tagged(message).expect("types without a line end");
    let mut writer = EventWriter::new(Vec::new());
    writer.write_tagged(&head, message).expect("a vector");
    assert_eq!(writer.into_inner(), wire, "{message:?}");

    let (name, content) = match message {
        Message::Default(text) => ("message", serde_json::json!(text)),
        Message::Named { text } => ("a: b ", serde_json::json!({ "text": text })),
        Message::Pair(text, number) => ("größe", serde_json::json!([text, number])),
        Message::Unit => ("ping", serde_json::json!({})),
    };
    let [received] = &oracle::interpret(&wire).events()[..] else { panic!("not one event: {}", wire.escape_ascii()) };
    assert_eq!((&*received.event_type, received.id.as_deref()), (name, event.valid_id()), "{message:?}");
    assert_eq!(received.data, escaped(&content.to_string()), "{message:?}");

    let (mut decoder, mut chunk) = (Decoder::new(), Chunk::new(&wire));
    let received = decoder.next_event(&mut chunk).expect("below the limit").expect("an event");
    assert_eq!(&received.tagged::<Message>().expect("what was written"), message);
}

/// For any event.
fn is_read(event: &Sent, text: &str) {
    let wire = event.head().data(text).encode();
    let (mut decoder, mut chunk) = (Decoder::new(), Chunk::new(&wire));
    let received = decoder.next_event(&mut chunk).expect("below the limit").expect("an event");
    let (event_type, data) = (received.event_type(), received.data());

    let expected = serde_json::from_str::<serde_json::Value>(data);
    match (received.json::<serde_json::Value>(), &expected) {
        (Ok(value), Ok(expected)) => assert_eq!(value, *expected),
        (Err(error), Err(cause)) => {
            assert!(error.offset() <= data.len() && !error.is_unknown_type(), "{error:?} of {data:?}");
            assert_eq!(error.event_type(), event_type);
            assert!(error.to_string().ends_with(&cause.to_string()), "{error} of {data:?}");
        }
        (found, _) => panic!("{found:?}, expected {expected:?}"),
    }

    let known = ["message", "a: b ", "größe", "ping"].contains(&event_type);
    match received.tagged::<Message>() {
        Ok(Message::Unit) => assert_eq!(event_type, "ping"),
        Ok(message) => assert!(known && expected.is_ok(), "{message:?} of {received:?}"),
        Err(error) => {
            assert_eq!(error.is_unknown_type(), !known, "{error} of {received:?}");
            assert!(event_type != "ping" && error.offset() <= data.len(), "{error:?} of {received:?}");
        }
    }
}
