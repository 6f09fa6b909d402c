//! `conformance`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use sse_wire_peers::conformance::{self, decoders, encoders};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the table goes, if not into `results` beside the package's manifest
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,

    /// Write nothing; fail if the table there is another one
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (text, ours) = conformance::quietly(|| {
        let all = decoders::judge();
        let ours = decoders::ours_are_exact(&all) && encoders::ours_are_right();
        conformance::report::markdown(&all).map(|text| (text, ours))
    })?;
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let path = options.out.as_ref().unwrap_or(&default).join("conformance.md");
    if options.check {
        let there = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        if let Some(line) = first_difference(&there, &text) {
            bail!("{}:{line} differs from what is generated: run `conformance` anew", path.display());
        }
    } else {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
    }
    if !ours {
        bail!("sse-wire is not exact: see {}", path.display());
    }
    Ok(())
}

/// The number of the first line that is not the same.
fn first_difference(there: &str, text: &str) -> Option<usize> {
    let same = there.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
    (there != text).then_some(same + 1)
}
