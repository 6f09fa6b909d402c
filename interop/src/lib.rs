//! What the examples, the loopback tests and `run.sh` share: one awkward feed to send, and what must arrive.
//!
//! The feed is made with `sse-wire`; the events that must arrive are written by hand.

mod cut;

use std::io::{self, Write as _};
use std::sync::LazyLock;
use std::time::Duration;

use serde::Serialize;
use sse_wire::{Event, EventBuilder, EventId, EventType};

pub use cut::{Cuts, cut};

/// Between two events of a server, so that each is a separate chunk.
pub const PAUSE: Duration = Duration::from_millis(3);

/// Text of a little more than 1 MiB, on one line.
static LARGE: LazyLock<String> =
    LazyLock::new(|| format!("{}<middle>{}", "0123456789abcdef".repeat(32 * 1024), "größer! ".repeat(52 * 1024)));

/// The data of the event that is sent as JSON.
static JSON: LazyLock<String> = LazyLock::new(|| {
    let numbers: Vec<String> = (0..3000).map(|number| number.to_string()).collect();
    format!(r#"{{"numbers":[{}],"text":"a\r\nb\u2028"}}"#, numbers.join(","))
});

/// One step of the feed.
#[derive(Clone, Debug)]
pub enum Item {
    /// An event as it is, or a comment, a reconnection time, an id alone.
    Event(EventBuilder<'static>),
    /// An event whose data is still to be written, as JSON.
    Json(EventBuilder<'static>, serde_json::Value),
}

impl Item {
    /// The encoded event.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Event(event) => Ok(event.encode()),
            Self::Json(event, value) => event.encode_json(value),
        }
    }
}

/// The feed, or the rest of it after a last event ID; all of it after an unknown one.
pub fn feed(last_event_id: Option<&[u8]>) -> Vec<Item> {
    let mut feed = whole_feed();
    let seen = feed.iter().rposition(|(id, _)| id.is_some_and(|id| Some(id.as_bytes()) == last_event_id));
    feed.drain(..seen.map_or(0, |index| index + 1));
    feed.into_iter().map(|(_, item)| item).collect()
}

/// Every item, with the id that it sets.
fn whole_feed() -> Vec<(Option<&'static str>, Item)> {
    let mut feed = Vec::new();
    let mut with_id = |id: Option<&'static str>, event: EventBuilder<'static>| {
        let event = id.map_or(event, |id| event.id(EventId::from_static(id)));
        feed.push((id, Item::Event(event)));
    };
    let event = EventBuilder::new();
    let of_type = |event_type| event.event_type(EventType::from_static(event_type));

    // Nothing to dispatch. The reconnection time is for the clients that come back.
    with_id(None, event.comment("a comment\nof two lines").retry(Duration::from_millis(100)));
    with_id(None, event.data("no id yet"));
    with_id(Some("1"), event.data("the first id"));
    with_id(None, of_type("price").data("no id of its own"));
    with_id(Some("2"), event.data("the second id"));
    with_id(Some("3"), of_type("price").data("cut one, and the rest").retry(Duration::from_millis(120)));
    with_id(Some("only-an-id"), event);
    with_id(None, event.data("cut two, and the rest"));
    with_id(None, event.comment("data: forged").data("a comment before it"));
    for data in [
        "line 1\nline 2\n\nline 4",
        "CR\rCRLF\r\nCR, CR\r\rLF, CR\n\rend",
        " leading space",
        "trailing line feed\n",
        "",
        "\n",
        "U+2028\u{2028}U+2029\u{2029}U+0085\u{85}U+000B\u{b}end",
        "NUL\0in the data",
        "\u{feff}BOM, and 👩‍👩‍👧‍👦 e\u{301} 🏳️‍🌈",
        "data: x\nid: x\nevent: x\nretry: 1\n: x\n\ndata",
    ] {
        with_id(None, event.data(data));
    }
    with_id(Some(" an id: "), of_type(" a: type ").data("spaces and colons"));
    with_id(None, event.comment("")); // keeps a connection alive
    with_id(Some(""), event.data("no last event ID any more"));
    with_id(None, event.data("still none"));
    with_id(Some("日本"), of_type("größe").data("neither id nor type is ASCII"));
    with_id(Some("large"), event.data(&LARGE));

    let numbers: Vec<u32> = (0..3000).collect();
    let value = serde_json::json!({ "numbers": numbers, "text": "a\r\nb\u{2028}" });
    feed.push((Some("json"), Item::Json(of_type("json").id(EventId::from_static("json")), value)));
    feed.push((Some("end"), Item::Event(of_type("end").id(EventId::from_static("end")).data("bye"))));
    feed
}

/// The texts behind which the connection can be cut, one after the other, so that a client which resumes has to go on
/// in the event that was cut; and with which last event ID.
///
/// Each stands within the data of an event, whose own id is then not to be counted.
pub const CUTS: [(&str, &str); 3] = [("cut one", "2"), ("cut two", "only-an-id"), ("<middle>", "日本")];

/// An event as the receiver has it; as JSON it is what the root package's example `cat` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Received<'a> {
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: &'a str,
    /// Its data.
    pub data: &'a str,
    /// Its own id.
    pub id: Option<&'a str>,
    /// The last event ID as of this event.
    pub last_event_id: &'a str,
}

