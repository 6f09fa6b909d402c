//! Parts of `demo load` that add up or parse: figures that cannot be checked by looking at them.

#![allow(dead_code, reason = "the program uses the rest")]

#[path = "../src/load/feed.rs"]
mod feed;
#[path = "../src/load/http.rs"]
mod http;
#[path = "../src/load/ledger.rs"]
mod ledger;
#[path = "../src/load/table.rs"]
mod table;

use std::io;
use std::time::Duration;

use feed::Sample;
use http::Response;
use ledger::{Faults, Ledger};
use table::{count, markdown, number};

#[test]
fn survives_the_way() {
    let sample = Sample { run: 7, number: 12, sent: Duration::from_nanos(345) };
    assert_eq!(sample.text(0), "00000007 12 345");
    assert_eq!(sample.text(20), "00000007 12 345 xxxx");
    for len in [0, 15, 16, 17, 100] {
        let text = sample.text(len);
        assert_eq!((Sample::parse(&text), text.len()), (Some(sample), len.max(15)));
    }
    assert_eq!(Sample::parse("{\"reason\":\"too old\"}"), None);
}

/// Status and content type.
type Head = (u16, Option<String>);

/// Head, body, whether it is complete; read in pieces of `size` bytes.
fn read(text: &str, size: usize) -> io::Result<(Option<Head>, String, bool)> {
    let (mut response, mut head, mut body) = (Response::new(), None, String::new());
    for mut bytes in text.as_bytes().chunks(size) {
        head = response.head(&mut bytes)?.or(head);
        while let Some(piece) = response.body(&mut bytes)? {
            body.push_str(std::str::from_utf8(piece).unwrap());
        }
    }
    Ok((head, body, response.is_complete()))
}

#[test]
fn every_chunking_reads_the_same() {
    let ok = |content_type: &str| Some((200, Some(content_type.to_owned())));
    for (text, head, body, complete) in [
        ("HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n\r\nhello", ok("a/b"), "hello", false),
        ("HTTP/1.1 503 No\r\n\r\n", Some((503, None)), "", false),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n\
             5\r\nhello\r\n00A;x=y\r\n0123456789\r\n0\r\n\r\n",
            ok("a/b"),
            "hello0123456789",
            true,
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ncontent-type: c\r\n\r\n3\r\nab", ok("c"), "ab", false),
    ] {
        for size in 1..=text.len() {
            assert_eq!(read(text, size).unwrap(), (head.clone(), body.to_owned(), complete), "{text:?} by {size}");
        }
    }
}

#[test]
fn what_is_no_http_is_an_error() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for text in
        ["SSH-2.0\r\n\r\n", &format!("{chunked}x\r\n"), &format!("{chunked}1\r\nabc"), &format!("{chunked}1{:0>16}", 0)]
    {
        assert!(read(text, 1).is_err(), "{text:?}");
    }
}

#[test]
fn counts_what_is_wrong() {
    for (numbers, new, doubled, out_of_order) in [
        (&[0, 1, 2, 3][..], 4, 0, 0),
        (&[], 0, 0, 0),
        (&[1, 3], 2, 0, 0),
        (&[0, 1, 1, 2, 3, 0], 4, 2, 0),
        (&[0, 2, 1, 3], 4, 0, 1),
        (&[0, 2, 1, 1, 3], 4, 1, 1),
    ] {
        let (mut ledger, mut found) = (Ledger::default(), Faults::default());
        let entered = numbers.iter().filter(|number| ledger.enter(**number, &mut found)).count();
        assert_eq!((entered, found.doubled, found.out_of_order), (new, doubled, out_of_order), "{numbers:?}");
    }
}

#[test]
fn numbers_read_well() {
    assert_eq!([count(0), count(26), count(1234)], ["0", "26", "1 234"]);
    for (value, text) in [
        (0.0, "0"),
        (0.1234, "0.123"),
        (1.2345, "1.23"),
        (12.345, "12.3"),
        (99.97, "100"),
        (999.6, "1 000"),
        (12345.6, "12 346"),
        (1_234_567.0, "1 234 567"),
        (-1234.0, "-1 234"),
        (-123.0, "-123"),
    ] {
        assert_eq!(number(value), text);
    }
}

#[test]
fn markdown_aligns_numbers_right() {
    let rows = [["a", "b"], ["x", "12 345"]].map(|row| row.map(str::to_owned).to_vec());
    assert_eq!(markdown(&rows), "| a    |      b |\n| ---- | -----: |\n| x    | 12 345 |\n");
}
