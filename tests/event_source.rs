//! Section 9.2.3: every edge of the client's state machine.

use std::time::Duration;

use sse_wire::{Chunk, Decoder, EventSource, Frame, ReadyState};

const HTML: Option<&str> = Some("text/html");
const STREAM: Option<&str> = Some("text/event-stream");

fn open() -> EventSource {
    let mut source = EventSource::new();
    source.on_response(200, STREAM).unwrap();
    source
}

/// Feeds one chunk; the data of its events.
fn feed(source: &mut EventSource, wire: &str) -> Vec<String> {
    let mut chunk = Chunk::from(wire);
    let mut data = Vec::new();
    while let Some(event) = source.next_event(&mut chunk).unwrap() {
        data.push(event.data().to_owned());
    }
    data
}

#[allow(clippy::unnecessary_wraps)] // as `on_end` says it
fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

#[test]
fn responses_open_or_fail_for_good() {
    let rows = [
        (200, STREAM, "ok"),
        (200, Some("Text/Event-Stream"), "ok"),
        (200, Some(" text/event-stream ; charset=UTF-8"), "ok"),
        (200, Some("text/event-stream;charset=\"utf-8\";q=1"), "ok"),
        (200, Some("text/event-stream;boundary=x"), "ok"),
        (200, Some("text/event-stream; charset="), "ok"),
        (200, Some("text/event-stream; charset= utf-8"), "ok"),
        (200, Some("text/event-stream; x=\"a;charset=latin1\""), "ok"),
        (200, Some("text/event-stream; Charset=iso-8859-1"), "content type"),
        (200, Some("text/event-streams"), "content type"),
        (200, Some("text/html; x=text/event-stream"), "content type"),
        (200, Some(""), "content type"),
        (200, HTML, "content type"),
        (200, None, "no content type"),
        (201, STREAM, "status 201"),
        (204, None, "status 204"),
        (301, STREAM, "status 301"),
        (404, HTML, "status 404"),
        (503, STREAM, "status 503"),
    ];
    for (status, content_type, expected) in rows {
        let mut source = EventSource::new();
        assert_eq!(source.ready_state(), ReadyState::Connecting);
        match source.on_response(status, content_type) {
            Ok(()) => {
                assert_eq!(("ok", ReadyState::Open), (expected, source.ready_state()), "{status} {content_type:?}");
                assert_eq!(feed(&mut source, "data: x\n\n"), ["x"]);
            }
            Err(failed) => {
                assert!(failed.to_string().starts_with(expected), "{status} {content_type:?}: {failed}");
                assert_eq!(failed.status(), (status != 200).then_some(status));
                assert_eq!(failed.content_type(), if status == 200 { content_type } else { None });
                assert_eq!(source.ready_state(), ReadyState::Closed);
                assert!(feed(&mut source, "data: x\n\n").is_empty());
                assert_eq!(source.on_end(0), None);
                assert!(source.on_response(200, STREAM).is_err(), "a failed source opens again");
            }
        }
    }
}

#[test]
fn a_lost_connection_is_made_again_after_the_reconnection_time() {
    let mut source = open();
    assert_eq!(source.on_end(0), millis(3000));
    assert_eq!(source.ready_state(), ReadyState::Connecting);

    // The server's time survives reconnections.
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "retry: 1500\ndata\n\n"), [""]);
    assert_eq!(source.on_end(u32::MAX), millis(1500));
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "data\n\n"), [""]);
    assert_eq!(source.on_end(u32::MAX), millis(1500));
}

#[test]
fn the_unfinished_event_and_its_id_are_lost_with_the_connection() {
    let mut source = open();
    assert_eq!(feed(&mut source, "id: 1\ndata: a\n\nid: 2\ndata: b\n"), ["a"]);
    assert!(source.on_end(0).is_some());
    assert_eq!(source.last_event_id_header(), Some(&b"1"[..]));
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "\u{FEFF}data: c\n\n"), ["c"]);
    assert_eq!(source.decoder().last_event_id(), "1");
}

