//! `differ`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure};
use clap::Args;
use sse_wire_peers::conformance::quietly;
use sse_wire_peers::differ;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// For how long
    #[arg(long, default_value_t = 1800)]
    seconds: u64,

    /// Where the random streams start from
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// The crates alone, without npm's eventsource-parser, which needs Node.js
    #[arg(long)]
    no_npm: bool,

    /// Inputs of the fuzz target to begin with: folders of files, such as what it has found
    #[arg(long, value_name = "DIRECTORY")]
    inputs: Vec<PathBuf>,

    /// Where the table goes, if not into `results` beside the package's manifest
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,

    /// Write nothing; it is sse-wire alone that has to be right
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let field = differ::field(!options.no_npm)?;
    let mut inputs = Vec::new();
    for folder in &options.inputs {
        ensure!(folder.is_dir(), "{}: no such folder", folder.display());
        inputs.extend(differ::inputs::load(folder)?);
    }
    let time = Duration::from_secs(options.seconds);
    let finds = match quietly(|| differ::run(&field, &inputs, time, options.seed)) {
        Ok(finds) => finds,
        Err((name, find)) => {
            bail!("{name} is wrong on {:?}, cut: {:?}", find.wire.escape_ascii().to_string(), find.cut)
        }
    };
    println!("{} streams", finds.streams);
    if options.check {
        return Ok(());
    }
    let text = quietly(|| differ::report::markdown(&field, &finds, options.seconds))?;
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let path = options.out.as_ref().unwrap_or(&default).join("smallest.md");
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    fs::write(&path, text)?;
    println!("{}", path.display());
    Ok(())
}
