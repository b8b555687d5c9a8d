//! Opening a path: what files there are, what columns they have, and nothing more.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use kinetable_engine::{Error, ErrorKind, Result};

use crate::cache::Cache;
use crate::counters::{Counters, count};
use crate::dataset::{ColumnOfFiles, DataFile, Dataset, FILES_MAX, Files};
use crate::error::quoted;
use crate::file::{Footer, look};
use crate::layout::{
    Layout, ListedFile, Listing, PartitionColumn, described, described_directory, list, no_file,
    partition_columns,
};
use crate::prune::{Value, order};
use crate::store::{Location, StoreOptions};
use crate::table::ParquetTable;
use crate::types::{Unsigned, engine_type};
use crate::watch::{Watch, whole};

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
    /// Columns that have another name in files: name in the table, name in the files. `column.field` in the files is a
    /// field in a column of structs.
    pub renames: Vec<(String, String)>,
    /// Columns of unsigned integers of 64 bits, by name in the table, and what becomes of them.
    pub unsigned: Vec<(String, Unsigned)>,
    /// How an object store is reached, if the path is a URL.
    pub store: StoreOptions,
    /// How often to look for new files, which become rows; `None`: never.
    pub refresh: Option<Duration>,
    /// Partition columns of a directory that is watched and is still empty.
    pub partitions: Vec<String>,
}

/// What was found at a path.
pub(crate) struct Found {
    pub listing: Listing,
    /// Footers by number of file: of all files, or of none.
    pub footers: Vec<Footer>,
    /// Names and types that a file of metadata gives.
    pub common: Option<Schema>,
}

/// Lists a file or a directory, or what a URL names. Reads the footer of the first file, unless the options give a
/// schema; all footers, if the directory is to be watched; none, if a file `_metadata` has what they say.
///
/// Rows are ordered by partition values, outermost first, then by name of file. Partition columns come first. A
/// column that later files have and the first has not is not seen; one that a later file lacks is null there.
///
/// # Errors
/// If the path is not there, holds no Parquet file, or holds directories that do not fit together; if the footer is
/// broken.
pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<ParquetTable> {
    let root = Location::parse(path.as_ref(), &options.store)?;
    let counters = Arc::<Counters>::default();
    let found = find(&root, options, &counters)?;
    let Found { mut listing, mut footers, common } = found;
    if listing.files.len() > FILES_MAX {
        let message = format!("{} files, but a table has at most {FILES_MAX}", listing.files.len());
        return Err(Error::new(ErrorKind::Limit, message));
    }
    let given = options.schema.as_deref().or(common.as_ref());
    let unsorted = partition_columns(&listing, given)?;
    sort(&mut listing, &mut footers, &unsorted);
    let partitions = partition_columns(&listing, given)?;
    if footers.is_empty() && options.schema.is_none() {
        count(&counters.files_opened, 1);
        let first = &listing.files[0];
        footers.push(Footer::read(&first.location, first.look.as_ref(), &counters)?);
    }
    let (schema, columns) = schema(&partitions, footers.first(), options)?;
    let files =
        listing.files.into_iter().map(|file| Arc::new(DataFile::new(file.location, file.look))).collect();
    let keys = partitions.iter().map(|column| column.name.clone()).collect();
    let values = partitions.into_iter().map(|column| column.values).collect();
    let files = Files { list: files, partitions: values };
    let cache = options.cache.clone().unwrap_or_else(|| Cache::new(Cache::BUDGET_DEFAULT));
    let dataset = Arc::new(Dataset::new(files, schema, keys, columns, cache, counters));
    for (file, footer) in dataset.files().list.iter().zip(footers) {
        dataset.adopt(file, footer)?;
    }
    let watch =
        options.refresh.map(|interval| Watch::start(&dataset, root, options.layout, interval)).transpose()?;
    Ok(ParquetTable::new(dataset, watch))
}

