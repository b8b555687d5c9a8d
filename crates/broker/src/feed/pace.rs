//! Keeps a feed at its rate.

use std::time::{Duration, Instant};

/// Longest wait before a feed looks whether it is to stop.
const NAP_MAX: Duration = Duration::from_millis(1);

/// A steady rate since a start.
pub(super) struct Pace {
    start: Instant,
    /// Records a second; 0 is as fast as possible.
    rate: f64,
}

impl Pace {
    pub(super) fn new(rate: f64) -> Self {
        Self { start: Instant::now(), rate }
    }

    /// How many of `total` records are due by now; waits a moment when that is no more than `sent`.
    pub(super) fn due(&self, sent: u64, total: u64) -> u64 {
        if self.rate <= 0.0 {
            return total;
        }
        let due = ((self.start.elapsed().as_secs_f64() * self.rate) as u64).min(total);
        if due <= sent {
            let next = Duration::from_secs_f64((sent + 1) as f64 / self.rate);
            std::thread::sleep(next.saturating_sub(self.start.elapsed()).min(NAP_MAX));
        }
        due
    }

    pub(super) fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }
}
