//! What it costs to depend on a crate: how many crates, how long a build from nothing takes, how much code the program has.

mod program;
mod project;

use serde::Serialize;

pub use program::{PROGRAMS, Program};
pub use project::Project;

/// What a program costs.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// Whose program it is.
    pub name: &'static str,
    /// How many crates are built for it, itself not counted.
    pub crates: usize,
    /// The least time of a release build from nothing.
    pub build_seconds: f64,
    /// The bytes of `.text` in the program.
    pub text_bytes: u64,
}
