//! Streams of real servers, and the shapes of LLM streams: see `tests/data/README.md`.

use std::fs;
use std::path::Path;

use crate::common::drive::{events, expected, frames, owned};
use crate::common::oracle::{self, Frame};
use sse_wire::{Chunk, Decoder};

/// The events of each file as `type#id`, without `#` if it has no id. `tests/data/README.md` has the number of
/// comments, the reconnection times and the last event ID.
const EVENTS: [(&str, &str); 10] = [
    ("express", "message message customEvent#1 message#2 message#3 message message customEvent#4 message#5 message#6"),
    (
        "better-sse",
        "message#dc2caa9f-9c46-473b-8561-c89b4073dea8 weather#weather-1 text#text-1 \
                 iteration#3b29281d-1d0b-436d-8f5d-e088c0b02492 iteration#d03c5ea5-7d22-49b4-8620-8e09b9f661ec \
                 iteration#015a27a6-dc23-4324-b441-2d02c415ccc3 tick#tick-1 tick#tick-2 tick#tick-3 pair plain#plain-1 bye#",
    ),
    ("sse-starlette", "message price#1 poem#2 message#3 empty#4 goodbye#6"),
    (
        "shape-openai-chat",
        "message message message message message message message message message message message message message",
    ),
    (
        "shape-openai-responses",
        "response.created response.in_progress response.output_item.added response.content_part.added \
                 response.output_text.delta response.output_text.delta response.output_text.delta \
                 response.output_text.delta response.output_text.done response.content_part.done \
                 response.output_item.done response.completed",
    ),
    (
        "shape-anthropic",
        "message_start content_block_start ping content_block_delta content_block_delta content_block_delta \
                 content_block_stop content_block_start content_block_delta content_block_delta content_block_stop \
                 content_block_start content_block_delta content_block_delta content_block_delta content_block_stop \
                 message_delta message_stop",
    ),
    ("shape-gemini", "message message message message"),
    ("shape-openrouter", "message message message message message message message"),
    (
        "shape-mcp",
        "message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811802114_k3x9a1bz \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811802391_p7r2m0qd \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811803005_f5t8w4hn \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811803620_c1v6y9je",
    ),
    ("shape-unfinished", "response.created response.output_text.delta response.output_text.delta"),
];

/// What the tables of `tests/data/README.md` say about a file.
struct Facts {
    events: usize,
    comments: usize,
    /// An ellipsis in it matches any text.
    last_event_id: String,
    retries: Vec<u64>,
}

impl Facts {
    fn of(file: &str) -> Self {
        let readme = fs::read_to_string(folder().join("README.md")).unwrap();
        let first_cell = format!("| `{file}.sse` |");
        let row = readme.lines().find(|row| row.starts_with(&first_cell)).unwrap_or_else(|| panic!("no row: {file}"));
        let cells = row.split('|').map(str::trim).collect::<Vec<_>>();
        let [_, _, _, _, events, comments, last_event_id, retries, _] = cells[..] else { panic!("{row}") };
        Self {
            events: events.parse().unwrap(),
            comments: comments.parse().unwrap(),
            last_event_id: last_event_id.trim_matches('`').replace("empty", ""),
            retries: match retries {
                "none" => Vec::new(),
                times => times.split(", then ").map(|time| time.parse().unwrap()).collect(),
            },
        }
    }

    fn is_last_event_id(&self, id: &str) -> bool {
        match self.last_event_id.split_once('…') {
            Some((start, end)) => id.starts_with(start) && id.ends_with(end),
            None => id == self.last_event_id,
        }
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"))
}

fn read(name: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.sse"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn label(event: &oracle::Event) -> String {
    match &event.id {
        Some(id) => format!("{}#{id}", event.event_type),
        None => event.event_type.clone(),
    }
}

#[test]
fn facts_hold_in_every_chunking() {
    for (file, events) in EVENTS {
        let facts = Facts::of(file);
        let wire = read(file);
        let outcome = oracle::interpret(&wire);
        for len in [1, 7, 64, 1460, wire.len()] {
            let chunks = wire.chunks(len).collect::<Vec<_>>();
            let mut decoder = Decoder::new();
            let found = frames(&mut decoder, &chunks);
            assert_eq!(found, expected(outcome.frames.clone()), "{file}");
            assert!(facts.is_last_event_id(decoder.last_event_id()), "{file}: {}", decoder.last_event_id());
            assert_eq!(decoder.end_of_stream().map(owned), outcome.unfinished, "{file}");
        }
        let labels = outcome.events().iter().map(label).collect::<Vec<_>>();
        assert_eq!(labels, events.split_whitespace().collect::<Vec<_>>(), "{file}");
        assert_eq!(labels.len(), facts.events, "{file}");
        let retries = outcome.frames.iter().filter_map(|frame| match frame {
            Frame::Retry(millis) => Some(*millis),
            _ => None,
        });
        assert_eq!(retries.collect::<Vec<_>>(), facts.retries, "{file}");
        let comments = outcome.frames.iter().filter(|frame| matches!(frame, Frame::Comment(_))).count();
        assert_eq!(comments, facts.comments, "{file}");
    }
}

#[test]
fn every_stream_has_its_facts() {
    let mut streams = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sse"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    streams.sort_unstable();
    let mut files = EVENTS.map(|(file, _)| file);
    files.sort_unstable();
    assert_eq!(streams, files);
}

#[test]
fn the_last_event_without_its_blank_line_is_there_on_request() {
    let wire = read("shape-unfinished");
    let line = wire.strip_suffix(b"\n").unwrap();
    for wire in [&wire, line] {
        let mut decoder = Decoder::new();
        assert_eq!(events(&mut decoder, &[wire]).len(), 3);
        let event = decoder.end_of_stream().unwrap();
        assert_eq!(event.event_type(), "response.completed");
        assert!(event.data().starts_with('{') && event.data().ends_with('}'));
    }
}

/// An image as Gemini sends it: one line of megabytes, with CRLF.
#[test]
fn a_line_of_megabytes() {
    let image = "iVBORw0KGgoAAAANSUhEUg+/".repeat(200_000);
    let data = format!(r#"{{"candidates":[{{"content":{{"parts":[{{"inlineData":{{"data":"{image}"}}}}]}}}}]}}"#);
    let wire = format!("data: {data}\r\n\r\ndata: {{}}\r\n\r\n");
    for len in [64, 1460, 16 * 1024, wire.len()] {
        let mut decoder = Decoder::new();
        let mut lens = Vec::new();
        for bytes in wire.as_bytes().chunks(len) {
            let mut chunk = Chunk::new(bytes);
            while let Some(event) = decoder.next_event(&mut chunk).unwrap() {
                assert!(event.data() == data || event.data() == "{}");
                lens.push(event.data().len());
            }
        }
        assert_eq!(lens, [data.len(), 2], "chunks of {len}");
    }
}
