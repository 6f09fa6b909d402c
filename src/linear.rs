//! Tests that work is linear in every way to decode: the bytes examined and copied are counted.

use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use bytes::Bytes;

use crate::work;
use crate::{Chunk, ChunkBuf, Decoder, EventSource, FixedDecoder, Parser};

const LEN: usize = 1 << 15;

/// How often each byte may be examined or copied: to find its line's end, to validate it alone and in its window, to
/// copy it out of the chunk, to make room for that, to replace what is ill-formed, and to copy it into an owned event.
const BOUND: usize = 12;

/// Reads a whole stream in chunks of this many bytes.
type Way = fn(&[u8], usize);

fn decoder() -> Decoder {
    Decoder::new().with_max_event_len(usize::MAX)
}

fn events(mut decoder: Decoder, wire: &[u8], len: usize, new_chunk: bool) {
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while !chunk.is_empty() {
            let _ = decoder.next_event(&mut chunk);
            if new_chunk {
                chunk = Chunk::new(chunk.remaining());
            }
        }
    }
    let _ = decoder.end_of_stream();
}

fn frames(mut decoder: Decoder, wire: &[u8], len: usize, new_chunk: bool) {
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while !chunk.is_empty() {
            let _ = decoder.next_frame(&mut chunk);
            if new_chunk {
                chunk = Chunk::new(chunk.remaining());
            }
        }
    }
    let _ = decoder.end_of_stream();
}

fn event_bufs(mut decoder: Decoder, wire: &[u8], len: usize) {
    for bytes in wire.chunks(len) {
        let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(bytes));
        while decoder.next_event_buf(&mut chunk).is_ok_and(|event| event.is_some()) {}
        assert!(chunk.is_empty());
    }
}

fn frame_bufs(mut decoder: Decoder, wire: &[u8], len: usize) {
    for bytes in wire.chunks(len) {
        let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(bytes));
        while decoder.next_frame_buf(&mut chunk).is_ok_and(|frame| frame.is_some()) {}
        assert!(chunk.is_empty());
    }
}

fn tokens(wire: &[u8], len: usize) {
    let mut parser = Parser::new();
    for mut chunk in wire.chunks(len) {
        while parser.next_token(&mut chunk).is_some() {}
    }
}

fn fixed(wire: &[u8], len: usize) {
    let mut decoder = FixedDecoder::<4096, 64>::new();
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while !chunk.is_empty() {
            let _ = decoder.next_frame(&mut chunk);
        }
    }
}

/// Returns this many bytes at a time.
struct Trickle<'w>(&'w [u8], usize);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

fn reader(wire: &[u8], len: usize) {
    let mut reader = crate::io::EventReader::with_decoder(Trickle(wire, len), decoder());
    while reader.next_event().is_ok_and(|event| event.is_some()) {}
    let _ = reader.end_of_stream();
}

fn frame_reader(wire: &[u8], len: usize) {
    let mut reader = crate::io::EventReader::with_decoder(Trickle(wire, len), decoder());
    while reader.next_frame().is_ok_and(|event| event.is_some()) {}
}

fn source(wire: &[u8], len: usize) {
    let mut source = EventSource::with_decoder(decoder());
    source.on_response(200, Some(b"text/event-stream")).unwrap();
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while source.next_event(&mut chunk).is_ok_and(|event| event.is_some()) {}
    }
    let _ = source.on_end(0);
}

#[cfg(feature = "stream")]
struct Pieces<'w>(core::slice::Chunks<'w, u8>);

#[cfg(feature = "stream")]
impl futures_core::Stream for Pieces<'_> {
    type Item = Result<Bytes, ()>;

    fn poll_next(
        mut self: core::pin::Pin<&mut Self>,
        _: &mut core::task::Context<'_>,
    ) -> core::task::Poll<Option<Self::Item>> {
        core::task::Poll::Ready(self.0.next().map(|bytes| Ok(Bytes::copy_from_slice(bytes))))
    }
}

#[cfg(feature = "stream")]
fn drain<S: futures_core::Stream + Unpin>(mut stream: S) {
    let mut cx = core::task::Context::from_waker(core::task::Waker::noop());
    while matches!(core::pin::Pin::new(&mut stream).poll_next(&mut cx), core::task::Poll::Ready(Some(_))) {}
}

