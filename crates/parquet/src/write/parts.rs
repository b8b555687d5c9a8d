//! A version as one file, or one in each directory, whose names the caller keeps: for archives.

use std::path::Path;

use arrow_schema::SchemaRef;
use kinetable_engine::{Error, Result, Version};

use super::WriteOptions;
use super::batch::Batch;
use super::partitioned::directories;
use super::stage::stage_at;
use crate::store::Location;

/// Files in their places. Dropped before [`Parts::keep`] they are removed.
pub(crate) struct Parts {
    batch: Batch,
    /// Paths below the root, with `/`, and rows.
    pub(crate) files: Vec<(String, u64)>,
}

impl Parts {
    /// All is well: the files stay.
    pub(crate) fn keep(self) {
        self.batch.keep();
    }
}

/// Writes a version below a directory: one file, or one for each value of the columns `by`, which are not in the files. Names begin
/// with `name`.
///
/// # Errors
/// If no column is left for the files, or a file cannot be written.
pub(crate) fn write_parts(
    version: &Version,
    schema: &SchemaRef,
    root: &Path,
    by: &[usize],
    name: &str,
    options: &WriteOptions,
) -> Result<Parts> {
    let columns: Vec<usize> = (0..schema.fields().len()).filter(|column| !by.contains(column)).collect();
    if columns.is_empty() {
        return Err(Error::invalid("all columns name directories, and none is left for the files"));
    }
    options.check(schema)?;
    let parts = match by {
        [] => vec![(String::new(), version.rows().clone())],
        by => directories(version, schema, by)?,
    };
    let root = Location::Local(root.to_owned());
    let mut batch = Batch::default();
    let mut files = Vec::new();
    for (number, (directory, rows)) in parts.into_iter().enumerate() {
        let file = format!("{name}-{number}.parquet");
        let path = if directory.is_empty() { file } else { format!("{directory}/{file}") };
        batch.add(stage_at(version, schema, &columns, &rows, &root.join(&path), options)?)?;
        files.push((path, rows.len()));
    }
    batch.publish()?;
    Ok(Parts { batch, files })
}
