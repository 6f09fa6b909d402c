//! The laws of `EventReader` and `EventWriter`.

use std::io::{self, Read, Write};

use crate::common::drive::{owned, owned_frame};
use crate::common::oracle;
use crate::common::sent::{Sent, sent};
use crate::common::streams::{cuts, streams};
use crate::common::trickle::Trickle;
use proptest::prelude::*;
use sse_wire::{
    Error, EventBuilder,
    io::{EventReader, EventWriter},
};

/// Returns the chunks one by one, is sometimes interrupted, and would block between two of them.
struct Peer<'w> {
    chunks: std::vec::IntoIter<&'w [u8]>,
    rest: &'w [u8],
    calls: usize,
}

impl Read for Peer<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        match self.calls % 3 {
            0 => return Err(io::ErrorKind::Interrupted.into()),
            1 => return Err(io::ErrorKind::WouldBlock.into()),
            _ => {}
        }
        while self.rest.is_empty() {
            let Some(next) = self.chunks.next() else { return Ok(0) };
            self.rest = next;
        }
        self.rest.read(out)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn readers_lose_nothing(wire in streams(), cuts in cuts()) {
        let outcome = oracle::interpret(&wire);
        let mut reader = EventReader::new(Peer { chunks: cuts.of(&wire).into_iter(), rest: b"", calls: 0 });
        let mut found = Vec::new();
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => found.push(owned_frame(frame)),
                Ok(None) => break,
                Err(Error::Transport(error)) => prop_assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                Err(error) => panic!("{error}"),
            }
        }
        prop_assert_eq!(found, outcome.frames);
        prop_assert_eq!(reader.end_of_stream().map(owned), outcome.unfinished);
    }

    #[test]
    fn data_comes_in_any_pieces(sent in sent(), cuts in cuts()) {
        let data = sent.data.clone().unwrap_or_default();
        let whole = sent.builder().data(&data);
        let head = Sent { data: None, ..sent.clone() };

        let mut writer = EventWriter::new(Vec::new());
        let mut pieces = writer.data_writer(&head.builder()).unwrap();
        for piece in cuts.of(data.as_bytes()) {
            pieces.write_all(piece).unwrap();
        }
        pieces.finish().unwrap();
        prop_assert_eq!(writer.into_inner(), whole.encode());
    }

    #[test]
    fn writers_lose_nothing(sent in proptest::collection::vec(sent(), 0..4), takes in 1..40_usize) {
        let mut writer = EventWriter::new(Trickle::blocking(takes));
        let mut wire = Vec::new();
        for event in &sent {
            event.builder().encode_into(&mut wire);
            // The event is accepted, whatever the result.
            if let Err(error) = writer.write_event(&event.builder()) {
                prop_assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                prop_assert_eq!(writer.unwritten() + writer.get_ref().out.len(), wire.len());
            }
        }
        while let Err(error) = writer.flush() {
            prop_assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
        prop_assert_eq!(writer.unwritten(), 0);
        prop_assert_eq!(&writer.get_ref().out, &wire);
    }
}

#[test]
fn a_crlf_cut_between_two_writes_is_one_line_end() {
    let mut writer = EventWriter::new(Vec::new());
    let mut data = writer.data_writer(&EventBuilder::new().data("a\r")).unwrap();
    for piece in ["\nb\r", "", "\n", "\r", "\r\n", "c"] {
        data.write_all(piece.as_bytes()).unwrap();
    }
    data.finish().unwrap();
    assert_eq!(String::from_utf8(writer.into_inner()).unwrap(), "data: a\ndata: b\ndata: \ndata: \ndata: c\n\n");
}

#[test]
fn a_small_event_is_one_write() {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let event = EventBuilder::new().comment("c\nd").data("some\nlines");
    let mut count = Count(0);
    event.write_to(&mut count).unwrap();
    assert_eq!(count.0, 1);

    let mut writer = EventWriter::new(Count(0));
    writer.write_event(&event).unwrap();
    let mut data = writer.data_writer(&event).unwrap();
    for _ in 0..100 {
        data.write_all(b"piece\n").unwrap();
    }
    data.finish().unwrap();
    assert_eq!(writer.get_ref().0, 2);
}

