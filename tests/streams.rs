//! Streams of real servers, and the shapes of LLM streams: see `tests/data/README.md`.

mod common;

use std::fs;
use std::path::Path;

use common::drive::{events, expected, frames, owned};
use common::oracle::{self, Frame};
use sse_wire::{Chunk, Decoder};

/// The events as `type#id`, without `#` where there is no id of its own; comments; `retry`; the last event ID.
struct Facts {
    file: &'static str,
    events: &'static str,
    comments: usize,
    retries: &'static [u64],
    last_event_id: &'static str,
}

const MCP: &str = "a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811803620_c1v6y9je";

const FACTS: [Facts; 10] = [
    Facts {
        file: "express",
        events: "message message customEvent#1 message#2 message#3 message message customEvent#4 message#5 message#6",
        comments: 2,
        retries: &[3000],
        last_event_id: "6",
    },
    Facts {
        file: "better-sse",
        events: "message#dc2caa9f-9c46-473b-8561-c89b4073dea8 weather#weather-1 text#text-1 \
                 iteration#3b29281d-1d0b-436d-8f5d-e088c0b02492 iteration#d03c5ea5-7d22-49b4-8620-8e09b9f661ec \
                 iteration#015a27a6-dc23-4324-b441-2d02c415ccc3 tick#tick-1 tick#tick-2 tick#tick-3 pair plain#plain-1 bye#",
        comments: 4,
        retries: &[2500, 4000],
        last_event_id: "",
    },
    Facts {
        file: "sse-starlette",
        events: "message price#1 poem#2 message#3 empty#4 goodbye#6",
        comments: 5,
        retries: &[5000, 250],
        last_event_id: "6",
    },
    Facts {
        file: "shape-openai-chat",
        events: "message message message message message message message message message message message message message",
        comments: 0,
        retries: &[],
        last_event_id: "",
    },
    Facts {
        file: "shape-openai-responses",
        events: "response.created response.in_progress response.output_item.added response.content_part.added \
                 response.output_text.delta response.output_text.delta response.output_text.delta \
                 response.output_text.delta response.output_text.done response.content_part.done \
                 response.output_item.done response.completed",
        comments: 0,
        retries: &[],
        last_event_id: "",
    },
    Facts {
        file: "shape-anthropic",
        events: "message_start content_block_start ping content_block_delta content_block_delta content_block_delta \
                 content_block_stop content_block_start content_block_delta content_block_delta content_block_stop \
                 content_block_start content_block_delta content_block_delta content_block_delta content_block_stop \
                 message_delta message_stop",
        comments: 0,
        retries: &[],
        last_event_id: "",
    },
    Facts {
        file: "shape-gemini",
        events: "message message message message",
        comments: 0,
        retries: &[],
        last_event_id: "",
    },
    Facts {
        file: "shape-openrouter",
        events: "message message message message message message message",
        comments: 6,
        retries: &[],
        last_event_id: "",
    },
    Facts {
        file: "shape-mcp",
        events: "message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811802114_k3x9a1bz \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811802391_p7r2m0qd \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811803005_f5t8w4hn \
                 message#a2c86e1f-5d07-4b39-9e84-31f6d0b27c5a_1763811803620_c1v6y9je",
        comments: 0,
        retries: &[1500],
        last_event_id: MCP,
    },
    Facts {
        file: "shape-unfinished",
        events: "response.created response.output_text.delta response.output_text.delta",
        comments: 0,
        retries: &[],
        last_event_id: "",
    },
];

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}.sse"));
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
    for facts in FACTS {
        let wire = read(facts.file);
        let outcome = oracle::interpret(&wire);
        for len in [1, 7, 64, 1460, wire.len()] {
            let chunks = wire.chunks(len).collect::<Vec<_>>();
            let mut decoder = Decoder::new();
            let found = frames(&mut decoder, &chunks);
            assert_eq!(found, expected(outcome.frames.clone()), "{}", facts.file);
            assert_eq!(decoder.last_event_id(), facts.last_event_id, "{}", facts.file);
            assert_eq!(decoder.end_of_stream().map(owned), outcome.unfinished, "{}", facts.file);
        }
        let labels = outcome.events().iter().map(label).collect::<Vec<_>>();
        assert_eq!(labels, facts.events.split_whitespace().collect::<Vec<_>>(), "{}", facts.file);
        let retries = outcome.frames.iter().filter_map(|frame| match frame {
            Frame::Retry(millis) => Some(*millis),
            _ => None,
        });
        assert_eq!(retries.collect::<Vec<_>>(), facts.retries, "{}", facts.file);
        let comments = outcome.frames.iter().filter(|frame| matches!(frame, Frame::Comment(_))).count();
        assert_eq!(comments, facts.comments, "{}", facts.file);
    }
}

#[test]
fn every_stream_has_its_facts() {
    let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")).unwrap();
    let mut streams = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sse"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    streams.sort_unstable();
    let mut facts = FACTS.map(|facts| facts.file);
    facts.sort_unstable();
    assert_eq!(streams, facts);
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
