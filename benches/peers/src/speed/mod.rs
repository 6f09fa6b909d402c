//! How fast: every codec over every corpus in every chunking, interleaved with the limits.

pub mod allocations;
pub mod cell;
pub mod chart;
pub mod filter;
pub mod measure;
pub mod report;
pub mod results;
pub mod targets;
