//! For any texts, exactly the lines of the given fields are sent, with the same bytes to every sink; JSON on one line.
#![no_main]

use std::fmt::Write as _;
use std::io::{self, Write};

use bytes::{BufMut, BytesMut};
use fastrand::Rng;
use libfuzzer_sys::fuzz_target;
use sse_wire::{EventBuilder, EventId, EventType, InvalidField, KEEP_ALIVE, io::EventWriter};
use sse_wire_fuzz::sent::Data;
use sse_wire_fuzz::{Cut, Events, Sent, json, oracle};

fuzz_target!(|input: &[u8]| {
    let Events { seed, events } = Events::new(input);
    let mut rng = Rng::with_seed(seed);
    for event in &events {
        refuses_line_ends(event);
        sends_the_lines(event);
        sinks_agree(&event.builder(), &event.wire(), &mut rng);
        data_comes_in_pieces(event, seed);
        json::check(event);
    }
    writes_events_in_order(&events, &mut rng);
    drops_what_is_not_finished(&events, &mut rng);
});

/// A type is refused for CR and LF, an id also for NUL, and for nothing else.
fn refuses_line_ends(event: &Sent) {
    let refused = |error: InvalidField| (error.index(), error.byte());
    let first = |text: &str, forbidden: &[u8]| text.bytes().enumerate().find(|(_, byte)| forbidden.contains(byte));
    if let Some(text) = &event.event_type {
        assert_eq!(EventType::new(text).map_err(refused).err(), first(text, b"\r\n"), "{text:?} as a type");
        assert_eq!(EventType::try_from(text.as_str()), EventType::new(text));
    }
    if let Some(text) = &event.id {
        assert_eq!(EventId::new(text).map_err(refused).err(), first(text, b"\r\n\0"), "{text:?} as an id");
        assert_eq!(EventId::try_from(text.as_str()), EventId::new(text));
    }
}

/// Nothing can be injected: by the judge, the lines are those of the fields, and the frames those of one event.
fn sends_the_lines(event: &Sent) {
    let wire = event.builder().encode();
    assert!(
        wire == event.wire(),
        "{event:?}\n   found: {}\nexpected: {}",
        wire.escape_ascii(),
        event.wire().escape_ascii()
    );
    assert_eq!(oracle::lines(&wire), (event.lines(), Vec::new()), "{event:?}");

    let outcome = oracle::interpret(&wire);
    let mut last_event_id = String::new();
    assert_eq!(outcome.frames, event.frames(&mut last_event_id), "{event:?}");
    assert_eq!(outcome.last_event_id, last_event_id, "{event:?}");
    assert_eq!(outcome.reconnection_time, event.millis(), "{event:?}");
    assert_eq!(outcome.events().len(), usize::from(event.data.is_some()), "{event:?}");
}

fn sinks_agree(event: &EventBuilder<'_>, wire: &[u8], rng: &mut Rng) {
    const FILL: u8 = b'?';
    assert_eq!(event.encoded_len(), wire.len());
    assert_eq!(event.to_bytes(), wire);
    assert_eq!(event.to_string().as_bytes(), wire);
    assert_eq!(format!("{event:>300.3}").as_bytes(), wire, "with the format's flags");

    let mut out = b"before".to_vec();
    event.encode_into(&mut out);
    assert_eq!(out, [b"before", wire].concat());

    let mut out = BytesMut::from(&b"before"[..]);
    event.encode_to(&mut out).expect("a buffer that grows");
    assert_eq!(out, [b"before", wire].concat());

    // With room to spare, and with exactly enough.
    for spare in [rng.usize(1..100), 0] {
        let expected = [wire, &vec![FILL; spare]].concat();
        let mut out = vec![FILL; expected.len()];
        assert_eq!(event.encode_to_slice(&mut out), Ok(wire.len()));
        assert_eq!(out, expected);

        let mut out = vec![FILL; expected.len()];
        let mut rest = &mut out[..];
        assert_eq!(event.encode_to(&mut rest), Ok(()));
        assert_eq!(rest.len(), spare);
        assert_eq!(out, expected);
    }

    // With one byte too few, and with any number too few.
    if !wire.is_empty() {
        for available in [wire.len() - 1, rng.usize(..wire.len())] {
            let mut out = vec![FILL; available];
            let error = event.encode_to_slice(&mut out).expect_err("too little room");
            assert_eq!((error.needed(), error.available()), (wire.len(), available));
            assert_eq!(out, vec![FILL; available], "a slice that is too short was written to");

            let mut rest = &mut out[..];
            assert_eq!(event.encode_to(&mut rest), Err(error));
            assert_eq!(rest.len(), available);
            assert_eq!(out, vec![FILL; available], "a slice that is too short was written to");

            let mut limited = BytesMut::new().limit(available);
            assert_eq!(event.encode_to(&mut limited), Err(error));
            assert!(limited.get_ref().is_empty());
        }
    }

    let mut out = Trickle::new(rng, false);
    event.write_to(&mut out).expect("a writer that does not fail");
    assert_eq!(out.taken, wire);
}

