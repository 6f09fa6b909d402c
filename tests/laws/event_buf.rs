//! Owned events: the same as the borrowed ones, and what they pin and allocate.

use std::fmt::Write as _;

use crate::common::drive::{frames, owned};
use crate::common::limit::Step;
use crate::common::oracle;
use crate::common::streams::{cuts, streams};
use allocation_counter::measure;
use bytes::Bytes;
use proptest::prelude::*;
use sse_wire::{ChunkBuf, Decoder, EventBuf, FrameBuf};

fn all(decoder: &mut Decoder, chunk: impl Into<Bytes>) -> Vec<EventBuf> {
    let mut chunk = ChunkBuf::from(chunk.into());
    std::iter::from_fn(|| decoder.next_event_buf(&mut chunk).unwrap()).collect()
}

#[test]
fn a_chunk_is_made_from_whatever_holds_bytes() {
    const WIRE: &str = "data: 1\n\n";
    let array: [u8; 9] = *b"data: 1\n\n";
    let chunks: [ChunkBuf; 8] = [
        Bytes::from_static(WIRE.as_bytes()).into(),
        bytes::BytesMut::from(WIRE).into(),
        WIRE.as_bytes().to_vec().into(),
        WIRE.to_owned().into(),
        WIRE.into(),
        WIRE.as_bytes().into(),
        b"data: 1\n\n".into(),
        array.into(),
    ];
    for mut chunk in chunks {
        assert_eq!(Decoder::new().next_event_buf(&mut chunk).unwrap().unwrap().data(), "1");
        assert!(chunk.is_empty());
    }
    assert!(ChunkBuf::default().is_empty());
    // A vector and a string are taken over, not copied.
    let owned = WIRE.to_owned();
    let place = owned.as_ptr();
    let event = Decoder::new().next_event_buf(&mut ChunkBuf::from(owned)).unwrap().unwrap();
    assert_eq!(event.data().as_ptr(), place.wrapping_add(6));
}

fn lies_in(text: &str, bytes: &[u8]) -> bool {
    bytes.as_ptr_range().contains(&text.as_ptr())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn owned_frames_are_the_lent_ones(wire in streams(), cuts in cuts(), limit in prop_oneof![Just(usize::MAX), 0..40_usize]) {
        let expected = frames(&mut Decoder::new().with_max_event_len(limit), &cuts.of(&wire));
        let mut decoder = Decoder::new().with_max_event_len(limit);
        let mut found = Vec::new();
        let mut kept = Vec::new();
        for bytes in cuts.of(&wire) {
            let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(bytes));
            while let Some(result) = decoder.next_frame_buf(&mut chunk).transpose() {
                found.push(match result {
                    Ok(FrameBuf::Event(event)) => {
                        kept.push((event.clone(), event.detach(), owned(event.as_event())));
                        Step::Frame(oracle::Frame::Event(owned(event.as_event())))
                    }
                    Ok(FrameBuf::Comment(text)) => Step::Frame(oracle::Frame::Comment(text)),
                    Ok(FrameBuf::Retry(time)) => Step::Frame(oracle::Frame::Retry(time.as_millis().try_into().unwrap())),
                    Ok(FrameBuf::Id(id)) => Step::Frame(oracle::Frame::Id(id)),
                    Ok(_) => unreachable!("a new kind of frame"),
                    Err(error) => Step::TooLong { offset: error.offset() },
                });
            }
            prop_assert!(chunk.is_empty() && chunk.remaining().is_empty());
        }
        prop_assert_eq!(found, expected);
        // Later events have not touched them.
        for (event, detached, then) in kept {
            prop_assert_eq!(&owned(event.as_event()), &then);
            prop_assert_eq!(&event, &detached);
            prop_assert_eq!(event, detached.as_event());
        }
    }

    #[test]
    fn owned_and_lent_events_mix(wire in streams(), cuts in cuts(), which in any::<u64>()) {
        let mut decoder = Decoder::new();
        let mut found = Vec::new();
        let mut calls = 0;
        for bytes in cuts.of(&wire) {
            let mut rest = bytes;
            while !rest.is_empty() {
                calls += 1;
                if which >> (calls % 64) & 1 == 1 {
                    let mut chunk = sse_wire::Chunk::new(rest);
                    found.extend(decoder.next_event(&mut chunk).unwrap().map(owned));
                    rest = chunk.remaining();
                } else {
                    let mut chunk = ChunkBuf::from(Bytes::copy_from_slice(rest));
                    found.extend(decoder.next_event_buf(&mut chunk).unwrap().map(|event| owned(event.as_event())));
                    rest = &rest[rest.len() - chunk.remaining().len()..];
                }
            }
        }
        prop_assert_eq!(found, oracle::interpret(&wire).events());
    }
}

