//! Section 9.2.3: every edge of the client's state machine.

use std::fmt::Write as _;
use std::time::Duration;

use sse_wire::{Chunk, Decoder, EventSource, Frame, ReadyState, retry_after};

const HTML: Option<&[u8]> = Some(b"text/html");
const STREAM: Option<&[u8]> = Some(b"text/event-stream");

fn open() -> EventSource {
    let mut source = EventSource::new().with_jitter(0);
    source.on_response(200, STREAM).unwrap();
    source
}

/// Feeds one chunk. Returns the data of its events.
fn feed(source: &mut EventSource, wire: &str) -> Vec<String> {
    let mut chunk = Chunk::from(wire);
    let mut data = Vec::new();
    while let Some(event) = source.next_event(&mut chunk).unwrap() {
        data.push(event.data().to_owned());
    }
    assert!(chunk.is_empty(), "`None` before the chunk is used up");
    data
}

#[allow(clippy::unnecessary_wraps)] // as `on_end` says it
fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

#[allow(clippy::unnecessary_wraps)] // as `on_end` says it
fn secs(secs: u64) -> Option<Duration> {
    Some(Duration::from_secs(secs))
}

/// What happens to a source.
#[derive(Clone, Copy, Debug)]
enum Input {
    Stream,
    OtherResponse,
    Unavailable(Option<u64>),
    Bytes(&'static str, &'static str),
    EndOfStream,
    SetLastEventId,
    End,
    Restart,
    Close,
}

use Input::*;

const EVENT: Input = Bytes("an event", "data\n\n");
const COMMENT: Input = Bytes("a comment", ":\n");
const RETRY: Input = Bytes("a valid `retry`", "retry: 1000\n");
const ID: Input = Bytes("a new last event ID", "\n");
const UNFINISHED: Input = Bytes("an event without its blank line", "data: x\n");
const IGNORED: Input = Bytes("lines that the standard ignores", "x: y\nretry: soon\n");

