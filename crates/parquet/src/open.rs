//! Opening a path: what files there are, what columns they have, and nothing more.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{Field, FieldRef, Schema, SchemaRef};
use kinetable_engine::{Error, ErrorKind, Result};

use crate::cache::Cache;
use crate::counters::{Counters, count};
use crate::dataset::{DataFile, Dataset, FILES_MAX, fresh_id};
use crate::file::Footer;
use crate::layout::{Layout, ListedFile, Listing, PartitionColumn, list, partition_columns};
use crate::prune::{Value, order};
use crate::table::ParquetTable;
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
        return Err(Error::new(ErrorKind::Limit, message));
    }
    let given = options.schema.as_deref();
    let unsorted = partition_columns(&listing, given)?;
    sort(&mut listing, &unsorted);
    let partitions = partition_columns(&listing, given)?;
    let counters = Arc::<Counters>::default();
    let first = match given {
        Some(_) => None,
        None => {
            count(&counters.files_opened, 1);
            Some(Footer::read(&listing.files[0].path, &counters)?)
        }
    };
    let (schema, file_names) = schema(&partitions, first.as_ref(), options)?;
    let cache = options.cache.clone();
    let dataset = Dataset {
        id: fresh_id(),
        files: listing.files.into_iter().map(|file| DataFile::new(file.path)).collect(),
        schema,
        partitions,
        file_names,
        cache: cache.unwrap_or_else(|| Cache::new(Cache::BUDGET_DEFAULT)),
        counters,
        decoding: Default::default(),
    };
    if let Some(first) = first {
        dataset.adopt(0, first)?;
    }
    Ok(ParquetTable::new(Arc::new(dataset)))
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