/// A text is searched for what is not ASCII in blocks of 32 bytes, a window in only every fourth: wherever such bytes are,
/// and whether or not they are well-formed, nothing may be lost.
#[test]
fn a_byte_anywhere_in_a_long_text_is_decoded() {
    const ONE: &[u8] = b"data: 1\n\n";
    const TWO: &[u8] = b"data: 2\n\n";
    let lines = [("", ""), ("event: add\n", ""), ("id: 7\n", ""), ("", "id: 7\n"), (": c\n", "")];
    let places =
        [7, 31, 32, 33, 64, 128, 160, 340].into_iter().flat_map(|len| (0..len - 1).map(move |index| (len, index)));
    for (len, index) in places {
        for odd in ["é".as_bytes(), b"x\xFF", b"\xC3x"] {
            let mut data = vec![b'x'; len];
            data[index..index + 2].copy_from_slice(odd);
            for (before, after) in lines {
                let event = &[before.as_bytes(), b"data: ", &data, b"\n", after.as_bytes(), b"\n"].concat()[..];
                let chunks_of_streams: [&[&[u8]]; 5] = [
                    // The event takes the chunk, the first one without the shortcut,
                    &[event],
                    &[ONE, event, TWO],
                    // or is alone in the first window,
                    &[&[event, TWO].concat()],
                    // or in the second, the last one takes that, or shares it.
                    &[&[ONE, event].concat()],
                    &[&[ONE, TWO, event, TWO].concat()],
                ];
                for chunks in chunks_of_streams {
                    let mut decoder = Decoder::new();
                    let events = chunks.iter().flat_map(|bytes| all(&mut decoder, bytes.to_vec()));
                    let found = events.map(|event| owned(event.as_event())).collect::<Vec<_>>();
                    let wire = chunks.concat();
                    assert_eq!(found, oracle::interpret(&wire).events(), "{}", wire.escape_ascii());
                }
            }
        }
    }
}

#[test]
fn events_in_one_chunk_are_slices_of_it() {
    let wire = Bytes::from("event: add\nid: 7\ndata: 113\n\ndata: 114\n\n: c\ndata: 115\nevent: x\n\n".to_owned());
    for event in all(&mut Decoder::new(), wire.clone()) {
        assert!(lies_in(event.data(), &wire), "{event:?}");
        assert!(event.event_type() == "message" || lies_in(event.event_type(), &wire));
        assert!(event.id().is_none_or(|id| lies_in(id, &wire)));
    }
}

#[test]
fn the_chunk_lets_go_with_its_last_byte() {
    let wire = Bytes::from(b"data: 1\n\ndata: 2\n\n".to_vec());
    let mut chunk = ChunkBuf::from(wire.clone());
    let mut decoder = Decoder::new();
    let one = decoder.next_event_buf(&mut chunk).unwrap().unwrap();
    let two = decoder.next_event_buf(&mut chunk).unwrap().unwrap();
    assert!(chunk.is_empty());
    drop(one);
    assert!(!wire.is_unique());
    drop(two);
    assert!(wire.is_unique(), "the chunk or the decoder keeps the buffer");
}

#[test]
fn the_chunk_lets_go_after_an_error_too() {
    let wire = Bytes::from(b"data: 123\n".to_vec());
    let mut chunk = ChunkBuf::from(wire.clone());
    assert!(Decoder::new().with_max_event_len(2).next_event_buf(&mut chunk).is_err());
    assert!(chunk.is_empty() && wire.is_unique());
}

#[test]
fn the_chunk_lets_go_whatever_was_in_it() {
    // The first event of a stream is decoded by tokens.
    for wire in ["data: 1\n\n", "data: 1\ndata: 2\n\n", ": c\n"] {
        let wire = Bytes::from(wire.as_bytes().to_vec());
        let mut chunk = ChunkBuf::from(wire.clone());
        drop(Decoder::new().next_frame_buf(&mut chunk).unwrap().unwrap());
        assert!(chunk.is_empty() && wire.is_unique());
    }
}

