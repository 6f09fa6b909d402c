//! The server's messages on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::sync::LazyLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// How many messages wait for the reader of standard error.
const WAITING: usize = 64;

static MESSAGES: LazyLock<Option<SyncSender<String>>> = LazyLock::new(|| {
    let (sender, messages) = sync_channel::<String>(WAITING);
    let write = move || {
        for message in messages {
            // It need not be read.
            let _ = writeln!(io::stderr(), "{message}");
        }
    };
    thread::Builder::new().name("say".into()).spawn(write).ok().map(|_| sender)
});

/// Writes a line to standard error. That can be a pipe that is closed, or full because nobody reads it: then messages
/// are lost, and nothing waits for them.
pub(crate) fn say(message: impl Display) {
    if let Some(messages) = &*MESSAGES {
        let _ = messages.try_send(message.to_string());
    }
}
