//! The laws of the encoder. The first ones need no feature.

use std::time::Duration;

#[cfg(feature = "alloc")]
use crate::common::drive::{expected, frames};
use crate::common::oracle;
use crate::common::sent::{Sent, field, lf, sent, text};
#[cfg(feature = "alloc")]
use crate::common::streams::cuts;
use proptest::prelude::*;
use sse_wire::{EventBuilder, EventId, EventType};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// By the lines that a receiver sees, without interpreting them.
    #[test]
    fn encoded_text_cannot_inject(sent in sent()) {
        let wire = encoded(&sent);
        let (lines, rest) = oracle::lines(&wire);
        prop_assert!(rest.is_empty());
        let mut expected = Vec::new();
        expected.extend(sent.comment.iter().flat_map(|text| {
            lf(text).split('\n').map(|line| oracle::Line::Comment(line.into())).collect::<Vec<_>>()
        }));
        expected.extend(sent.event_type.map(|text| field(oracle::FieldName::Event, text.into())));
        expected.extend(sent.id.map(|text| field(oracle::FieldName::Id, text.into())));
        let retry = lines.iter().find(|line| matches!(line, oracle::Line::Field { name: oracle::FieldName::Retry, .. }));
        prop_assert_eq!(retry.is_some(), sent.retry.is_some());
        expected.extend(retry.cloned());
        expected.extend(sent.data.iter().flat_map(|text| {
            lf(text).split('\n').map(|line| field(oracle::FieldName::Data, line.into())).collect::<Vec<_>>()
        }));
        if !expected.is_empty() {
            expected.push(oracle::Line::Blank);
        }
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn types_and_ids_with_line_ends_cannot_be_built(text in text()) {
        let line_end = text.find(['\r', '\n']);
        prop_assert_eq!(EventType::new(&text).map_err(|error| Some(error.index())).err(), line_end.map(Some));
        let id_end = text.find(['\r', '\n', '\0']);
        prop_assert_eq!(EventId::new(&text).map_err(|error| Some(error.index())).err(), id_end.map(Some));
    }

    #[test]
    fn encoded_len_is_exact(sent in sent()) {
        let event = sent.builder();
        let len = event.encoded_len();
        let wire = event.to_string();
        prop_assert_eq!(wire.len(), len);

        let mut longer = vec![b'?'; len + 3];
        prop_assert_eq!(event.encode_to_slice(&mut longer), Ok(len));
        prop_assert_eq!(longer, [wire.as_bytes(), b"???"].concat());

        let mut exact = vec![b'?'; len];
        prop_assert_eq!(event.encode_to_slice(&mut exact), Ok(len));
        prop_assert_eq!(&exact, wire.as_bytes());

        if let Some(short) = len.checked_sub(1) {
            let mut short = vec![b'?'; short];
            let error = event.encode_to_slice(&mut short).unwrap_err();
            prop_assert_eq!((error.needed(), error.available()), (len, short.len()));
            prop_assert!(short.iter().all(|&byte| byte == b'?'), "a slice that is too short is written to");
        }
    }

    #[test]
    fn a_receiver_sees_what_was_sent(sent in proptest::collection::vec(sent(), 0..5)) {
        let mut last_event_id = String::new();
        let wire = sent.iter().flat_map(encoded).collect::<Vec<_>>();
        let received = sent.iter().flat_map(|sent| sent.received(&mut last_event_id)).collect::<Vec<_>>();
        prop_assert_eq!(oracle::interpret(&wire).frames, received);
    }
}

#[cfg(feature = "alloc")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn round_trips(sent in proptest::collection::vec(sent(), 0..5), cuts in cuts()) {
        let mut last_event_id = String::new();
        let wire = sent.iter().flat_map(encoded).collect::<Vec<_>>();
        let received = sent.iter().flat_map(|sent| sent.received(&mut last_event_id)).collect::<Vec<_>>();
        prop_assert_eq!(frames(&mut sse_wire::Decoder::new(), &cuts.of(&wire)), expected(received));
    }

    #[test]
    fn sinks_agree(sent in sent(), takes in 1..40_usize) {
        #[cfg(not(feature = "std"))]
        let _ = takes;
        let event = sent.builder();
        let wire = encoded(&sent);
        prop_assert_eq!(&event.encode(), &wire);

        let mut vec = b"before".to_vec();
        event.encode_into(&mut vec);
        prop_assert_eq!(vec, [b"before", &wire[..]].concat());

        #[cfg(feature = "std")]
        {
            let mut writer = crate::common::trickle::Trickle::new(takes);
            event.write_to(&mut writer).unwrap();
            prop_assert_eq!(&writer.out, &wire);
        }
        #[cfg(feature = "bytes")]
        {
            prop_assert_eq!(&event.to_bytes()[..], &wire);
            let mut bytes = bytes::BytesMut::new();
            event.encode_to(&mut bytes).unwrap();
            prop_assert_eq!(&bytes[..], &wire);
            if let Some(short) = wire.len().checked_sub(1) {
                let mut short = vec![b'?'; short];
                let error = event.encode_to(&mut &mut short[..]).unwrap_err();
                prop_assert_eq!((error.needed(), error.available()), (wire.len(), short.len()));
                prop_assert!(short.iter().all(|&byte| byte == b'?'));
            }
        }
    }
}

