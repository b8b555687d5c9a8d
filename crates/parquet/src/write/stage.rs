//! A file written whole, and not yet in its place.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::{Result, RowSet, Version};
use parquet::file::metadata::ParquetMetaData;

use super::declare::declared;
use super::encode::{Content, encode};
use super::plan::plan;
use super::target::Target;
use super::{WriteOptions, Written};
use crate::error::quoted;
use crate::store::Location;

/// A file that is written and not yet seen. Dropped, it is gone.
pub struct Staged {
    target: Target,
    pub(super) location: Location,
    pub(super) metadata: ParquetMetaData,
    written: Written,
}

impl Staged {
    /// What will be seen.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Puts the file in its place, over one that is there. In the file system that is one step.
    ///
    /// # Errors
    /// If it cannot be put there.
    pub fn publish(self) -> Result<Written> {
        self.target.publish()?;
        Ok(self.written)
    }
}

/// Writes some rows of a version beside the place of a file; [`Staged::publish`] puts it there.
///
/// # Errors
/// As [`super::write`].
pub fn stage(
    version: &Version,
    schema: &SchemaRef,
    rows: &RowSet,
    path: impl AsRef<Path>,
    options: &WriteOptions,
) -> Result<Staged> {
    let location = Location::parse(path.as_ref(), &options.store)?;
    options.check(schema)?;
    let columns: Vec<usize> = (0..schema.fields().len()).collect();
    stage_at(version, schema, &columns, rows, &location, options)
}

/// The same of some columns, at a location.
pub(super) fn stage_at(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    location: &Location,
    options: &WriteOptions,
) -> Result<Staged> {
    let named =
        |error: kinetable_engine::Error| error.in_context(format!("cannot write {}", quoted(location)));
    let mut target = Target::create(location)?;
    let metadata = encoded(version, schema, columns, rows, &mut target, options).map_err(named)?;
    target.close()?;
    let written = Written { files: 1, rows: rows.len(), bytes: target.written() };
    Ok(Staged { target, location: location.clone(), metadata, written })
}

/// Writes the rows of a version to whatever takes bytes.
///
/// # Errors
/// If the bytes are not taken, a column cannot be computed, or has a type that Parquet has no place for.
pub fn write_to(
    version: &Version,
    schema: &SchemaRef,
    output: &mut (impl Write + Send),
    options: &WriteOptions,
) -> Result<()> {
    options.check(schema)?;
    let columns: Vec<usize> = (0..schema.fields().len()).collect();
    encoded(version, schema, &columns, version.rows(), output, options).map(drop)
}

fn encoded(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    output: &mut (impl Write + Send),
    options: &WriteOptions,
) -> Result<ParquetMetaData> {
    let plan = plan(version, schema, rows, &options.row_groups)?;
    let declared = declared(version, schema, columns, rows, options)?;
    let plain = without_dictionary(version, schema, columns, rows, options)?;
    let group_rows = plan.iter().map(|rows| rows.end - rows.start).max().unwrap_or(0);
    let properties = options.properties(schema.fields(), group_rows, &plain);
    options.progress.expect(rows.len() * columns.len() as u64);
    let content = Content { version, columns, rows, declared, plan: &plan };
    encode(&content, properties, output, &options.progress)
}

/// Columns of text that have more distinct values than a dictionary may have keys.
fn without_dictionary(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    options: &WriteOptions,
) -> Result<Vec<String>> {
    const CHUNK: u64 = 1 << 16;
    let Some(most) = options.dictionary_keys else {
        return Ok(Vec::new());
    };
    let mut plain = Vec::new();
    for column in columns.iter().filter(|column| *schema.field(**column).data_type() == DataType::Utf8View) {
        let (hasher, mut seen) = (RandomState::new(), HashSet::new());
        let mut start = 0;
        while start < rows.len() && seen.len() <= most {
            let values = version.read(*column, &rows.slice(start..start + CHUNK))?;
            seen.extend(values.as_string_view().iter().flatten().map(|text| hasher.hash_one(text)));
            start += CHUNK;
        }
        if seen.len() > most {
            plain.push(schema.field(*column).name().clone());
        }
    }
    Ok(plain)
}
