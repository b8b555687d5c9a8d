//! The memory of the process and of the machine: the figures that the tables of figures have.

/// Bytes of the process that are in memory; 0 where that is not told.
pub fn used() -> i64 {
    kinetable::figures::memory() as i64
}

/// Bytes of memory that the machine has; 0 where that is not told.
pub fn machine() -> i64 {
    kinetable::figures::machine_memory() as i64
}
