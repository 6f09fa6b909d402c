//! What is copied, what is allocated, and what is held afterwards: counted, not timed.

use std::fmt::Write as _;
use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use sse_wire::{
    Chunk, DecodeError, Decoder, Event, EventBuilder, EventId, EventType, Frame, Parser,
    io::{EventReader, EventWriter},
};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Feeds a stream in chunks of `len` bytes. Returns the numbers of events and errors.
fn feed(decoder: &mut Decoder, wire: &[u8], len: usize) -> (usize, usize) {
    let (mut events, mut errors) = (0, 0);
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while let Some(result) = decoder.next_event(&mut chunk).transpose() {
            match result {
                Ok(_) => events += 1,
                Err(_) => errors += 1,
            }
        }
    }
    (events, errors)
}

/// As `feed`, by frames.
fn feed_frames(decoder: &mut Decoder, wire: &[u8], len: usize) -> usize {
    let mut frames = 0;
    for bytes in wire.chunks(len) {
        let mut chunk = Chunk::new(bytes);
        while let Some(result) = decoder.next_frame(&mut chunk).transpose() {
            frames += usize::from(result.is_ok());
        }
    }
    frames
}

fn kept(info: AllocationInfo) -> usize {
    usize::try_from(info.bytes_current).expect("what was allocated before is freed")
}

fn most(info: AllocationInfo) -> usize {
    usize::try_from(info.bytes_max).unwrap()
}

fn lies_in(text: &str, bytes: &[u8]) -> bool {
    bytes.as_ptr_range().contains(&text.as_ptr())
}

#[test]
fn single_line_data_borrows_from_chunk() {
    for wire in [
        "data: hello\n\n",
        "data:hello\r\n\r\n",
        "event: add\rid: 7\rdata: hello\rretry: 5\r\r",
        ": comment\n\u{FEFF}ignored: yes\ndata: hello\nevent: add\n\n",
    ] {
        let mut decoder = Decoder::new();
        let info = measure(|| {
            let mut chunk = Chunk::new(wire.as_bytes());
            let event = decoder.next_event(&mut chunk).unwrap().unwrap();
            assert_eq!(event.data(), "hello");
            assert!(lies_in(event.data(), wire.as_bytes()), "{wire:?}");
            assert!(event.event_type() == "message" || lies_in(event.event_type(), wire.as_bytes()), "{wire:?}");
        });
        // The id alone is copied, because it outlives the chunk.
        assert_eq!(info.count_total, u64::from(wire.contains("id:")), "{wire:?}");
    }
}

#[test]
fn single_line_comments_borrow_from_chunk() {
    let wire = b": hello\n\n";
    let mut decoder = Decoder::new();
    let mut chunk = Chunk::new(wire);
    let Some(Frame::Comment(text)) = decoder.next_frame(&mut chunk).unwrap() else { panic!("no comment") };
    assert!(lies_in(text, wire));
}

/// Every kind of event, with everything that takes a buffer.
fn mixed() -> Vec<u8> {
    let mut wire = String::new();
    for index in 0..200 {
        write!(wire, ": c{index}\nevent: type{}\nid: {index}\ndata: one line\n\n", index % 3).unwrap();
        write!(wire, "data: two\r\ndata: lines, with some text that is long enough to be cut\r\n\r\n").unwrap();
        write!(wire, "retry: {index}\rid: void\0\rignored\rdata\r\r").unwrap();
    }
    let mut wire = wire.into_bytes();
    wire.extend(b"event: \xFF\nid: \xFF\ndata: ill-\xFF\xFFformed\n\n".repeat(10));
    wire
}

#[test]
fn steady_state_does_not_allocate() {
    let wire = mixed();
    for len in [1, 2, 7, 64, 1460, usize::MAX] {
        let mut decoder = Decoder::new();
        feed(&mut decoder, &wire, len);
        let info = measure(|| {
            assert_eq!(feed(&mut decoder, &wire, len), (610, 0));
        });
        assert_eq!(info.count_total, 0, "chunks of {len} bytes");

        let mut decoder = Decoder::new();
        feed_frames(&mut decoder, &wire, len);
        let info = measure(|| {
            assert_eq!(feed_frames(&mut decoder, &wire, len), 1010);
        });
        assert_eq!(info.count_total, 0, "frames, chunks of {len} bytes");
    }
}