#[test]
fn unfinished_data_is_taken_back_while_it_can_be() {
    let mut writer = EventWriter::new(Vec::new());
    let mut data = writer.data_writer(&EventBuilder::new().comment("c")).unwrap();
    data.write_all(b"half an ev").unwrap();
    drop(data);
    writer.write_event(&EventBuilder::new().data("whole")).unwrap();
    assert_eq!(writer.get_ref(), b"data: whole\n\n");

    // Eight KiB are out; half an event must not look like a whole one.
    let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
    for _ in 0..3 {
        data.write_all(&[b'x'; 5000]).unwrap();
    }
    drop(data);
    let out = writer.get_ref().len();
    assert!(out > 10_000);
    let error = writer.write_event(&EventBuilder::new().data("next")).unwrap_err();
    assert_eq!(error.to_string(), "a previous event was left unfinished; the stream must be closed");
    assert!(writer.write_keep_alive().is_err());
    assert!(writer.data_writer(&EventBuilder::new()).is_err());
    let _ = writer.flush();
    assert!(!writer.get_ref()[..].ends_with(b"\n\n"));
    assert_eq!(oracle::interpret(writer.get_ref()).events().len(), 1);
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let mut full: &mut [u8] = &mut [0; 3];
    let error = EventWriter::new(&mut full).write_event(&EventBuilder::new().data("x")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    let mut full: &mut [u8] = &mut [0; 3];
    let error = EventBuilder::new().data("x").write_to(&mut full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}

#[test]
fn a_reader_goes_on_with_the_next_connection() {
    let mut reader = EventReader::new(&b"id: 1\nretry: 5\ndata: a\n\nid: 2\ndata: b\n"[..]);
    assert_eq!(reader.next_event().unwrap().map(|event| event.data().to_owned()).as_deref(), Some("a"));
    assert!(reader.next_event().unwrap().is_none());
    assert_eq!(reader.end_of_stream().map(|event| event.data().to_owned()).as_deref(), Some("b"));
    let (_, decoder) = reader.into_parts();

    let mut reader = EventReader::with_decoder(&b"\xEF\xBB\xBFdata: c\n\n"[..], decoder);
    assert_eq!(reader.decoder().reconnection_time(), Some(std::time::Duration::from_millis(5)));
    let event = reader.next_event().unwrap().unwrap();
    assert_eq!((event.data(), event.id(), event.last_event_id()), ("c", None, "1"));
}

struct Broken;
impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

/// Every message that a report of the error prints.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect()
}

#[test]
fn errors_print_each_message_once() {
    let mut reader = EventReader::with_decoder(&b"data: 12\n\n"[..], sse_wire::Decoder::new().with_max_event_len(1));
    let error = reader.next_event().unwrap_err();
    assert_eq!(chain(&error), ["event exceeds the limit of 1 bytes at offset 0"]);
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(chain(&error), ["event exceeds the limit of 1 bytes at offset 0"]);
    // What callers match on is unchanged.
    assert_eq!(error.downcast::<sse_wire::DecodeError>().unwrap().limit(), 1);

    let error = EventReader::new(Broken).next_event().unwrap_err();
    assert_eq!(chain(&error), ["event stream could not be read", "connection reset"]);
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionReset);
}

/// Takes this many bytes in all, and then would block.
struct Narrow(usize, Vec<u8>);

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.0);
        self.0 -= len;
        self.1.extend_from_slice(&bytes[..len]);
        if len == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(len) }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_lags_holds_what_is_unwritten_and_no_more() {
    let event = EventBuilder::new().data("x");
    let mut writer = EventWriter::new(Narrow(0, Vec::with_capacity(1 << 20)));
    let _ = writer.write_event(&event);
    let info = allocation_counter::measure(|| {
        for _ in 0..100_000 {
            writer.get_mut().0 = 9;
            assert!(writer.write_event(&event).is_err());
            assert_eq!(writer.unwritten(), 9);
        }
    });
    assert!(info.bytes_current < 1000, "{} bytes", info.bytes_current);
    assert_eq!(writer.get_ref().1, b"data: x\n\n".repeat(100_000));
}