#[test]
fn small_events_do_not_keep_a_large_comment_between_their_lines() {
    let wire = Bytes::from(format!("data: a\n\nevent: é\n:{}\ndata: y\n\n", "é".repeat(1 << 20)));
    let mut decoder = Decoder::new();
    let info = measure(|| {
        let events = all(&mut decoder, wire);
        assert_eq!((events[1].event_type(), events[1].data()), ("é", "y"));
        core::mem::forget(events);
    });
    assert!(info.bytes_current < 10_000, "{} bytes", info.bytes_current);
}

/// Twice the length of its values and 256 bytes more, to the byte.
#[test]
fn an_event_keeps_little_more_than_its_values() {
    for (comment, is_slice) in [(272, true), (273, false)] {
        let comment = "c".repeat(comment);
        let wire = Bytes::from(format!("event: 0123456789\nid: 0123456789\n:{comment}\ndata: 0123456789\n\n"));
        let events = all(&mut Decoder::new(), wire.clone());
        assert_eq!(lies_in(events[0].data(), &wire), is_slice, "{} bytes between", comment.len());
    }
}

#[test]
fn small_events_do_not_keep_what_came_before_them() {
    let large = "é".repeat(1 << 20);
    for before in [format!(":{large}\n\n"), format!("x{large}\n\n"), format!("data: a\ndata: {large}\n\n")] {
        for first in ["", "data: a\n\n"] {
            let wire = Bytes::from(format!("{first}{before}data: é\n\ndata: z\n\n"));
            let mut decoder = Decoder::new();
            let info = measure(|| {
                let mut events = all(&mut decoder, wire);
                let kept = events.split_off(events.len() - 2);
                assert_eq!(kept[0].data(), "é");
                drop(events);
                core::mem::forget(kept);
            });
            let kept = info.bytes_current - 64 * 1024_i64;
            assert!(kept < 64 * 1024, "{} bytes", info.bytes_current);
        }
    }
}

#[test]
fn detached_events_pin_nothing() {
    let wire = Bytes::from(b"event: add\nid: 7\ndata: 113\n\n".to_vec());
    let events = all(&mut Decoder::new(), wire.clone());
    let detached = events[0].detach();
    drop(events);
    assert!(wire.is_unique());
    assert_eq!((detached.event_type(), detached.data(), detached.id()), ("add", "113", Some("7")));
}

#[test]
fn single_line_events_allocate_nothing() {
    for event in ["data: hello\n\n", "event: add\nid: 7\ndata: hello\n\n", "id: 7\r\ndata: hello\r\n\r\n"] {
        let wire = Bytes::from(event.repeat(2000));
        let mut decoder = Decoder::new();
        all(&mut decoder, wire.clone());
        let mut chunk = ChunkBuf::from(wire);
        let info = measure(|| {
            let mut count = 0;
            while let Some(event) = decoder.next_event_buf(&mut chunk).unwrap() {
                count += usize::from(!event.data().is_empty());
            }
            assert_eq!(count, 2000);
        });
        // One for the buffer, when it is first shared.
        assert!(info.count_total <= 1, "{} allocations for {event:?}", info.count_total);
    }
}

/// Text that is not ASCII may be copied, a window at a time.
#[test]
fn single_line_events_of_any_text_allocate_once_a_window() {
    let wire = Bytes::from("id: 7\r\ndata: é\r\n\r\n".repeat(4000));
    let mut decoder = Decoder::new();
    let mut chunk = ChunkBuf::from(wire.clone());
    let info = measure(|| {
        let mut count = 0;
        while let Some(event) = decoder.next_event_buf(&mut chunk).unwrap() {
            assert_eq!((event.data(), event.id()), ("é", Some("7")));
            count += 1;
        }
        assert_eq!(count, 4000);
    });
    let windows = wire.len().div_ceil(16 * 1024) as u64 + 2;
    // A copy for each, and what shares it; also the last event ID, and the events before the shortcut.
    assert!(info.count_total <= 2 * windows + 4, "{} allocations for {windows} windows", info.count_total);
}

