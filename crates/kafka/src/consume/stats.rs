//! What a source has done, for whoever asks.

use std::sync::Arc;
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
    /// The partitions that are read, ascending.
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
    /// Every partition that is or was read, ascending. The poll thread has a list of its own.
    partitions: Mutex<Vec<Arc<PartitionCounters>>>,
}

pub(super) struct PartitionCounters {
    pub(super) partition: i32,
    /// The first offset that was wanted.
    pub(super) first: i64,
    /// Read by the poll thread up to here.
    pub(super) next: AtomicI64,
    /// −1: not known.
    pub(super) end: AtomicI64,
    /// Whether it is read now.
    pub(super) is_read: AtomicBool,
}

impl Counters {
    pub(super) fn new(starts: &[Start]) -> Counters {
        let counters = Counters::default();
        starts.iter().for_each(|start| counters.begin(start));
        counters
    }

    /// A partition is read from now on; one that was read before from where it stands, if that is later.
    pub(super) fn begin(&self, start: &Start) {
        let mut partitions = self.partitions.lock();
        match partitions.binary_search_by_key(&start.partition, |counters| counters.partition) {
            Ok(at) => {
                partitions[at].next.fetch_max(start.next, Ordering::Relaxed);
                partitions[at].is_read.store(true, Ordering::Relaxed);
            }
            Err(at) => {
                let counters = PartitionCounters {
                    partition: start.partition,
                    first: start.next,
                    next: AtomicI64::new(start.next),
                    end: AtomicI64::new(-1),
                    is_read: AtomicBool::new(true),
                };
                partitions.insert(at, Arc::new(counters));
            }
        }
    }

    /// A partition is read no more.
    pub(super) fn end(&self, partition: i32) {
        if let Some(counters) = self.partition(partition) {
            counters.is_read.store(false, Ordering::Relaxed);
        }
    }

    pub(super) fn partition(&self, partition: i32) -> Option<Arc<PartitionCounters>> {
        find(&self.partitions.lock(), partition).cloned()
    }

    /// The partitions that are read, ascending.
    pub(super) fn partitions(&self) -> Vec<Arc<PartitionCounters>> {
        let partitions = self.partitions.lock();
        partitions.iter().filter(|counters| counters.is_read.load(Ordering::Relaxed)).cloned().collect()
    }

    /// The next offset of every partition that is or was read.
    pub(super) fn places(&self) -> Vec<(i32, i64)> {
        let place = |c: &Arc<PartitionCounters>| (c.partition, c.next.load(Ordering::Relaxed));
        self.partitions.lock().iter().map(place).collect()
    }

    pub(super) fn lag(&self) -> Option<i64> {
        let lag = |counters: &Arc<PartitionCounters>| {
            let end = counters.end.load(Ordering::Relaxed);
            let next = counters.next.load(Ordering::Relaxed);
            (end >= 0).then(|| (end - next).max(0))
        };
        self.partitions().iter().map(lag).sum()
    }

    pub(super) fn read(&self, queued_rows: u64, queued_bytes: u64) -> SourceStats {
        let (state, detail) = self.state.lock().clone();
        let partition = |counters: &Arc<PartitionCounters>| {
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
            partitions: self.partitions().iter().map(partition).collect(),
        }
    }
}

/// A partition in a list that ascends.
pub(super) fn find(partitions: &[Arc<PartitionCounters>], partition: i32) -> Option<&Arc<PartitionCounters>> {
    let at = partitions.binary_search_by_key(&partition, |counters| counters.partition);
    at.ok().map(|at| &partitions[at])
}