/// The files, and as many of their footers as there is reason to read now.
fn find(root: &Location, options: &ReadOptions, counters: &Arc<Counters>) -> Result<Found> {
    let may_be_described = matches!(options.layout, Layout::Inferred | Layout::Metadata);
    if may_be_described
        && options.refresh.is_none()
        && let Some(directory) = described_directory(root)?
    {
        return described(&directory, counters);
    }
    if options.layout == Layout::Metadata {
        return Err(Error::invalid(format!("there is no file _metadata in {}", quoted(root)))
            .with_hint("leave the layout to be inferred; a directory that is watched is listed"));
    }
    let mut listing = counting(root, options.layout)?;
    if listing.files.is_empty() && (options.refresh.is_none() || options.schema.is_none()) {
        return Err(no_file(root));
    }
    let mut footers = Vec::new();
    if options.refresh.is_some() {
        if listing.files.is_empty() {
            listing.keys = options.partitions.clone();
        }
        let (files, read): (Vec<ListedFile>, Vec<Footer>) =
            whole(listing.files, counters).into_iter().unzip();
        listing.files = files;
        footers = read;
        if listing.files.is_empty() && options.schema.is_none() {
            return Err(
                no_file(root).with_hint("no file there is whole yet: give the definition of the table")
            );
        }
    } else if let (Location::Local(_), [only]) = (root, &mut listing.files[..]) {
        // The one file is looked at here, so that a path that cannot be read is told now, whatever is asked of it.
        look(&only.location)?;
    }
    Ok(Found { listing, footers, common: None })
}

/// The files of a path that count: of an archive those that its manifest names.
pub(crate) fn counting(root: &Location, layout: Layout) -> Result<Listing> {
    // Read before the files are listed: what it names is in its place, and what a roll adds meanwhile is left out as a whole.
    let manifest = match root {
        Location::Local(folder) => crate::archive::manifest(folder)?.map(|manifest| (folder, manifest)),
        Location::Remote(_) => None,
    };
    let mut listing = list(root, layout)?;
    if let Some((folder, manifest)) = manifest {
        let named: HashSet<PathBuf> = manifest.files.iter().map(|file| folder.join(&file.path)).collect();
        listing.files.retain(|file| matches!(&file.location, Location::Local(path) if named.contains(path)));
    }
    Ok(listing)
}

/// Sorts files by their partition values, then by path.
fn sort(listing: &mut Listing, footers: &mut Vec<Footer>, partitions: &[PartitionColumn]) {
    let values = |file| partitions.iter().map(move |column| Value::at(&column.values, file));
    let footers_of = std::mem::take(footers).into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    let files = std::mem::take(&mut listing.files).into_iter().zip(footers_of).enumerate();
    let mut keyed: Vec<(Vec<Option<Value>>, ListedFile, Option<Footer>)> =
        files.map(|(number, (file, footer))| (values(number).collect(), file, footer)).collect();
    keyed.sort_by(|(left, left_file, _), (right, right_file, _)| {
        by_values(left, right).then_with(|| left_file.location.cmp(&right_file.location))
    });
    for (_, file, footer) in keyed {
        listing.files.push(file);
        footers.extend(footer);
    }
}

/// The order of the values of two partitions.
pub(crate) fn by_values(left: &[Option<Value>], right: &[Option<Value>]) -> Ordering {
    let by_value = left.iter().zip(right).map(|(left, right)| match (left, right) {
        (Some(left), Some(right)) => total_order(left, right),
        _ => Ordering::Equal,
    });
    by_value.fold(Ordering::Equal, Ordering::then)
}

