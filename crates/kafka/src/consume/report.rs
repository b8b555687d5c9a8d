//! Rates, risks, and the source's rows on the board.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::ask::Keeping;
use super::conditions::LAG_RISK;
use super::flow::Outlet;
use super::lag::{self, Progress};
use super::stats::{Counters, PartitionCounters};
use crate::board::{MemberRow, PartitionRow, Place};
use crate::clock::now;

/// Rates are of so long a time at least.
const WINDOW: Duration = Duration::from_secs(1);

/// Reports of one source.
pub(super) struct Report {
    place: Option<Place>,
    since: i64,
    running_since: i64,
    last: Reading,
    rates: Rates,
}

/// The counters at a moment.
struct Reading {
    at: Instant,
    rows: u64,
    bytes: u64,
    /// Of all partitions that are or were read, as are the bytes.
    records: u64,
    /// Partition → records taken, end of the partition.
    partitions: HashMap<i32, (u64, Option<i64>)>,
}

#[derive(Default)]
struct Rates {
    rows: f64,
    bytes: f64,
    /// Partition → records taken and produced, a second.
    partitions: HashMap<i32, (f64, f64)>,
}

impl Report {
    /// Reports to a board, if there is one.
    pub(super) fn new(place: Option<Place>, counters: &Counters) -> Report {
        let (now, last) = (now(), Reading::of(counters));
        Report { place, since: now, running_since: now, last, rates: Rates::default() }
    }

    /// Since when it is in a state.
    pub(super) fn enter(&mut self, since: i64) {
        self.since = since;
        self.running_since = since;
    }

    pub(super) fn running_since(&self) -> i64 {
        self.running_since
    }

    /// Computes rates, and whether retention is close behind.
    pub(super) fn measure(&mut self, counters: &Counters, keeping: Keeping) {
        if self.last.at.elapsed() < WINDOW {
            return;
        }
        let reading = Reading::of(counters);
        self.rates = Rates::between(&self.last, &reading);
        self.last = reading;
        let places = counters.partitions();
        let risks = places.iter().filter_map(|place| {
            let next = place.next.load(Ordering::Relaxed);
            let stamp = PartitionCounters::known_time(&place.stamp);
            let progress = Progress {
                lag: PartitionCounters::known(&place.end).map_or(0, |end| end - next),
                age_ms: stamp.map(|stamp| (now() / 1_000_000).saturating_sub(stamp)),
                bytes_per_record: self.last.bytes as f64 / self.last.records.max(1) as f64,
                produced_per_second: self.rates.partitions.get(&place.partition).map_or(0.0, |rates| rates.1),
            };
            lag::risk(keeping, place.partition, &progress)
        });
        let worst = risks.min_by_key(|risk| risk.left.unwrap_or(Duration::MAX));
        counters.conditions.update(LAG_RISK, "lag", worst.map(|risk| risk.detail));
    }

    /// Shows the source on the board.
    pub(super) fn show(&self, counters: &Counters, outlet: &Outlet, since: i64) {
        let Some(place) = &self.place else {
            return;
        };
        let (state, detail) = counters.state.lock().clone();
        let places = counters.partitions();
        let row = MemberRow {
            state,
            detail,
            since,
            partitions: Some(places.len() as i32),
            offset: Some(places.iter().map(|place| place.next.load(Ordering::Relaxed)).sum()),
            lag: counters.lag(),
            rows: counters.rows.load(Ordering::Relaxed),
            rows_per_second: self.rates.rows,
            bytes: counters.bytes.load(Ordering::Relaxed),
            bytes_per_second: self.rates.bytes,
            queued_bytes: outlet.queued_bytes() as u64,
            errors: counters.errors.load(Ordering::Relaxed),
            last_error: counters.last_error.lock().clone(),
            retries: counters.retries.load(Ordering::Relaxed),
            topic_id: counters.topic_id.lock().clone(),
            incarnation: Some(counters.incarnation.load(Ordering::Relaxed)),
        };
        place.show(row, places.iter().map(|partition| self.partition(partition)).collect());
    }

    fn partition(&self, place: &PartitionCounters) -> PartitionRow {
        PartitionRow {
            partition: place.partition,
            offset: place.next.load(Ordering::Relaxed),
            low: PartitionCounters::known(&place.low),
            high: PartitionCounters::known(&place.end),
            rows: place.records.load(Ordering::Relaxed),
            rows_per_second: self.rates.partitions.get(&place.partition).map_or(0.0, |rates| rates.0),
            skew: PartitionCounters::known_time(&place.skew),
        }
    }
}

impl Reading {
    fn of(counters: &Counters) -> Reading {
        let partition = |place: &Arc<PartitionCounters>| {
            let taken = place.records.load(Ordering::Relaxed);
            (place.partition, (taken, PartitionCounters::known(&place.end)))
        };
        Reading {
            at: Instant::now(),
            rows: counters.rows.load(Ordering::Relaxed),
            bytes: counters.bytes.load(Ordering::Relaxed),
            records: counters.records(),
            partitions: counters.partitions().iter().map(partition).collect(),
        }
    }
}

impl Rates {
    fn between(before: &Reading, after: &Reading) -> Rates {
        let seconds = after.at.duration_since(before.at).as_secs_f64();
        let rate = |before: u64, after: u64| after.saturating_sub(before) as f64 / seconds;
        let partition = |(partition, (taken, end)): (&i32, &(u64, Option<i64>))| {
            let (was_taken, was_end) = before.partitions.get(partition).copied().unwrap_or_default();
            let produced = end.zip(was_end).map_or(0, |(end, was)| (end - was).max(0));
            (*partition, (rate(was_taken, *taken), produced as f64 / seconds))
        };
        Rates {
            rows: rate(before.rows, after.rows),
            bytes: rate(before.bytes, after.bytes),
            partitions: after.partitions.iter().map(partition).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consume::start::Start;

    #[test]
    fn records_of_partitions_that_were_taken_away_count_as_their_bytes_do() {
        let start = |partition| Start { partition, next: 0, fetch: 0 };
        let counters = Counters::new(&[start(0), start(1)]);
        counters.partition(0).unwrap().took(0, None);
        counters.partition(1).unwrap().took(0, None);
        counters.end(1);
        assert_eq!(Reading::of(&counters).records, 2);
    }
}
