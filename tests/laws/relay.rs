//! The law of relays: a receiver behind a relay gets what it would have got without it.

use std::time::Duration;

use crate::common::oracle;
use crate::common::streams::{cuts, streams};
use proptest::prelude::*;
use sse_wire::{Chunk, ChunkBuf, Decoder, EventBuilder, Frame, FrameBuf};

/// What a receiver gets: the events, the last event IDs, one after the other, and the reconnection time.
fn received(wire: &[u8]) -> (Vec<oracle::Event>, Vec<String>, Option<u64>) {
    let (mut ids, mut decoder) = (vec![String::new()], Decoder::new());
    for byte in wire.chunks(1) {
        let mut chunk = Chunk::new(byte);
        while decoder.next_event(&mut chunk).unwrap().is_some() {}
        if ids.last().is_none_or(|id| id != decoder.last_event_id()) {
            ids.push(decoder.last_event_id().to_owned());
        }
    }
    let outcome = oracle::interpret(wire);
    (outcome.events(), ids, outcome.reconnection_time)
}

fn relayed(wire: &[&[u8]]) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    for bytes in wire {
        let mut chunk = Chunk::new(bytes);
        while let Some(frame) = decoder.next_frame(&mut chunk).unwrap() {
            EventBuilder::from(frame).encode_into(&mut out);
        }
    }
    out
}

fn relayed_owned(wire: &[&[u8]]) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    for bytes in wire {
        let mut chunk = ChunkBuf::from(bytes::Bytes::copy_from_slice(bytes));
        while let Some(frame) = decoder.next_frame_buf(&mut chunk).unwrap() {
            EventBuilder::from(&frame).encode_into(&mut out);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn relay_loses_nothing(wire in streams(), cuts in cuts()) {
        let out = relayed(&cuts.of(&wire));
        prop_assert_eq!(received(&out), received(&wire), "{} became {}", wire.escape_ascii(), out.escape_ascii());
        prop_assert_eq!(relayed_owned(&cuts.of(&wire)), out);
    }

    /// A second relay changes nothing.
    #[test]
    fn a_second_relay_changes_nothing(wire in streams(), cuts in cuts()) {
        let out = relayed(&[&wire]);
        let again = relayed(&cuts.of(&out));
        prop_assert_eq!(again.escape_ascii().to_string(), out.escape_ascii().to_string());
    }
}

/// Anyone can build a frame: even one that no decoder returns cannot add a line.
#[test]
fn frames_become_builders() {
    for (frame, wire) in [
        (Frame::Comment("a\r\nb"), ": a\n: b\n\n"),
        (Frame::Comment(""), ": \n\n"),
        (Frame::Retry(Duration::from_millis(5)), "retry: 5\n\n"),
        (Frame::Id("7"), "id: 7\n\n"),
        (Frame::Id(""), "id: \n\n"),
        (Frame::Id("7\ndata: forged"), ""),
        (Frame::Id("7\0"), ""),
        (Frame::Ignored("foo: bar"), ""),
    ] {
        assert_eq!(EventBuilder::from(frame).to_string(), wire, "{frame:?}");
        let owned = match frame {
            Frame::Comment(text) => FrameBuf::Comment(text.into()),
            Frame::Retry(time) => FrameBuf::Retry(time),
            Frame::Id(id) => FrameBuf::Id(id.into()),
            Frame::Ignored(line) => FrameBuf::Ignored(line.into()),
            _ => unreachable!("events are below"),
        };
        assert_eq!(EventBuilder::from(&owned).to_string(), wire, "{owned:?}");
    }
}

#[test]
fn events_become_builders() {
    for (wire, sent) in [
        ("data\n\n", "data: \n\n"),
        ("event: message\ndata: 1\n\n", "data: 1\n\n"),
        ("event: a\0b\ndata: 1\n\n", "event: a\0b\ndata: 1\n\n"),
        (
            "id: 7\nid: 8\n: c\nevent: add\ndata: a\rdata: b\r\ndata:\n\n",
            "event: add\nid: 8\ndata: a\ndata: b\ndata: \n\n",
        ),
        ("id\ndata: 1\n\n", "id: \ndata: 1\n\n"),
        ("id: 7\0\ndata: 1\n\n", "data: 1\n\n"),
    ] {
        let (mut decoder, mut chunk) = (Decoder::new().with_last_event_id("before\n"), Chunk::new(wire.as_bytes()));
        let event = decoder.next_event(&mut chunk).unwrap().unwrap();
        assert_eq!(EventBuilder::from(event).to_string(), sent, "{wire:?}");
        let owned = sse_wire::EventBuf::from(event);
        assert_eq!(EventBuilder::from(&owned).to_string(), sent, "{wire:?}");
    }
}
