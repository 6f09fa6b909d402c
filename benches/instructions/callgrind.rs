//! One row in its own process under callgrind, so that nothing that ran before can change its count.

use core::error::Error;
use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// By its name as callgrind demangles it.
const COUNTED: &str = "instructions::rows::counted";

/// Why this machine's counts cannot be compared with the committed ones, if so.
///
/// memchr, simdutf8 and libc check for AVX2 at run time. If the processor has it, valgrind presents the same one, without
/// AVX-512, on every machine.
pub(crate) fn not_comparable() -> Option<&'static str> {
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    return (!std::arch::is_x86_feature_detected!("avx2"))
        .then_some("the figures are of processors that have AVX2, and this one has not");
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")))]
    return Some("the figures are of x86_64-unknown-linux-gnu");
}

/// Whether this is the build that should be counted, and there is a callgrind to count with.
pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    if cfg!(target_feature = "sse3") {
        return Err("the figures are of builds without target-cpu and target-feature: unset RUSTFLAGS".into());
    }
    match Command::new("valgrind").arg("--version").stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("valgrind --version: {status}").into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("not found: valgrind (apt-get install valgrind)".into())
        }
        Err(error) => Err(format!("valgrind: {error}").into()),
    }
}

/// Where callgrind leaves what it knows about a row.
pub(crate) fn profile(row: &str) -> PathBuf {
    scratch().join(row.replace('/', ".") + ".callgrind")
}

fn scratch() -> &'static Path {
    Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/instructions"))
}

/// A row that is being counted.
pub(crate) struct Running {
    row: String,
    child: Child,
    log: PathBuf,
}

pub(crate) fn start(row: &str) -> Result<Running, Box<dyn Error>> {
    fs::create_dir_all(scratch())?;
    let (profile, log) = (profile(row), profile(row).with_extension("log"));
    let output = File::create(&log)?;
    let child = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe()?)
        .args(["--row", row])
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)))
        // Valgrind counts the bytes that one `rep movsb` copies as an instruction each.
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-ERMS")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    Ok(Running { row: row.to_owned(), child, log })
}

impl Running {
    /// Waits for the end.
    pub(crate) fn instructions(mut self) -> Result<u64, Box<dyn Error>> {
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("{}: {status}\n{}", self.row, fs::read_to_string(&self.log)?).into());
        }
        let profile = profile(&self.row);
        let text = fs::read_to_string(&profile)?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).and_then(|total| total.parse().ok());
        match total {
            Some(0) => Err(format!("{}: {COUNTED} was not found in the program", self.row).into()),
            Some(total) => Ok(total),
            None => Err(format!("{}: no line of totals in {}", self.row, profile.display()).into()),
        }
    }
}