#[test]
fn readers_do_not_allocate_in_steady_state() {
    let wire = mixed();
    let mut reader = EventReader::new(wire.repeat(2).leak() as &[u8]);
    for _ in 0..610 {
        reader.next_event().unwrap().unwrap();
    }
    let info = measure(|| {
        for _ in 0..610 {
            reader.next_event().unwrap().unwrap();
        }
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn new_decoders_allocate_nothing() {
    let info = measure(|| {
        let mut decoder = Decoder::new();
        let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
        while decoder.next_event(&mut chunk).unwrap().is_some() {}
        let _ = decoder.end_of_stream();
    });
    assert_eq!(info.count_total, 0);
}

/// Growing by doubling takes at most four bytes in all for each byte at the end, if each is copied in once.
#[test]
fn cut_data_is_copied_once() {
    let line = [b"data: ", vec![b'x'; MIB].as_slice(), b"\n\n"].concat();
    let lines = [b"data: x\n".repeat(MIB / 2).as_slice(), b"\n"].concat();
    for (wire, len) in [(&line, 1), (&line, 1460), (&lines, 1), (&lines, 1460), (&lines, usize::MAX)] {
        let mut decoder = Decoder::new();
        let info = measure(|| assert_eq!(feed(&mut decoder, wire, len), (1, 0)));
        assert!(info.bytes_total <= 4 * MIB as u64, "{} bytes in chunks of {len}", info.bytes_total);
    }
}

/// What is reserved at once is what one large event needed, however many there were, and whatever came in between.
#[test]
fn large_events_in_a_row_take_the_memory_of_one() {
    let large = [b"data: ", vec![b'x'; 100 * KIB].as_slice(), b"\n\n"].concat();
    for between in ["", "data: a\ndata: b\n\n", "data: a\ndata: b\n\ndata: a\ndata: b\n\ndata: a\ndata: b\n\n"] {
        let mut decoder = Decoder::new();
        let info = measure(|| {
            for _ in 0..40 {
                feed(&mut decoder, &large, 1460);
                feed(&mut decoder, between.as_bytes(), 3);
            }
        });
        assert!(most(info) <= 400 * KIB, "{} bytes, with {between:?} in between", most(info));
    }
}

#[test]
fn what_is_ignored_takes_no_memory() {
    let text = vec![b'x'; 4 * MIB];
    let endless: [&[u8]; 7] = [b":", b"unknown: ", b"dataa", b"retry: ", b"retry: 0000000", b"id: \0", b"Data:"];
    for prefix in endless {
        for len in [1, 1000, usize::MAX] {
            let mut decoder = Decoder::new().with_max_event_len(10);
            let info = measure(|| {
                let wire: &[&[u8]] = &[prefix, &text, b"\ndata: x\n\n"];
                let counts = wire.iter().map(|wire| feed(&mut decoder, wire, len)).collect::<Vec<_>>();
                assert_eq!(counts, [(0, 0), (0, 0), (1, 0)]);
            });
            assert!(most(info) < KIB, "{} bytes for {}", most(info), prefix.escape_ascii());
        }
    }
    // Endless line ends.
    for line_ends in ["\r", "\n", "\r\n"] {
        let wire = line_ends.repeat(MIB);
        let mut decoder = Decoder::new();
        assert_eq!(measure(|| assert_eq!(feed(&mut decoder, wire.as_bytes(), 1), (0, 0))).count_total, 0);
    }
}

#[test]
fn void_ids_take_memory_up_to_the_nul() {
    let text = vec![b'x'; MIB];
    let mut decoder = Decoder::new();
    let info = measure(|| {
        feed(&mut decoder, b"id: abc\0", 1);
        feed(&mut decoder, &text, 1000);
        assert_eq!(feed(&mut decoder, b"\ndata: x\n\n", 1), (1, 0));
    });
    assert!(most(info) < KIB, "{} bytes", most(info));
}

/// As long as may be, then one that is too long, then one that has to pass.
#[test]
fn the_limit_bounds_memory() {
    for prefix in ["data: ", "event: ", "id: "] {
        for filler in [b'x', 0xFF] {
            let longest = [prefix.as_bytes(), &vec![filler; MIB], b"\n"].concat();
            let more = vec![filler; 20 * MIB];
            let mut decoder = Decoder::new().with_max_event_len(MIB);
            let info = measure(|| {
                assert_eq!(feed(&mut decoder, &longest, 1460), (0, 0));
                assert_eq!(feed(&mut decoder, b"data\n\n", 1), if prefix == "data: " { (0, 1) } else { (1, 0) });
                assert_eq!(feed(&mut decoder, &longest, 1460), (0, 0));
                assert_eq!(feed(&mut decoder, prefix.as_bytes(), 1), (0, 0));
                assert_eq!(feed(&mut decoder, &more, 1460), (0, 1));
                assert_eq!(feed(&mut decoder, b"\n\ndata: x\n\n", 1), (1, 0));
            });
            // Twice for doubling, three times for U+FFFD, and once more for an id that lasts; the latter again in
            // U+FFFD.
            assert!(most(info) <= 8 * MIB, "{} bytes for {prefix}{}", most(info), filler.escape_ascii());
        }
    }
}

/// Each way to finish with 10 MiB: then a small event, and the memory held.
#[test]
fn buffers_are_given_back() {
    let large = vec![b'x'; 10 * MIB];
    let ill_formed = vec![0xFF; 10 * MIB];
    let ways = [
        ("data", "data: ", &large, "\n\n"),
        ("ill-formed data", "data: ", &ill_formed, "\n\n"),
        ("type", "event: ", &large, "\ndata\n\n"),
        ("type without data", "event: ", &large, "\n\n"),
        ("type that was replaced", "event: ", &large, "\nevent: x\ndata\n\n"),
        ("id", "id: ", &large, "\ndata\n\n"),
        ("id without data", "id: ", &large, "\n\n"),
        ("void id", "id: ", &large, "\0\ndata\n\n"),
        ("comment", ":", &large, "\n"),
    ];
    for limit in [Decoder::DEFAULT_MAX_EVENT_LEN, 9 * MIB] {
        for len in [1460, usize::MAX] {
            for (name, prefix, value, end) in ways {
                let mut decoder = Decoder::new().with_max_event_len(limit);
                let wire = [prefix.as_bytes(), value, end.as_bytes()].concat();
                let info = measure(|| {
                    feed_frames(&mut decoder, &wire, len);
                    // The next id releases a large one.
                    feed_frames(&mut decoder, b"id: 1\n\ndata: small\n\n", usize::MAX);
                });
                assert!(kept(info) <= 64 * KIB, "{} bytes after {name}, limit {limit}", kept(info));
            }
        }
    }
}

#[test]
fn the_next_call_gives_back_whatever_it_returns() {
    let large = [b"data: ", vec![b'x'; 10 * MIB].as_slice(), b"\n\n"].concat();
    let next_calls: [fn(&mut Decoder); 4] = [
        |decoder| assert_eq!(decoder.next_event(&mut Chunk::new(b"")), Ok(None)),
        |decoder| assert_eq!(decoder.next_frame(&mut Chunk::new(b": c")), Ok(None)),
        |decoder| assert!(decoder.next_event(&mut Chunk::new(b"data: x\n\n")).unwrap().is_some()),
        |decoder| assert_eq!(decoder.end_of_stream(), None),
    ];
    for next_call in next_calls {
        let mut decoder = Decoder::new();
        let info = measure(|| {
            let cut = large.len() - 1;
            assert_eq!(decoder.next_event(&mut Chunk::new(&large[..cut])), Ok(None));
            let mut chunk = Chunk::new(&large[cut..]);
            assert_eq!(
                decoder.next_event(&mut chunk).map(|event| event.map(|event| event.data().len())),
                Ok(Some(10 * MIB))
            );
            next_call(&mut decoder);
        });
        assert!(kept(info) <= 64 * KIB, "{} bytes", kept(info));
    }

    let mut decoder = Decoder::new();
    let info = measure(|| {
        assert_eq!(decoder.next_event(&mut Chunk::new(&large[..large.len() - 2])), Ok(None));
        assert_eq!(decoder.end_of_stream().map(|event| event.data().len()), Some(10 * MIB));
        assert_eq!(decoder.next_event(&mut Chunk::new(b"")), Ok(None));
    });
    assert!(kept(info) <= 64 * KIB, "{} bytes after the end of the stream", kept(info));
}

/// Not only at the next event, which may take long to come.
#[test]
fn whatever_is_done_with_is_given_back_at_once() {
    let large = vec![b'x'; 2 * MIB];
    let ways = [
        ("an event over the limit", "data: ", 2 * MIB - 1, ""),
        ("a type over the limit", "event: ", 2 * MIB - 1, ""),
        ("an id over the limit", "id: ", 2 * MIB - 1, ""),
        ("a comment over the limit", ":", 2 * MIB - 1, ""),
        ("a comment", ":", 2 * MIB, "\n"),
        ("a comment inside an event", "data: x\n:", 2 * MIB, "\n"),
        ("a type without data", "event: ", 2 * MIB, "\n\n"),
        ("a type that goes on as an id", "event: ", 2 * MIB, "\nevent: x\n\nid: 1"),
        ("a void id", "id: ", 2 * MIB, "\0\n\n"),
    ];
    for (name, prefix, limit, end) in ways {
        let mut decoder = Decoder::new().with_max_event_len(limit);
        let info = measure(|| {
            feed_frames(&mut decoder, prefix.as_bytes(), 1);
            feed_frames(&mut decoder, &large, 1460);
            feed_frames(&mut decoder, end.as_bytes(), 1);
            assert_eq!(decoder.next_frame(&mut Chunk::new(b"")), Ok(None));
        });
        assert!(kept(info) <= 64 * KIB, "{} bytes after {name}", kept(info));
    }
    // The end of the stream ends everything.
    for prefix in ["data: ", "event: ", "id: ", ":", "event: x\nevent: "] {
        let mut decoder = Decoder::new();
        let info = measure(|| {
            feed_frames(&mut decoder, prefix.as_bytes(), 1);
            feed_frames(&mut decoder, &large, 1460);
            assert_eq!(decoder.end_of_stream().is_some(), prefix == "data: ");
            let _ = decoder.end_of_stream();
        });
        assert!(kept(info) <= 64 * KIB, "{} bytes after the stream ended in {prefix}", kept(info));
    }
}

#[test]
fn a_plain_id_gives_back_a_large_one() {
    let id = [b"\nid: ".as_slice(), &vec![b'x'; 10 * MIB], b"\ndata: x\n\nid: 1\ndata: x\n\n"].concat();
    let mut decoder = Decoder::new();
    let info = measure(|| assert_eq!(feed(&mut decoder, &id, usize::MAX), (2, 0)));
    assert!(kept(info) <= 64 * KIB, "{} bytes", kept(info));
}

#[test]
fn sixty_four_kib_are_kept_by_default() {
    let event = |len| [b"data: ", vec![b'x'; len].as_slice(), b"\n\n"].concat();
    let mut decoder = Decoder::new();
    let wire = event(40_000);
    feed(&mut decoder, &wire, 1000);
    assert_eq!(measure(|| assert_eq!(feed(&mut decoder, &wire, 1000), (1, 0))).count_total, 0);

    let mut decoder = Decoder::new();
    let wire = event(80_000);
    let info = measure(|| {
        assert_eq!(feed(&mut decoder, &wire, 1000), (1, 0));
        assert_eq!(decoder.next_event(&mut Chunk::new(b"")), Ok(None));
    });
    assert!(kept(info) <= 64 * KIB, "{} bytes", kept(info));
}

#[test]
fn with_max_retained_keeps_large_buffers() {
    let wire = [b"data: ", vec![b'x'; MIB].as_slice(), b"\n\n"].concat();
    let mut decoder = Decoder::new().with_max_retained(4 * MIB);
    feed(&mut decoder, &wire, 1460);
    assert_eq!(measure(|| assert_eq!(feed(&mut decoder, &wire, 1460), (1, 0))).count_total, 0);

    let mut decoder = Decoder::new().with_max_retained(0);
    let info = measure(|| assert_eq!(feed(&mut decoder, b"data: cut\n\ndata\n\n", 1), (2, 0)));
    assert_eq!(kept(info), 0);
}

#[test]
fn parsers_and_slices_need_no_allocator() {
    let wire = mixed();
    let mut out = [0; 256];
    let info = measure(|| {
        let mut parser = Parser::new();
        for mut chunk in wire.chunks(5) {
            while parser.next_token(&mut chunk).is_some() {}
        }
        let event = EventBuilder::new()
            .event_type(EventType::from_static("add"))
            .id(EventId::from_static("7"))
            .retry(Duration::from_secs(1))
            .data("a\nb");
        event.encode_to_slice(&mut out).unwrap();
        event.write_to(&mut &mut out[..]).unwrap();
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn encoding_allocates_once_and_exactly() {
    let data = "line\n".repeat(1000);
    let event = EventBuilder::new().id(EventId::from_static("7")).data(&data);
    let len = event.encoded_len() as u64;

    let info = measure(|| drop(event.encode()));
    assert_eq!((info.count_total, info.bytes_total), (1, len));

    #[cfg(feature = "bytes")]
    {
        let info = measure(|| drop(event.to_bytes()));
        assert_eq!((info.count_total, info.bytes_total), (1, len));
    }

    let mut out = Vec::new();
    event.encode_into(&mut out);
    out.clear();
    assert_eq!(measure(|| event.encode_into(&mut out)).count_total, 0);
}

#[test]
fn writers_do_not_allocate_in_steady_state_and_give_back() {
    let mut writer = EventWriter::new(std::io::sink());
    let event = EventBuilder::new().data("some data\nin two lines");
    writer.write_event(&event).unwrap();
    let info = measure(|| {
        for _ in 0..100 {
            writer.write_event(&event).unwrap();
            writer.write_keep_alive().unwrap();
        }
    });
    assert_eq!(info.count_total, 0);

    let long = "x".repeat(32 * KIB);
    let event = EventBuilder::new().data(&long);
    writer.write_event(&event).unwrap();
    assert_eq!(measure(|| writer.write_event(&event).unwrap()).count_total, 0);

    let large = "x".repeat(10 * MIB);
    let info = measure(|| {
        writer.write_event(&EventBuilder::new().data(&large)).unwrap();
    });
    assert!(kept(info) <= 64 * KIB);

    let info = measure(|| {
        let mut data = writer.data_writer(&EventBuilder::new()).unwrap();
        for piece in large.as_bytes().chunks(100) {
            std::io::Write::write_all(&mut data, piece).unwrap();
        }
        data.finish().unwrap();
    });
    assert!(most(info) <= 64 * KIB, "{} bytes while 10 MiB of data go through", most(info));
}

/// Compiles only if an event may outlive the `Chunk`, though not the bytes.
#[test]
fn events_borrow_from_bytes_and_decoder_not_from_chunk() -> Result<(), DecodeError> {
    fn first<'s, 'i: 's>(decoder: &'s mut Decoder, bytes: &'i [u8]) -> Result<Option<Event<'s>>, DecodeError> {
        decoder.next_event(&mut Chunk::new(bytes))
    }
    let mut decoder = Decoder::new();
    assert_eq!(first(&mut decoder, b"data: x\n\n")?.map(|event| event.data()), Some("x"));
    Ok(())
}
