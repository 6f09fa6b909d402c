//! A throw-away project for a program, and what cargo makes of it.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use object::{Object as _, ObjectSection as _};
use tempfile::TempDir;

use super::Program;

/// What every program gets, and the data that it has to find in there.
const STREAM: &[u8] = b": c\n\nevent: t\nid: 1\ndata: first\n\ndata: second\n\n";
const DATA: &[u8] = b"first\nsecond\n";

/// A project in a directory of its own, which vanishes with it.
#[derive(Debug)]
pub struct Project {
    directory: TempDir,
    program: &'static Program,
}

impl Project {
    /// Writes it down, and fetches what it depends on.
    pub fn new(program: &'static Program, versions: &[(String, String)]) -> anyhow::Result<Self> {
        let directory = TempDir::with_prefix("sse-wire-cost-")?;
        let mut manifest =
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n"
                .to_owned();
        for (name, requirement) in program.dependencies {
            let given = match *name {
                "sse-wire" => format!("{:?}", concat!(env!("CARGO_MANIFEST_DIR"), "/../..")),
                name => match versions.iter().find(|(each, _)| each == name) {
                    Some((_, version)) => format!("\"={version}\""),
                    None => String::new(),
                },
            };
            manifest.extend([*name, " = ", &requirement.replace("{}", &given), "\n"]);
        }
        fs::write(directory.path().join("Cargo.toml"), manifest)?;
        fs::create_dir(directory.path().join("src"))?;
        fs::write(directory.path().join("src/main.rs"), program.source)?;
        let project = Self { directory, program };
        project.cargo(&["fetch"])?;
        Ok(project)
    }

    /// How many crates are built for it, itself not counted.
    pub fn crates(&self) -> anyhow::Result<usize> {
        let tree = self.cargo(&["tree", "--offline", "--edges=normal,build", "--prefix=none", "--format={p}"])?;
        let mut crates: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        crates.sort_unstable();
        crates.dedup();
        Ok(crates.len() - 1)
    }

    /// Builds it from nothing, and says how long that takes.
    pub fn build(&self) -> anyhow::Result<Duration> {
        let target = self.target();
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let start = Instant::now();
        self.cargo(&["build", "--offline", "--release"])?;
        Ok(start.elapsed())
    }

    /// The bytes of `.text` in the program that was built, once it has shown that it does its work.
    pub fn text_bytes(&self) -> anyhow::Result<u64> {
        let path = self.target().join("release").join(format!("program{}", std::env::consts::EXE_SUFFIX));
        self.try_out(&path)?;
        let bytes = fs::read(&path)?;
        let file = object::File::parse(&*bytes).with_context(|| path.display().to_string())?;
        let section = file.section_by_name(".text").or_else(|| file.section_by_name("__text"));
        Ok(section.with_context(|| format!("{} has no section .text", path.display()))?.size())
    }

    fn try_out(&self, path: &Path) -> anyhow::Result<()> {
        let mut child = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().context("no standard input")?.write_all(STREAM)?;
        let output = child.wait_with_output()?;
        let expected = if self.program.dependencies.is_empty() { STREAM } else { DATA };
        let name = self.program.name;
        ensure!(output.status.success(), "the program of {name}: {}", output.status);
        ensure!(output.stdout == expected, "the program of {name} wrote {}", output.stdout.escape_ascii());
        Ok(())
    }

    fn target(&self) -> PathBuf {
        self.directory.path().join("target")
    }

    fn cargo(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let none = OsString::new();
        let output = Command::new(cargo)
            .args(arguments)
            .current_dir(self.directory.path())
            .env("CARGO_TARGET_DIR", self.target())
            // As for a user who sets none.
            .env("RUSTFLAGS", &none)
            .output()
            .context("cargo cannot be run")?;
        if !output.status.success() {
            bail!("{}: cargo {arguments:?}: {}", self.program.name, String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
