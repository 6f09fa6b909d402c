//! Generators of event streams, and of ways to cut them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Odd bytes: every fragment that means something, in any order, with all line ends and ill-formed UTF-8.
pub fn soup() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        4 => select(vec!["\n", "\r", "\r\n"]).prop_map(Vec::from),
        2 => select(vec!["data", "event", "id", "retry", "dat", "datax", "Data", "i", "e"]).prop_map(Vec::from),
        2 => select(vec!["data:", "event:", "id:", "retry:", "data: ", "event: ", "id: ", "retry: "]).prop_map(Vec::from),
        2 => select(vec![":", " ", ": ", "\0", "\t", "\u{FEFF}", "é", "数", "😀", "\u{2028}"]).prop_map(Vec::from),
        1 => select(vec!["0", "7", "1500", "007", "18446744073709551615", "18446744073709551616"]).prop_map(Vec::from),
        1 => select(vec![&b"\xFF"[..], b"\xE6\x95", b"\x80", b"\xC0\xAF", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xEF\xBB"])
            .prop_map(Vec::from),
        1 => vec(any::<u8>(), 0..4),
        1 => "[a-z ]{0,12}".prop_map(Vec::from),
    ];
    vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

/// What servers send: few types, ids and times, repeated in any order. Only these show bugs in remembered values.
pub fn regular() -> impl Strategy<Value = Vec<u8>> {
    let line = select(vec![
        "data: a",
        "data: b",
        "data: bb",
        "data",
        "data: long enough to be cut in several places",
        "event: x",
        "event: y",
        "event: xx",
        "event",
        "id: 1",
        "id: 2",
        "id: 12",
        "id",
        "id: 1\0",
        "retry: 5",
        "retry: 6",
        "retry: x",
        ": c",
        ":",
        "",
        "",
        "",
        "",
        "",
        "",
    ]);
    (vec(line, 0..60), select(vec!["\n", "\r", "\r\n"]), any::<bool>()).prop_map(|(lines, end, bom)| {
        let bom = if bom { "\u{FEFF}" } else { "" };
        let lines = lines.into_iter().flat_map(|line| [line, end]).collect::<String>();
        format!("{bom}{lines}").into_bytes()
    })
}

/// Either kind of stream, half of them after a blank line, where a decoder may take a shortcut; at the stream's start
/// it does not.
pub fn streams() -> impl Strategy<Value = Vec<u8>> {
    (select(vec!["", "\n"]), prop_oneof![soup(), regular()])
        .prop_map(|(blank_line, wire)| [blank_line.as_bytes(), &wire].concat())
}

/// Where to cut a stream of any length.
pub fn cuts() -> impl Strategy<Value = Cuts> {
    prop_oneof![Just(Cuts::Whole), Just(Cuts::Bytewise), vec(any::<Index>(), 0..12).prop_map(Cuts::At),]
}

#[derive(Clone, Debug)]
pub enum Cuts {
    Whole,
    Bytewise,
    At(Vec<Index>),
}

impl Cuts {
    /// The chunks; some may be empty.
    pub fn of<'w>(&self, wire: &'w [u8]) -> Vec<&'w [u8]> {
        match self {
            Self::Whole => vec![wire],
            Self::Bytewise => wire.chunks(1).collect(),
            Self::At(indices) => {
                let mut cuts = indices.iter().map(|index| index.index(wire.len() + 1)).collect::<Vec<_>>();
                cuts.extend([0, wire.len()]);
                cuts.sort_unstable();
                cuts.windows(2).map(|cut| &wire[cut[0]..cut[1]]).collect()
            }
        }
    }
}
