//! The crate's page *comparison* says what is so: its tables and snippets, against the judges of this package.

use sse_wire_peers::conformance::decoders::judge_stream;
use sse_wire_peers::conformance::verdict::Verdict::{self, *};
use sse_wire_peers::conformance::{encoders, quietly};
use sse_wire_peers::decoders::{DECODERS, Decoder};
use sse_wire_peers::encoders::Encoder;
use sse_wire_peers::input::Input;
use sse_wire_peers::sink::Whose;
use sse_wire_peers::versions;

const PAGE: &str = include_str!("../../../src/docs/comparison.md");

/// The peers' snippets: build.rs makes functions of them.
mod snippets {
    include!(concat!(env!("OUT_DIR"), "/comparison.rs"));
}

/// How the page's cells begin, and what becomes of a stream then.
const WORDS: [(&str, &[Verdict]); 14] = [
    ("right", &[Exact]),
    ("keeps none", &[Exact]),
    ("panics", &[Panics]),
    ("nothing until the stream ends", &[Stalls]),
    ("an error, then the end", &[Ends]),
    ("an error", &[Errs, Ends]),
    ("\"a\", \"b\"", &[Invents]),
    ("of the type \"t\"", &[Alters]),
    ("still \"1\"", &[Alters]),
    ("late", &[Late]),
    ("forgets it", &[Forgets]),
    ("no reconnection time", &[Forgets]),
    ("ignored", &[Forgets]),
    ("only ", &[Forgets]),
];

/// The page's names of the rows for encoders.
const SENT: [(&str, &str); 6] = [
    ("LF in an event type", "type: LF"),
    ("LF and a field in an id", "id: LF and a field"),
    ("CR and an id in the data", "data: CR and an id"),
    ("CRLF in the data", "data: CRLF"),
    ("an event with empty data", "data: empty"),
    ("a trailing LF in the data", "data: a trailing LF"),
];

/// The cells of the table that begins with this line, which comes first.
fn table(begin: &str) -> Vec<Vec<&'static str>> {
    let start = PAGE.find(begin).unwrap_or_else(|| panic!("no table begins with {begin}"));
    let lines = PAGE[start..].lines().take_while(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    lines.filter(|line| !line.contains("---")).map(cells).collect()
}

/// The bytes that `\r`, `\n`, `\0` and `\x..` in backticks stand for.
fn unescaped(code: &str) -> Vec<u8> {
    let mut text = code.strip_prefix('`').and_then(|code| code.strip_suffix('`')).expect(code);
    let mut bytes = Vec::new();
    while let Some((byte, rest)) = text.as_bytes().split_first() {
        let (byte, len) = match (byte, rest.first()) {
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b'0')) => (0, 2),
            (b'\\', Some(b'x')) => (u8::from_str_radix(&text[2..4], 16).expect(code), 4),
            (b'\\', _) => panic!("{code}: an escape that is not known"),
            (byte, _) => (*byte, 1),
        };
        bytes.push(byte);
        text = &text[len..];
    }
    bytes
}

/// Why a cell is wrong.
fn fault(cell: &str, decoder: &Decoder, wire: &[u8], worst: Verdict, is_choice: bool) -> Option<String> {
    let Some((_, verdicts)) = WORDS.iter().find(|(word, _)| cell.starts_with(word)) else {
        return Some("which is none of the words that a cell begins with".to_owned());
    };
    if !verdicts.contains(&worst) {
        return Some(format!("found {worst:?}"));
    }
    if cell.contains("*by choice*") != is_choice {
        return Some(format!("found {} documented choice", if is_choice { "a" } else { "no" }));
    }
    // Whom nobody can ask for the last event ID has no right answer where there is nothing else to say.
    let got = quietly(|| std::panic::catch_unwind(|| decoder.record(&Input::new(vec![wire])))).ok();
    let is_silent = got.is_some_and(|got| got.last_event_id.is_none() && got.events.is_empty());
    (cell.starts_with("keeps none") != (is_silent && worst == Exact))
        .then(|| "only \"keeps none\" says that it has no last event ID".to_owned())
}

