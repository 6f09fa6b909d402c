//! What processes take, as the operating system counts it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    pub(crate) cpu_seconds: f64,
}

/// Nothing for a process that is not there.
pub(crate) fn usage(pid: u32) -> Usage {
    let pid = Pid::from_u32(pid);
    let what = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
    let mut system = System::new();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    system.process(pid).map_or_else(Usage::default, |process| Usage {
        resident_bytes: process.memory(),
        cpu_seconds: Duration::from_millis(process.accumulated_cpu_time()).as_secs_f64(),
    })
}

/// What each of several processes uses, or has used when it was last seen; and whether it was seen this time.
#[derive(Clone, Debug)]
pub(crate) struct Usages(pub(crate) Vec<(Usage, bool)>);

impl Usages {
    /// The memory that those have gained that were there before and are there now.
    pub(crate) fn bytes_since(&self, before: &Self) -> u64 {
        let both = self.0.iter().zip(&before.0).filter(|((_, now), (_, before))| *now && *before);
        both.map(|((now, _), (before, _))| now.resident_bytes.saturating_sub(before.resident_bytes)).sum()
    }

    /// The time of all; what one that is gone has used since it was last seen is not known.
    pub(crate) fn cpu_seconds_since(&self, before: &Self) -> f64 {
        // One that was started again has begun at zero.
        self.0
            .iter()
            .zip(&before.0)
            .map(|((now, _), (before, _))| (now.cpu_seconds - before.cpu_seconds).max(0.0))
            .sum()
    }
}