/// What must arrive of the whole feed, by the standard.
pub fn expected() -> Vec<Received<'static>> {
    let table = [
        ("message", "no id yet", None, ""),
        ("message", "the first id", Some("1"), "1"),
        ("price", "no id of its own", None, "1"),
        ("message", "the second id", Some("2"), "2"),
        ("price", "cut one, and the rest", Some("3"), "3"),
        ("message", "cut two, and the rest", None, "only-an-id"),
        ("message", "a comment before it", None, "only-an-id"),
        ("message", "line 1\nline 2\n\nline 4", None, "only-an-id"),
        ("message", "CR\nCRLF\nCR, CR\n\nLF, CR\n\nend", None, "only-an-id"),
        ("message", " leading space", None, "only-an-id"),
        ("message", "trailing line feed\n", None, "only-an-id"),
        ("message", "", None, "only-an-id"),
        ("message", "\n", None, "only-an-id"),
        ("message", "U+2028\u{2028}U+2029\u{2029}U+0085\u{85}U+000B\u{b}end", None, "only-an-id"),
        ("message", "NUL\0in the data", None, "only-an-id"),
        ("message", "\u{feff}BOM, and 👩‍👩‍👧‍👦 e\u{301} 🏳️‍🌈", None, "only-an-id"),
        ("message", "data: x\nid: x\nevent: x\nretry: 1\n: x\n\ndata", None, "only-an-id"),
        (" a: type ", "spaces and colons", Some(" an id: "), " an id: "),
        ("message", "no last event ID any more", Some(""), ""),
        ("message", "still none", None, ""),
        ("größe", "neither id nor type is ASCII", Some("日本"), "日本"),
        ("message", &LARGE, Some("large"), "large"),
        ("json", &JSON, Some("json"), "json"),
        ("end", "bye", Some("end"), "end"),
    ];
    table.map(|(event_type, data, id, last_event_id)| Received { event_type, data, id, last_event_id }).into()
}

/// Prints an event as the root package's example `cat` does: one line of JSON, at once.
pub fn print(event: Event<'_>) -> io::Result<()> {
    writeln!(io::stdout(), "{}", serde_json::to_string(&event)?)
}

/// Where a server of the examples listens: on the port that its first argument gives, or on any that is free.
pub fn address() -> (&'static str, u16) {
    ("127.0.0.1", std::env::args().nth(1).map_or(0, |port| port.parse().expect("a port number")))
}

/// The snippets of the page on migration, compiled here, where their libraries are.
#[cfg(doctest)]
#[doc = include_str!("../../src/docs/migration.md")]
struct Migration;
