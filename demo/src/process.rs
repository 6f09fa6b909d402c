//! What a process uses, as the operating system counts it.

use std::time::Duration;

use serde::Serialize;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    pub(crate) cpu_seconds: f64,
}

/// `None` for a process that does not exist.
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