/// The order of two values, NaN last.
fn total_order(left: &Value, right: &Value) -> Ordering {
    order(left, right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// The schema of a table, and where its file columns come from.
fn schema(
    partitions: &[PartitionColumn],
    first: Option<&Footer>,
    options: &ReadOptions,
) -> Result<(SchemaRef, Vec<ColumnOfFiles>)> {
    let partition = |column: &PartitionColumn| {
        Arc::new(Field::new(&column.name, column.values.data_type().clone(), true))
    };
    let mut fields: Vec<FieldRef> = partitions.iter().map(partition).collect();
    let mut columns = Vec::new();
    let mut add = |name: &str, file_name: &str, data_type: Option<DataType>, inferred: DataType| {
        if !fields.iter().any(|field| field.name() == name) {
            let unsigned = options.unsigned.iter().find(|(column, _)| column == name);
            let unsigned = unsigned.map_or(Unsigned::default(), |(_, unsigned)| *unsigned);
            columns.push(ColumnOfFiles { name: file_name.into(), unsigned, is_given: data_type.is_some() });
            fields.push(Arc::new(Field::new(name, data_type.unwrap_or(inferred), true)));
        }
    };
    match &options.schema {
        Some(schema) => {
            for field in schema.fields() {
                let (name, data_type) = (field.name(), field.data_type());
                if !is_engine_type(data_type) {
                    let message = format!("column \"{name}\" is asked for as {data_type}");
                    let hint = format!("the engine keeps it as {}", engine_type(data_type));
                    return Err(Error::invalid(message).with_hint(hint));
                }
                let rename = options.renames.iter().find(|(of, _)| of == name);
                let file_name = rename.map_or(name, |(_, file_name)| file_name);
                add(name, file_name, Some(data_type.clone()), data_type.clone());
            }
        }
        None => {
            let footer = first.expect("a footer gives the columns if no definition does");
            for (name, file_name, data_type) in columns_of(footer, options)? {
                add(&name, &file_name, None, data_type);
            }
        }
    }
    Ok((Arc::new(Schema::new(fields)), columns))
}

/// Types that columns of the engine have.
fn is_engine_type(data_type: &DataType) -> bool {
    let is_zoned = matches!(data_type, DataType::Timestamp(arrow_schema::TimeUnit::Nanosecond, _));
    is_zoned
        || matches!(data_type, DataType::Interval(_) | DataType::Decimal256(..))
        || engine_type(data_type) == *data_type
}

/// The columns of the first file: names in the table, names in the file, types. Fields of structs that are asked for
/// come behind the columns.
fn columns_of(footer: &Footer, options: &ReadOptions) -> Result<Vec<(String, String, DataType)>> {
    let type_of = |name: &str, file_name: &str, inferred: DataType| {
        let unsigned = options.unsigned.iter().find(|(column, _)| column == name);
        let stored = footer.place(file_name).map(|(_, field)| field.data_type().clone());
        match (unsigned, stored) {
            (Some((_, unsigned)), Some(DataType::UInt64)) => unsigned.engine_type(),
            _ => inferred,
        }
    };
    let mut found = Vec::new();
    for (file_name, data_type) in footer.columns() {
        let renamed: Vec<_> = options.renames.iter().filter(|(_, of)| of == file_name).collect();
        if renamed.is_empty() {
            found.push((
                file_name.to_owned(),
                file_name.to_owned(),
                type_of(file_name, file_name, data_type),
            ));
        } else {
            let one = |(name, of): &&(String, String)| {
                (name.clone(), of.clone(), type_of(name, of, data_type.clone()))
            };
            found.extend(renamed.iter().map(one));
        }
    }
    for (name, file_name) in &options.renames {
        if footer.columns().any(|(known, _)| known == file_name) {
            continue;
        }
        // A rename of a column that the first file does not have is a mistake.
        let Some((_, field)) = footer.place(file_name) else {
            let names: Vec<&str> = footer.columns().map(|(name, _)| name).collect();
            let message = format!("no column \"{file_name}\" in the file to be called \"{name}\"");
            return Err(Error::invalid(message).with_hint(format!("columns: {}", names.join(", "))));
        };
        found.push((name.clone(), file_name.clone(), type_of(name, file_name, crate::types::type_of(field))));
    }
    Ok(found)
}