/// Also when nobody has told of the end.
#[test]
fn a_response_begins_a_new_stream() {
    let mut source = open();
    assert!(feed(&mut source, "data: a\n").is_empty());
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "data: b\n\n"), ["b"]);
}

#[test]
fn an_id_without_data_counts_for_the_next_header() {
    let mut source = open();
    assert!(feed(&mut source, "id: 7\n\n").is_empty());
    assert!(source.on_end(0).is_some());
    assert_eq!(source.last_event_id_header(), Some(&b"7"[..]));
}

#[test]
fn ids_travel_in_headers_as_they_are_or_not_at_all() {
    let rows = [
        ("7", true),
        ("é数😀", true),
        ("a b\tc", true),
        ("\"quoted\", %0A", true),
        ("", false),
        ("a\u{1}", false),
        ("a\u{7F}", false),
        ("a\0", false),
        ("a\r\nX-Forged: 1", false),
        (" a", false),
        ("a ", false),
        ("\ta", false),
    ];
    for (id, travels) in rows {
        let source = EventSource::with_decoder(Decoder::new().with_last_event_id(id));
        let value = source.last_event_id_header();
        assert_eq!(value, travels.then_some(id.as_bytes()), "{id:?}");
        // What the http crate makes of it: reqwest, hyper, axum and actix use that, or the same rule.
        if let Some(value) = value {
            assert_eq!(http::HeaderValue::from_bytes(value).unwrap().as_bytes(), id.as_bytes());
        }
        assert_eq!(source.decoder().last_event_id(), id);
    }
}

#[test]
fn failures_in_a_row_wait_longer_each_time_up_to_the_maximum() {
    let mut source = EventSource::new().with_max_delay(Duration::from_secs(20));
    // The longest: 3, 6, 12, 24 cut down to 20.
    for most in [3000, 6000, 12_000, 20_000, 20_000] {
        let mut shortest = source.clone();
        assert_eq!(shortest.on_end(0), millis(3000));
        let mut middle = source.clone();
        let wait = middle.on_end(u32::MAX / 2).unwrap();
        assert!(wait >= Duration::from_secs(3) && wait <= Duration::from_millis(most), "{wait:?}");
        assert_eq!(source.on_end(u32::MAX), millis(most));
        // A connection that opens and says nothing has failed too.
        source.on_response(200, STREAM).unwrap();
        assert!(feed(&mut source, ": hello\nid: 1\n\n").is_empty());
    }
    // One event, and all is forgotten.
    assert_eq!(feed(&mut source, "data: x\n\n"), ["x"]);
    assert_eq!(source.on_end(u32::MAX), millis(3000));

    for _ in 0..100 {
        assert!(source.on_end(u32::MAX).is_some_and(|wait| wait <= Duration::from_secs(20)));
    }
}

#[test]
fn events_by_frames_count_as_delivered_too() {
    let mut source = EventSource::new();
    assert_eq!(source.on_end(u32::MAX), millis(3000));
    source.on_response(200, STREAM).unwrap();
    let mut chunk = Chunk::new(b": c\ndata: x\n\n");
    assert_eq!(source.next_frame(&mut chunk), Ok(Some(Frame::Comment("c"))));
    assert!(matches!(source.next_frame(&mut chunk), Ok(Some(Frame::Event(_)))));
    assert_eq!(source.next_frame(&mut chunk), Ok(None));
    assert_eq!(source.on_end(u32::MAX), millis(3000));
    source.close();
    assert_eq!(source.next_frame(&mut Chunk::new(b": c\n")), Ok(None));
}

#[cfg(feature = "bytes")]
#[test]
fn owned_events_count_as_delivered_too() {
    let mut source = EventSource::new();
    assert_eq!(source.on_end(u32::MAX), millis(3000));
    let mut chunk = sse_wire::ChunkBuf::from(bytes::Bytes::from_static(b"data: x\n\ndata: y\n\n"));
    assert_eq!(source.next_event_buf(&mut chunk), Ok(None), "an event before the response");
    source.on_response(200, STREAM).unwrap();
    assert_eq!(source.next_event_buf(&mut chunk).unwrap().unwrap().data(), "x");
    assert_eq!(source.on_end(u32::MAX), millis(3000));
}

