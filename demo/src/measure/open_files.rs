//! Each connection is an open file, on both sides.

use anyhow::{Context as _, bail};

/// What a process needs beside its connections.
const OTHERS: u64 = 64;

/// Makes room for so many connections in this process and those that it starts.
pub(crate) fn allow(connections: usize) -> anyhow::Result<()> {
    let needed = connections as u64 + OTHERS;
    let allowed = rlimit::increase_nofile_limit(needed).context("the limit of open files cannot be read")?;
    if allowed < needed {
        bail!(
            "{connections} clients need {needed} open files, and this process may have {allowed}: raise the hard limit \
             (`ulimit -Hn {needed}` as root, LimitNOFILE= of systemd, --ulimit nofile={needed} of Docker), or use \
             fewer --clients"
        );
    }
    Ok(())
}
