//! Files that are read and written whole: `kinetable-files` in a session.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use kinetable_engine::{Error, Result, Version};
pub use kinetable_files::csv::{ReadOptions as CsvReadOptions, WriteOptions as CsvWriteOptions};
pub use kinetable_files::ipc::{Access, Compression, Format, WriteOptions as IpcWriteOptions};
pub use kinetable_files::jsonl::{BadLines, OnBadLines, ReadOptions as JsonReadOptions};
pub use kinetable_files::{Progress, adopt, adopt_batch, cast, instant_type, list_of};

use crate::{Session, Table};

impl Session {
    /// Reads a CSV file as a static table; `progress` tells of bytes.
    ///
    /// # Errors
    /// If the file cannot be read, or its cells are not what the options say.
    pub fn read_csv(
        &self,
        path: impl AsRef<Path>,
        options: &CsvReadOptions,
        progress: &Arc<Progress>,
    ) -> Result<Table> {
        self.new_table(kinetable_files::csv::read(path, options, progress)?)
    }

    /// Reads a file of JSON lines as a static table, and tells of lines that were left out.
    ///
    /// # Errors
    /// If the file cannot be read, or a line is no record and none is to be left out.
    pub fn read_jsonl(
        &self,
        path: impl AsRef<Path>,
        options: &JsonReadOptions,
        progress: &Arc<Progress>,
    ) -> Result<(Table, BadLines)> {
        let (columns, bad) = kinetable_files::jsonl::read(path, options, progress)?;
        Ok((self.new_table(columns)?, bad))
    }

    /// Reads a file of Arrow IPC (Feather 2) as a static table.
    ///
    /// # Errors
    /// If the file cannot be read, or holds columns of types that tables have none for.
    pub fn read_ipc(&self, path: impl AsRef<Path>, access: Access) -> Result<Table> {
        Ok(Table::of(self, kinetable_files::ipc::read(path, access)?))
    }
}

impl Table {
    /// Writes some columns (all: `None`) of the rows as they are now to a CSV file; `progress` tells of rows.
    ///
    /// # Errors
    /// If the file cannot be written, there is no such column, or one has no text.
    pub fn write_csv(
        &self,
        path: impl AsRef<Path>,
        columns: Option<&[String]>,
        options: &CsvWriteOptions,
        progress: &Progress,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        kinetable_files::csv::write(&version, &schema, path, options, progress)
    }

    /// Writes some columns (all: `None`) of the rows as they are now to a file of Arrow IPC.
    ///
    /// # Errors
    /// If the file cannot be written, or there is no such column.
    pub fn write_ipc(
        &self,
        path: impl AsRef<Path>,
        columns: Option<&[String]>,
        options: &IpcWriteOptions,
        progress: &Progress,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        kinetable_files::ipc::write(&version, &schema, path, options, progress)
    }

    /// As [`Table::write_csv`], to whatever takes bytes.
    ///
    /// # Errors
    /// As there.
    pub fn write_csv_to(
        &self,
        output: &mut impl Write,
        columns: Option<&[String]>,
        options: &CsvWriteOptions,
        progress: &Progress,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        let failed = |error: io::Error| Error::source(format!("cannot write: {error}")).with_cause(error);
        kinetable_files::csv::write_to(&version, &schema, output, failed, options, progress)
    }

    /// As [`Table::write_ipc`], to whatever takes bytes.
    ///
    /// # Errors
    /// As there.
    pub fn write_ipc_to(
        &self,
        output: &mut impl Write,
        columns: Option<&[String]>,
        options: &IpcWriteOptions,
        progress: &Progress,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        kinetable_files::ipc::write_to(&version, &schema, output, options, progress)
    }

    /// Writes some columns (all: `None`) of the rows as they are now to a file of JSON lines.
    ///
    /// # Errors
    /// If the file cannot be written, or there is no such column.
    pub fn write_jsonl(
        &self,
        path: impl AsRef<Path>,
        columns: Option<&[String]>,
        progress: &Progress,
    ) -> Result<()> {
        let (version, schema) = self.part_of(&self.version()?, columns)?;
        kinetable_files::jsonl::write(&version, &schema, path, progress)
    }

    /// A version with only some of the columns.
    pub(crate) fn part_of(
        &self,
        version: &Version,
        columns: Option<&[String]>,
    ) -> Result<(Version, SchemaRef)> {
        let Some(names) = columns else { return Ok((version.clone(), self.schema().clone())) };
        let indices = names.iter().map(|name| self.definition().column_index(name));
        let indices = indices.collect::<Result<Vec<_>>>()?;
        let fields: Vec<_> = indices.iter().map(|index| self.schema().fields()[*index].clone()).collect();
        let columns: Vec<_> = indices.iter().map(|index| version.column(*index).clone()).collect();
        Ok((Version::new(version.step(), version.rows().clone(), columns), Arc::new(Schema::new(fields))))
    }
}
