//! What `LaunchDarkly`'s contract suite for clients requires of a stream, through the stream that reconnects: each fact
//! in each of the suite's chunkings, and every size of its sweep.
//!
//! The suite is a program in Go, which is not run here. Its facts about reconnecting are rows of
//! `tests/reconnecting.rs`, those about requests and redirects are in `interop/tests/requests.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use sse_wire::stream::{Accepted, Attempt};
use sse_wire::{EventSource, FrameBuf, MIME_TYPE};

/// Whether the stream should be polled again.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What one connection that delivers these chunks and stays open yields: each event as its type, its last event ID and
/// its data, and each comment.
fn found(chunks: Vec<Bytes>) -> Vec<String> {
    let mut chunks = Some(chunks);
    let connect = |_: Attempt<'_>| {
        let body = stream::iter(chunks.take().expect("one connection")).map(Ok::<_, ()>).chain(stream::pending());
        async { Ok::<_, ()>(Accepted::new(200, Some(MIME_TYPE.as_bytes()), body)) }
    };
    let mut frames = EventSource::new().into_stream(connect, |_| std::future::pending()).frames();
    let mut found = Vec::new();
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    while woken.0.swap(false, Ordering::Relaxed) {
        let Poll::Ready(frame) = frames.poll_next_unpin(&mut Context::from_waker(&waker)) else { continue };
        woken.0.store(true, Ordering::Relaxed);
        found.push(match frame.unwrap().unwrap() {
            FrameBuf::Event(event) => format!("{}|{}|{}", event.event_type(), event.last_event_id(), event.data()),
            FrameBuf::Comment(text) => format!("comment {text}"),
            frame => panic!("{frame:?}"),
        });
    }
    found
}

fn in_chunks(wire: &[u8], len: usize) -> Vec<String> {
    found(wire.chunks(len).map(Bytes::copy_from_slice).collect())
}

#[test]
fn streams_are_read_as_the_suite_asks() {
    let rows: [(&str, &[&str]); 32] = [
        ("data: Hi\n\n", &["message||Hi"]),
        ("data: Hi\n\ndata: you\n\n", &["message||Hi", "message||you"]),
        ("data: Hi\ndata:you\n\n", &["message||Hi\nyou"]),
        ("data:\n\n", &["message||"]),
        ("event: hail\ndata: Hi\n\n", &["hail||Hi"]),
        ("id: abc\ndata: Hi\n\n", &["message|abc|Hi"]),
        ("event: hail\nid: abc\ndata: Hi\n\n", &["hail|abc|Hi"]),
        ("data: Hi\nid: abc\nevent: hail\n\n", &["hail|abc|Hi"]),
        ("id: a\0bc\ndata: Hi\n\n", &["message||Hi"]),
        ("id: abc\ndata: 1\n\ndata: 2\n\n", &["message|abc|1", "message|abc|2"]),
        ("id: abc\ndata: 1\n\nid: \ndata: 2\n\n", &["message|abc|1", "message||2"]),
        ("event: hail\ncolour: blue\ndata: Hi\n\n", &["hail||Hi"]),
        ("event:hail\ndata:Hi\n\n", &["hail||Hi"]),
        ("event:  hail\ndata:  Hi\n\n", &[" hail|| Hi"]),
        ("data\n\ndata\ndata\n\n", &["message||", "message||\n"]),
        ("data: €豆腐\n\n", &["message||€豆腐"]),
        // Line ends; LF is replaced by the others below.
        ("data: 1\n\ndata: 2\ndata: 3\n\n", &["message||1", "message||2\n3"]),
        ("data:\ndata: 2\ndata: 3\n\n", &["message||\n2\n3"]),
        ("data: 1\ndata:\ndata: 3\n\n", &["message||1\n\n3"]),
        ("data: 1\n\n\ndata: 2\n\n", &["message||1", "message||2"]),
        ("data: 1\n\n\n\ndata: 2\n\n", &["message||1", "message||2"]),
        // Comments.
        (":Hi\n", &["comment Hi"]),
        (":Hi\n:you\n", &["comment Hi", "comment you"]),
        (":Hi\ndata: you\n\n", &["comment Hi", "message||you"]),
        ("data: you\n\n:Hi\n", &["message||you", "comment Hi"]),
        // Byte order marks.
        ("\u{FEFF}data: Hi\n\n", &["message||Hi"]),
        ("\u{FEFF}event: hail\nid: abc\ndata: Hi\n\n", &["hail|abc|Hi"]),
        ("\u{FEFF}data: 1\n\ndata: \u{FEFF}2\n\n", &["message||1", "message||\u{FEFF}2"]),
        ("\u{FEFF}data: \u{FEFF}Hi\n\n", &["message||\u{FEFF}Hi"]),
        ("\u{FEFF}data: 1\ndata: 2\n\n", &["message||1\n2"]),
        ("\u{FEFF}:Hi\ndata: you\n\n", &["comment Hi", "message||you"]),
        ("\u{FEFF}data:\n\n", &["message||"]),
    ];
    for (wire, expected) in rows {
        for line_end in ["\n", "\r\n", "\r"] {
            let wire = wire.replace('\n', line_end);
            for len in [wire.len(), 1, 2] {
                assert_eq!(in_chunks(wire.as_bytes(), len), expected, "{wire:?} in chunks of {len}");
            }
        }
    }
}

#[test]
fn a_crlf_is_one_line_end_however_it_is_cut() {
    let chunks = ["data: Hi\r", "\ndata: you\r", "\n\r\ndata: OK\r", "\n", "\r", "\n"];
    let expected = ["message||Hi\nyou", "message||OK"];
    assert_eq!(found(chunks.map(|chunk| Bytes::from_static(chunk.as_bytes())).into()), expected);
}

#[test]
fn many_events_come_in_order() {
    let expected: Vec<_> = (0..100).map(|n| format!("message||event {n}")).collect();
    let wire = (0..100).fold(String::new(), |wire, n| wire + &format!("data: event {n}\n\n"));
    assert_eq!(in_chunks(wire.as_bytes(), wire.len()), expected);
}

/// At once: nothing follows the event that could push it out.
#[test]
fn an_event_of_any_size_comes_at_once() {
    let powers = [1, 128, 512, 1024, 2048, 4096, 6144, 8192, 12_288, 16_384, 32_768, 65_536, 262_144, 1_048_576];
    let sizes = powers.into_iter().flat_map(|size: usize| [size.saturating_sub(3), size - 1, size, size + 1, size + 3]);
    for size in sizes.chain([5 << 20, 10 << 20]) {
        let data = "x".repeat(size);
        let wire = format!("data: {data}\n\n");
        for len in [wire.len(), 1460, 16 * 1024] {
            let found = in_chunks(wire.as_bytes(), len);
            assert!(found == [format!("message||{data}")], "{size} bytes in chunks of {len}");
        }
    }
}
