//! Which part of the whole is measured.

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::cell::{self, Cell, ENCODE, LINE, LINE_ENDS, Place, Streams};

/// What is done to the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Corpora are decoded.
    Decode,
    /// The events of corpora are encoded.
    Encode,
    /// A line of 8 MiB is decoded in small and in large chunks.
    Line,
}

/// Which part of the whole is measured; without any option, all of it.
#[derive(Debug, Clone, Args)]
pub struct Filter {
    /// Only these corpora
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    corpus: Vec<String>,

    /// Only these chunk sizes: whole, 16KiB, 1460, 64, event
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    chunk: Vec<String>,

    /// Only these kinds
    #[arg(long, value_delimiter = ',')]
    kind: Vec<Kind>,

    /// Only these decoders and encoders, and the memchr2 loop
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

impl Filter {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.corpus.is_empty() && self.chunk.is_empty() && self.kind.is_empty() && self.only.is_empty()
    }

    /// The cells that remain.
    pub fn places(&self, streams: &Streams) -> anyhow::Result<Vec<Place>> {
        let all = cell::places(streams);
        check("--corpus", &self.corpus, all.iter().map(|place| place.corpus))?;
        let decoded = all.iter().filter(|place| kind(**place) == Kind::Decode);
        check("--chunk", &self.chunk, decoded.map(|place| place.chunk))?;
        let names = cell::names();
        check("--only", &self.only, names.iter().copied())?;
        let among = |name: &str, names: &[String]| names.is_empty() || names.iter().any(|each| each == name);
        let kinds = |place: &Place| self.kind.is_empty() || self.kind.contains(&kind(*place));
        let places: Vec<_> = all
            .into_iter()
            .filter(|place| among(place.corpus, &self.corpus) && among(place.chunk, &self.chunk) && kinds(place))
            .collect();
        if places.is_empty() {
            bail!(
                "nothing is left to measure: expected another --corpus, --chunk or --kind (\"event\" is for llm-chat and llm-named)"
            );
        }
        Ok(places)
    }

    /// A cell with those contenders that remain.
    pub fn cell<'s>(&self, place: Place, streams: &'s Streams) -> Cell<'s> {
        let mut cell = place.cell(streams);
        if !self.only.is_empty() {
            cell.contenders.retain(|each| each.name == LINE_ENDS || self.only.iter().any(|name| name == each.name));
        }
        cell
    }

    /// The options that mean the same to another program.
    pub fn to_args(&self) -> Vec<String> {
        let kinds: Vec<_> = self.kind.iter().filter_map(ValueEnum::to_possible_value).collect();
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.get_name().to_owned()).collect();
        let options =
            [("--corpus", &self.corpus), ("--chunk", &self.chunk), ("--kind", &kinds), ("--only", &self.only)];
        let given = options.into_iter().filter(|(_, names)| !names.is_empty());
        given.map(|(option, names)| format!("{option}={}", names.join(","))).collect()
    }
}

fn kind(place: Place) -> Kind {
    match (place.corpus, place.chunk) {
        (LINE, _) => Kind::Line,
        (_, ENCODE) => Kind::Encode,
        _ => Kind::Decode,
    }
}

fn check<'a>(option: &str, given: &[String], known: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let mut names: Vec<&str> = Vec::new();
    known.for_each(|name| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    match given.iter().find(|name| !names.contains(&name.as_str())) {
        Some(name) => bail!("{option} {name}: expected one of {}", names.join(", ")),
        None => Ok(()),
    }
}
