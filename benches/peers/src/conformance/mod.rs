//! What everybody makes of the crate's conformance rows, judged by the crate's oracle.

pub mod choices;
pub mod decoders;
pub mod encoders;
pub mod report;
pub mod verdict;

#[path = "../../../../tests/common/oracle.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, reason = "shared with the tests of the crate")]
#[allow(clippy::struct_field_names, reason = "shared with the tests of the crate")]
mod oracle;
#[path = "../../../../tests/common/rows/mod.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, reason = "shared with the tests of the crate")]
mod rows;

use std::panic;
use std::sync::{Mutex, PoisonError};

/// Runs it without a message from decoders that panic, which `catch_unwind` must catch. One call at a time: the hook is the
/// process's.
pub fn quietly<T>(run: impl FnOnce() -> T) -> T {
    static HOOK: Mutex<()> = Mutex::new(());
    let _one = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = run();
    panic::set_hook(hook);
    result
}
