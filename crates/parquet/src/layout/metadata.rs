//! A directory that a file `_metadata` describes: which files there are, and all that their footers say.
//!
//! The footers need not be read then. `_common_metadata`, if it is there, says the types of partition columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{Field, Schema};
use kinetable_engine::{Error, Result};
use parquet::file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData};

use super::listing::{ListedFile, Listing, seen};
use super::remote::values;
use crate::counters::{Counters, count};
use crate::error::{broken, quoted};
use crate::file::{FileBytes, Footer};
use crate::open::Found;
use crate::store::Location;
use crate::types::type_of;

/// The name of the file that describes all others.
pub(crate) const METADATA: &str = "_metadata";
/// The name of the file that has the columns only.
pub(crate) const COMMON_METADATA: &str = "_common_metadata";

/// The directory that a file of metadata describes, if the path is of one: the file, or a directory with it.
pub(crate) fn described_directory(root: &Location) -> Result<Option<Location>> {
    if matches!(root.name().as_str(), METADATA | COMMON_METADATA) {
        return Ok(Some(root.parent()));
    }
    let is_there = match root.join(METADATA) {
        Location::Local(path) => seen(&path).is_some(),
        Location::Remote(file) => file.store.lists() && file.look()?.is_some(),
    };
    Ok(is_there.then(|| root.clone()))
}

/// Reads what a directory's files of metadata say.
pub(crate) fn described(directory: &Location, counters: &Arc<Counters>) -> Result<Found> {
    let path = directory.join(METADATA);
    let bytes = FileBytes::open(&path, None, counters)?;
    let metadata = bytes.within(|mut bytes| {
        bytes.read_tail()?;
        Footer::metadata(&mut bytes)
    })?;
    count(&counters.footers_read, 1);
    let mut listing = Listing::default();
    let mut footers = Vec::new();
    for (name, groups) in by_file(&path, &metadata)? {
        let location = directory.join(&name);
        let parts: Vec<&str> = name.split('/').collect();
        let values = values(&parts[..parts.len() - 1], &location, &mut listing)?;
        listing.files.push(ListedFile { location, values, look: None });
        let of_file = of_file(metadata.file_metadata(), groups);
        footers.push(Footer::of(of_file, None).map_err(|error| broken(&path, error))?);
    }
    if listing.files.is_empty() {
        return Err(Error::invalid(format!("{} describes no file", quoted(&path)))
            .with_hint("remove it to have the directory listed"));
    }
    Ok(Found { listing, footers, common: common(directory, counters)? })
}

/// The row groups of each file, in the order in which files are first named.
fn by_file(path: &Location, metadata: &ParquetMetaData) -> Result<Vec<(String, Vec<RowGroupMetaData>)>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<(String, Vec<RowGroupMetaData>)> = Vec::new();
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let name = group.columns().first().and_then(|column| column.file_path());
        let Some(name) = name.filter(|name| is_below(name)) else {
            return Err(broken(path, format!("it does not say which file below it has row group {number}")));
        };
        let place = *places.entry(name.to_owned()).or_insert_with(|| {
            found.push((name.to_owned(), Vec::new()));
            found.len() - 1
        });
        found[place].1.push(group.clone());
    }
    Ok(found)
}

/// Whether a name is of a file below the directory, and of no other.
fn is_below(name: &str) -> bool {
    !name.contains('\\') && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn of_file(all: &FileMetaData, groups: Vec<RowGroupMetaData>) -> ParquetMetaData {
    let rows = groups.iter().fold(0i64, |rows, group| rows.saturating_add(group.num_rows()));
    let of_file = FileMetaData::new(
        all.version(),
        rows,
        all.created_by().map(str::to_owned),
        all.key_value_metadata().cloned(),
        all.schema_descr_ptr(),
        all.column_orders().cloned(),
    );
    ParquetMetaDataBuilder::new(of_file).set_row_groups(groups).build()
}

fn common(directory: &Location, counters: &Arc<Counters>) -> Result<Option<Schema>> {
    let path = directory.join(COMMON_METADATA);
    let is_there = match &path {
        Location::Local(path) => seen(path).is_some(),
        Location::Remote(file) => file.look()?.is_some(),
    };
    if !is_there {
        return Ok(None);
    }
    let footer = Footer::read(&path, None, counters)?;
    let fields = footer.decoder.schema().fields().iter();
    let fields: Vec<Field> = fields.map(|field| Field::new(field.name(), type_of(field), true)).collect();
    Ok(Some(Schema::new(fields)))
}
