//! Parquet files and directories as lazy tables: `kinetable-parquet` in a session.

use std::path::Path;

use kinetable_engine::Result;
pub use kinetable_parquet::{
    Cache, Codec, Counts, Layout, ParquetTable, ReadOptions, RowGroups, WriteOptions, Written,
};

use crate::{Session, Table};

impl Session {
    /// Lists a Parquet file or directory. Nothing but one footer is read: files are opened when a row is asked for,
    /// values when they are.
    ///
    /// # Errors
    /// If the path is not there or holds no Parquet file.
    pub fn read_parquet(&self, path: impl AsRef<Path>, options: &ReadOptions) -> Result<Table> {
        Ok(Table::listed(self, kinetable_parquet::read(path, options)?))
    }
}

impl Table {
    /// Writes the rows as they are now to one Parquet file.
    ///
    /// # Errors
    /// If the file cannot be written, or a computed column fails.
    pub fn write_parquet(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Written> {
        let version = self.version()?;
        kinetable_parquet::write(&version, self.schema(), path, options)
    }
}
