//! The subcommands.

pub(crate) mod speed;
