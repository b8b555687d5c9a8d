//! What a source has done, for whoever asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use super::conditions::Conditions;
use super::dead_letters::LetterStats;
use super::start::Start;
use crate::clock::now;

/// What a source has done, and what is still before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceStats {
    /// `RUNNING`, or what keeps it from running; see `docs/kafka.md`.
    pub state: String,
    /// Why, if there is something to say.
    pub detail: String,
    /// Good rows published.
    pub rows: u64,
    /// Records that could not be decoded, kept in `errors` or not.
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
    /// Records of `errors` that became rows by a replay.
    pub replayed: u64,
    /// What became of the records for the dead-letter topic.
    pub dead_letters: LetterStats,
    /// Connections lost and requests repeated.
    pub retries: u64,
    /// Why the last record was refused, or what went wrong last.
    pub last_error: Option<String>,
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
    pub(super) replayed: AtomicU64,
    pub(super) is_paused: AtomicBool,
    pub(super) state: Mutex<(&'static str, String)>,
    /// What stands between the source and its topic.
    pub(super) conditions: Conditions,
    /// When something went wrong last, and what.
    pub(super) last_error: Mutex<Option<(i64, String)>>,
    pub(super) retries: AtomicU64,
    /// How often the topic was made anew, and one.
    pub(super) incarnation: AtomicI32,
    /// How often reading began anew, of a partition or of all: places noted before are not those of the log that is read now.
    pub(super) readings: AtomicU64,
    /// Whether the topic has been made anew, so that places found when the table was made are not its own.
    pub(super) is_anew: AtomicBool,
    /// The id of the topic, from brokers that give ids.
    pub(super) topic_id: Mutex<Option<String>>,
    /// When the broker was last asked for the topic and named the one we read.
    pub(super) confirmed: Mutex<Option<Instant>>,
    /// What the poll thread is to do.
    pub(super) orders: Mutex<Vec<Order>>,
    /// Why the source stopped by itself.
    pub(super) stop_reason: Mutex<Option<String>>,
    /// Every partition that is or was read, ascending. The poll thread has a list of its own.
    partitions: Mutex<Vec<Arc<PartitionCounters>>>,
}

/// What the poll thread is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The topic was made anew: do what the policy says.
    Recreated,
    /// Read the new topic from its beginning.
    Resume,
}

pub(super) struct PartitionCounters {
    pub(super) partition: i32,
    /// The offset that was still to come when reading began: that the partition ends before it says nothing. [`i64::MIN`] if the
    /// place was there.
    pub(super) awaited: AtomicI64,
    /// Read by the poll thread up to here.
    pub(super) next: AtomicI64,
    /// −1: not known.
    pub(super) end: AtomicI64,
    /// Whether it is read now.
    pub(super) is_read: AtomicBool,
    /// The oldest record there is; −1: not known.
    pub(super) low: AtomicI64,
    /// Records taken.
    pub(super) records: AtomicU64,
    /// The timestamp of the record taken last, ms; [`UNKNOWN`] before the first that has one.
    pub(super) stamp: AtomicI64,
    /// How long before its receipt that record was stamped, ns; [`UNKNOWN`] likewise.
    pub(super) skew: AtomicI64,
    /// Whether there is a stamp whose skew has not been computed.
    is_fresh: AtomicBool,
}

/// Stands for a time that is not known.
pub(super) const UNKNOWN: i64 = i64::MIN;

impl PartitionCounters {
    /// Notes a record; only the poll thread does.
    pub(super) fn took(&self, offset: i64, timestamp: Option<i64>) {
        self.next.store(offset + 1, Ordering::Relaxed);
        self.records.store(self.records.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        if let Some(timestamp) = timestamp {
            self.stamp.store(timestamp, Ordering::Relaxed);
            self.is_fresh.store(true, Ordering::Relaxed);
        }
    }

    /// What comes next is the first record that is wanted, whatever was read before.
    pub(super) fn begin_at(&self, offset: i64) {
        self.awaited.store(i64::MIN, Ordering::Relaxed);
        self.next.store(offset, Ordering::Relaxed);
        self.end.store(-1, Ordering::Relaxed);
        self.low.store(-1, Ordering::Relaxed);
    }

    /// A place that may not be known.
    pub(super) fn known(place: &AtomicI64) -> Option<i64> {
        Some(place.load(Ordering::Relaxed)).filter(|place| *place >= 0)
    }

    /// A time that may not be known.
    pub(super) fn known_time(time: &AtomicI64) -> Option<i64> {
        Some(time.load(Ordering::Relaxed)).filter(|time| *time != UNKNOWN)
    }
}

impl Counters {
    pub(super) fn new(starts: &[Start]) -> Counters {
        let counters = Counters { incarnation: AtomicI32::new(1), ..Counters::default() };
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
                    awaited: AtomicI64::new(if start.fetch < start.next { start.next } else { i64::MIN }),
                    next: AtomicI64::new(start.next),
                    end: AtomicI64::new(-1),
                    is_read: AtomicBool::new(true),
                    low: AtomicI64::new(-1),
                    records: AtomicU64::default(),
                    stamp: AtomicI64::new(UNKNOWN),
                    skew: AtomicI64::new(UNKNOWN),
                    is_fresh: AtomicBool::default(),
                };
                partitions.insert(at, Arc::new(counters));
            }
        }
    }

    /// All partitions that are or were read begin at the first offset of another log.
    pub(super) fn begin_anew(&self) {
        self.is_anew.store(true, Ordering::Release);
        self.partitions.lock().iter().for_each(|place| place.begin_at(0));
        self.readings.fetch_add(1, Ordering::AcqRel);
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

    /// Records taken, of every partition that is or was read.
    pub(super) fn records(&self) -> u64 {
        self.partitions.lock().iter().map(|counters| counters.records.load(Ordering::Relaxed)).sum()
    }

    /// Notes what went wrong.
    pub(super) fn note_error(&self, what: impl Into<String>) {
        *self.last_error.lock() = Some((now(), what.into()));
    }

    /// Tells the poll thread what to do.
    pub(super) fn order(&self, order: Order) {
        self.orders.lock().push(order);
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
            retries: self.retries.load(Ordering::Relaxed),
            last_error: self.last_error.lock().as_ref().map(|(_, what)| what.clone()),
            replayed: self.replayed.load(Ordering::Relaxed),
            dead_letters: LetterStats::default(),
            partitions: self.partitions().iter().map(partition).collect(),
        }
    }
}

/// A partition in a list that ascends.
pub(super) fn find(partitions: &[Arc<PartitionCounters>], partition: i32) -> Option<&Arc<PartitionCounters>> {
    let at = partitions.binary_search_by_key(&partition, |counters| counters.partition);
    at.ok().map(|at| &partitions[at])
}

/// Notes by how much the clocks of those who produced differ from the receipt of what was taken, ns since the epoch.
pub(super) fn note_skew(partitions: &[Arc<PartitionCounters>], received: i64) {
    for partition in partitions {
        if partition.is_fresh.swap(false, Ordering::Relaxed) {
            let stamp = partition.stamp.load(Ordering::Relaxed).saturating_mul(1_000_000);
            partition.skew.store(received.saturating_sub(stamp), Ordering::Relaxed);
        }
    }
}