/// The state and what happens, and then the state, the failures in a row, the wait in seconds and the last event ID.
type Row = (&'static str, Input, &'static str, u32, Option<u64>, &'static str);

const TABLE: [Row; 40] = [
    ("connecting", Stream, "open", 2, None, "1"),
    ("connecting", OtherResponse, "closed", 2, None, "1"),
    ("connecting", Unavailable(None), "connecting", 3, Some(4), "1"),
    ("connecting", Unavailable(Some(10)), "connecting", 3, Some(10), "1"),
    ("connecting", EVENT, "connecting", 2, None, "1"),
    ("connecting", EndOfStream, "connecting", 2, None, "1"),
    ("connecting", SetLastEventId, "connecting", 2, None, "9"),
    ("connecting", End, "connecting", 3, Some(4), "1"),
    ("connecting", Restart, "connecting", 2, None, "1"),
    ("connecting", Close, "closed", 2, None, "1"),
    ("open", Stream, "open", 2, None, "1"),
    ("open", OtherResponse, "closed", 2, None, "1"),
    ("open", Unavailable(None), "connecting", 3, Some(4), "1"),
    ("open", EVENT, "open, alive", 0, None, "2"),
    ("open", COMMENT, "open, alive", 0, None, "1"),
    ("open", RETRY, "open, alive", 0, None, "1"),
    ("open", ID, "open, alive", 0, None, "2"),
    ("open", UNFINISHED, "open", 2, None, "1"),
    ("open", IGNORED, "open", 2, None, "1"),
    ("open", EndOfStream, "open", 2, None, "1"),
    ("open", SetLastEventId, "open", 2, None, "9"),
    ("open", End, "connecting", 3, Some(4), "1"),
    ("open", Restart, "connecting", 2, None, "1"),
    ("open", Close, "closed", 2, None, "1"),
    ("open, alive", Stream, "open", 0, None, "1"),
    ("open, alive", OtherResponse, "closed", 0, None, "1"),
    ("open, alive", Unavailable(None), "connecting", 1, Some(1), "1"),
    ("open, alive", EVENT, "open, alive", 0, None, "2"),
    ("open, alive", End, "connecting", 0, Some(1), "1"),
    ("open, alive", Restart, "connecting", 0, None, "1"),
    ("open, alive", Close, "closed", 0, None, "1"),
    ("closed", Stream, "closed", 2, None, "1"),
    ("closed", OtherResponse, "closed", 2, None, "1"),
    ("closed", Unavailable(None), "closed", 2, None, "1"),
    ("closed", EVENT, "closed", 2, None, "1"),
    ("closed", EndOfStream, "closed", 2, None, "1"),
    ("closed", SetLastEventId, "closed", 2, None, "9"),
    ("closed", End, "closed", 2, None, "1"),
    ("closed", Restart, "closed", 2, None, "1"),
    ("closed", Close, "closed", 2, None, "1"),
];

/// A source in this state, as the page describes it.
fn source_in(state: &str) -> EventSource {
    let decoder = Decoder::new().with_last_event_id("1");
    let mut source = EventSource::with_decoder(decoder).with_reconnection_time(Duration::from_secs(1)).with_jitter(0);
    assert_eq!((source.on_end(0), source.on_end(0)), (secs(1), secs(2)));
    match state {
        "connecting" => {}
        "closed" => source.close(),
        _ => {
            source.on_response(200, STREAM).unwrap();
            assert!(feed(&mut source, "id: 2\n").is_empty());
            if state == "open, alive" {
                assert!(feed(&mut source, ": alive\n").is_empty());
            }
        }
    }
    source
}

fn apply(source: &mut EventSource, input: Input) -> Option<Duration> {
    let was = source.ready_state();
    match input {
        Stream => assert_eq!(source.on_response(200, STREAM).is_ok(), was != ReadyState::Closed),
        OtherResponse => assert!(source.on_response(200, HTML).is_err()),
        Unavailable(retry_after) => return source.on_unavailable(retry_after.map(Duration::from_secs), 0),
        Bytes(_, wire) => {
            let events = feed(source, wire).len();
            assert!(events == 0 || was == ReadyState::Open, "an event where the source is not open");
        }
        EndOfStream => assert_eq!(source.end_of_stream(), None),
        SetLastEventId => source.set_last_event_id("9"),
        End => return source.on_end(0),
        Restart => source.restart(),
        Close => source.close(),
    }
    None
}

#[test]
fn every_input_in_every_state_does_what_the_table_says() {
    for row @ (state, input, then, failures, wait, id) in TABLE {
        let mut source = source_in(state);
        assert_eq!(apply(&mut source, input), wait.map(Duration::from_secs), "wait: {row:?}");
        let ready_state = match then {
            "connecting" => ReadyState::Connecting,
            "closed" => ReadyState::Closed,
            _ => ReadyState::Open,
        };
        assert_eq!((source.ready_state(), source.failures()), (ready_state, failures), "{row:?}");
        let headers: Vec<_> = source.request_headers().collect();
        let expected: [(_, &[u8]); 3] =
            [("accept", b"text/event-stream"), ("cache-control", b"no-cache"), ("last-event-id", id.as_bytes())];
        assert_eq!(headers, expected, "{row:?}");
        // Alive or not, and closed or not, shows at the end.
        let end = match then {
            "closed" => None,
            "open, alive" => secs(1),
            _ => Some(Duration::from_secs(1 << failures)),
        };
        assert_eq!(source.on_end(0), end, "the end after {row:?}");
    }
}

/// What happens, as the docs name it.
fn name(input: Input) -> String {
    match input {
        Stream => "`on_response`: 200, `text/event-stream`".to_owned(),
        OtherResponse => "`on_response`: any other".to_owned(),
        Unavailable(None) => "`on_unavailable`".to_owned(),
        Unavailable(Some(secs)) => format!("`on_unavailable`: {secs} s"),
        Bytes(what, _) => what.to_owned(),
        EndOfStream => "`end_of_stream`: no data".to_owned(),
        SetLastEventId => "`set_last_event_id`: 9".to_owned(),
        End => "`on_end`".to_owned(),
        Restart => "`restart`".to_owned(),
        Close => "`close`".to_owned(),
    }
}

/// What leads from a state to another, or back to the same one after a wait.
fn arrow(from: &str, to: &str) -> String {
    let leads = |row: &&Row| (row.0, row.2) == (from, to) && (from != to || row.4.is_some());
    let inputs = TABLE.iter().filter(leads).map(|row| match row.1 {
        Unavailable(_) => name(Unavailable(None)),
        input => name(input),
    });
    let mut names: Vec<String> = inputs.map(|name| name.replace('`', "")).collect();
    names.dedup();
    names.join(", ")
}

/// The states from the top down: what leads to the next one and back, to the first one on the right, to the last one on the
/// left. No other two are connected.
fn drawing() -> String {
    let states = ["connecting", "open", "open, alive"];
    assert_eq!(arrow(states[0], states[2]), "");
    assert!(states.iter().all(|state| arrow("closed", state).is_empty()), "closed is final");
    let close = arrow(states[0], "closed");
    let mut drawn = format!("     ┌─────────────┐ ◄{:─<51}┐\n", "");
    for (index, state) in states.into_iter().enumerate() {
        assert_eq!(arrow(state, "closed"), close, "{state}");
        let end = format!(" {} ", arrow(state, states[0]));
        let (left, right) = [('┌', '┤'), ('├', '┤'), ('├', '┘')][index];
        writeln!(drawn, "{left}─── │ {state:11} │ ──{end:─<50}{right}").unwrap();
        if let Some(next) = states.get(index + 1) {
            writeln!(drawn, "│    └──────┬──────┘ {:51} │", "").unwrap();
            writeln!(drawn, "│           │ ↓ {:56} │", arrow(state, next)).unwrap();
            // Of the first state, the way back is on the right.
            let back = if index > 0 { arrow(next, state) } else { String::new() };
            if !back.is_empty() {
                writeln!(drawn, "│           │ ↑ {back:56} │").unwrap();
            }
            writeln!(drawn, "│    ┌──────┴──────┐ {:51} │", "").unwrap();
        }
    }
    drawn + &format!("│    └─────────────┘\n│ {close}\n▼\n┌────────┐\n│ closed │\n└────────┘\n")
}

#[test]
fn the_docs_draw_the_table() {
    let mut drawn = format!(
        "# State transitions\n\n```text\n{}```\n\n\
         \"Alive\" means that the connection has shown a sign of life, so that its end is no failure. What has no arrow\n\
         changes no state. In detail, after two failed connections in a row, with a reconnection time of 1 s, no jitter, the\n\
         last event ID 1 and, if open, `id: 2` in the unfinished event:\n\n\
         | State | What happens | State then | Failures | Wait | Last event ID |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        drawing()
    );
    for (state, input, then, failures, wait, id) in TABLE {
        let (input, wait) = (name(input), wait.map_or_else(String::new, |wait| format!("{wait} s")));
        writeln!(drawn, "| {state} | {input} | {then} | {failures} | {wait} | {id} |").unwrap();
    }
    let docs = include_str!("../src/event_source/states.md");
    assert!(docs == drawn, "src/event_source/states.md should be\n{drawn}");
}

/// Decision 16, whatever the way to decode: eight connections with 240 keep-alives each.
#[test]
fn a_sign_of_life_is_no_failure() {
    type Decode = fn(&mut EventSource, &[u8]);
    let ways: [Decode; 2] = [
        |source, bytes| {
            let mut chunk = Chunk::new(bytes);
            while source.next_event(&mut chunk).unwrap().is_some() {}
        },
        |source, bytes| {
            let mut chunk = Chunk::new(bytes);
            while source.next_frame(&mut chunk).unwrap().is_some() {}
        },
    ];
    let rows = [
        ("", false),
        ("\u{FEFF}", false),
        ("\n\r\n\r", false),
        ("data: unfinished\n", false),
        ("event: x\n\n", false),
        ("retry\nretry: \nretry: -1\nretry: 1.5\nfoo: bar\n\n", false),
        ("id: 9\n", false),      // of an event without its blank line
        ("id: 1\n\n", false),    // the same as before
        ("id: a\0b\n\n", false), // ignored
        ("retry: 1500", false),  // without a line end
        (": unfinished", false),
        (":\n", true),
        (":\r", true),
        (": text\n", true),
        ("\n: between two events\n", true),
        ("data: x\n: inside\n", true),
        ("retry: 3000\n", true),
        ("id: 2\n\n", true),
        ("id\n\n", true),
        ("data\n\n", true),
        (": x\ndata\n\n", true),
    ];
    for (wire, alive) in rows {
        for (way, asks) in ways.into_iter().flat_map(|way| [(way, false), (way, true)]) {
            for chunk_len in [1, usize::MAX] {
                let mut source = EventSource::with_decoder(Decoder::new().with_last_event_id("1")).with_jitter(0);
                source.on_response(200, STREAM).unwrap();
                way(&mut source, b":\n");
                assert_eq!(source.on_end(0), secs(3), "an earlier connection that was alive");
                assert_eq!((source.on_end(0), source.on_end(0)), (secs(3), secs(6)));
                source.on_response(200, STREAM).unwrap();
                wire.as_bytes().chunks(chunk_len.min(wire.len().max(1))).for_each(|bytes| way(&mut source, bytes));
                assert_eq!(source.failures(), if alive { 0 } else { 2 }, "{wire:?}");
                // An unfinished event that is requested is a sign of life; nothing else changes.
                let alive = asks && source.end_of_stream().is_some() || alive;
                assert_eq!(source.failures(), if alive { 0 } else { 2 }, "{wire:?}, at its end");
                let wait = source.on_end(0);
                assert_eq!(wait, if alive { secs(3) } else { secs(12) }, "{wire:?}");
            }
        }
    }
    let mut source = EventSource::new().with_jitter(0);
    for _ in 0..8 {
        source.on_response(200, STREAM).unwrap();
        assert!(feed(&mut source, &":\n\n".repeat(240)).is_empty());
        assert_eq!(source.on_end(u32::MAX), secs(3));
    }
    for wait in [3, 6, 12, 24, 48, 60, 60] {
        source.on_response(200, STREAM).unwrap();
        assert_eq!(source.on_end(u32::MAX), secs(wait), "answered with 200 and nothing else");
    }
}

/// A server that omits the blank line after its only event.
#[test]
fn an_unfinished_event_is_a_sign_of_life_if_somebody_wants_it() {
    let mut source = open();
    assert_eq!((source.on_end(0), source.on_end(0)), (secs(3), secs(6)));
    for wait in [3, 3, 3] {
        source.on_response(200, STREAM).unwrap();
        assert!(feed(&mut source, "id: 1\ndata: x").is_empty());
        assert_eq!(source.end_of_stream().map(|event| event.data()), Some("x"));
        assert_eq!(source.on_end(0), secs(wait));
        assert_eq!(source.last_event_id_header(), None, "the id of an unfinished event");
    }
    source.on_response(200, STREAM).unwrap();
    assert!(feed(&mut source, "data: x").is_empty());
    source.close();
    assert_eq!(source.end_of_stream(), None, "an event after close()");
}

/// Decision 17: 10 000 clients of a server that was killed, and the same if it says when to return.
#[test]
fn every_wait_is_spread_and_none_is_shortened() {
    type Wait = fn(&mut EventSource, u32) -> Option<Duration>;
    let connection_lost: Wait = |source, random| {
        source.on_response(200, STREAM).unwrap();
        assert_eq!(feed(source, "data\n\n"), [""]);
        source.on_end(random)
    };
    let rows: [(&str, Wait, u64); 5] = [
        ("healthy", connection_lost, 3000),
        ("never made", |source, random| source.on_end(random), 3000),
        ("backed off", |source, random| source.on_end(0).and_then(|_| source.on_end(random)), 6000),
        ("unavailable", |source, random| source.on_unavailable(None, random), 3000),
        ("unavailable until", |source, random| source.on_unavailable(secs(20), random), 20_000),
    ];
    for (name, wait, least) in rows {
        let least = Duration::from_millis(least);
        let mut state = 1_u64;
        let mut buckets = [0_u32; 10];
        for _ in 0..10_000 {
            // An LCG: its upper half is as even as this test needs.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = u32::try_from(state >> 32).unwrap();
            let wait = wait(&mut EventSource::new(), random).unwrap();
            let most = least + least * 12 / 100;
            assert!((least..=most).contains(&wait), "{name}: {wait:?}");
            let tenth = (wait.as_nanos() - least.as_nanos()) * 10 / (least.as_nanos() * 12 / 100);
            buckets[usize::try_from(tenth).unwrap().min(9)] += 1;
        }
        assert!(buckets.iter().all(|count| (800..1200).contains(count)), "{name}: {buckets:?}");
        assert_eq!(wait(&mut EventSource::new(), 0), Some(least), "{name}");
        assert_eq!(wait(&mut EventSource::new(), u32::MAX), Some(least + least * 12 / 100), "{name}");
        assert_eq!(wait(&mut EventSource::new().with_jitter(0), u32::MAX), Some(least), "{name}");
        assert_eq!(wait(&mut EventSource::new().with_jitter(255), u32::MAX), Some(least * 355 / 100), "{name}");
    }
}

#[test]
fn responses_open_or_fail_for_good() {
    let rows: [(u16, Option<&[u8]>, &str); 29] = [
        (200, STREAM, "ok"),
        (200, Some(b"Text/Event-Stream"), "ok"),
        (200, Some(b" text/event-stream ; charset=UTF-8"), "ok"),
        (200, Some(b"text/event-stream;charset=\"utf-8\";q=1"), "ok"),
        (200, Some(b"text/event-stream;boundary=x"), "ok"),
        (200, Some(b"text/event-stream; charset="), "ok"),
        (200, Some(b"text/event-stream; charset"), "ok"),
        (200, Some(b"text/event-stream; charset= utf-8"), "ok"),
        (200, Some(b"text/event-stream; x=\"a;charset=latin1\""), "ok"),
        (200, Some(b"text/event-stream; x=\xff"), "ok"),
        (200, Some(b"text/event-stream; charset=utf-8; charset=latin1"), "ok"),
        (
            200,
            Some(b"text/event-stream; Charset=iso-8859-1"),
            "unexpected content type \"text/event-stream; Charset=iso-8859-1\", expected text/event-stream in UTF-8",
        ),
        (
            200,
            Some(b"text/event-streams"),
            "unexpected content type \"text/event-streams\", expected text/event-stream",
        ),
        (
            200,
            Some(b"text/html; x=text/event-stream"),
            "unexpected content type \"text/html; x=text/event-stream\", expected text/event-stream",
        ),
        (200, Some(b""), "unexpected content type \"\", expected text/event-stream"),
        (200, Some(b"\xff\"\n\xc3\xa9"), "unexpected content type \"\\xff\\\"\\n\u{e9}\", expected text/event-stream"),
        (200, HTML, "unexpected content type \"text/html\", expected text/event-stream"),
        (200, None, "no content type, expected text/event-stream"),
        (0, STREAM, "unexpected status 0, expected 200"),
        (199, STREAM, "unexpected status 199, expected 200"),
        (201, STREAM, "unexpected status 201, expected 200"),
        (204, None, "unexpected status 204, expected 200"),
        (204, STREAM, "unexpected status 204, expected 200"),
        (206, STREAM, "unexpected status 206, expected 200"),
        (301, STREAM, "unexpected status 301, expected 200"),
        (404, HTML, "unexpected status 404, expected 200"),
        (429, HTML, "unexpected status 429, expected 200"),
        (503, STREAM, "unexpected status 503, expected 200"),
        (u16::MAX, STREAM, "unexpected status 65535, expected 200"),
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
                assert_eq!(failed.to_string(), expected);
                assert_eq!(failed.status(), (status != 200).then_some(status));
                assert_eq!(failed.is_no_content(), status == 204);
                if status == 200 && content_type.is_none_or(<[u8]>::is_ascii) {
                    assert_eq!(failed.content_type().map(str::as_bytes), content_type);
                }
                assert_eq!(source.ready_state(), ReadyState::Closed);
                assert!(feed(&mut source, "data: x\n\n").is_empty());
                assert_eq!(source.on_end(0), None);
                let closed = source.on_response(200, STREAM).unwrap_err();
                assert_eq!(closed.to_string(), "unexpected response, the event source is closed");
                assert_eq!((closed.status(), closed.content_type(), closed.is_no_content()), (None, None, false));
            }
        }
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    const NOW: u64 = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
    let rows: [(&[u8], Option<u64>); 43] = [
        (b"0", Some(0)),
        (b"120", Some(120)),
        (b" 120\t", Some(120)),
        (b"00000000000000000000000120", Some(120)),
        (b"18446744073709551615", Some(u64::MAX)),
        (b"18446744073709551616", Some(u64::MAX)),
        (b"99999999999999999999999999", Some(u64::MAX)),
        (b"Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        (b"Sun, 06 Nov 1994 08:49:38 GMT", Some(1)),
        (b"Sun, 06 Nov 1994 08:49:60 GMT", Some(23)),
        (b"Sun, 06 Nov 1994 08:49:36 GMT", Some(0)),
        (b"Mon, 07 Nov 1994 08:49:37 GMT", Some(86_400)),
        (b"Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
        (b"Sun Nov  6 08:50:37 1994", Some(60)),
        (b"Wed Nov 16 08:49:37 1994", Some(864_000)),
        (b"Mon, 06 Nov 1995 08:49:37 GMT", Some(365 * 86_400)),
        (b"Wed, 06 Nov 1996 08:49:37 GMT", Some((365 + 366) * 86_400)), // with a 29 February
        (b"Fri, 27 Nov 2026 00:00:00 GMT", Some(1_795_737_600 - NOW)),
        (b"Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400 - NOW)),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799 - NOW)),
        (b"Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        (b"Wed, 31 Dec 1969 23:59:59 GMT", Some(0)),
        (b"Sun, 06 Nov 0001 08:49:37 GMT", Some(0)),
        // The century of two digits: at most 50 years ahead.
        (b"Sunday, 06-Nov-44 08:49:37 GMT", Some(2_362_034_977 - NOW)),
        (b"Sunday, 06-Nov-45 08:49:37 GMT", Some(0)),
        (b"Sunday, 06-Nov-99 08:49:37 GMT", Some(941_878_177 - NOW)),
        (b"", None),
        (b" ", None),
        (b"-1", None),
        (b"+1", None),
        (b"1.5", None),
        (b"1 2", None),
        (b"soon", None),
        (b"\xff", None),
        (b"Sun, 06 Nov 1994 08:49:37", None),
        (b"Sun, 06 Nov 1994 08:49:37 CET", None),
        (b"Sun, 06 nov 1994 08:49:37 GMT", None),
        (b"Sun, 00 Nov 1994 08:49:37 GMT", None),
        (b"Sun, 31 Nov 1994 08:49:37 GMT", None),
        (b"Wed, 29 Feb 1995 08:49:37 GMT", None),
        (b"Sun, 06 Nov 1994 24:00:00 GMT", None),
        (b"Sun, 06 Nov 1994 8:49:37 GMT", None),
        (b"Sun, 06 Nov 1994 08:49:37 GMT GMT", None),
    ];
    for (value, expected) in rows {
        let text = value.escape_ascii();
        assert_eq!(retry_after(value, Duration::from_secs(NOW)), expected.map(Duration::from_secs), "{text}");
    }
    // Of a second that has begun, what is left of it.
    assert_eq!(retry_after(b"Sun, 06 Nov 1994 08:49:38 GMT", Duration::from_millis(NOW * 1000 + 400)), millis(600));
    // At another time than that.
    for (value, now, expected) in [
        // Today's date too, and the one century that has no leap day: on 28 Feb 2100.
        (&b"Mon, 01 Mar 2100 00:00:00 GMT"[..], 4_107_456_000, 86_400),
        (b"Thu, 01 Jan 1970 00:00:10 GMT", 0, 10),
        (b"Wed, 31 Dec 1969 23:59:59 GMT", 0, 0),
        // The century changes with the year: on 31 Dec 2030, and on 10 Jan 2031.
        (b"Thursday, 01-Jan-81 00:00:00 GMT", 1_924_988_400, 0),
        (b"Wednesday, 01-Jan-81 00:00:00 GMT", 1_925_769_600, 3_502_915_200 - 1_925_769_600),
    ] {
        let text = value.escape_ascii();
        assert_eq!(retry_after(value, Duration::from_secs(now)), secs(expected), "{text}");
    }
}

/// Decision 18.
#[test]
fn what_is_not_available_is_waited_for() {
    let mut source = EventSource::new().with_jitter(0).with_max_delay(Duration::from_secs(40));
    let rows = [
        (None, 3),
        (secs(1), 6), // the back-off is longer
        (secs(20), 20),
        (None, 24), // and it has gone on
        (secs(86_400), 40),
        (Some(Duration::MAX), 40),
    ];
    for (failures, (retry_after, wait)) in (1..).zip(rows) {
        assert_eq!(source.on_unavailable(retry_after, u32::MAX), secs(wait), "{retry_after:?}");
        assert_eq!((source.ready_state(), source.failures()), (ReadyState::Connecting, failures));
    }
    // The refusal is temporary.
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "data: x\n\n"), ["x"]);
    assert_eq!((source.failures(), source.on_end(0)), (0, secs(3)));
    // A reconnection time above the maximum is kept here too.
    let mut source = EventSource::new().with_jitter(0).with_max_delay(Duration::from_secs(1));
    assert_eq!(source.on_unavailable(secs(2), 0), secs(3));
}

#[test]
fn a_lost_connection_is_made_again_after_the_reconnection_time() {
    let mut source = open();
    assert_eq!(feed(&mut source, "data\n\n"), [""]);
    assert_eq!(source.on_end(0), secs(3));
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
    type End = fn(&mut EventSource);
    let ends: [End; 4] = [
        |source| assert!(source.on_end(0).is_some()),
        |source| assert!(source.on_unavailable(None, 0).is_some()),
        EventSource::restart,
        |_| {}, // nobody has told of it
    ];
    for end in ends {
        let mut source = open();
        assert_eq!(feed(&mut source, "id: 1\ndata: a\n\nid: 2\ndata: b\n"), ["a"]);
        end(&mut source);
        assert_eq!(source.last_event_id_header(), Some(&b"1"[..]));
        source.on_response(200, STREAM).unwrap();
        // A new stream begins, in which a BOM is skipped.
        assert_eq!(feed(&mut source, "\u{FEFF}data: c\n\n"), ["c"]);
        assert_eq!(source.decoder().last_event_id(), "1");
    }
}

#[test]
fn a_restart_waits_for_nothing_and_forgives_nothing() {
    let mut source = EventSource::new().with_jitter(0);
    assert_eq!(source.on_end(0), secs(3));
    for _ in 0..5 {
        source.on_response(200, STREAM).unwrap();
        source.restart();
    }
    assert_eq!(source.on_end(0), secs(6));
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
    let (longest, too_long) = ("i".repeat(4096), "i".repeat(4097));
    let rows = [
        ("7", true),
        ("é数😀", true),
        ("a b\tc", true),
        ("\"quoted\", %0A", true),
        (&longest, true),
        (&too_long, false),
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
        let mut source = EventSource::with_decoder(Decoder::new().with_last_event_id(id));
        let value = source.last_event_id_header();
        assert_eq!(value, travels.then_some(id.as_bytes()), "{id:?}");
        assert_eq!(source.request_headers().nth(2), value.map(|value| ("last-event-id", value)), "{id:?}");
        // The http crate's view: reqwest, hyper, axum and actix use it, or the same rule.
        for (name, value) in source.request_headers() {
            assert_eq!(name, http::HeaderName::from_static(name).as_str());
            assert_eq!(value, http::HeaderValue::from_bytes(value).unwrap().as_bytes());
        }
        assert_eq!(source.decoder().last_event_id(), id);

        source.set_last_event_id("");
        assert_eq!(source.request_headers().count(), 2);
        source.set_last_event_id(id);
        assert_eq!(source.request_headers().count(), if travels { 3 } else { 2 });
        assert_eq!(source.into_decoder().last_event_id(), id);
    }
    let source = EventSource::with_decoder(Decoder::new().with_last_event_id(&too_long)).with_max_header_len(4097);
    assert_eq!(source.last_event_id_header(), Some(too_long.as_bytes()));
}

#[test]
fn failures_in_a_row_wait_longer_each_time_up_to_the_maximum() {
    let mut source = EventSource::new().with_max_delay(Duration::from_secs(20)).with_jitter(0);
    // 3, 6, 12, and 24 cut down to 20.
    for (failures, wait) in (1..).zip([3, 6, 12, 20, 20]) {
        assert_eq!(source.on_end(u32::MAX), secs(wait));
        assert_eq!(source.failures(), failures);
        // A connection that opens and stays silent has failed too.
        source.on_response(200, STREAM).unwrap();
        assert!(feed(&mut source, "event: x\n\nid: 1\n").is_empty());
    }
    // One event, and all failures are forgotten.
    assert_eq!(feed(&mut source, "data: x\n\n"), ["x"]);
    assert_eq!((source.failures(), source.on_end(u32::MAX)), (0, secs(3)));

    for _ in 0..100 {
        assert!(source.on_end(u32::MAX).is_some_and(|wait| wait <= Duration::from_secs(20)));
    }
}

#[test]
fn none_means_that_the_chunk_is_used_up_in_every_state() {
    for state in ["connecting", "open", "open, alive", "closed"] {
        let is_open = state.starts_with("open");
        let mut chunk = Chunk::new(b"data: 1\n\n");
        assert_eq!(source_in(state).next_event(&mut chunk).unwrap().is_some(), is_open, "{state}");
        assert!(chunk.is_empty(), "{state}");
        let mut source = source_in(state);
        let mut chunk = Chunk::new(b": c\ndata: 1\n\nrest");
        let mut frames = 0;
        while let Some(frame) = source.next_frame(&mut chunk).unwrap() {
            assert!(matches!(frame, Frame::Comment("c") | Frame::Event(_)), "{frame:?}");
            frames += 1;
        }
        assert_eq!((frames, chunk.is_empty()), (if is_open { 2 } else { 0 }, true), "{state}");
    }
}

#[cfg(feature = "bytes")]
#[test]
fn owned_events_come_by_the_same_rules() {
    use sse_wire::{ChunkBuf, FrameBuf};

    const WIRE: &[u8] = b": c\ndata: x\n\nrest";
    for state in ["connecting", "open", "open, alive", "closed"] {
        let is_open = state.starts_with("open");
        let mut source = source_in(state);
        let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(WIRE));
        let event = source.next_event_buf(&mut chunk).unwrap();
        assert_eq!(event.is_some_and(|event| event.data() == "x"), is_open, "{state}");
        assert_eq!(source.next_event_buf(&mut chunk).unwrap(), None);
        assert!(chunk.is_empty(), "{state}");

        let mut source = source_in(state);
        let mut chunk = ChunkBuf::from(bytes::Bytes::from_static(WIRE));
        let mut frames = Vec::new();
        while let Some(frame) = source.next_frame_buf(&mut chunk).unwrap() {
            frames.push(frame);
        }
        assert!(chunk.is_empty(), "{state}");
        match &frames[..] {
            [] => assert!(!is_open, "{state}"),
            [FrameBuf::Comment(comment), FrameBuf::Event(event)] => {
                assert_eq!((is_open, &**comment, event.data()), (true, "c", "x"), "{state}");
            }
            _ => panic!("{frames:?}"),
        }
        assert_eq!(source.failures(), if is_open { 0 } else { 2 }, "{state}");
    }
}

/// Decision 17: no matter who chose the time.
#[test]
fn the_reconnection_time_stays_within_bounds() {
    let wait = |mut source: EventSource, retry: &str| {
        source.on_response(200, STREAM).unwrap();
        assert_eq!(feed(&mut source, &format!("retry: {retry}\ndata\n\n")).len(), 1);
        assert_eq!(Some(source.reconnection_time()), source.clone().on_end(0), "retry: {retry}");
        source.on_end(u32::MAX)
    };
    let source = EventSource::new().with_jitter(0);
    for (retry, expected) in
        [("0", 100), ("50", 100), ("101", 101), ("299999", 299_999), ("18446744073709551615", 300_000)]
    {
        assert_eq!(wait(source.clone(), retry), millis(expected), "retry: {retry}");
    }
    let bounded = source.clone().with_reconnection_time_bounds(Duration::from_secs(1), Duration::from_secs(2));
    for (time, expected) in [("0", 1000), ("1500", 1500), ("9999", 2000)] {
        assert_eq!(wait(bounded.clone(), time), millis(expected), "retry: {time}");
        let chosen = bounded.clone().with_reconnection_time(Duration::from_millis(time.parse().unwrap()));
        assert_eq!(chosen.reconnection_time(), Duration::from_millis(expected), "chosen: {time}");
        // The server has the last word.
        assert_eq!(wait(chosen, "1700"), millis(1700));
    }
    // The default too, on either side.
    assert_eq!(bounded.clone().on_end(0), secs(2));
    let longer = source.clone().with_reconnection_time_bounds(Duration::from_secs(9), Duration::from_secs(10));
    assert_eq!(longer.clone().on_end(0), secs(9));
    assert_eq!(EventSource::new().reconnection_time(), EventSource::DEFAULT_RECONNECTION_TIME);
    // A time of nothing is doubled as if it were 100 ms.
    let unbounded = source.clone().with_reconnection_time_bounds(Duration::ZERO, Duration::MAX);
    let mut at_once = unbounded.with_reconnection_time(Duration::ZERO);
    assert_eq!([(); 4].map(|()| at_once.on_end(u32::MAX)), [0, 200, 400, 800].map(millis));
    // A reconnection time above the maximum is kept.
    let mut source = source.with_max_delay(Duration::from_secs(1));
    assert_eq!([(); 3].map(|()| source.on_end(u32::MAX)), [secs(3); 3]);
}

#[test]
fn times_of_any_length_are_waited_for() {
    let mut source = EventSource::new()
        .with_max_delay(Duration::MAX)
        .with_reconnection_time_bounds(Duration::ZERO, Duration::MAX)
        .with_jitter(u8::MAX);
    for _ in 0..100 {
        assert!(source.on_end(u32::MAX).is_some());
    }
    // 2 to the power of 99 does not fit; the largest factor that does is used.
    assert_eq!(source.on_end(0), Some(Duration::from_secs(3) * u32::MAX));
    assert_eq!(source.on_end(u32::MAX), Some(Duration::from_secs(3) * u32::MAX * 355 / 100));
    assert_eq!(source.on_unavailable(Some(Duration::MAX), u32::MAX), Some(Duration::MAX));
    source.on_response(200, STREAM).unwrap();
    assert_eq!(feed(&mut source, "retry: 18446744073709551615\ndata\n\n").len(), 1);
    assert_eq!(source.on_end(0), millis(u64::MAX));
    assert!(source.on_end(u32::MAX).is_some_and(|wait| wait > Duration::from_millis(u64::MAX)));
    let mut endless = EventSource::new().with_reconnection_time_bounds(Duration::MAX, Duration::MAX);
    assert_eq!([endless.on_end(u32::MAX), endless.on_end(1)], [Some(Duration::MAX); 2]);
    // Bounds the wrong way round: the lower one holds.
    let source = EventSource::new().with_reconnection_time_bounds(Duration::from_secs(2), Duration::from_secs(1));
    assert_eq!(source.reconnection_time(), Duration::from_secs(2));
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
