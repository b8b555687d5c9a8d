//! What has been read so far: shows that a question opened the files it needed, and no other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts of one directory, from when it was listed. Tables pruned from one another share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Files that have been opened, each counted once.
    pub files_opened: u64,
    /// Footers that have been read, each counted once.
    pub footers_read: u64,
    /// Column chunks decoded from: a column of a row group, counted at each decode.
    pub row_groups_read: u64,
    /// Pages read because a part of a row group was wanted and the file says where its pages are.
    pub pages_read: u64,
    /// Row groups that statistics or Bloom filters ruled out.
    pub row_groups_ruled_out: u64,
    /// Pages of columns with a condition that their statistics ruled out, in row groups that were left.
    pub pages_ruled_out: u64,
    /// Bloom filters that have been read.
    pub bloom_filters_read: u64,
    /// Rows decoded, summed over columns.
    pub rows_decoded: u64,
    /// Bytes taken from files, footers included.
    pub bytes_read: u64,
    /// Blocks that a reader found in the cache.
    pub cache_hits: u64,
    /// Blocks that a reader did not find in the cache.
    pub cache_misses: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub files_opened: AtomicU64,
    pub footers_read: AtomicU64,
    pub row_groups_read: AtomicU64,
    pub pages_read: AtomicU64,
    pub row_groups_ruled_out: AtomicU64,
    pub pages_ruled_out: AtomicU64,
    pub bloom_filters_read: AtomicU64,
    pub rows_decoded: AtomicU64,
    pub bytes_read: AtomicU64,
    pub cache_hits: AtomicU64,
    pub cache_misses: AtomicU64,
}

impl Counters {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            files_opened: self.files_opened.load(Relaxed),
            footers_read: self.footers_read.load(Relaxed),
            row_groups_read: self.row_groups_read.load(Relaxed),
            pages_read: self.pages_read.load(Relaxed),
            row_groups_ruled_out: self.row_groups_ruled_out.load(Relaxed),
            pages_ruled_out: self.pages_ruled_out.load(Relaxed),
            bloom_filters_read: self.bloom_filters_read.load(Relaxed),
            rows_decoded: self.rows_decoded.load(Relaxed),
            bytes_read: self.bytes_read.load(Relaxed),
            cache_hits: self.cache_hits.load(Relaxed),
            cache_misses: self.cache_misses.load(Relaxed),
        }
    }
}

/// Adds to one counter.
pub(crate) fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Relaxed);
}
