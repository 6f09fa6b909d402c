//! What the server has to say beside its answers.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::sync::LazyLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// How many messages wait for whoever reads standard error.
const WAITING: usize = 64;

static MESSAGES: LazyLock<Option<SyncSender<String>>> = LazyLock::new(|| {
    let (sender, messages) = sync_channel::<String>(WAITING);
    let write = move || {
        for message in messages {
            // Nobody has to read it.
            let _ = writeln!(io::stderr(), "{message}");
        }
    };
    thread::Builder::new().name("say".into()).spawn(write).ok().map(|_| sender)
});

/// Writes a line to standard error. That can be a pipe that is closed, or full because nobody reads it: then messages are
/// lost, and nothing waits for them.
pub(crate) fn say(message: impl Display) {
    if let Some(messages) = &*MESSAGES {
        let _ = messages.try_send(message.to_string());
    }
}
