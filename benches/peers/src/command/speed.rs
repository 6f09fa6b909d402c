//! `speed`.

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sse_wire_peers::speed::allocations::{self, Count};
use sse_wire_peers::speed::filter::Filter;
use sse_wire_peers::speed::measure::measure;
use sse_wire_peers::speed::report;
use sse_wire_peers::speed::results::{Measured, Results};
use sse_wire_peers::speed::{cell, chart};
use sse_wire_peers::table::Style;
use sse_wire_peers::versions;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    filter: Filter,

    /// How long each corpus and chunking is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    seconds: f64,

    /// Everybody once, for the checks; times mean nothing then
    #[arg(long)]
    quick: bool,

    /// Only the targets, not the tables
    #[arg(long)]
    targets: bool,

    /// Measure nothing: show the results of an earlier run, and write tables and charts anew where --out says
    #[arg(long, value_name = "JSON", conflicts_with_all = ["quick", "seconds", "corpus", "chunk", "kind", "only"])]
    from: Option<PathBuf>,

    /// Where the results go: by default `results` beside the package's manifest, if everything is measured
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let results = match &options.from {
        Some(path) => read(path)?,
        None => measure_all(options)?,
    };
    if !options.quick {
        if !options.targets {
            for each in &results.cells {
                println!("{}, {}\n{}\n", each.corpus, each.chunk, report::cell(Style::Terminal, each));
            }
        }
        println!("{}", report::target_table(Style::Terminal, &results));
    }
    report_disagreements(&results.cells)?;
    if options.quick {
        let passes: usize = results.cells.iter().flat_map(|cell| &cell.rows).map(|row| row.passes).sum();
        println!("{passes} passes in {} cells: sse-wire and the limits agree with every corpus", results.cells.len());
    }

    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let whole = options.filter.is_everything() && !options.quick && options.from.is_none();
    match options.out.clone().or(whole.then_some(default)) {
        Some(directory) => write(&results, &directory),
        None => Ok(()),
    }
}

fn read(path: &Path) -> anyhow::Result<Results> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{}: expected the results of a run", path.display()))
}

fn measure_all(options: &Options) -> anyhow::Result<Results> {
    let time = (!options.quick).then(|| Duration::try_from_secs_f64(options.seconds)).transpose();
    let time =
        time.with_context(|| format!("--seconds {}: expected a number that is not negative", options.seconds))?;
    let streams = cell::Streams::new();
    let places = options.filter.places(&streams)?;

    let bar = ProgressBar::new(places.len() as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg:24} {elapsed} of {duration}")?);
    let mut cells = Vec::new();
    for place in places {
        bar.set_message(format!("{} {}", place.corpus, place.chunk));
        cells.push(measure(options.filter.cell(place, &streams), time));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !options.quick {
        allocations::enter(&count_allocations(&options.filter)?, &mut cells);
    }
    Ok(Results { versions: versions::of_crates()?, rustc: versions::rustc(), processor: versions::processor(), cells })
}

/// Names who disagrees with a corpus. That ours does not is what the run is for.
fn report_disagreements(cells: &[Measured]) -> anyhow::Result<()> {
    let mut ours = 0;
    for each in cells {
        for row in &each.rows {
            let Some(disagreement) = &row.disagreement else { continue };
            eprintln!("{} disagrees on {}, {}: {disagreement}", row.name, each.corpus, each.chunk);
            ours += usize::from(row.role != cell::Role::Peer);
        }
    }
    if ours > 0 {
        bail!("sse-wire or a limit disagrees with a corpus");
    }
    Ok(())
}

/// Runs the program whose allocator counts.
fn count_allocations(filter: &Filter) -> anyhow::Result<Vec<Count>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--bin", "allocations", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .arg("--")
        .args(filter.to_args())
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo cannot be run")?;
    if !output.status.success() {
        bail!("counting allocations: {}", output.status);
    }
    serde_json::from_slice(&output.stdout).context("what `allocations` printed")
}

fn write(results: &Results, directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
        anyhow::Ok(())
    };
    write("speed.json", serde_json::to_string_pretty(results)? + "\n")?;
    write("speed.md", report::markdown(results))?;
    for theme in chart::THEMES {
        write(&format!("speed-{}.svg", theme.name), chart::draw(results, theme)?)?;
    }
    Ok(())
}
