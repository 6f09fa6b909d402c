//! What is measured together: a corpus in one chunking, and all contenders that can read or write it.

use core::fmt;
use std::sync::Arc;

use crate::corpora::{self, CHUNKS, Corpus, FLUSHED};
use crate::decoders::{DECODERS, Decoder, RETAINING};
use crate::encoders::{ENCODERS, Meter, Sent, by_hand};
use crate::input::Input;
use crate::limits;
use crate::sink::{Tally, Whose};

/// The limit that every ratio is taken of.
pub const LINE_ENDS: &str = "memchr2";

/// The limit for validating line by line.
pub const LINE_ENDS_AND_TEXT: &str = "memchr2+utf8";

/// The cost of passing chunks by value.
pub const CLONE: &str = "Bytes::clone";

/// The limit of encoders.
pub const BY_HAND: &str = "extend_from_slice";

/// The limit of encoders that look for line ends in the data.
pub const CHECKED_BY_HAND: &str = "memchr2+extend";

/// How a stream is cut, and the word for one event a chunk.
pub const EVENT_CHUNKS: &str = "event";

/// Where chunks would stand for encoders.
pub const ENCODE: &str = "encode";

/// The corpus of one line that must not cost more in small chunks.
pub const LINE: &str = "8MiB-line";

const LINE_LEN: usize = 8 << 20;

/// How many events an encoder gets: few enough to stay in the nearest caches, as those that a server has just made.
const ENCODED_EVENTS: usize = 128;

/// The corpora whose events are not another corpus's in another dress.
const NOT_ENCODED: [&str; 2] = ["crlf", "comments"];

/// What part a contender has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Does less than a codec must.
    Limit,
    /// sse-wire.
    Ours,
    /// Another crate.
    Peer,
}

impl From<Whose> for Role {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::Ours => Self::Ours,
            Whose::Peer => Self::Peer,
        }
    }
}

/// Says how a contender disagrees with the corpus.
pub type Disagreement = String;

/// Does it once, and checks what came out.
type Pass<'a> = Box<dyn FnMut(&mut Meter<'_>) -> Option<Disagreement> + 'a>;

/// Does it for the first bytes, unchecked.
type Probe<'a> = Box<dyn Fn(usize, &mut Meter<'_>) + 'a>;

/// A contender.
pub struct Contender<'a> {
    /// The crate's name, our method's, or the limit's.
    pub name: &'static str,
    /// What part it has.
    pub role: Role,
    /// Does it once, and checks what came out.
    pub pass: Pass<'a>,
    /// For contenders that may need more than linear time.
    pub probe: Option<Probe<'a>>,
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What is measured together.
#[derive(Debug)]
pub struct Cell<'a> {
    /// The corpus's name.
    pub corpus: &'static str,
    /// The chunking's, or [`ENCODE`].
    pub chunk: &'static str,
    /// How many bytes one pass reads or writes.
    pub bytes: usize,
    /// How many events.
    pub events: usize,
    /// The contenders.
    pub contenders: Vec<Contender<'a>>,
}

/// Where a cell is, before its chunks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The corpus's name.
    pub corpus: &'static str,
    /// The chunking's, or [`ENCODE`].
    pub chunk: &'static str,
}

/// All streams that are measured.
pub struct Streams {
    corpora: Vec<Corpus>,
    line: Vec<u8>,
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.corpora.iter().map(|corpus| corpus.name)).finish()
    }
}

impl Streams {
    /// Makes them, the same in every run.
    pub fn new() -> Self {
        Self { corpora: corpora::all(), line: [b"data: ", &vec![b'x'; LINE_LEN][..], b"\n\n"].concat() }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::new()
    }
}

/// The contenders' names.
pub fn names() -> Vec<&'static str> {
    let mut names = vec!["memcpy", CLONE, LINE_ENDS, LINE_ENDS_AND_TEXT, BY_HAND, CHECKED_BY_HAND, RETAINING.name];
    names.extend(DECODERS.iter().map(|decoder| decoder.name));
    names.extend(ENCODERS.iter().map(|encoder| encoder.name));
    names.dedup();
    names
}

