//! All decoders over generated streams, judged by the standard's algorithm: finds the smallest streams that they get
//! wrong.

mod generate;
pub mod inputs;
mod node;
pub mod report;
mod shrink;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::conformance::choices::Choice;
use crate::conformance::decoders::{Cut, judgement};
use crate::conformance::verdict::Verdict;
use crate::decoders::{DECODERS, Decoder};
use crate::sink::Whose;

/// How often a fault that is known is made small again, in the hope of a smaller one.
const TRIES: usize = 200;

/// A stream that a decoder does not read as the standard says.
#[derive(Debug, Clone)]
pub struct Find {
    /// The stream.
    pub wire: Vec<u8>,
    /// Cut in this way; in one chunk if that is enough.
    pub cut: Cut,
}

impl Find {
    /// Few bytes, then few chunks, then plain bytes.
    fn size(&self) -> (usize, usize, &[u8]) {
        (self.wire.len(), self.cut.chunks(&self.wire).len(), &self.wire)
    }
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// Whose it is.
    index: usize,
    verdict: Verdict,
    /// The stream is read as the standard says in one chunk.
    by_cut: bool,
    /// Where the choice stands that explains it.
    choice: Option<&'static str>,
}

impl Kind {
    /// None where all is well.
    fn of(index: usize, decoder: &Decoder, find: &Find) -> Option<(Self, Option<&'static Choice>)> {
        let (verdict, choice) = judgement(decoder, &find.wire, find.cut);
        if verdict == Verdict::Exact {
            return None;
        }
        let by_cut = find.cut != Cut::Whole && judgement(decoder, &find.wire, Cut::Whole).0 == Verdict::Exact;
        Some((Self { index, verdict, by_cut, choice: choice.map(|choice| choice.source) }, choice))
    }
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Finds {
    /// How many streams were generated.
    pub streams: u64,
    smallest: BTreeMap<Kind, (Find, Option<&'static Choice>)>,
    tries: BTreeMap<Kind, usize>,
}

/// Those that take part: the crates, ours among them, and npm's, where Node.js is.
pub fn field(with_npm: bool) -> anyhow::Result<Vec<Decoder>> {
    let mut field = DECODERS.to_vec();
    if with_npm {
        field.push(node::start()?);
    }
    Ok(field)
}

/// Judges all decoders on these inputs of the fuzz target, then generates streams until the time is up.
///
/// # Errors
///
/// One of ours is wrong: the smallest stream that shows it.
pub fn run(field: &[Decoder], inputs: &[Vec<u8>], time: Duration, seed: u64) -> Result<Finds, (&'static str, Find)> {
    let mut rng = Rng::with_seed(seed);
    let mut finds = Finds::default();
    for input in inputs {
        let (wire, at) = inputs::read(input);
        finds.stream(field, wire, at)?;
    }
    let start = Instant::now();
    while start.elapsed() < time {
        let wire = generate::stream(&mut rng);
        let at = rng.usize(..=wire.len());
        finds.stream(field, &wire, at)?;
    }
    Ok(finds)
}

impl Finds {
    /// Judges all decoders on a stream: in one chunk, byte by byte, and cut in two at a place, with and without an
    /// empty chunk in between.
    ///
    /// # Errors
    ///
    /// One of ours is wrong: the smallest stream that shows it.
    pub fn stream(&mut self, field: &[Decoder], wire: &[u8], at: usize) -> Result<(), (&'static str, Find)> {
        self.streams += 1;
        for (index, decoder) in field.iter().enumerate() {
            for cut in [Cut::Whole, Cut::Bytewise, Cut::At(at), Cut::EmptyAt(at)] {
                self.judge(index, decoder, Find { wire: wire.to_vec(), cut })?;
            }
        }
        Ok(())
    }

    fn judge(&mut self, index: usize, decoder: &Decoder, find: Find) -> Result<(), (&'static str, Find)> {
        let Some((kind, choice)) = Kind::of(index, decoder, &find) else { return Ok(()) };
        let is_ours = decoder.whose == Whose::Ours;
        let tries = self.tries.entry(kind).or_default();
        *tries += 1;
        let known = self.smallest.get(&kind);
        let is_smaller = known.is_none_or(|(known, _)| find.size() < known.size());
        if *tries > TRIES && !is_smaller && !is_ours {
            return Ok(());
        }
        let find = shrink::shrink(find, |find| Kind::of(index, decoder, find).is_some_and(|(other, _)| other == kind));
        if is_ours {
            return Err((decoder.name, find));
        }
        let known = self.smallest.get(&kind);
        if known.is_none_or(|(known, _)| find.size() < known.size()) {
            self.smallest.insert(kind, (find, choice));
        }
        Ok(())
    }

    /// All decoders' finds, each with a name for its kind, as inputs of the fuzz target.
    pub fn inputs(&self, field: &[Decoder]) -> BTreeMap<String, Vec<u8>> {
        let named = |(kind, (find, _)): (&Kind, &(Find, _))| {
            let by_cut = if kind.by_cut { "-by-cut" } else { "" };
            let choice = kind.choice.map(|source| format!("-{}", inputs::file_name(source))).unwrap_or_default();
            let name = format!("{}-{}{by_cut}{choice}", field[kind.index].name, kind.verdict.name());
            (name, inputs::write(find))
        };
        self.smallest.iter().map(named).collect()
    }

    /// A decoder's finds, faults first, the worst first; where a choice explains them, it is there.
    pub fn of(&self, index: usize) -> Vec<(Verdict, &Find, Option<&'static Choice>)> {
        let own = self.smallest.iter().filter(|(kind, _)| kind.index == index);
        let mut own: Vec<_> = own.map(|(kind, (find, choice))| (kind.verdict, find, *choice)).collect();
        own.sort_by_key(|(verdict, _, choice)| (choice.is_some(), core::cmp::Reverse(*verdict)));
        own
    }
}
