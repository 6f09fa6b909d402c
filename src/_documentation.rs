//! Longer pages: why things are as they are, and how to switch from other crates.
//!
//! These modules have no items. They exist only in the documentation.

#[doc = include_str!("docs/decisions.md")]
pub mod decisions {}

#[doc = include_str!("docs/comparison.md")]
pub mod comparison {}

// Its snippets need the HTTP libraries that interop/ has, and are compiled there.
#[cfg(not(doctest))]
#[doc = include_str!("docs/migration.md")]
pub mod migration {}

#[doc = include_str!("docs/design.md")]
pub mod design {}

#[doc = include_str!("docs/untrusted_input.md")]
pub mod untrusted_input {}

#[doc = include_str!("event_source/states.md")]
pub mod states {}