#[test]
fn a_server_chooses_the_time_within_bounds() {
    for (retry, wait) in [("0", 100), ("50", 100), ("101", 101), ("299999", 299_999), ("18446744073709551615", 300_000)]
    {
        let mut source = open();
        assert_eq!(feed(&mut source, &format!("retry: {retry}\ndata\n\n")).len(), 1);
        assert_eq!(source.on_end(u32::MAX), millis(wait), "retry: {retry}");
    }
    let bounds = Duration::from_secs(1)..=Duration::from_secs(2);
    for (retry, wait) in [("0", 1000), ("1500", 1500), ("9999", 2000)] {
        let mut source = EventSource::new().with_reconnection_times(bounds.clone());
        source.on_response(200, STREAM).unwrap();
        assert_eq!(feed(&mut source, &format!("retry: {retry}\ndata\n\n")).len(), 1);
        assert_eq!(source.reconnection_time(), Duration::from_millis(wait));
        assert_eq!(source.on_end(0), millis(wait), "retry: {retry}");
    }
    // A time of nothing is doubled as if it were 100 ms.
    let mut source = EventSource::new().with_reconnection_times(Duration::ZERO..=Duration::MAX);
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "retry: 0\ndata\n\n").len(), 1);
    assert_eq!(
        [source.on_end(u32::MAX), source.on_end(u32::MAX), source.on_end(u32::MAX)],
        [millis(0), millis(200), millis(400)]
    );
    // A reconnection time above the maximum stands.
    let mut source = EventSource::new().with_max_delay(Duration::from_secs(1));
    assert_eq!((source.on_end(u32::MAX), source.on_end(u32::MAX)), (millis(3000), millis(3000)));
}

#[test]
fn times_of_any_length_are_waited_for() {
    let mut source =
        EventSource::new().with_max_delay(Duration::MAX).with_reconnection_times(Duration::ZERO..=Duration::MAX);
    for _ in 0..100 {
        assert!(source.on_end(u32::MAX).is_some());
    }
    assert_eq!(source.on_end(u32::MAX), Some(Duration::from_secs(3) * u32::MAX));
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "retry: 18446744073709551615\ndata\n\n").len(), 1);
    assert_eq!(source.on_end(u32::MAX), millis(u64::MAX));
    assert!(source.on_end(u32::MAX).is_some_and(|wait| wait > Duration::from_millis(u64::MAX)));
    // Bounds the wrong way round: the lower one holds.
    let mut source = EventSource::new().with_reconnection_times(Duration::from_secs(2)..=Duration::from_secs(1));
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "retry: 1500\ndata\n\n").len(), 1);
    assert_eq!(source.reconnection_time(), Duration::from_secs(2));
}

#[test]
fn closed_is_closed_in_every_state() {
    let mut connecting = EventSource::new();
    connecting.close();
    let failed = connecting.on_response(200, STREAM).unwrap_err();
    assert_eq!(failed.to_string(), "the event source was closed before the response came");
    assert_eq!((connecting.on_end(0), connecting.ready_state()), (None, ReadyState::Closed));

    let mut source = open();
    let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\n");
    assert!(source.next_event(&mut chunk).unwrap().is_some());
    source.close();
    assert_eq!(source.next_event(&mut chunk), Ok(None), "an event after close()");
    assert_eq!(source.on_end(0), None);

    let mut waiting = open();
    assert!(waiting.on_end(0).is_some());
    waiting.close();
    assert_eq!((waiting.on_end(0), waiting.ready_state()), (None, ReadyState::Closed));
}

#[test]
fn an_event_over_the_limit_is_skipped_and_the_connection_stays() {
    let mut source = EventSource::with_decoder(Decoder::new().with_max_event_len(2));
    source.on_response(200, STREAM).unwrap();
    let mut chunk = Chunk::new(b"data: 123\n\ndata: 12\n\n");
    assert!(source.next_event(&mut chunk).is_err());
    assert_eq!(source.ready_state(), ReadyState::Open);
    assert_eq!(source.next_event(&mut chunk).unwrap().unwrap().data(), "12");
}
