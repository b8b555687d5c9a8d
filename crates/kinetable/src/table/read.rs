//! Reading a table out.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use kinetable_engine::{Error, Listener, ListenerHandle, Result, Version};

use super::{State, Table};

impl Table {
    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.definition().schema
    }

    /// The number of rows now.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn size(&self) -> Result<u64> {
        Ok(self.engine()?.size())
    }

    /// Whether the table can change.
    pub fn is_live(&self) -> bool {
        match &self.state {
            State::Made(table) => table.is_live(),
            State::Listed(listed) => listed.files.is_live(),
        }
    }

    /// Why the table no longer changes, if it failed.
    pub fn failure(&self) -> Option<Error> {
        match &self.state {
            State::Made(table) => table.failure(),
            State::Listed(listed) => listed.made.get().and_then(|table| table.failure()),
        }
    }

    /// The current version.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn version(&self) -> Result<Version> {
        Ok(self.engine()?.version())
    }

    /// Rows by position, of some columns (all: `None`), as of now.
    ///
    /// # Errors
    /// If there is no such column, or a computed column fails.
    pub fn batch(&self, positions: Range<u64>, columns: Option<&[String]>) -> Result<RecordBatch> {
        self.batch_of(&self.version()?, positions, columns)
    }

    /// As [`Table::batch`], of a version of this table.
    ///
    /// # Errors
    /// If there is no such column, or a computed column fails.
    pub fn batch_of(
        &self,
        version: &Version,
        positions: Range<u64>,
        columns: Option<&[String]>,
    ) -> Result<RecordBatch> {
        let rows = version.rows().slice(positions);
        let Some(names) = columns else { return version.batch(self.schema(), &rows) };
        let indices = names.iter().map(|name| self.definition().column_index(name));
        let indices = indices.collect::<Result<Vec<_>>>()?;
        let fields: Vec<_> = indices.iter().map(|index| self.schema().fields()[*index].clone()).collect();
        let columns: Vec<_> = indices.iter().map(|index| version.column(*index).clone()).collect();
        let part = Version::new(version.step(), version.rows().clone(), columns);
        part.batch(&Arc::new(Schema::new(fields)), &rows)
    }

    /// Tells a listener of every update from now on, and gives the version it starts from.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn listen(&self, listener: Arc<dyn Listener>) -> Result<(Version, ListenerHandle)> {
        Ok(self.engine()?.listen(listener))
    }

    /// Bytes the table holds of its own, not what it shares with the tables it is made from.
    pub fn bytes(&self) -> usize {
        match &self.state {
            State::Made(table) => table.bytes(),
            State::Listed(listed) => listed.files.bytes(),
        }
    }
}
