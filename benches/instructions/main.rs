//! Instructions per event, compared with the committed ones. `../README.md` says how to read and to renew them.

mod callgrind;
#[path = "../corpora/mod.rs"]
mod corpora;
mod figures;
#[path = "../loops/mod.rs"]
mod loops;
mod rows;

use core::error::Error;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use regex::Regex;

use figures::{Change, Figures, Verdict};
use rows::Row;

/// The command that is printed with every failure.
const COMMAND: &str = "cargo bench --bench instructions";

/// Counts the instructions per event with callgrind, and fails where one has grown by more than 10 %.
#[derive(Parser)]
#[command(name = "instructions", bin_name = COMMAND.to_owned() + " --")]
struct Arguments {
    /// Only the rows whose name matches this regular expression
    filter: Option<Regex>,
    /// Make the counts of now the committed ones
    #[arg(long, conflicts_with_all = ["filter", "test"])]
    renew: bool,
    /// Run each row once, for its assertions, without callgrind
    #[arg(long)]
    test: bool,
    /// Run this row, of which callgrind counts the instructions
    #[arg(long, hide = true, value_name = "NAME")]
    row: Option<String>,
    /// What cargo bench adds to every command, and cargo test does not
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let mut rows = rows::all();
    if let Some(name) = &arguments.row {
        let row = rows.iter().find(|row| row.name == *name).ok_or_else(|| format!("there is no row {name:?}"))?;
        row.run();
        return Ok(ExitCode::SUCCESS);
    }
    let matches = |name: &str| arguments.filter.as_ref().is_none_or(|filter| filter.is_match(name));
    rows.retain(|row| matches(&row.name));
    if arguments.test || !arguments.bench {
        rows.iter().for_each(Row::run);
        println!("instructions: {} rows ran, and nothing was counted", rows.len());
        return Ok(ExitCode::SUCCESS);
    }
    match callgrind::not_comparable() {
        Some(reason) if arguments.renew => return Err(reason.into()),
        Some(reason) => {
            println!("instructions: skipped, {reason}");
            return Ok(ExitCode::SUCCESS);
        }
        None => callgrind::check()?,
    }
    let committed = Figures::read();
    if arguments.renew {
        // What was there may be missing, or damaged by a merge.
        let now = count(&rows, &committed.unwrap_or_default())?;
        now.write()?;
        println!("\nrenewed: {}", figures::PATH);
        return Ok(ExitCode::SUCCESS);
    }
    let mut committed = committed?;
    committed.retain(matches);
    let now = count(&rows, &committed)?;
    Ok(judge(&committed, &now))
}

/// Counts every row, as many at a time as there are processors, and prints each beside what it was.
fn count(rows: &[Row], committed: &Figures) -> Result<Figures, Box<dyn Error>> {
    let mut now = Figures::default();
    let at_a_time = thread::available_parallelism()?.get();
    println!("{:<32}{:>14}{:>14}{:>10}", "instructions per event", "committed", "now", "change");
    for rows in rows.chunks(at_a_time) {
        let running = rows.iter().map(|row| callgrind::start(&row.name)).collect::<Result<Vec<_>, _>>()?;
        for (row, running) in rows.iter().zip(running) {
            now.insert(&row.name, running.instructions()?, row.events());
            println!("{}", Change::of(&row.name, committed, &now));
        }
    }
    Ok(now)
}

/// Says what is wrong, and what to do about it.
fn judge(committed: &Figures, now: &Figures) -> ExitCode {
    let changes = figures::changes(committed, now);
    let list = |title: &str, verdict: Verdict| {
        let listed: Vec<_> = changes.iter().filter(|change| change.verdict() == verdict).collect();
        if !listed.is_empty() {
            eprintln!("\n{title}");
            for change in &listed {
                eprintln!("{change}");
            }
        }
        listed
    };
    list("hint: shrunk by more than 10 %; renewed figures keep it so", Verdict::Shrunk);
    let grown = list("error: grown by more than 10 %", Verdict::Grown);
    if let [change, ..] = grown[..] {
        eprintln!("Where they go: callgrind_annotate {}", callgrind::profile(&change.name).display());
    }
    let unpaired = list("error: not committed, or committed but no row", Verdict::Unpaired);
    if grown.is_empty() && unpaired.is_empty() {
        return ExitCode::SUCCESS;
    }
    if let Some(difference) = committed.made_otherwise() {
        eprintln!("\nnote: {difference}");
    }
    eprintln!("\nIf this is meant: {COMMAND} -- --renew, and commit {}", figures::PATH);
    ExitCode::FAILURE
}
