//! Files that are put in their places together.

use std::path::Path;

use arrow_schema::SchemaRef;
use kinetable_engine::{Error, Result, Version};
use parquet::file::metadata::ParquetMetaData;

use super::delete::remove_file;
use super::metadata::write_metadata;
use super::stage::{Staged, stage};
use super::{WriteOptions, Written};
use crate::error::quoted;
use crate::store::Location;

/// Writes a version of a table as one file; directories above it are made, a file that is there is replaced. The path
/// may be a URL.
///
/// # Errors
/// If a column has a type that Parquet has no place for, or the file cannot be written.
pub fn write(
    version: &Version,
    schema: &SchemaRef,
    path: impl AsRef<Path>,
    options: &WriteOptions,
) -> Result<Written> {
    write_all(&[(version, schema, path.as_ref())], options)
}

/// Writes versions of tables as files, all or none: those that have been put in place when one fails are removed.
///
/// # Errors
/// As [`write`]. If files of metadata are asked for and the files are not in one directory.
pub fn write_all(parts: &[(&Version, &SchemaRef, &Path)], options: &WriteOptions) -> Result<Written> {
    let mut batch = Batch::default();
    for (version, schema, path) in parts {
        batch.add(stage(version, schema, version.rows(), path, options)?)?;
    }
    let mut described = Vec::new();
    if options.metadata_files && !parts.is_empty() {
        let directory = batch.files[0].0.parent();
        if let Some((other, _)) = batch.files.iter().find(|(file, _)| file.parent() != directory) {
            let message = format!("{} is not in {}, where the others are", quoted(other), quoted(&directory));
            return Err(Error::invalid(message).with_hint("files with common metadata lie in one directory"));
        }
        described.push(directory);
    }
    let written = batch.publish()?;
    if let Some(directory) = described.first() {
        let files = batch.files.iter().map(|(file, metadata)| (file.name(), metadata));
        write_metadata(directory, files.collect(), None)?;
    }
    batch.keep();
    Ok(written)
}

/// Files written so far. Dropped before [`Batch::keep`], those in their places are removed.
#[derive(Default)]
pub(super) struct Batch {
    /// Local files that are whole and wait for the others.
    waiting: Vec<Staged>,
    published: Vec<Location>,
    written: Written,
    /// All of them, with what their footers say.
    pub(super) files: Vec<(Location, ParquetMetaData)>,
}

impl Batch {
    /// Takes a file. One of the file system waits for the others; one of a store, whose last part is still in memory, does
    /// not.
    pub(super) fn add(&mut self, staged: Staged) -> Result<()> {
        self.files.push((staged.location.clone(), staged.metadata.clone()));
        match &staged.location {
            Location::Local(_) => self.waiting.push(staged),
            Location::Remote(_) => self.publish_one(staged)?,
        }
        Ok(())
    }

    /// Puts those that wait in their places.
    pub(super) fn publish(&mut self) -> Result<Written> {
        for staged in std::mem::take(&mut self.waiting) {
            self.publish_one(staged)?;
        }
        Ok(self.written)
    }

    fn publish_one(&mut self, staged: Staged) -> Result<()> {
        let location = staged.location.clone();
        self.written.add(staged.publish()?);
        self.published.push(location);
        Ok(())
    }

    /// All is well: the files stay.
    pub(super) fn keep(mut self) {
        self.published.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for location in &self.published {
            let _ = remove_file(location);
        }
    }
}
