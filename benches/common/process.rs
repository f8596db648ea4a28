//! What this process takes of the machine.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Processor time of all threads since the start.
pub fn processor_time() -> Duration {
    time_of(ClockId::ProcessCPUTime)
}

/// Processor time of this thread since its start.
pub fn thread_time() -> Duration {
    time_of(ClockId::ThreadCPUTime)
}

fn time_of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Bytes in memory that are the process' own: files that it maps, as the program itself, are left out.
pub fn resident_bytes() -> u64 {
    kib_of_status("RssAnon:") * 1024
}

/// The most bytes that it had in memory so far.
pub fn peak_bytes() -> u64 {
    kib_of_status("VmHWM:") * 1024
}

fn kib_of_status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
