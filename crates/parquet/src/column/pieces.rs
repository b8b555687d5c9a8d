//! Rows to read, cut by file, row group and block, in row order.

use std::ops::Range;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_select::take::take;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Result, RowSet};

use crate::cache::Piece;
use crate::dataset::{Dataset, file_of, first_key};
use crate::file::{BLOCK, compact};

/// The most blocks of a job whose file says where its pages are: 1,048,576 rows.
const JOB_BLOCKS_MAX: usize = 64;

/// Rows of one row group.
#[derive(Debug)]
pub(super) struct Job {
    pub file: usize,
    pub group: usize,
    pub blocks: Vec<BlockRows>,
}

/// Rows of one block.
#[derive(Debug)]
pub(super) struct BlockRows {
    pub block: u32,
    /// Runs of rows, counted from the start of the block.
    pub runs: Vec<Range<u32>>,
}

/// Cuts rows into jobs; `splits` says of a file and a row group whether its blocks may go to several jobs.
pub(super) fn jobs(
    dataset: &Dataset,
    rows: &RowSet,
    splits: impl Fn(usize, usize) -> Result<bool>,
) -> Result<Vec<Job>> {
    let mut jobs: Vec<Job> = Vec::new();
    for mut run in rows.ranges() {
        while !run.is_empty() {
            let file = file_of(run.start);
            let opened = dataset.file(file)?;
            let footer = &opened.footer;
            let row = run.start - first_key(file);
            assert!(row < footer.rows(), "a row that is read is in its file");
            let group = footer.group_of(row);
            let within = footer.group_rows(group);
            let end = run.end.min(first_key(file) + within.end);
            let part = row - within.start..end - first_key(file) - within.start;
            add(&mut jobs, file, group, part, &splits)?;
            run.start = end;
        }
    }
    Ok(jobs)
}

/// Adds rows of a row group, counted from its start, behind those added before.
fn add(
    jobs: &mut Vec<Job>,
    file: usize,
    group: usize,
    mut rows: Range<u64>,
    splits: impl Fn(usize, usize) -> Result<bool>,
) -> Result<()> {
    while !rows.is_empty() {
        let block = rows.start / BLOCK;
        let end = rows.end.min((block + 1) * BLOCK);
        let first = block * BLOCK;
        let run = (rows.start - first) as u32..(end - first) as u32;
        rows.start = end;
        let open = jobs.last().is_some_and(|job| job.file == file && job.group == group);
        let block = block as u32;
        if let Some(last) = jobs.last_mut().filter(|_| open)
            && let Some(last) = last.blocks.last_mut().filter(|last| last.block == block)
        {
            last.runs.push(run);
            continue;
        }
        let is_full = jobs.last().is_some_and(|job| job.blocks.len() >= JOB_BLOCKS_MAX);
        if !open || (is_full && splits(file, group)?) {
            let blocks = Vec::new();
            jobs.push(Job { file, group, blocks });
        }
        let runs = vec![run];
        let last = jobs.last_mut().expect("there is a job");
        last.blocks.push(BlockRows { block, runs });
    }
    Ok(())
}

impl Job {
    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        self.blocks.iter().map(BlockRows::rows).sum()
    }
}

impl BlockRows {
    fn rows(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.end - run.start)).sum()
    }

    /// From the first row to behind the last.
    pub(super) fn hull(&self) -> Range<u32> {
        let last = self.runs.last().map_or(0, |run| run.end);
        self.runs.first().map_or(0, |run| run.start)..last
    }

    /// These rows of the block. A small part is copied, so that it does not hold on to the block.
    pub(super) fn of(&self, piece: &Piece) -> Result<ArrayRef> {
        let values = &piece.values;
        let rows = self.rows() as usize;
        if rows == values.len() {
            return Ok(values.clone());
        }
        let slice = |run: &Range<u32>| values.slice((run.start - piece.start) as usize, run.len());
        let is_small = rows * 8 < values.len();
        if !is_small && (self.runs.len() == 1 || self.runs.len() * 8 <= rows) {
            let parts: Vec<ArrayRef> = self.runs.iter().map(slice).collect();
            return concat_chunks(values.data_type(), &parts);
        }
        let places = self.runs.iter().cloned().flatten().map(|row| row - piece.start);
        let part = take(values, &UInt32Array::from_iter_values(places), None)?;
        Ok(if is_small { compact(part) } else { part })
    }
}