/// Also if each event has its own id: it is part of the slice.
#[test]
fn changing_ids_allocate_nothing() {
    let mut wire = String::new();
    for id in 1000..3000 {
        write!(wire, "id: {id}\ndata: x\n\n").unwrap();
    }
    let mut decoder = Decoder::new();
    all(&mut decoder, wire.clone());
    let mut chunk = ChunkBuf::from(Bytes::from(wire));
    let info = measure(|| while decoder.next_event_buf(&mut chunk).unwrap().is_some() {});
    assert!(info.count_total <= 1, "{} allocations", info.count_total);
}

/// Growing by doubling takes at most four bytes for each at the end, if each is copied once.
#[test]
fn cut_events_are_copied_once_more() {
    const LEN: usize = 1 << 20;
    let wire = Bytes::from([b"event: e\ndata: ", vec![b'x'; LEN].as_slice(), b"\n\n"].concat());
    let mut decoder = Decoder::new();
    let info = measure(|| {
        let mut events = Vec::new();
        for start in (0..wire.len()).step_by(1460) {
            events.extend(all(&mut decoder, wire.slice(start..wire.len().min(start + 1460))));
        }
        assert_eq!(events[0].data().len(), LEN);
        core::mem::forget(events);
    });
    assert!(info.bytes_total <= 4 * LEN as u64 + (LEN / 4) as u64, "{} bytes", info.bytes_total);
    // The event, without what growing has left unused.
    let kept = usize::try_from(info.bytes_current).unwrap();
    assert!(kept <= LEN + LEN / 4 + 64 * 1024, "{kept} bytes");
}

/// When the event takes over the buffer that gathered its data: type and id follow the data.
#[test]
fn events_that_take_their_buffer_are_the_lent_ones() {
    let names: [&[u8]; 5] = [b"", b"event: add\n", b"id: 7\n", b"event: add\nid: 7\n", b"id: \xFF\nevent: a\xFFd\n"];
    // The beginning of the data decides whether the buffer is taken; if ill-formed, it is put back.
    for (begin, end) in [("x", "x"), ("x", "é"), ("é", "x")] {
        for last in [&b""[..], b"\xFF"] {
            let data = [begin.repeat(2000).as_bytes(), end.as_bytes(), last].concat();
            for names in names {
                let wire = [b"id: 1\ndata: 1\n\n", names, b"data: ", &data, b"\n\ndata: 2\n\n"].concat();
                for len in [1, 1460, wire.len() - 20] {
                    let mut decoder = Decoder::new().with_max_retained(0);
                    let events: Vec<_> = wire.chunks(len).flat_map(|bytes| all(&mut decoder, bytes.to_vec())).collect();
                    let found: Vec<_> = events.iter().map(|event| owned(event.as_event())).collect();
                    assert_eq!(found, oracle::interpret(&wire).events(), "{}, chunks of {len}", names.escape_ascii());
                }
            }
        }
    }
}

/// A small event must not keep a large buffer.
#[test]
fn small_events_own_about_their_own_size() {
    let mut decoder = Decoder::new();
    let large = format!("data: {}\n\n", "x".repeat(60_000));
    for bytes in large.as_bytes().chunks(1000) {
        all(&mut decoder, bytes.to_vec());
    }
    let mut kept = Vec::with_capacity(100);
    let info = measure(|| {
        for _ in 0..100 {
            all(&mut decoder, b"data: sm".as_slice());
            kept.extend(all(&mut decoder, b"all\n\n".as_slice()));
        }
    });
    assert!(info.bytes_current < 100 * 200, "{} bytes for 100 small events", info.bytes_current);
}

#[test]
fn owned_events_equal_the_lent_ones_of_the_same_text() {
    let [a, b, again] = ["data: 1\n\n", "data: 2\n\n", "data: 1\n\n"]
        .map(|wire| all(&mut Decoder::new(), wire.as_bytes().to_vec()).remove(0));
    assert_eq!((&a, &a.as_event()), (&again, &again.as_event()));
    assert!(a == again.as_event() && a.as_event() == again);
    assert!(a != b && a != b.as_event() && a.as_event() != b);
}

#[test]
fn events_are_shared_and_sent() {
    fn check<T: Clone + Send + Sync + 'static>(_: &T) {}
    let events = all(&mut Decoder::new(), b"data: 1\n\n".as_slice());
    check(&events[0]);
    check(&ChunkBuf::default());
    assert_eq!(
        format!("{:?}", events[0]),
        r#"EventBuf { event_type: "message", data: "1", id: None, last_event_id: "" }"#
    );
}