#[cfg(feature = "stream")]
fn event_stream(wire: &[u8], len: usize) {
    drain(crate::stream::EventStream::with_decoder(Pieces(wire.chunks(len)), decoder()));
}

#[cfg(feature = "stream")]
fn frame_stream(wire: &[u8], len: usize) {
    drain(crate::stream::EventStream::with_decoder(Pieces(wire.chunks(len)), decoder()).frames());
}

#[cfg(feature = "tokio-codec")]
fn codec(wire: &[u8], len: usize) {
    use tokio_util::codec::Decoder as _;

    let mut codec = crate::tokio_codec::EventCodec::with_decoder(decoder());
    let mut buffer = bytes::BytesMut::new();
    for bytes in wire.chunks(len) {
        buffer.extend_from_slice(bytes);
        while codec.decode(&mut buffer).is_ok_and(|event| event.is_some()) {}
    }
}

fn ways() -> Vec<(&'static str, Way)> {
    vec![
        ("next_event", |wire, len| events(decoder(), wire, len, false)),
        ("next_event, a new chunk for each call", |wire, len| events(decoder(), wire, len, true)),
        ("next_event within a limit", |wire, len| events(decoder().with_max_event_len(7), wire, len, false)),
        ("next_event without shortcuts", |wire, len| events(decoder().without_shortcuts(), wire, len, false)),
        ("next_frame", |wire, len| frames(decoder(), wire, len, false)),
        ("next_frame, a new chunk for each call", |wire, len| frames(decoder(), wire, len, true)),
        ("next_frame without shortcuts", |wire, len| frames(decoder().without_shortcuts(), wire, len, false)),
        ("next_frame with ignored lines", |wire, len| frames(decoder().with_ignored_frames(true), wire, len, false)),
        ("next_event_buf", |wire, len| event_bufs(decoder(), wire, len)),
        ("next_event_buf without shortcuts", |wire, len| event_bufs(decoder().without_shortcuts(), wire, len)),
        ("next_event_buf, nothing retained", |wire, len| event_bufs(decoder().with_max_retained(0), wire, len)),
        ("next_frame_buf", |wire, len| frame_bufs(decoder(), wire, len)),
        ("next_frame_buf, nothing retained", |wire, len| frame_bufs(decoder().with_max_retained(0), wire, len)),
        ("next_token", tokens),
        ("FixedDecoder", fixed),
        ("EventReader", reader),
        ("EventReader, frames", frame_reader),
        ("EventSource", source),
        #[cfg(feature = "stream")]
        ("EventStream", event_stream),
        #[cfg(feature = "stream")]
        ("FrameStream", frame_stream),
        #[cfg(feature = "tokio-codec")]
        ("EventCodec", codec),
    ]
}

/// What a peer may send: each kind repeated, or one without an end.
fn wires() -> Vec<(String, Vec<u8>)> {
    let endless = |prefix: &[u8], body: &[u8]| [prefix, &body.repeat(LEN / body.len())].concat();
    let wires: [(&str, Vec<u8>); 25] = [
        ("a long line", endless(b"data: ", b"x")),
        ("a long line that ends", [endless(b"data: ", b"x"), b"\n\n".to_vec()].concat()),
        ("huge events", [b"event: x\ndata: ", &b"x".repeat(5 * LEN)[..], b"\n\n"].concat().repeat(2)),
        ("small events", endless(b"", b"data: x\n\n")),
        ("small events with ids", endless(b"", b"event: x\nid: x\ndata: x\n\n")),
        ("events behind one byte", endless(b": x\n", b"data: x\n\n")),
        ("events, every other one", endless(b"", b"data: a\n\ndata: x\n\n")),
        ("data lines", endless(b"", b"data: x\n")),
        ("data without a colon", endless(b"", b"data\n")),
        ("comments", endless(b"", b": x\n")),
        ("comments between events", endless(b"", b": x\n:\ndata: x\n\n")),
        ("an unknown line", endless(b"unknown: ", b"x")),
        ("unknown lines", endless(b"", b"x\n")),
        ("an unknown line that looks like a name", endless(b"", b"dat")),
        ("CRs", endless(b"", b"\r")),
        ("LFs", endless(b"", b"\n")),
        ("CRLFs", endless(b"", b"\r\n")),
        ("LFs and CRs", endless(b"", b"\n\r")),
        ("LFs before a comment", [vec![b'\n'; LEN / 2], b":".to_vec(), vec![b'x'; LEN / 2]].concat()),
        ("LFs before an event", [vec![b'\n'; LEN], b"data: x\ndata: y\n\n".to_vec()].concat()),
        ("a long comment between events", endless(b"\n:", b"x")),
        ("an id with NULs", endless(b"id: ", b"\0")),
        ("a long id", endless(b"id: ", b"x")),
        ("a long time", endless(b"retry: ", b"0")),
        ("types without data", endless(b"", b"event: x\n\n")),
    ];
    let mut all = Vec::new();
    for (name, wire) in wires {
        // The shortcut is for what follows a blank line.
        all.push((format!("{name}, behind a blank line"), [b"\n", &wire[..]].concat()));
        if wire.contains(&b'x') {
            let ill_formed = wire.iter().map(|&byte| if byte == b'x' { 0xFF } else { byte }).collect();
            all.push((format!("{name}, ill-formed"), ill_formed));
            let few = wire
                .iter()
                .enumerate()
                .map(|(index, &byte)| if byte == b'x' && index % 4096 < 9 { 0xFF } else { byte });
            all.push((format!("{name}, here and there ill-formed"), few.collect()));
        }
        all.push((name.into(), wire));
    }
    all
}