/// A data writer produces what the builder produces, however the data is split.
fn data_comes_in_pieces(event: &Sent, seed: u64) {
    let no_data = Data { text: String::new(), marks: Vec::new() };
    let Data { text, marks } = event.data.as_ref().unwrap_or(&no_data);
    let expected = event.head().data(text).encode();

    for cut in Cut::ways(seed) {
        let mut writer = EventWriter::new(Vec::new());
        let mut data = writer.data_writer(&event.head()).expect("nothing is torn");
        for piece in cut.pieces(text.as_bytes(), marks) {
            // Not `write_all`, which would not pass on an empty piece.
            assert_eq!(data.write(piece).expect("a vector"), piece.len());
        }
        data.finish().expect("a vector");
        assert!(
            writer.get_ref() == &expected,
            "{cut:?} of {text:?}\n   found: {}\nexpected: {}",
            writer.get_ref().escape_ascii(),
            expected.escape_ascii()
        );
    }

    // The first piece as the data of the head, the others as text.
    let mut writer = EventWriter::new(Vec::new());
    let (first, second, third) = in_three(text, seed);
    let mut data = writer.data_writer(&event.head().data(first)).expect("nothing is torn");
    data.write_str(second).expect("a vector");
    data.write_str(third).expect("a vector");
    data.finish().expect("a vector");
    assert_eq!(writer.into_inner().escape_ascii().to_string(), expected.escape_ascii().to_string());
}

/// Bytes go out once and in order, no matter how many the writer accepts and when it would block.
fn writes_events_in_order(events: &[Sent], rng: &mut Rng) {
    let mut writer = EventWriter::new(Trickle::new(rng, true));
    let mut expected = Vec::new();
    for event in events {
        if rng.u8(..4) == 0 {
            let result = writer.write_keep_alive();
            until_written(&mut writer, result, rng);
            expected.extend_from_slice(KEEP_ALIVE);
        }
        expected.extend(event.wire());
        let Some(text) = event.data().filter(|_| rng.bool()) else {
            let result = writer.write_event(&event.builder());
            until_written(&mut writer, result, rng);
            continue;
        };
        let mut data = writer.data_writer(&event.head()).expect("nothing is torn");
        for piece in Cut::Random(rng.u64(..)).pieces(text.as_bytes(), &[]) {
            let mut rest = piece;
            loop {
                match data.write(rest) {
                    Ok(len) => rest = &rest[len..],
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                }
                if rest.is_empty() {
                    break;
                }
            }
            if rng.u8(..8) == 0
                && let Err(error) = data.flush()
            {
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            }
        }
        let result = data.finish();
        until_written(&mut writer, result, rng);
    }
    while writer.flush().is_err() {}
    assert_eq!(writer.unwritten(), 0);
    let taken = writer.into_inner().taken;
    assert!(taken == expected, "   found: {}\nexpected: {}", taken.escape_ascii(), expected.escape_ascii());
}

/// Sometimes at once, sometimes with the next event.
fn until_written(writer: &mut EventWriter<Trickle>, result: io::Result<()>, rng: &mut Rng) {
    let mut result = result;
    while let Err(error) = result {
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(writer.unwritten() > 0, "an error, and nothing left to write");
        if rng.bool() {
            return;
        }
        result = writer.flush();
    }
    assert_eq!(writer.unwritten(), 0, "no error, and something left to write");
}

/// An event dropped before its end either never existed, or ends the stream before a receiver sees it.
fn drops_what_is_not_finished(events: &[Sent], rng: &mut Rng) {
    let mut writer = EventWriter::new(Vec::new());
    let mut expected = Vec::new();
    for event in events {
        let text = event.data().unwrap_or_default();
        let mut data = writer.data_writer(&event.head()).expect("nothing is torn");
        data.write_all(text.as_bytes()).expect("a vector");
        drop(data);
        assert_eq!(writer.unwritten(), 0);

        writer.write_event(&event.builder()).expect("a vector");
        expected.extend(event.wire());
        assert_eq!(writer.get_ref(), &expected);
    }

    let Some(event) = rng.choice(events) else { return };
    let mut data = writer.data_writer(&event.head()).expect("nothing is torn");
    data.write_all(event.data().unwrap_or_default().as_bytes()).expect("a vector");
    data.flush().expect("a vector");
    drop(data);
    let torn = writer.get_ref().clone();
    assert!(torn.starts_with(&expected));
    assert!(writer.write_event(&event.builder()).is_err());
    assert!(writer.write_keep_alive().is_err());
    assert!(writer.data_writer(&event.head()).is_err());
    assert_eq!(writer.get_ref(), &torn, "something follows half an event");

    let (seen, sent) = (oracle::interpret(&torn), oracle::interpret(&expected));
    assert_eq!((seen.events(), seen.last_event_id), (sent.events(), sent.last_event_id), "half an event is seen");
}

/// Takes a few bytes at a time, is interrupted now and then, and may block.
struct Trickle {
    rng: Rng,
    most: usize,
    blocks: bool,
    taken: Vec<u8>,
}

impl Trickle {
    fn new(rng: &mut Rng, blocks: bool) -> Self {
        let mut rng = rng.fork();
        let most = [1, 7, 64, 4096][rng.usize(..4)];
        Self { rng, most, blocks, taken: Vec::new() }
    }
}

impl Write for Trickle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.rng.u8(..8) {
            0 => return Err(io::ErrorKind::Interrupted.into()),
            1 if self.blocks => return Err(io::ErrorKind::WouldBlock.into()),
            _ => {}
        }
        let len = bytes.len().min(self.rng.usize(1..=self.most));
        self.taken.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `text` cut at two random places, between characters.
fn in_three(text: &str, seed: u64) -> (&str, &str, &str) {
    let mut rng = Rng::with_seed(seed);
    let (first, rest) = text.split_at(text.floor_char_boundary(rng.usize(..=text.len())));
    let (second, third) = rest.split_at(rest.floor_char_boundary(rng.usize(..=rest.len())));
    (first, second, third)
}
