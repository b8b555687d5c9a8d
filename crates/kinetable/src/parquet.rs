//! Parquet files and directories as lazy tables, and tables as Parquet files: `kinetable-parquet` in a session.

use std::io::Write;
use std::path::Path;

use kinetable_engine::{Result, Version};
pub use kinetable_parquet::{
    Cache, Codec, Counts, Credentials, Layout, ParquetTable, Progress, ReadOptions, RowGroups, Staged,
    StoreOptions, Unsigned, WriteOptions, Written, delete,
};

use crate::{Session, Table};

impl Session {
    /// Lists a Parquet file or directory, or what a URL names. Nothing but one footer is read: files are opened when a
    /// row is asked for, values when they are. If the options say to look for new files, the table is live.
    ///
    /// # Errors
    /// If the path is not there or holds no Parquet file.
    pub fn read_parquet(&self, path: impl AsRef<Path>, options: &ReadOptions) -> Result<Table> {
        Ok(Table::listed(self, kinetable_parquet::read(path, options)?))
    }
}

impl Table {
    /// Writes the rows as they are now to one Parquet file. The path may be a URL.
    ///
    /// # Errors
    /// If the file cannot be written, or a computed column fails.
    pub fn write_parquet(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Written> {
        kinetable_parquet::write(&self.version()?, self.schema(), path, options)
    }

    /// Writes some columns (all: `None`) of the rows as they are now, as one Parquet file, to whatever takes bytes.
    ///
    /// # Errors
    /// As [`Table::write_parquet`], and if there is no such column.
    pub fn write_parquet_to(
        &self,
        output: &mut (impl Write + Send),
        columns: Option<&[String]>,
        options: &WriteOptions,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        kinetable_parquet::write_to(&version, &schema, output, options)
    }

    /// Writes the rows as they are now as a tree of `key=value` directories by the values of some columns.
    ///
    /// # Errors
    /// If there is no such column, or as [`Table::write_parquet`].
    pub fn write_parquet_partitioned(
        &self,
        directory: impl AsRef<Path>,
        by: &[&str],
        options: &WriteOptions,
    ) -> Result<Written> {
        kinetable_parquet::write_partitioned(&self.version()?, self.schema(), directory, by, options)
    }
}

/// Writes tables as they are now to files, one each; all or none.
///
/// # Errors
/// As [`Table::write_parquet`].
pub fn write_all(tables: &[(Table, &Path)], options: &WriteOptions) -> Result<Written> {
    let versions = tables.iter().map(|(table, _)| table.version()).collect::<Result<Vec<Version>>>()?;
    let parts = tables.iter().zip(&versions).map(|((table, path), version)| (version, table.schema(), *path));
    kinetable_parquet::write_all(&parts.collect::<Vec<_>>(), options)
}
