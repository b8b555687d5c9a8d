//! The process and the machine, as Linux tells of them; 0 where it is not told.

use std::path::Path;

/// How the process fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Process {
    /// Bytes in memory.
    pub(super) memory: u64,
    /// Bytes that the machine has.
    pub(super) machine: u64,
    /// Bytes that the machine could still give.
    pub(super) available: u64,
    /// Processor time since it started, ns.
    pub(super) processor: u64,
    pub(super) threads: u64,
    /// Files and sockets that are open.
    pub(super) handles: u64,
}

impl Process {
    pub(super) fn now() -> Process {
        let status = read("/proc/self/status");
        let machine = read("/proc/meminfo");
        Process {
            memory: kilobytes(&status, "VmRSS:"),
            machine: kilobytes(&machine, "MemTotal:"),
            available: kilobytes(&machine, "MemAvailable:"),
            processor: processor(&read("/proc/self/stat")),
            threads: value(&status, "Threads:").and_then(|text| text.parse().ok()).unwrap_or(0),
            handles: Path::new("/proc/self/fd").read_dir().map_or(0, |entries| entries.count() as u64),
        }
    }
}

/// Bytes of the process that are in memory; 0 where that is not told.
pub fn memory() -> u64 {
    kilobytes(&read("/proc/self/status"), "VmRSS:")
}

/// Bytes of memory that the machine has; 0 where that is not told.
pub fn machine_memory() -> u64 {
    kilobytes(&read("/proc/meminfo"), "MemTotal:")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let count = value(text, name).and_then(|value| value.strip_suffix("kB")?.trim().parse::<u64>().ok());
    count.unwrap_or(0).saturating_mul(1024)
}

/// The two times of `/proc/self/stat`, user's and system's, in hundredths of a second.
fn processor(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u64>().ok());
    ticks.sum::<u64>().saturating_mul(10_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_after_a_name_that_may_have_anything_in_it() {
        let stat = "7 (a) b 1 2) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0";
        assert_eq!(processor(stat), 3_000_000_000);
        assert_eq!((processor(""), kilobytes("VmRSS: x kB", "VmRSS:")), (0, 0));
    }

    #[test]
    fn a_process_on_linux_has_memory_threads_and_handles() {
        let process = Process::now();
        assert!(process.memory > 1 << 20 && process.machine > process.memory && process.available > 0);
        assert!(process.threads >= 1 && process.handles >= 3, "{process:?}");
    }
}