#[test]
fn every_cell_is_what_the_decoder_does() {
    let table = table("| | Input | The standard |");
    let (head, rows) = table.split_first().unwrap();
    assert_eq!(rows.len(), 10);
    let peers: Vec<&str> =
        DECODERS.iter().filter(|decoder| decoder.whose == Whose::Peer).map(|peer| peer.name).collect();
    assert_eq!(head[3..], peers);
    let mut faults = Vec::new();
    for row in rows {
        let wire = unescaped(row[1]);
        let judged = quietly(|| judge_stream("", wire.clone()));
        for (decoder, judgement) in DECODERS.iter().zip(&judged.verdicts) {
            let column = head.iter().position(|name| *name == decoder.name);
            // This crate has no column: it is right.
            let cell = column.map_or("right", |column| row[column]);
            if let Some(fault) = fault(cell, decoder, &wire, judgement.worst, judgement.choice.is_some()) {
                faults.push(format!("row {}, {}: {cell:?}, {fault}", row[0], decoder.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_cell_is_what_the_encoder_does() {
    let table = table("| | sse-wire | axum ");
    let (head, rows) = table.split_first().unwrap();
    let encoders: Vec<&Encoder> = encoders::judged().collect();
    assert_eq!((head.len() - 1, rows.len()), (encoders.len(), SENT.len()));
    let all = encoders::rows();
    assert!(PAGE.contains(&format!("runs {} texts through four encoders", all.len())), "{} texts", all.len());
    for row in rows {
        let name = SENT.iter().find(|(page, _)| *page == row[0]).expect(row[0]).1;
        let sent = all.iter().find(|row| row.name == name).unwrap();
        for (encoder, (cell, column)) in encoders.iter().zip(row.iter().zip(head).skip(1)) {
            assert!(encoder.whose == Whose::Ours || column.starts_with(encoder.name), "{column}");
            let sending = quietly(|| encoders::judge(encoder, sent)).to_string().replace('*', "");
            let said = cell.replace('*', "");
            let said = if said.starts_with("injects the ") { "injects" } else { &said };
            assert_eq!(said, sending, "{}, {column}", row[0]);
        }
    }
}

#[test]
fn the_versions_are_those_that_were_run() {
    let versions = versions::of_crates().unwrap();
    let peers: Vec<_> = versions.iter().filter(|(name, _)| !["sse-wire", "axum"].contains(&&**name)).cloned().collect();
    let line = format!("\nVersions: {}.\n", versions::line(&peers));
    assert!(PAGE.contains(&line), "the page should have the line {line}");
    let axum = versions.iter().find(|(name, _)| name == "axum").unwrap();
    assert!(PAGE.contains(&format!("| axum {} |", axum.1)), "axum is {}", axum.1);
}

#[test]
fn the_counts_are_those_of_the_results() {
    let conformance = include_str!("../results/conformance.md");
    let smallest = include_str!("../results/smallest.md");
    let count = |text: &str, behind: &str| {
        let (before, _) = text.split_once(behind).expect(behind);
        before.rsplit(' ').next().unwrap().trim().to_owned()
    };
    let streams = count(conformance, " streams, each in one chunk").split('\n').next_back().unwrap().to_owned();
    assert!(PAGE.contains(&format!("({streams}\nstreams")), "{streams} streams");
    let generated: u32 = count(smallest, " streams, each in one chunk").parse().unwrap();
    let millions = format!("{}.{} million generated", generated / 1_000_000, (generated + 50_000) / 100_000 % 10);
    assert!(PAGE.contains(&millions), "{millions}");
}

#[test]
fn every_peer_has_a_snippet_that_runs() {
    for decoder in DECODERS.iter().filter(|decoder| decoder.whose == Whose::Peer) {
        let name = decoder.name.replace('-', "_");
        let (_, snippet) = snippets::ALL.iter().find(|(crate_name, _)| *crate_name == name).expect(&name);
        snippet();
    }
}
