//! The memory of the process and of the machine, as Linux tells it.

/// Bytes of the process that are in memory; 0 where that is not told.
pub fn used() -> i64 {
    value("/proc/self/status", "VmRSS:")
}

/// Bytes of memory that the machine has; 0 where that is not told.
pub fn machine() -> i64 {
    value("/proc/meminfo", "MemTotal:")
}

fn value(file: &str, name: &str) -> i64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok());
    kilobytes.unwrap_or(0).saturating_mul(1024)
}