fn encoded(sent: &Sent) -> Vec<u8> {
    let event = sent.builder();
    let mut wire = vec![b'?'; event.encoded_len()];
    event.encode_to_slice(&mut wire).unwrap();
    wire
}

/// What the documentation says, to the byte.
#[test]
fn bytes_are_as_documented() {
    let new = EventBuilder::new;
    let add = EventType::from_static("add");
    let seven = EventId::from_static("7");
    let rows: [(EventBuilder<'_>, &str); 20] = [
        (new(), ""),
        (new().data(""), "data: \n\n"),
        (new().data("a"), "data: a\n\n"),
        (new().data("\n"), "data: \ndata: \n\n"),
        (new().data("a\r\nb\rc\nd\n"), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"),
        (new().data("\r\n\r"), "data: \ndata: \ndata: \n\n"),
        (new().data(" :\u{2028}\0"), "data:  :\u{2028}\0\n\n"),
        (new().comment("c"), ": c\n\n"),
        (new().comment("c\n\nd"), ": c\n: \n: d\n\n"),
        (new().comment(""), ": \n\n"),
        (new().event_type(add), "event: add\n\n"),
        (new().event_type(EventType::from_static(" :")), "event:  :\n\n"),
        (new().id(seven), "id: 7\n\n"),
        (new().id(EventId::from_static("")), "id: \n\n"),
        (new().retry(Duration::ZERO), "retry: 0\n\n"),
        (new().retry(Duration::from_nanos(1)), "retry: 1\n\n"),
        (new().retry(Duration::from_millis(u64::MAX)), "retry: 18446744073709551615\n\n"),
        (new().retry(Duration::MAX), "retry: 18446744073709551615\n\n"),
        (new().data("1").data("2"), "data: 2\n\n"),
        (
            new().data("d").retry(Duration::from_secs(1)).id(seven).event_type(add).comment("c"),
            ": c\nevent: add\nid: 7\nretry: 1000\ndata: d\n\n",
        ),
    ];
    for (event, wire) in rows {
        assert_eq!(event.to_string(), wire, "{event:?}");
    }
    assert_eq!(sse_wire::KEEP_ALIVE, b":\n\n");
}

/// What the format cannot carry cannot be built; what it can carry can.
#[test]
fn what_can_be_built() {
    const _: (EventType<'_>, EventId<'_>) = (EventType::from_static("add"), EventId::from_static("7"));
    for (text, event_type, id) in [
        ("", Ok(()), Ok(())),
        (" a:b\u{2028}\u{85}\u{B}", Ok(()), Ok(())),
        ("a\0", Ok(()), Err((b'\0', 1))),
        ("é\n", Err((b'\n', 2)), Err((b'\n', 2))),
        ("\rdata: x", Err((b'\r', 0)), Err((b'\r', 0))),
    ] {
        assert_eq!(
            EventType::new(text).map(drop).map_err(|error| (error.byte(), error.index())),
            event_type,
            "{text:?}"
        );
        assert_eq!(EventId::new(text).map(drop).map_err(|error| (error.byte(), error.index())), id, "{text:?}");
    }
    assert_eq!(
        EventType::new("a\r").unwrap_err().to_string(),
        "event type must not contain CR or LF (found CR at index 1)"
    );
    assert_eq!(
        EventId::new("\0").unwrap_err().to_string(),
        "event id must not contain CR, LF or NUL (found NUL at index 0)"
    );
}

/// A header is bytes, and the error gives the index of the wrong one.
#[test]
fn an_id_comes_out_of_a_header() {
    for (value, id) in [
        (&b""[..], Ok("")),
        (b" 7 ", Ok(" 7 ")),
        ("数/7".as_bytes(), Ok("数/7")),
        (b"7\n", Err("event id must not contain CR, LF or NUL (found LF at index 1)")),
        (b"\xFF\0", Err("event id must not contain CR, LF or NUL (found NUL at index 1)")),
        (b"caf\xE9", Err("event id must be UTF-8 (found ill-formed byte 0xE9 at index 3)")),
        (b"7\xC0\xAF", Err("event id must be UTF-8 (found ill-formed byte 0xC0 at index 1)")),
    ] {
        let found = EventId::from_header(value).map(|id| id.as_str()).map_err(|error| error.to_string());
        assert_eq!(found, id.map_err(str::to_owned), "{}", value.escape_ascii());
    }
}

#[test]
fn the_last_id_counts_number_or_not() {
    const SEVEN: EventBuilder<'_> = EventBuilder::new().numeric_id(7);
    let text = EventId::from_static("a");
    for (event, wire) in [
        (EventBuilder::new().numeric_id(0), "id: 0\n\n"),
        (EventBuilder::new().numeric_id(u64::MAX), "id: 18446744073709551615\n\n"),
        (SEVEN.id(text), "id: a\n\n"),
        (EventBuilder::new().id(text).numeric_id(10), "id: 10\n\n"),
    ] {
        assert_eq!(event.to_string(), wire);
        assert_eq!(event.encoded_len(), wire.len());
    }
    assert_eq!(SEVEN, EventBuilder::new().id(EventId::from_static("7")));
    assert_ne!(SEVEN, EventBuilder::new().id(text));
    assert_eq!(
        SEVEN.encode_to_slice(&mut [0; 6]).unwrap_err().to_string(),
        "7 bytes do not fit into a buffer of 6 bytes"
    );
    assert_eq!(SEVEN.id_value().map(|id| id.as_str().to_owned()).as_deref(), Some("7"));
}

#[test]
fn what_was_set_can_be_read() {
    let event = EventBuilder::new();
    assert_eq!((event.comment_value(), event.event_type_value(), event.id_value()), (None, None, None));
    assert_eq!((event.retry_value(), event.data_value()), (None, None));

    let (add, seven) = (EventType::from_static("add"), EventId::from_static("7"));
    let event = event.comment("c").event_type(add).id(seven).retry(Duration::MAX).data("d");
    assert_eq!((event.comment_value(), event.event_type_value()), (Some("c"), Some(add)));
    assert_eq!((event.id_value(), event.data_value()), (Some(seven), Some("d")));
    assert_eq!(event.retry_value(), Some(Duration::from_millis(u64::MAX)));
    assert_eq!((add.as_ref(), format!("{add:>4}")), ("add", " add".to_owned()));
    assert_eq!((seven.as_ref(), format!("{seven:<2}")), ("7", "7 ".to_owned()));
    assert_eq!(
        format!("{:?}", EventBuilder::new().numeric_id(7).retry(Duration::from_micros(1))),
        r#"EventBuilder { comment: None, event_type: None, id: Some(EventId("7")), retry: Some(1ms), data: None }"#
    );
}

#[cfg(feature = "alloc")]
#[test]
fn owned_ids_and_types_are_checked_once() {
    use sse_wire::owned::{EventIdBuf, EventTypeBuf};

    let id = EventIdBuf::try_from("a7".to_owned()).unwrap();
    assert_eq!((id.as_event_id(), id.as_ref(), id.to_string()), (EventId::from_static("a7"), "a7", "a7".to_owned()));
    assert_eq!(id, EventId::from_static("a7").into());
    assert_eq!(EventIdBuf::from(u64::MAX).as_ref(), "18446744073709551615");
    assert_eq!(EventIdBuf::try_from("a\0".to_owned()).unwrap_err(), EventId::new("a\0").unwrap_err());

    let add = EventTypeBuf::try_from("a\0".to_owned()).unwrap();
    assert_eq!((add.as_event_type().as_str(), add.as_ref(), add.to_string()), ("a\0", "a\0", "a\0".to_owned()));
    assert_eq!(EventTypeBuf::try_from("a\r".to_owned()).unwrap_err(), EventType::new("a\r").unwrap_err());
}

/// Names in lower case, as in HTTP/2, and only what a header can carry.
#[test]
fn response_headers_are_headers() {
    for (name, value) in sse_wire::RESPONSE_HEADERS {
        assert_eq!(http::HeaderName::from_static(name).as_str(), name);
        assert_eq!(http::HeaderValue::from_static(value).to_str().unwrap(), value);
    }
    assert_eq!(
        sse_wire::RESPONSE_HEADERS.map(|(name, _)| name),
        ["content-type", "cache-control", "x-accel-buffering"]
    );
}

/// The line that has the bad literal, not one in the crate.
#[test]
fn bad_literals_panic_where_they_stand() {
    use std::cell::Cell;
    use std::panic;

    thread_local! { static PLACE: Cell<Option<(String, u32)>> = const { Cell::new(None) }; }
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PLACE.set(info.location().map(|place| (place.file().to_owned(), place.line())));
        before(info);
    }));
    let place = |run: fn()| {
        panic::catch_unwind(run).unwrap_err();
        PLACE.take().unwrap()
    };
    let here = |line| (file!().to_owned(), line);
    assert_eq!(place(|| drop(EventType::from_static("\r").as_str().to_owned())), here(line!()));
    assert_eq!(place(|| drop(EventId::from_static("\0").as_str().to_owned())), here(line!()));
}

#[test]
#[should_panic(expected = "event id must not contain CR, LF or NUL")]
fn bad_literals_panic() {
    let _ = EventId::from_static("\n");
}
