//! The subcommands.

pub(crate) mod conformance;
pub(crate) mod cost;
pub(crate) mod differ;
pub(crate) mod speed;