#[test]
fn data_of_any_length_goes_through_a_writer_that_blocks() {
    let text = "x".repeat(5000);
    for count in [1, 10] {
        let mut writer = EventWriter::new(Narrow(12, Vec::new()));
        let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
        for _ in 0..count {
            data.write_all(text.as_bytes()).unwrap();
        }
        assert_eq!(data.finish().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(writer.write_event(&EventBuilder::new().data("next")).is_err());
        writer.get_mut().0 = usize::MAX;
        writer.flush().unwrap();
        let events = [EventBuilder::new().data(&text.repeat(count)).encode(), b"data: next\n\n".to_vec()];
        assert_eq!(writer.into_inner().1, events.concat());
    }
}

/// What a receiver should see early, and an error that is not just a delay.
#[test]
fn data_is_flushed_and_fails_with_the_writer_in_it() {
    /// Flushed so many bytes of what was written; a writer that breaks.
    struct Breaks(Vec<u8>, usize);
    impl Write for Breaks {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > 8000 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1 = self.0.len();
            Ok(())
        }
    }

    let mut writer = EventWriter::new(Breaks(Vec::new(), 0));
    let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
    std::fmt::Write::write_str(&mut data, "a").unwrap();
    data.flush().unwrap();
    data.finish().unwrap();
    assert_eq!(writer.get_ref().0, b"data: a\n\n");
    assert_eq!(writer.get_ref().1, b"data: a".len());

    let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
    data.write_all(&[b'x'; 9000]).unwrap();
    assert_eq!(data.write_all(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

/// After a backlog, even a large event can be withdrawn.
#[test]
fn unfinished_data_is_taken_back_behind_a_backlog() {
    let backlog = "x".repeat(9000);
    let mut writer = EventWriter::new(Narrow(5000, Vec::new()));
    assert!(writer.write_event(&EventBuilder::new().data(&backlog)).is_err());
    let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
    for _ in 0..3 {
        data.write_all(&[b'y'; 5000]).unwrap();
    }
    drop(data);
    writer.get_mut().0 = usize::MAX;
    writer.write_event(&EventBuilder::new().data("z")).unwrap();
    let expected = [EventBuilder::new().data(&backlog).encode(), EventBuilder::new().data("z").encode()].concat();
    assert_eq!(writer.into_inner().1, expected);
}

#[test]
fn writers_do_not_show_what_they_hold() {
    let mut writer = EventWriter::new(b"secret".to_vec());
    assert_eq!(format!("{writer:?}"), "EventWriter { unwritten: 0, torn: false, .. }");
    let mut data = writer.data_writer(&EventBuilder::new().data("secret")).unwrap();
    data.write_all(b"secret").unwrap();
    assert_eq!(format!("{data:?}"), "DataWriter { unwritten: 18, .. }");
}

/// Owned, in the same order, and with everything else still at hand.
#[cfg(feature = "bytes")]
#[test]
fn a_reader_is_an_iterator() {
    let wire = &b"data: 1\n\nid: 7\ndata: 2\n\ndata: 12345\n\ndata: 3\n\nevent: e\n"[..];
    let reader = EventReader::with_decoder(wire, sse_wire::Decoder::new().with_max_event_len(4));
    let mut events = reader.events();
    let found: Vec<String> = events
        .by_ref()
        .map(|event| match event {
            Ok(event) => format!("{} {}", event.data(), event.last_event_id()),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(found, ["1 ", "2 7", "event exceeds the limit of 4 bytes at offset 24", "3 7"]);
    assert!(events.next().is_none());
    assert_eq!(events.get_ref().decoder().last_event_id(), "7");
    assert!(events.get_mut().get_mut().is_empty());
    assert!(events.into_inner().into_inner().is_empty());
}

#[test]
fn debug_shows_no_payload() {
    let mut reader = EventReader::new(&b"data: secret\n\ndata: secret\n\n"[..]);
    reader.next_event().unwrap();
    let debug = format!("{reader:?}");
    assert!(debug.starts_with("EventReader { decoder: Decoder {") && debug.ends_with("undecoded: 14, .. }"), "{debug}");
    assert!(!debug.contains("secret") && !debug.contains("115, 101, 99"), "{debug}");
}
