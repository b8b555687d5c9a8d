//! A column of files: blocks are decoded when a reader first asks for a row in them, and kept in the cache.
//!
//! A read is cut into jobs, one a row group (or a part of a long one); large reads run them in parallel. A job takes
//! the blocks it needs from the cache, and decodes the others together. Of a file that says where its pages are, the pages
//! are decoded that the rows wanted lie in, and what they hold of blocks is put together in the cache. A read that goes on
//! where another ended is taken for a scan: of pages with a dictionary it decodes some blocks ahead.
//!
//! **Cost**: a row costs the decoding of its page or block, once while that stays in the cache. What is read is copied
//! once, into the array that is returned.
//!
//! **Invariants**: 1. no lock is held across a wait for another job: a job that decodes under a lock of `decoding`
//! starts no other; 2. one read puts at most half of the budget into the cache, so that a scan of a table larger than
//! the budget leaves the other half in place.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use arrow_array::{Array, ArrayRef, new_empty_array, new_null_array};
use arrow_schema::DataType;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{ColumnSource, Error, Result, RowSet};
use parquet::file::metadata::ColumnChunkMetaData;
use rayon::prelude::*;

use super::pieces::{BlockRows, Job, jobs};
use crate::cache::{BlockId, Piece};
use crate::counters::count;
use crate::dataset::{Dataset, FileColumns};
use crate::file::{BLOCK, Decoding, Footer, Place, Wanted, blocks_of, decode};
use crate::types::unreadable_type;

