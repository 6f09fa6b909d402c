//! The committed figures, and what has become of them.

use core::error::Error;
use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::COMMAND;

/// The file, from the root of the repository.
pub(crate) const PATH: &str = "benches/instructions/figures.txt";

/// By how much a count may differ, as a part of the committed one.
const TOLERANCE: f64 = 0.1;

/// The instructions per event of each row.
#[derive(Default)]
pub(crate) struct Figures {
    rows: BTreeMap<String, f64>,
    /// The programs that had a hand in them.
    made_with: String,
}

impl Figures {
    /// The committed ones.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path()).map_err(|error| format!("{PATH}: {error}"))?;
        let mut figures = Self::default();
        for (line, number) in text.lines().zip(1..) {
            if let Some(comment) = line.strip_prefix('#') {
                if let Some(made_with) = comment.strip_prefix(MADE_WITH) {
                    made_with.clone_into(&mut figures.made_with);
                }
                continue;
            }
            let row = line.split_once(' ').and_then(|(name, figure)| Some((name, figure.trim().parse::<f64>().ok()?)));
            let Some((name, figure)) = row.filter(|&(_, figure)| figure > 0.0) else {
                return Err(
                    format!("{PATH}:{number}: expected a row's name and a number above 0, found {line:?}").into()
                );
            };
            if figures.rows.insert(name.to_owned(), figure).is_some() {
                return Err(format!("{PATH}:{number}: {name} is there twice").into());
            }
        }
        Ok(figures)
    }

    /// Makes these the committed ones.
    pub(crate) fn write(&self) -> Result<(), Box<dyn Error>> {
        let mut text = format!(
            "# Instructions per event, counted by callgrind; ../README.md says more. Renewed by\n\
             #   {COMMAND} -- --renew\n\
             #{MADE_WITH}{}\n",
            programs()?,
        );
        for (name, figure) in &self.rows {
            writeln!(text, "{name:<31} {figure:>14.1}")?;
        }
        Ok(fs::write(path(), text).map_err(|error| format!("{PATH}: {error}"))?)
    }

    #[allow(clippy::cast_precision_loss, reason = "2^53 instructions would take days")]
    pub(crate) fn insert(&mut self, name: &str, instructions: u64, events: usize) {
        // As it is written: what has not changed is equal.
        let tenths = (instructions as f64 * 10.0 / events as f64).round();
        self.rows.insert(name.to_owned(), tenths / 10.0);
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.rows.retain(|name, _| keep(name));
    }

    /// That other programs made them, if so.
    pub(crate) fn made_otherwise(&self) -> Option<String> {
        let now = programs().ok().filter(|now| *now != self.made_with)?;
        Some(format!("the committed figures were made with {}; this is {now}", self.made_with))
    }
}

const MADE_WITH: &str = " Made with ";

fn path() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions/figures.txt"))
}

/// The compiler, the counter, and the libc whose `memcpy` is counted too.
fn programs() -> Result<String, Box<dyn Error>> {
    let first_line = |program: &str, argument: &str| -> Result<String, Box<dyn Error>> {
        let output = Command::new(program).arg(argument).output().map_err(|error| format!("{program}: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
    };
    let rustc = first_line("rustc", "--version")?;
    Ok([rustc, first_line("valgrind", "--version")?, first_line("getconf", "GNU_LIBC_VERSION")?].join(", "))
}

/// Every row that one of them has.
pub(crate) fn changes(committed: &Figures, now: &Figures) -> Vec<Change> {
    let names: BTreeSet<_> = committed.rows.keys().chain(now.rows.keys()).collect();
    names.into_iter().map(|name| Change::of(name, committed, now)).collect()
}

/// A row, then and now.
pub(crate) struct Change {
    pub(crate) name: String,
    committed: Option<f64>,
    now: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Kept,
    Grown,
    Shrunk,
    /// On one side alone.
    Unpaired,
}

impl Change {
    pub(crate) fn of(name: &str, committed: &Figures, now: &Figures) -> Self {
        let figure = |figures: &Figures| figures.rows.get(name).copied();
        Self { name: name.to_owned(), committed: figure(committed), now: figure(now) }
    }

    /// As a part of what it was.
    fn change(&self) -> Option<f64> {
        Some(self.now? / self.committed? - 1.0)
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self.change() {
            None => Verdict::Unpaired,
            Some(change) if change > TOLERANCE => Verdict::Grown,
            Some(change) if change < -TOLERANCE => Verdict::Shrunk,
            Some(_) => Verdict::Kept,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.1}"));
        let change = self.change().map_or_else(|| "-".to_owned(), |change| format!("{:+.1} %", change * 100.0));
        write!(f, "{:<32}{:>14}{:>14}{change:>10}", self.name, figure(self.committed), figure(self.now))
    }
}
