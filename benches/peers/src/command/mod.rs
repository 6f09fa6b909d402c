//! The subcommands.

pub(crate) mod conformance;
pub(crate) mod speed;
