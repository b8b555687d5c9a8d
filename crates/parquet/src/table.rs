//! A listed path, not yet a table: conditions leave out files, and the first other question makes the table.
//!
//! **Invariants**: 1. listing reads directories and at most one footer; 2. pruning reads nothing; 3. coalescing reads
//! footers of the selected files, and no value. Tests in `tests/it/listing.rs` count what is opened.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use arrow_schema::SchemaRef;
use kinetable_engine::{Column, Definition, Properties, Result, RowSet, RowSetBuilder, Table};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::column::{FileColumn, PartitionValues};
use crate::counters::Counts;
use crate::dataset::Dataset;
use crate::error::broken;
use crate::prune::{Bounds, Prune, Test, Value, group_bounds};

/// Files of a path, with conditions on their row groups. Cheap to clone; clones share the table once it is made.
#[derive(Clone)]
pub struct ParquetTable(Arc<Inner>);

struct Inner {
    definition: Definition,
    dataset: Arc<Dataset>,
    /// Numbers of the files selected, ascending.
    files: Vec<u32>,
    /// Conditions on file columns, by index in the schema.
    tests: Vec<(usize, Test)>,
    table: OnceLock<Table>,
}

impl ParquetTable {
    /// All files of a listing.
    pub(crate) fn new(dataset: Arc<Dataset>) -> ParquetTable {
        ParquetTable(Arc::new(Inner {
            definition: Definition::new(dataset.schema.clone(), Properties::APPEND),
            files: (0..dataset.files.len() as u32).collect(),
            dataset,
            tests: Vec::new(),
            table: OnceLock::new(),
        }))
    }

    /// What the table is.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// Names and types of the columns: partition columns first.
    pub fn schema(&self) -> &SchemaRef {
        &self.0.definition.schema
    }

    /// Names of the partition columns: conditions on them are answered without opening a file.
    pub fn partition_columns(&self) -> Vec<&str> {
        let columns = self.0.dataset.partitions.iter();
        columns.map(|column| column.name.as_str()).collect()
    }

    /// Paths of the files selected, in row order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &Path> {
        let files = &self.0.dataset.files;
        self.0.files.iter().map(|number| files[*number as usize].path.as_path())
    }

    /// What has been read of the listing so far, by all tables pruned from it.
    pub fn counts(&self) -> Counts {
        self.0.dataset.counters.counts()
    }

    /// Where decoded values are kept.
    pub fn cache(&self) -> &Arc<Cache> {
        &self.0.dataset.cache
    }

    /// Bytes held: listing, footers, and decoded values in the cache.
    pub fn bytes(&self) -> usize {
        let columns = self.0.dataset.file_names.len() as u32;
        let (id, cache) = (self.0.dataset.id, &self.0.dataset.cache);
        let cached: usize = (0..columns).map(|column| cache.column_bytes(id, column)).sum();
        self.0.dataset.bytes() + cached
    }

    /// The table without the files, and later the row groups, in which no row can meet the conditions; and for each
    /// condition, whether it is *decided*: met by every row that is left. Those that are not are for a filter on the
    /// table to apply to its rows. Reads nothing.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn prune(&self, conditions: &[Prune]) -> Result<(ParquetTable, Vec<bool>)> {
        let inner = &self.0;
        let mut files = inner.files.clone();
        let mut tests = inner.tests.clone();
        let mut decided = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let column = inner.definition.column_index(condition.column())?;
            let data_type = inner.definition.schema.field(column).data_type();
            let test = Test::new(condition, data_type);
            let partition = inner.dataset.partitions.get(column);
            decided.push(test.is_some() && partition.is_some());
            match (test, partition) {
                (None, _) => {}
                (Some(test), None) => tests.push((column, test)),
                (Some(test), Some(partition)) => files.retain(|file| {
                    let value = Value::at(&partition.values, *file as usize);
                    value.is_none_or(|value| test.matches(value))
                }),
            }
        }
        let pruned = Inner {
            definition: inner.definition.clone(),
            dataset: inner.dataset.clone(),
            files,
            tests,
            table: OnceLock::new(),
        };
        Ok((ParquetTable(Arc::new(pruned)), decided))
    }

    /// The engine's table of the rows that are left. The first call reads the footers of the files, in parallel.
    ///
    /// # Errors
    /// If a file cannot be read, is no Parquet file, or has a column of another type; the error names the file.
    pub fn coalesce(&self) -> Result<Table> {
        if let Some(table) = self.0.table.get() {
            return Ok(table.clone());
        }
        let rows = self.rows()?;
        let dataset = &self.0.dataset;
        let partitions = (0..dataset.partitions.len())
            .map(|index| Arc::new(PartitionValues::new(dataset.clone(), index)) as Column);
        let files = (0..dataset.file_names.len())
            .map(|index| Arc::new(FileColumn::new(dataset.clone(), index)) as Column);
        let columns = partitions.chain(files).collect();
        let table = Table::fixed(self.0.definition.clone(), rows, columns);
        Ok(self.0.table.get_or_init(|| table).clone())
    }

    fn rows(&self) -> Result<RowSet> {
        let files = self.0.files.par_iter().with_min_len(4);
        let kept = files.map(|file| self.rows_of(*file as usize)).collect::<Result<Vec<_>>>()?;
        let mut rows = RowSetBuilder::new();
        kept.into_iter().flatten().for_each(|run| rows.push_range(run));
        Ok(rows.finish())
    }

    /// The row keys of the row groups of a file that may hold rows meeting the conditions.
    fn rows_of(&self, number: usize) -> Result<Vec<std::ops::Range<u64>>> {
        let dataset = &self.0.dataset;
        let file = dataset.file(number)?;
        let mut keep = vec![true; file.footer.groups()];
        for (column, test) in &self.0.tests {
            let bounds = self.bounds(number, *column)?;
            keep.iter_mut().zip(&bounds).for_each(|(keep, bounds)| *keep &= test.may_match(bounds));
        }
        let kept = keep.iter().enumerate().filter(|(_, keep)| **keep);
        let keys = |(group, _)| dataset.keys(number, file.footer.group_rows(group));
        Ok(kept.map(keys).collect())
    }

    fn bounds(&self, number: usize, column: usize) -> Result<Vec<Bounds>> {
        let dataset = &self.0.dataset;
        let file = dataset.file(number)?;
        let index = column - dataset.partitions.len();
        if file.places[index].is_none() {
            return Ok(vec![Bounds::NULL; file.footer.groups()]);
        }
        let data_type = self.0.definition.schema.field(column).data_type();
        group_bounds(&file.footer.decoder, &dataset.file_names[index], data_type)
            .map_err(|error| broken(&dataset.files[number].path, error))
    }
}

impl fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, conditions) = (self.0.files.len(), self.0.tests.len());
        write!(f, "Parquet table of {files} files, {conditions} conditions on row groups")
    }
}
