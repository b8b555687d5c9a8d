//! A column of files: blocks are decoded when a reader first asks for a row in them, and kept in the cache.
//!
//! A read is cut into jobs, one a row group (or a part of a long one); large reads run them in parallel. A job takes
//! the blocks it needs from the cache, and decodes the others together.
//!
//! **Cost**: a row costs the decoding of its block, once while the block stays in the cache. What is read is copied
//! once, into the array that is returned.
//!
//! **Invariants**: 1. no lock is held across a wait for another job: a job that decodes under a lock of `decoding`
//! starts no other; 2. one read puts at most half of the budget into the cache, so that a scan of a table larger than
//! the budget leaves the other half in place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use arrow_array::{Array, ArrayRef, new_empty_array, new_null_array};
use arrow_schema::DataType;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{ColumnSource, Result, RowSet};
use rayon::prelude::*;

use super::pieces::{Job, jobs};
use crate::cache::BlockId;
use crate::counters::count;
use crate::dataset::Dataset;
use crate::file::{Footer, blocks_of, decode};

/// Reads of at least so many rows run their jobs in parallel.
const PARALLEL_ROWS_MIN: u64 = 1 << 15;

/// A column of the files of a listing.
#[derive(Debug)]
pub(crate) struct FileColumn {
    dataset: Arc<Dataset>,
    /// Which of the columns of files.
    index: usize,
    data_type: DataType,
}

impl FileColumn {
    pub(crate) fn new(dataset: Arc<Dataset>, index: usize) -> FileColumn {
        let field = dataset.schema.field(dataset.partitions.len() + index);
        FileColumn { data_type: field.data_type().clone(), dataset, index }
    }

    fn run(&self, job: &Job, allowance: &AtomicUsize) -> Result<Vec<ArrayRef>> {
        let file = self.dataset.file(job.file)?;
        let Some(place) = file.places[self.index] else {
            return Ok(vec![new_null_array(&self.data_type, job.rows() as usize)]);
        };
        let blocks = self.blocks(job, &file.footer, place, allowance)?;
        let parts = job.blocks.iter().zip(&blocks).map(|(rows, values)| rows.of(values));
        parts.collect()
    }

    /// The values of the job's blocks.
    fn blocks(
        &self,
        job: &Job,
        footer: &Footer,
        place: usize,
        allowance: &AtomicUsize,
    ) -> Result<Vec<ArrayRef>> {
        let mut found = self.cached(job);
        let missing = found.iter().filter(|block| block.is_none()).count();
        let counters = &self.dataset.counters;
        count(&counters.cache_hits, (found.len() - missing) as u64);
        count(&counters.cache_misses, missing as u64);
        if missing > 0 {
            let whole = self.decodes_whole(footer, place, job.group);
            let stripe = job.file * 7 + job.group * 31 + self.index;
            let stripe = &self.dataset.decoding[stripe % self.dataset.decoding.len()];
            let _alone = whole.then(|| stripe.lock());
            if whole {
                found = self.cached(job);
            }
            self.fill(job, footer, place, whole, &mut found, allowance)?;
        }
        Ok(found.into_iter().map(|block| block.expect("every block was filled")).collect())
    }

    fn cached(&self, job: &Job) -> Vec<Option<ArrayRef>> {
        let blocks = job.blocks.iter();
        blocks.map(|rows| self.dataset.cache.get(&self.id(job, rows.block))).collect()
    }

    /// Decodes what is missing.
    fn fill(
        &self,
        job: &Job,
        footer: &Footer,
        place: usize,
        whole: bool,
        found: &mut [Option<ArrayRef>],
        allowance: &AtomicUsize,
    ) -> Result<()> {
        let lacks = |(rows, block): (&super::pieces::BlockRows, &Option<ArrayRef>)| {
            block.is_none().then_some(rows.block)
        };
        let mut wanted: Vec<u32> = job.blocks.iter().zip(found.iter()).filter_map(lacks).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        if whole {
            let rows = footer.group_rows(job.group);
            wanted = (0..blocks_of(rows.end - rows.start)).collect();
        }
        let path = &self.dataset.files[job.file].path;
        let counters = &self.dataset.counters;
        let arrays = decode(path, footer, place, job.group, &wanted, &self.data_type, counters)?;
        for (block, values) in wanted.iter().zip(arrays) {
            self.keep(self.id(job, *block), &values, allowance);
            if let Ok(slot) = job.blocks.binary_search_by_key(block, |rows| rows.block) {
                found[slot].get_or_insert(values);
            }
        }
        Ok(())
    }

    fn keep(&self, id: BlockId, values: &ArrayRef, allowance: &AtomicUsize) {
        let bytes = values.get_array_memory_size();
        let taken = allowance.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes));
        if taken.is_ok() {
            self.dataset.cache.put(id, values.clone());
        }
    }

    /// Whether all blocks of a row group are decoded when one is wanted: the file does not say where its pages are,
    /// and the column is small enough to be kept.
    fn decodes_whole(&self, footer: &Footer, place: usize, group: usize) -> bool {
        let small = self.dataset.cache.budget() / 4;
        !has_pages(footer, place, group) && uncompressed(footer, place, group) <= small as u64
    }

    fn id(&self, job: &Job, block: u32) -> BlockId {
        BlockId {
            dataset: self.dataset.id,
            column: self.index as u32,
            file: job.file as u32,
            group: job.group as u32,
            block,
        }
    }
}

impl ColumnSource for FileColumn {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        if rows.is_empty() {
            return Ok(new_empty_array(&self.data_type));
        }
        let jobs = jobs(&self.dataset, rows, |file, group| {
            let file = self.dataset.file(file)?;
            let place = file.places[self.index];
            Ok(place.is_none_or(|place| has_pages(&file.footer, place, group)))
        })?;
        let allowance = AtomicUsize::new(self.dataset.cache.budget() / 2);
        let run = |job: &Job| self.run(job, &allowance);
        let parts = if jobs.len() > 1 && rows.len() >= PARALLEL_ROWS_MIN {
            jobs.par_iter().map(run).collect::<Result<Vec<_>>>()?
        } else {
            jobs.iter().map(run).collect::<Result<Vec<_>>>()?
        };
        concat_chunks(&self.data_type, &parts.concat())
    }

    /// Blocks in the cache; the first column of a table also answers for the listing and its footers.
    fn bytes(&self) -> usize {
        let is_first = self.index == 0 && self.dataset.partitions.is_empty();
        let shared = if is_first { self.dataset.bytes() } else { 0 };
        shared + self.dataset.cache.column_bytes(self.dataset.id, self.index as u32)
    }
}

/// The leaves of a column of a file, in one row group.
fn leaves(
    footer: &Footer,
    place: usize,
    group: usize,
) -> impl Iterator<Item = &parquet::file::metadata::ColumnChunkMetaData> {
    let schema = footer.decoder.parquet_schema();
    let columns = footer.decoder.metadata().row_group(group).columns().iter().enumerate();
    columns.filter(move |(leaf, _)| schema.get_column_root_idx(*leaf) == place).map(|(_, column)| column)
}

/// Whether the file says where the pages of a column are.
fn has_pages(footer: &Footer, place: usize, group: usize) -> bool {
    leaves(footer, place, group).all(|column| column.offset_index_offset().is_some())
}

fn uncompressed(footer: &Footer, place: usize, group: usize) -> u64 {
    let sizes = leaves(footer, place, group).map(|column| column.uncompressed_size());
    sizes.map(|size| size.max(0) as u64).sum()
}