/// All cells, in the order of the table.
pub fn places(streams: &Streams) -> Vec<Place> {
    let mut places = Vec::new();
    for corpus in streams.corpora.iter().map(|corpus| corpus.name) {
        places.extend(CHUNKS.map(|(chunk, _)| Place { corpus, chunk }));
        if FLUSHED.contains(&corpus) {
            places.push(Place { corpus, chunk: EVENT_CHUNKS });
        }
        if !NOT_ENCODED.contains(&corpus) {
            places.push(Place { corpus, chunk: ENCODE });
        }
    }
    places.push(Place { corpus: LINE, chunk: "64, 64KiB" });
    places
}

impl Place {
    /// Makes the chunks, and prepares the contenders.
    pub fn cell(self, streams: &Streams) -> Cell<'_> {
        let corpus = streams.corpora.iter().find(|corpus| corpus.name == self.corpus);
        match (corpus, self.chunk) {
            (Some(corpus), ENCODE) => encoders(corpus),
            (Some(corpus), chunk) => decoders(corpus, chunk),
            (None, chunk) => line(&streams.line, chunk),
        }
    }
}

fn decoders<'a>(corpus: &'a Corpus, chunk: &'static str) -> Cell<'a> {
    let len = CHUNKS.iter().find(|(name, _)| *name == chunk).map(|(_, len)| *len);
    let input = Arc::new(Input::of(corpus, len));
    let lines = corpus.wire.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let expected = Tally { events: corpus.events, data_len: corpus.data_len, errors: 0 };

    let mut room = Vec::new();
    let mut contenders = vec![
        limit("memcpy", corpus.wire.len(), &input, move |input| limits::copy(&input.slices, &mut room)),
        limit(CLONE, corpus.wire.len(), &input, |input| limits::clone(&input.bytes)),
        limit(LINE_ENDS, lines, &input, |input| limits::find_line_ends(&input.slices)),
        limit(LINE_ENDS_AND_TEXT, lines, &input, |input| limits::find_lines_of_text(&input.slices)),
    ];
    contenders.extend(DECODERS.iter().map(|each| decoder(*each, expected, &input)));
    if corpus.name == "huge-line" {
        contenders.insert(7, decoder(RETAINING, expected, &input));
    }
    Cell { corpus: corpus.name, chunk, bytes: corpus.wire.len(), events: corpus.events, contenders }
}

fn limit<'a>(
    name: &'static str,
    expected: usize,
    input: &Arc<Input<'a>>,
    mut run: impl FnMut(&Input<'a>) -> usize + 'a,
) -> Contender<'a> {
    let input = Arc::clone(input);
    let pass = move |meter: &mut Meter<'_>| {
        let mut got = 0;
        meter(&mut || got = run(&input));
        (got != expected).then(|| format!("{got} instead of {expected}"))
    };
    Contender { name, role: Role::Limit, pass: Box::new(pass), probe: None }
}

fn decoder<'a>(decoder: Decoder, expected: Tally, input: &Arc<Input<'a>>) -> Contender<'a> {
    let Decoder { name, whose, .. } = decoder;
    let (all, some) = (Arc::clone(input), Arc::clone(input));
    let pass = move |meter: &mut Meter<'_>| {
        let mut got = Tally::default();
        meter(&mut || got = decoder.tally(&all));
        (got != expected).then(|| disagreement(got, expected))
    };
    let probe = move |len, meter: &mut Meter<'_>| {
        let prefix = some.prefix(len);
        meter(&mut || {
            decoder.tally(&prefix);
        });
    };
    let probe: Probe<'a> = Box::new(probe);
    Contender { name, role: whose.into(), pass: Box::new(pass), probe: (whose == Whose::Peer).then_some(probe) }
}