/// Pages that are longer are not decoded whole for a part of them.
const PAGE_ROWS_MAX: u64 = 1 << 20;
/// The most blocks that are decoded because a scan will go on to them.
const AHEAD_BLOCKS_MAX: u32 = 16;
/// What a row of them takes at least: a repeated value is next to nothing in the file.
const AHEAD_ROW_BYTES_MIN: u64 = 16;
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
        let field = dataset.schema.field(dataset.keys.len() + index);
        FileColumn { data_type: field.data_type().clone(), dataset, index }
    }

    fn run(&self, job: &Job, allowance: &AtomicUsize) -> Result<Vec<ArrayRef>> {
        let file = self.dataset.file(job.file)?;
        let Some(place) = &file.places[self.index] else {
            return Ok(vec![new_null_array(&self.data_type, job.rows() as usize)]);
        };
        let blocks = self.blocks(job, &file, place, allowance)?;
        let parts = job.blocks.iter().zip(&blocks).map(|(rows, piece)| rows.of(piece));
        parts.collect()
    }

    /// The values of the job's blocks.
    fn blocks(
        &self,
        job: &Job,
        file: &FileColumns,
        place: &Place,
        allowance: &AtomicUsize,
    ) -> Result<Vec<Piece>> {
        let mut found = self.cached(job);
        let missing = found.iter().filter(|block| block.is_none()).count();
        let counters = &self.dataset.counters;
        count(&counters.cache_hits, (found.len() - missing) as u64);
        count(&counters.cache_misses, missing as u64);
        if missing > 0 {
            let whole = self.decodes_whole(&file.footer, place, job.group);
            let stripe = job.file * 7 + job.group * 31 + self.index;
            let stripe = &self.dataset.decoding[stripe % self.dataset.decoding.len()];
            let _alone = whole.then(|| stripe.lock());
            if whole {
                found = self.cached(job);
            }
            self.fill(job, file, place, whole, &mut found, allowance)?;
        }
        Ok(found.into_iter().map(|block| block.expect("every block was filled")).collect())
    }

    /// What the cache has of the job's blocks, where it has all rows wanted of them.
    fn cached(&self, job: &Job) -> Vec<Option<Piece>> {
        let cached = |rows: &BlockRows| {
            let piece = self.dataset.cache.get(&self.id(job, rows.block))?;
            let (has, wants) = (piece.rows(), rows.hull());
            (has.start <= wants.start && wants.end <= has.end).then_some(piece)
        };
        job.blocks.iter().map(cached).collect()
    }

    /// Decodes what is missing.
    fn fill(
        &self,
        job: &Job,
        file: &FileColumns,
        place: &Place,
        whole: bool,
        found: &mut [Option<Piece>],
        allowance: &AtomicUsize,
    ) -> Result<()> {
        if found.iter().all(Option::is_some) {
            return Ok(());
        }
        let files = self.dataset.files();
        let location = &files.list[job.file].location;
        let decoding = Decoding {
            location,
            footer: &file.footer,
            place,
            group: job.group,
            engine_type: &self.data_type,
            unsigned: self.dataset.columns[self.index].unsigned,
            counters: &self.dataset.counters,
        };
        let rows = file.footer.group_rows(job.group);
        let rows = rows.end - rows.start;
        // Held here, so that what is left to decode fits it whatever the cache drops meanwhile.
        let mut held: HashMap<u32, Piece> = HashMap::new();
        let wanted: Vec<Wanted> = if whole {
            (0..blocks_of(rows)).map(|block| full(block, rows)).collect()
        } else {
            let mut asked = Vec::new();
            for (rows, slot) in job.blocks.iter().zip(found.iter_mut()).filter(|(_, slot)| slot.is_none()) {
                let has = self.dataset.cache.get(&self.id(job, rows.block));
                let lacks = has.as_ref().map_or(rows.hull(), |has| has.lacks(rows.hull()));
                if lacks.is_empty() {
                    // Another reader has been faster.
                    *slot = has;
                    continue;
                }
                held.extend(has.map(|has| (rows.block, has)));
                asked.push(Wanted { block: rows.block, rows: lacks });
            }
            if asked.is_empty() {
                return Ok(());
            }
            asked.extend(self.ahead(job, &file.footer, place));
            self.by_pages(&decoding, asked)?
        };
        let arrays = decode(&decoding, &wanted)?;
        for (wanted, values) in wanted.iter().zip(arrays) {
            let id = self.id(job, wanted.block);
            let mut piece = Piece { start: wanted.rows.start, values };
            let before = held.remove(&wanted.block);
            if let Some(before) = before.or_else(|| self.dataset.cache.get(&id).filter(|_| !whole)) {
                piece = before.joined(piece)?;
            }
            self.keep(id, &piece, allowance);
            if let Ok(slot) = job.blocks.binary_search_by_key(&wanted.block, |rows| rows.block) {
                found[slot].get_or_insert(piece);
            }
        }
        Ok(())
    }

    /// All rows of the pages that the rows asked for lie in, block by block, for a page is read and unpacked whole; whole
    /// blocks where the file does not say where its pages are, or where they are very long.
    fn by_pages(&self, decoding: &Decoding<'_>, asked: Vec<Wanted>) -> Result<Vec<Wanted>> {
        let footer = decoding.footer;
        let rows = footer.group_rows(decoding.group);
        let rows = rows.end - rows.start;
        let whole = |asked: Vec<Wanted>| asked.iter().map(|one| full(one.block, rows)).collect();
        let [leaf] = decoding.place.leaves[..] else {
            return Ok(whole(asked));
        };
        let bytes = footer.reopen(decoding.location, decoding.counters)?;
        let pages = bytes
            .within(|bytes| footer.pages.pages(footer.decoder.metadata(), &bytes, decoding.group, leaf))?;
        let Some(pages) = pages else {
            return Ok(whole(asked));
        };
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for one in &asked {
            let first = u64::from(one.block) * BLOCK;
            let (start, end) = (first + u64::from(one.rows.start), first + u64::from(one.rows.end));
            let start = pages.partition_point(|page| page.rows.end <= start);
            let end = pages.partition_point(|page| page.rows.start < end);
            let (start, end) = (pages[start].rows.start, pages[end - 1].rows.end);
            match ranges.last_mut().filter(|last| last.end >= start) {
                Some(last) => last.end = last.end.max(end),
                None => ranges.push(start..end),
            }
        }
        if ranges.iter().map(|range| range.end - range.start).sum::<u64>()
            > asked.len() as u64 * PAGE_ROWS_MAX
        {
            return Ok(whole(asked));
        }
        Ok(ranges.into_iter().flat_map(by_block).collect())
    }

    /// A column that no table has a type for; those beside it can be read.
    fn unreadable(&self, what: &DataType) -> Error {
        let name = self.dataset.schema.field(self.dataset.keys.len() + self.index).name();
        let hint = match what {
            DataType::Struct(fields) if !fields.is_empty() => format!(
                "read a field as a column of its own, by the name \"{name}.{}\" in the files; or leave it out with \
                 drop_columns",
                fields[0].name()
            ),
            _ => "leave it out with drop_columns; the other columns can be read".to_owned(),
        };
        Error::invalid(format!("column \"{name}\" holds {what}, which tables have no type for"))
            .with_hint(hint)
    }

    fn keep(&self, id: BlockId, piece: &Piece, allowance: &AtomicUsize) {
        let bytes = piece.values.get_array_memory_size();
        let taken = allowance.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes));
        if taken.is_ok() {
            self.dataset.cache.put(id, piece.clone());
        }
    }

    /// Whether all blocks of a row group are decoded when one is wanted: the file does not say where its pages are,
    /// and the column is small enough to be kept.
    fn decodes_whole(&self, footer: &Footer, place: &Place, group: usize) -> bool {
        let small = self.dataset.cache.budget() / 4;
        !has_pages(footer, place, group) && uncompressed(footer, place, group) <= small as u64
    }

    /// Blocks behind those of a job that a scan will want next, of a column whose dictionary would be decoded again with
    /// each block: none unless the job goes on where another read ended.
    fn ahead(&self, job: &Job, footer: &Footer, place: &Place) -> Vec<Wanted> {
        let has_dictionary =
            chunks(footer, place, job.group).any(|chunk| chunk.dictionary_page_offset().is_some());
        if !has_dictionary || self.data_type.is_nested() || !self.goes_on(job) {
            return Vec::new();
        }
        let rows = footer.group_rows(job.group);
        let rows = rows.end - rows.start;
        let row_bytes = (uncompressed(footer, place, job.group) / rows.max(1)).max(AHEAD_ROW_BYTES_MIN);
        let fits = (self.dataset.cache.budget() / 8) as u64 / (row_bytes * BLOCK);
        let next = job.blocks.last().map_or(0, |last| last.block + 1);
        let end = blocks_of(rows).min(next.saturating_add(AHEAD_BLOCKS_MAX.min(fits as u32)));
        let is_missing = |block: &u32| self.dataset.cache.get(&self.id(job, *block)).is_none();
        (next..end).filter(is_missing).map(|block| full(block, rows)).collect()
    }

    /// Whether a whole block is wanted, and the cache has the whole one before.
    fn goes_on(&self, job: &Job) -> bool {
        let before = job.blocks[0].block.checked_sub(1);
        let before = before.and_then(|block| self.dataset.cache.get(&self.id(job, block)));
        job.rows() >= BLOCK && before.is_some_and(|piece| piece.rows() == (0..BLOCK as u32))
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
        if let Some(what) = unreadable_type(&self.data_type) {
            return Err(self.unreadable(what));
        }
        let jobs = jobs(&self.dataset, rows, |file, group| {
            let file = self.dataset.file(file)?;
            let place = file.places[self.index].as_ref();
            Ok(place.is_none_or(|place| has_pages(&file.footer, place, group)))
        })?;
        let allowance = AtomicUsize::new(self.dataset.cache.budget() / 2);
        let run = |job: &Job| self.run(job, &allowance);
        let parts = if jobs.len() > 1 && rows.len() >= PARALLEL_ROWS_MIN {
            self.dataset.run(|| jobs.par_iter().map(run).collect::<Result<Vec<_>>>())?
        } else {
            jobs.iter().map(run).collect::<Result<Vec<_>>>()?
        };
        concat_chunks(&self.data_type, &parts.concat())
    }

    /// Blocks in the cache; the first column of a table also answers for the listing and its footers.
    fn bytes(&self) -> usize {
        let is_first = self.index == 0 && self.dataset.keys.is_empty();
        let shared = if is_first { self.dataset.bytes() } else { 0 };
        shared + self.dataset.cache.column_bytes(self.dataset.id, self.index as u32)
    }
}

