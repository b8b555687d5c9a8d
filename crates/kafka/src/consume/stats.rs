//! What a source has done, for whoever asks.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::start::Start;

/// What a source has done, and what is still before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceStats {
    /// `RUNNING`, `DEGRADED`, `PAUSED` or `STOPPED`.
    pub state: String,
    /// Why, if there is something to say.
    pub detail: String,
    /// Good rows published.
    pub rows: u64,
    /// Records put into `errors`.
    pub errors: u64,
    /// Bytes of keys and values read.
    pub bytes: u64,
    /// Records the broker has and we have not read; `None` until it is known.
    pub lag: Option<i64>,
    /// Rows decoded and not yet in the table.
    pub queued_rows: u64,
    /// Bytes of them and of records not yet decoded.
    pub queued_bytes: u64,
    /// Records that came a second time and were dropped.
    pub duplicates: u64,
    /// Whether the source waits because too much is queued.
    pub is_paused: bool,
    /// Times it has paused.
    pub pauses: u64,
    /// The partitions, ascending.
    pub partitions: Vec<PartitionStats>,
}

/// How far a partition is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartitionStats {
    /// The partition.
    pub partition: i32,
    /// The offset that is read next.
    pub next: i64,
    /// The end of the partition as the broker last said.
    pub end: Option<i64>,
}

/// The live counters behind [`SourceStats`].
#[derive(Default)]
pub(super) struct Counters {
    pub(super) rows: AtomicU64,
    pub(super) errors: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) pauses: AtomicU64,
    pub(super) is_paused: AtomicBool,
    pub(super) state: Mutex<(&'static str, String)>,
    pub(super) partitions: Vec<PartitionCounters>,
}

pub(super) struct PartitionCounters {
    pub(super) partition: i32,
    /// The first offset that was wanted.
    pub(super) first: i64,
    /// Read by the poll thread up to here.
    pub(super) next: AtomicI64,
    /// −1: not known.
    pub(super) end: AtomicI64,
}

impl Counters {
    pub(super) fn new(starts: &[Start]) -> Counters {
        let partition = |start: &Start| PartitionCounters {
            partition: start.partition,
            first: start.next,
            next: AtomicI64::new(start.next),
            end: AtomicI64::new(-1),
        };
        Counters { partitions: starts.iter().map(partition).collect(), ..Counters::default() }
    }

    pub(super) fn partition(&self, partition: i32) -> Option<&PartitionCounters> {
        let at = self.partitions.binary_search_by_key(&partition, |counters| counters.partition);
        at.ok().map(|at| &self.partitions[at])
    }

    pub(super) fn lag(&self) -> Option<i64> {
        let lag = |counters: &PartitionCounters| {
            let end = counters.end.load(Ordering::Relaxed);
            let next = counters.next.load(Ordering::Relaxed);
            (end >= 0).then(|| (end - next).max(0))
        };
        self.partitions.iter().map(lag).sum()
    }

    pub(super) fn read(&self, queued_rows: u64, queued_bytes: u64) -> SourceStats {
        let (state, detail) = self.state.lock().clone();
        let partition = |counters: &PartitionCounters| {
            let end = counters.end.load(Ordering::Relaxed);
            PartitionStats {
                partition: counters.partition,
                next: counters.next.load(Ordering::Relaxed),
                end: (end >= 0).then_some(end),
            }
        };
        SourceStats {
            state: state.to_owned(),
            detail,
            rows: self.rows.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            lag: self.lag(),
            queued_rows,
            queued_bytes,
            duplicates: self.duplicates.load(Ordering::Relaxed),
            is_paused: self.is_paused.load(Ordering::Relaxed),
            pauses: self.pauses.load(Ordering::Relaxed),
            partitions: self.partitions.iter().map(partition).collect(),
        }
    }
}
