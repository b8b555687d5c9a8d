//! A listed path, not yet a table: conditions leave out files, and the first other question makes the table.
//!
//! A directory that is watched is made a live table: the conditions are kept, and files that come are asked the same.
//!
//! **Invariants**: 1. listing reads directories and at most one footer; 2. pruning reads nothing; 3. coalescing reads
//! footers of the selected files, and no value. Tests in `tests/it/listing.rs` count what is opened.

use std::fmt;
use std::sync::{Arc, OnceLock};

use arrow_schema::SchemaRef;
use kinetable_engine::{Column, Definition, Error, Graph, Properties, Result, RowSet, RowSetBuilder, Table};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::column::{FileColumn, PartitionValues};
use crate::counters::Counts;
use crate::dataset::{Dataset, Files};
use crate::prune::{Prune, Test, Value, selected};
use crate::watch::{Growing, Watch};

/// Files of a path, with conditions on their rows. Cheap to clone; clones share the table once it is made.
#[derive(Clone)]
pub struct ParquetTable(Arc<Inner>);

struct Inner {
    definition: Definition,
    dataset: Arc<Dataset>,
    conditions: Conditions,
    /// Numbers of the files selected, ascending.
    files: Vec<u32>,
    /// Who looks for new files, if anybody does.
    watch: Option<Arc<Watch>>,
    table: OnceLock<Table>,
}

/// What rows must meet, as far as it can be said of files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    /// On partition columns, by index.
    pub partitions: Vec<(usize, Test)>,
    /// On columns of files, by index in the schema.
    pub columns: Vec<(usize, Test)>,
}

impl Conditions {
    /// Whether the partition of a file meets those on partitions.
    pub(crate) fn take(&self, files: &Files, number: usize) -> bool {
        self.partitions.iter().all(|(column, test)| {
            let value = Value::at(&files.partitions[*column], number);
            value.is_none_or(|value| test.matches(value))
        })
    }
}

impl ParquetTable {
    /// All files of a listing.
    pub(crate) fn new(dataset: Arc<Dataset>, watch: Option<Arc<Watch>>) -> ParquetTable {
        ParquetTable(Arc::new(Inner {
            definition: Definition::new(dataset.schema.clone(), Properties::APPEND),
            files: (0..dataset.files().list.len() as u32).collect(),
            dataset,
            conditions: Conditions::default(),
            watch,
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
        self.0.dataset.keys.iter().map(String::as_str).collect()
    }

    /// Names of the files selected when the table was listed or pruned, in row order.
    pub fn files(&self) -> Vec<String> {
        let files = self.0.dataset.files();
        self.0.files.iter().map(|number| files.list[*number as usize].location.to_string()).collect()
    }

    /// Whether files that come later become rows.
    pub fn is_live(&self) -> bool {
        self.0.watch.is_some()
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
        let columns = self.0.dataset.columns.len() as u32;
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
    pub fn prune(&self, prunes: &[Prune]) -> Result<(ParquetTable, Vec<bool>)> {
        let inner = &self.0;
        let mut conditions = inner.conditions.clone();
        let mut decided = Vec::with_capacity(prunes.len());
        for prune in prunes {
            let column = inner.definition.column_index(prune.column())?;
            let test = Test::new(prune, inner.definition.schema.field(column).data_type());
            let is_partition = column < inner.dataset.keys.len();
            decided.push(test.is_some() && is_partition);
            match test {
                Some(test) if is_partition => conditions.partitions.push((column, test)),
                Some(test) => conditions.columns.push((column, test)),
                None => {}
            }
        }
        let known = inner.dataset.files();
        let files = inner.files.iter().copied().filter(|file| conditions.take(&known, *file as usize));
        let pruned = Inner {
            definition: inner.definition.clone(),
            dataset: inner.dataset.clone(),
            files: files.collect(),
            conditions,
            watch: inner.watch.clone(),
            table: OnceLock::new(),
        };
        Ok((ParquetTable(Arc::new(pruned)), decided))
    }

    /// The engine's table of the rows that are left. The first call reads the footers of the files, in parallel.
    ///
    /// # Errors
    /// If a file cannot be read, is no Parquet file, or has a column of another type; the error names the file. If the
    /// directory is watched: see [`ParquetTable::live`].
    pub fn coalesce(&self) -> Result<Table> {
        if self.is_live() {
            return Err(
                Error::invalid("a directory that is watched is a live table").with_hint("make it in a graph")
            );
        }
        if let Some(table) = self.0.table.get() {
            return Ok(table.clone());
        }
        let table = Table::fixed(self.0.definition.clone(), self.rows()?, self.columns());
        Ok(self.0.table.get_or_init(|| table).clone())
    }

    /// The engine's table of the rows that are left, to which those of new files are added while the graph runs.
    ///
    /// # Errors
    /// As [`ParquetTable::coalesce`]; if the directory is not watched; if a file of it has vanished or changed.
    pub fn live(&self, graph: &Graph) -> Result<Table> {
        let Some(watch) = &self.0.watch else {
            return Err(
                Error::invalid("the directory is not watched").with_hint("ask for it when it is read")
            );
        };
        if let Some(table) = self.0.table.get() {
            return Ok(table.clone());
        }
        let growing = Growing::new(watch.clone(), self.0.conditions.clone(), self.columns());
        let table = growing.table(graph, self.0.definition.clone())?;
        Ok(self.0.table.get_or_init(|| table).clone())
    }

    fn columns(&self) -> Vec<Column> {
        let dataset = &self.0.dataset;
        let partitions = (0..dataset.keys.len())
            .map(|index| Arc::new(PartitionValues::new(dataset.clone(), index)) as Column);
        let files = (0..dataset.columns.len())
            .map(|index| Arc::new(FileColumn::new(dataset.clone(), index)) as Column);
        partitions.chain(files).collect()
    }

    fn rows(&self) -> Result<RowSet> {
        let (files, columns) = (&self.0.files, &self.0.conditions.columns);
        rows_of(&self.0.dataset, files, columns)
    }
}

/// The rows of some files that may meet conditions on their columns.
pub(crate) fn rows_of(dataset: &Dataset, files: &[u32], tests: &[(usize, Test)]) -> Result<RowSet> {
    let of_file = |file: &u32| -> Result<Vec<std::ops::Range<u64>>> {
        let number = *file as usize;
        let rows = selected(dataset, number, tests)?;
        Ok(rows.into_iter().map(|rows| dataset.keys(number, rows)).collect())
    };
    let least = if dataset.store.is_some() { 1 } else { 4 };
    let kept =
        dataset.run(|| files.par_iter().with_min_len(least).map(of_file).collect::<Result<Vec<_>>>())?;
    let mut rows = RowSetBuilder::new();
    kept.into_iter().flatten().filter(|run| !run.is_empty()).for_each(|run| rows.push_range(run));
    Ok(rows.finish())
}

impl fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, conditions) = (self.0.files.len(), self.0.conditions.columns.len());
        write!(f, "Parquet table of {files} files, {conditions} conditions on rows")
    }
}