fn disagreement(got: Tally, expected: Tally) -> Disagreement {
    format!(
        "{} events with {} bytes of data, {} errors; there are {} events with {}",
        got.events, got.data_len, got.errors, expected.events, expected.data_len
    )
}

fn encoders(corpus: &Corpus) -> Cell<'_> {
    let owned = &corpus.owned[..corpus.events.min(ENCODED_EVENTS)];
    let sent: Arc<[Sent]> = owned.iter().map(Sent::from).collect();
    let bytes: usize = corpus.event_chunks().take(ENCODED_EVENTS).map(<[u8]>::len).sum();
    let events = owned.len();
    let expected = Tally { events, data_len: owned.iter().map(|event| event.data.len()).sum(), errors: 0 };
    // A pass is long enough for the clock.
    let rounds = (256 * 1024 / bytes).max(1);

    let wires: Vec<&[u8]> = corpus.event_chunks().take(ENCODED_EVENTS).collect();
    let mut room = Vec::new();
    let copy = move |meter: &mut Meter<'_>| {
        let mut len = 0;
        (0..rounds).for_each(|_| meter(&mut || len = limits::copy(&wires, &mut room)));
        (len != bytes).then(|| format!("{len} bytes instead of {bytes}"))
    };
    let hand = |name, checks| {
        let pass = move |meter: &mut Meter<'_>| {
            let mut len = 0;
            for _ in 0..rounds {
                len = 0;
                by_hand(owned, checks, meter, &mut |event| len += event.len());
            }
            (len != bytes).then(|| format!("{len} bytes instead of {bytes}"))
        };
        Contender { name, role: Role::Limit, pass: Box::new(pass), probe: None }
    };
    let mut contenders = vec![
        Contender { name: "memcpy", role: Role::Limit, pass: Box::new(copy), probe: None },
        hand(BY_HAND, false),
        hand(CHECKED_BY_HAND, true),
    ];
    contenders.extend(ENCODERS.map(|encoder| {
        let sent = Arc::clone(&sent);
        // What a pass of that encoder must come to, once it has been looked at.
        let mut checked = None;
        let pass = move |meter: &mut Meter<'_>| {
            let (len, disagreement) = checked.get_or_insert_with(|| check(encoder, &sent, expected)).clone();
            for _ in 0..rounds {
                let mut got = 0;
                if let Err(error) = (encoder.encode)(&sent, meter, &mut |event| got += event.len()) {
                    return Some(error);
                }
                if got != len {
                    return Some(format!("{got} bytes, {len} before"));
                }
            }
            disagreement
        };
        Contender { name: encoder.name, role: encoder.whose.into(), pass: Box::new(pass), probe: None }
    }));
    Cell { corpus: corpus.name, chunk: ENCODE, bytes: bytes * rounds, events: events * rounds, contenders }
}

/// How many bytes an encoder writes, and whether they decode to what was meant.
fn check(encoder: crate::encoders::Encoder, sent: &Arc<[Sent]>, expected: Tally) -> (usize, Option<Disagreement>) {
    let mut wire = Vec::new();
    if let Err(error) = (encoder.encode)(sent, &mut |run| run(), &mut |event| wire.extend_from_slice(event)) {
        return (0, Some(error));
    }
    let got = DECODERS[0].tally(&Input::new(vec![&wire]));
    (wire.len(), (got != expected).then(|| disagreement(got, expected)))
}

/// One line in two chunkings, each of them a contender.
fn line<'a>(wire: &'a [u8], chunk: &'static str) -> Cell<'a> {
    let expected = Tally { events: 1, data_len: LINE_LEN, errors: 0 };
    let contenders = [("next_event/64", 64), ("next_event/64KiB", 64 << 10)].map(|(name, len)| {
        let input = Arc::new(Input::new(wire.chunks(len).collect()));
        Contender { name, ..decoder(DECODERS[0], expected, &input) }
    });
    Cell { corpus: LINE, chunk, bytes: wire.len(), events: 1, contenders: contenders.into() }
}