/// All rows of a block.
fn full(block: u32, rows: u64) -> Wanted {
    Wanted { block, rows: 0..(rows - u64::from(block) * BLOCK).min(BLOCK) as u32 }
}

/// Rows of a row group, cut by block.
fn by_block(mut rows: Range<u64>) -> Vec<Wanted> {
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let block = rows.start / BLOCK;
        let end = rows.end.min((block + 1) * BLOCK);
        let first = block * BLOCK;
        parts.push(Wanted { block: block as u32, rows: (rows.start - first) as u32..(end - first) as u32 });
        rows.start = end;
    }
    parts
}

/// The chunks of a column, in one row group.
fn chunks<'a>(
    footer: &'a Footer,
    place: &'a Place,
    group: usize,
) -> impl Iterator<Item = &'a ColumnChunkMetaData> {
    let group = footer.decoder.metadata().row_group(group);
    place.leaves.iter().map(move |leaf| group.column(*leaf))
}

/// Whether the file says where the pages of a column are.
fn has_pages(footer: &Footer, place: &Place, group: usize) -> bool {
    chunks(footer, place, group).all(|chunk| chunk.offset_index_offset().is_some())
}

fn uncompressed(footer: &Footer, place: &Place, group: usize) -> u64 {
    let sizes = chunks(footer, place, group).map(|chunk| chunk.uncompressed_size());
    sizes.map(|size| size.max(0) as u64).sum()
}