#[test]
fn work_is_linear() {
    let wires = &wires();
    let is_linear = |way, read: Way| {
        for (name, wire) in wires {
            for len in [1, 3, 64, 1460, 16 * 1024, LEN * 2] {
                work::take();
                read(wire, len);
                let work = work::take().div_ceil(wire.len());
                assert!(work <= BOUND, "{way} of {name} in chunks of {len}: each byte is examined {work} times");
            }
        }
    };
    // Each thread counts for itself.
    std::thread::scope(|scope| {
        for (way, read) in ways() {
            scope.spawn(move || is_linear(way, read));
        }
    });
}

/// It has no text of the last event ID to keep: each event costs a look at the id, which is never longer than `ID`.
#[test]
fn a_fixed_decoder_looks_at_the_last_event_id_for_each_event() {
    const ID: usize = 4096;
    let mut decoder = FixedDecoder::<4096, ID>::new();
    let id = [b"id: ", &b"i".repeat(ID)[..], b"\n\n"].concat();
    assert_eq!(decoder.next_event(&mut Chunk::new(&id)), Ok(None));
    let wire = b"data: x\n\n";
    for _ in 0..3 {
        work::take();
        assert!(decoder.next_event(&mut Chunk::new(wire)).is_ok_and(|event| event.is_some()));
        assert!(work::take() <= ID + BOUND * wire.len());
    }
}

/// Decodes all of a chunk. Returns the number of events, and how often UTF-8 was validated.
fn validations_of(mut chunk: Chunk<'_>) -> (usize, usize) {
    let mut decoder = Decoder::new();
    work::take_validations();
    let mut events = 0;
    while decoder.next_event(&mut chunk).unwrap().is_some() {
        events += 1;
    }
    (events, work::take_validations())
}

#[test]
fn text_is_validated_by_windows_of_sixteen_kib() {
    let wire = "event: e\ndata: x\n\n".repeat(1 << 14);
    let windows = wire.len().div_ceil(16 * 1024);
    let (events, validations) = validations_of(Chunk::new(wire.as_bytes()));
    assert_eq!(events, 1 << 14);
    // One for the first event alone.
    assert!((windows..=windows + 2).contains(&validations), "{validations} validations of {windows} windows");
    assert_eq!(validations_of(Chunk::from(&*wire)), (events, 0), "text is validated again");

    work::take_validations();
    let mut reader = crate::io::EventReader::new(wire.as_bytes());
    while reader.next_event().unwrap().is_some() {}
    // Each read begins with a window of one event.
    assert!(work::take_validations() <= 4 * windows, "the reader validates event by event");
}

#[test]
fn well_formed_events_in_an_ill_formed_window_are_lent_from_the_chunk() {
    let wire = b"data: a\n\ndata: \xFF\n\ndata: b\n\n".repeat(100);
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(&wire);
    while let Some(event) = decoder.next_event(&mut chunk).unwrap() {
        let lent = wire.as_ptr_range().contains(&event.data().as_ptr());
        assert_eq!(lent, event.data() != "\u{FFFD}");
    }
}
