//! What a process takes, as the operating system counts it.

use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Resident memory in bytes, and processor time in seconds.
pub(crate) fn usage(pid: u32) -> (u64, f64) {
    let pid = Pid::from_u32(pid);
    let what = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
    let mut system = System::new();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    system.process(pid).map_or((0, 0.0), |process| {
        (process.memory(), Duration::from_millis(process.accumulated_cpu_time()).as_secs_f64())
    })
}
