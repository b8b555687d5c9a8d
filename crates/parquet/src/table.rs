//! A listed path, not yet a table: conditions leave out files, and the first other question makes the table.
//!
//! **Invariants**: 1. listing reads directories and at most one footer; 2. pruning reads nothing; 3. coalescing reads
//! footers of the selected files, and no value.

use std::cmp::Ordering;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use arrow_schema::{Field, FieldRef, Schema, SchemaRef};
use kinetable_engine::{Column, Definition, Error, Properties, Result, RowSet, RowSetBuilder, Table};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::column::{FileColumn, PartitionValues};
use crate::counters::{Counters, Counts};
use crate::dataset::{DataFile, Dataset, FILES_MAX, fresh_id};
use crate::error::broken;
use crate::file::Footer;
use crate::layout::{Layout, ListedFile, Listing, PartitionColumn, list, partition_columns};
use crate::prune::{Bounds, Prune, Test, Value, group_bounds, order};
use crate::types::engine_type;

/// How a path is read. The default infers all there is to infer.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// How files lie below the path.
    pub layout: Layout,
    /// Where decoded values are kept; `None` gives the table a cache of its own of [`Cache::BUDGET_DEFAULT`].
    pub cache: Option<Arc<Cache>>,
    /// Names and engine types of columns; those of partition columns are taken from it too, where it has them.
    /// `None` takes the types of the first file.
    pub schema: Option<SchemaRef>,
    /// Columns that have another name in files: name in the table, name in the files.
    pub renames: Vec<(String, String)>,
}

/// Lists a file or a directory. Reads the footer of the first file, unless the options give a schema.
///
/// Rows are ordered by partition values, outermost first, then by name of file. Partition columns come first. A
/// column that later files have and the first has not is not seen; one that a later file lacks is null there.
///
/// # Errors
/// If the path is not there, holds no Parquet file, or holds directories that do not fit together; if the footer is
/// broken.
pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<ParquetTable> {
    let mut listing = list(path.as_ref(), options.layout)?;
    if listing.files.len() > FILES_MAX {
        let message = format!("{} files, but a table has at most {FILES_MAX}", listing.files.len());
        return Err(Error::new(kinetable_engine::ErrorKind::Limit, message));
    }
    let given = options.schema.as_deref();
    let unsorted = partition_columns(&listing, given)?;
    sort(&mut listing, &unsorted);
    let partitions = partition_columns(&listing, given)?;
    let counters = Arc::<Counters>::default();
    let first = match given {
        Some(_) => None,
        None => {
            counters.files_opened.store(1, std::sync::atomic::Ordering::Relaxed);
            Some(Footer::read(&listing.files[0].path, &counters)?)
        }
    };
    let (schema, file_names) = schema(&partitions, first.as_ref(), options)?;
    let cache = options.cache.clone();
    let dataset = Dataset {
        id: fresh_id(),
        files: listing.files.into_iter().map(|file| DataFile::new(file.path)).collect(),
        schema: schema.clone(),
        partitions,
        file_names,
        cache: cache.unwrap_or_else(|| Cache::new(Cache::BUDGET_DEFAULT)),
        counters,
        decoding: Default::default(),
    };
    if let Some(first) = first {
        dataset.adopt(0, first)?;
    }
    let files = (0..dataset.files.len() as u32).collect();
    Ok(ParquetTable(Arc::new(Inner {
        definition: Definition::new(schema, Properties::APPEND),
        dataset: Arc::new(dataset),
        files,
        tests: Vec::new(),
        table: OnceLock::new(),
    })))
}

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

/// Sorts files by their partition values, then by path.
fn sort(listing: &mut Listing, partitions: &[PartitionColumn]) {
    let values = |file| partitions.iter().map(move |column| Value::at(&column.values, file));
    let files = std::mem::take(&mut listing.files).into_iter().enumerate();
    let mut keyed: Vec<(Vec<Option<Value>>, ListedFile)> =
        files.map(|(number, file)| (values(number).collect(), file)).collect();
    keyed.sort_by(|(left, left_file), (right, right_file)| {
        let by_value = left.iter().zip(right).map(|(left, right)| match (left, right) {
            (Some(left), Some(right)) => total_order(left, right),
            _ => Ordering::Equal,
        });
        let by_value = by_value.fold(Ordering::Equal, Ordering::then);
        by_value.then_with(|| left_file.path.cmp(&right_file.path))
    });
    listing.files = keyed.into_iter().map(|(_, file)| file).collect();
}

/// The order of two values, NaN last.
fn total_order(left: &Value, right: &Value) -> Ordering {
    order(left, right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// The schema of a table, and what its file columns are called in files.
fn schema(
    partitions: &[PartitionColumn],
    first: Option<&Footer>,
    options: &ReadOptions,
) -> Result<(SchemaRef, Vec<String>)> {
    let is_partition = |name: &str| partitions.iter().any(|column| column.name == name);
    let partition = |column: &PartitionColumn| {
        Arc::new(Field::new(&column.name, column.values.data_type().clone(), true))
    };
    let mut fields: Vec<FieldRef> = partitions.iter().map(partition).collect();
    let mut file_names = Vec::new();
    let mut add = |name: &str, file_name: &str, data_type| {
        if !is_partition(name) && !fields.iter().any(|field| field.name() == name) {
            fields.push(Arc::new(Field::new(name, data_type, true)));
            file_names.push(file_name.to_owned());
        }
    };
    let renamed = |find: &dyn Fn(&(String, String)) -> bool| options.renames.iter().find(|pair| find(pair));
    if let Some(footer) = first {
        for (file_name, data_type) in footer.columns() {
            let rename = renamed(&|(_, of)| of == file_name);
            add(rename.map_or(file_name, |(name, _)| name), file_name, data_type);
        }
    }
    for field in options.schema.iter().flat_map(|schema| schema.fields()) {
        let (name, data_type) = (field.name(), field.data_type());
        if engine_type(data_type) != *data_type {
            let message = format!("column \"{name}\" is asked for as {data_type}");
            let hint = format!("the engine keeps it as {}", engine_type(data_type));
            return Err(Error::invalid(message).with_hint(hint));
        }
        let rename = renamed(&|(of, _)| of == name);
        add(name, rename.map_or(name, |(_, file_name)| file_name), data_type.clone());
    }
    check_renames(first, options)?;
    Ok((Arc::new(Schema::new(fields)), file_names))
}

/// A rename of a column that the first file does not have is a mistake.
fn check_renames(first: Option<&Footer>, options: &ReadOptions) -> Result<()> {
    let Some(footer) = first else {
        return Ok(());
    };
    match options.renames.iter().find(|(_, file_name)| footer.place(file_name).is_none()) {
        None => Ok(()),
        Some((name, file_name)) => {
            let names: Vec<&str> = footer.columns().map(|(name, _)| name).collect();
            let message = format!("no column \"{file_name}\" in the file to be called \"{name}\"");
            Err(Error::invalid(message).with_hint(format!("columns: {}", names.join(", "))))
        }
    }
}
