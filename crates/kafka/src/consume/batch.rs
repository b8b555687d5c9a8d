//! Records between the poll thread and the decoders: copied once, into one piece of memory. Of a record above the limit
//! only its place and size are taken.

use std::collections::BTreeMap;

use super::raw::Record;

/// Records polled together, in the order they came.
#[derive(Default)]
pub(super) struct Batch {
    /// Its place among all batches of the source.
    pub(super) sequence: u64,
    /// When it was polled, ns since the epoch.
    pub(super) received: i64,
    bytes: Vec<u8>,
    records: Vec<Entry>,
    /// Bytes of key and value above which a record is too large; 0: no limit.
    record_bytes_max: usize,
    too_large: Vec<TooLarge>,
}

/// A record that is without key and value in its batch, because it is too large.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooLarge {
    /// Its place in the batch.
    pub(super) index: usize,
    pub(super) size: u64,
}

struct Entry {
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    start: usize,
    /// `None`: null, which is not the same as empty.
    key: Option<u32>,
    value: Option<u32>,
    headers: u32,
}

impl Batch {
    /// An empty batch with a limit for its records.
    pub(super) fn limited(record_bytes_max: usize) -> Batch {
        Batch { record_bytes_max, ..Batch::default() }
    }

    pub(super) fn push(&mut self, record: &Record<'_>) {
        let size = record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
        if size > self.record_bytes_max && self.record_bytes_max > 0 {
            self.too_large.push(TooLarge { index: self.records.len(), size: size as u64 });
            return self.keep(&Record { key: None, value: None, ..*record });
        }
        self.keep(record);
    }

    fn keep(&mut self, record: &Record<'_>) {
        let start = self.bytes.len();
        let mut keep = |bytes: Option<&[u8]>| {
            bytes.map(|bytes| {
                self.bytes.extend_from_slice(bytes);
                u32::try_from(bytes.len()).expect("a record is smaller than 4 GiB")
            })
        };
        let (key, value) = (keep(record.key), keep(record.value));
        let headers = keep(Some(record.headers)).unwrap_or(0);
        self.records.push(Entry {
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            start,
            key,
            value,
            headers,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Which of the records are too large, ascending.
    pub(super) fn too_large(&self) -> &[TooLarge] {
        &self.too_large
    }

    pub(super) fn record_bytes_max(&self) -> usize {
        self.record_bytes_max
    }

    /// The partition of its first record.
    pub(super) fn partition(&self) -> i32 {
        self.records.first().map_or(0, |entry| entry.partition)
    }

    /// A batch for each partition, the records of each in their order.
    pub(super) fn split(self) -> Vec<Batch> {
        let first = self.partition();
        if self.records.iter().all(|entry| entry.partition == first) {
            return vec![self];
        }
        let mut parts: BTreeMap<i32, Batch> = BTreeMap::new();
        let mut too_large = self.too_large.iter().peekable();
        for (index, record) in self.records().enumerate() {
            let limited = || Batch::limited(self.record_bytes_max);
            let part = parts.entry(record.partition).or_insert_with(limited);
            part.received = self.received;
            if let Some(large) = too_large.next_if(|large| large.index == index) {
                part.too_large.push(TooLarge { index: part.records.len(), size: large.size });
            }
            part.push(&record);
        }
        parts.into_values().collect()
    }

    /// The bytes of keys, values and headers.
    pub(super) fn payload(&self) -> usize {
        self.bytes.len()
    }

    /// The memory it takes.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity() + self.records.capacity() * size_of::<Entry>()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.records.iter().map(|entry| {
            let key_end = entry.start + entry.key.unwrap_or(0) as usize;
            let value_end = key_end + entry.value.unwrap_or(0) as usize;
            Record {
                partition: entry.partition,
                offset: entry.offset,
                timestamp: entry.timestamp,
                key: entry.key.map(|_| &self.bytes[entry.start..key_end]),
                value: entry.value.map(|_| &self.bytes[key_end..value_end]),
                headers: &self.bytes[value_end..value_end + entry.headers as usize],
            }
        })
    }

    /// An empty batch that reuses the memory, unless a rare big record made it big.
    pub(super) fn recycle(mut self) -> Batch {
        self.bytes.clear();
        self.records.clear();
        self.too_large.clear();
        self.bytes.shrink_to(MEMORY_KEPT);
        self
    }
}

const MEMORY_KEPT: usize = 4 << 20;
