//! The table itself: an engine's table, or a listing of files that becomes one when it has to.

use std::sync::{Arc, OnceLock};

use arrow_schema::SchemaRef;
use kinetable_engine as engine;
use kinetable_engine::{Definition, Result};
use kinetable_parquet::ParquetTable;

use crate::formulas::Lenience;
use crate::session::{InputTable, Writer};
use crate::{CellErrors, Session};

/// A table: live, static, or a listing of Parquet files of which nothing is read yet. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    pub(super) session: Session,
    pub(super) state: State,
    pub(super) cell_errors: CellErrors,
    /// The way to write it, of a table that a program writes.
    writer: Option<Arc<Writer>>,
    /// The Arrow schema that its rows came with, where clients are to get them back so.
    given: Option<SchemaRef>,
    /// The columns that say in which table of a table of tables a row lies.
    keys: Arc<[String]>,
}

#[derive(Clone)]
pub(super) enum State {
    Made(engine::Table),
    Listed(Listed),
}

#[derive(Clone)]
pub(super) struct Listed {
    pub(super) files: ParquetTable,
    pub(super) made: Arc<OnceLock<engine::Table>>,
}

impl Table {
    /// An engine's table in a session.
    pub fn of(session: &Session, table: engine::Table) -> Table {
        Table::with(session, State::Made(table), CellErrors::default())
    }

    fn with(session: &Session, state: State, cell_errors: CellErrors) -> Table {
        Table {
            session: session.clone(),
            state,
            cell_errors,
            writer: None,
            given: None,
            keys: Arc::default(),
        }
    }

    /// The table with the way to write it.
    pub(crate) fn written_by(self, writer: Arc<Writer>) -> Table {
        Table { writer: Some(writer), ..self }
    }

    /// The same table, whose formulas record their failing cells here.
    pub fn recording(self, cell_errors: CellErrors) -> Table {
        Table { cell_errors, ..self }
    }

    /// The same table, whose rows came with this Arrow schema: clients get them back under its types.
    pub fn given_as(self, schema: SchemaRef) -> Table {
        Table { given: Some(schema), ..self }
    }

    /// The Arrow schema that the rows of the table came with: not of what is derived from it.
    pub fn given(&self) -> Option<&SchemaRef> {
        self.given.as_ref()
    }

    /// The way to write the table, if it is one that a program writes: not of what is derived from such.
    pub fn input(&self) -> Option<InputTable> {
        self.writer.clone().map(|writer| InputTable::of(self.clone(), writer))
    }

    /// A listing of Parquet files in a session.
    pub(crate) fn listed(session: &Session, files: ParquetTable) -> Table {
        let state = State::Listed(Listed { files, made: Arc::default() });
        Table::with(session, state, CellErrors::default())
    }

    /// A table made from this one by formulas that share a record of failing cells.
    pub(super) fn derived(&self, table: engine::Table, lenience: &Lenience) -> Table {
        if table.is_live() {
            lenience.begin();
        }
        Table::with(&self.session, State::Made(table), lenience.errors().clone())
    }

    /// The engine's table. A listing becomes one when first asked: it reads the files' footers then.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn engine(&self) -> Result<engine::Table> {
        match &self.state {
            State::Made(table) => Ok(table.clone()),
            State::Listed(listed) => {
                if let Some(table) = listed.made.get() {
                    return Ok(table.clone());
                }
                let table = self.coalesced(&listed.files)?;
                Ok(listed.made.get_or_init(|| table).clone())
            }
        }
    }

    /// The table of a listing: live, if files that come become rows.
    pub(super) fn coalesced(&self, files: &ParquetTable) -> Result<engine::Table> {
        if files.is_live() { files.live(self.session.graph()) } else { files.coalesce() }
    }

    /// The session the table belongs to.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The files of a table that is still a listing.
    pub fn files(&self) -> Option<&ParquetTable> {
        match &self.state {
            State::Made(_) => None,
            State::Listed(listed) => Some(&listed.files),
        }
    }

    /// The table, in which these columns say in which part of a whole a row lies.
    pub(crate) fn partitioned_by(self, keys: &[String]) -> Table {
        Table { keys: keys.into(), ..self }
    }

    /// The columns that say in which part of a whole a row lies: of directories of files, and of tables of tables; not of what is
    /// derived from such.
    pub fn partitioning(&self) -> Vec<String> {
        match self.files() {
            Some(files) => files.partition_columns().into_iter().map(str::to_owned).collect(),
            None => self.keys.to_vec(),
        }
    }

    /// Names, types, properties and attributes.
    pub fn definition(&self) -> &Definition {
        match &self.state {
            State::Made(table) => table.definition(),
            State::Listed(listed) => listed.files.definition(),
        }
    }

    /// The newest thousand cells of this table's formulas that failed, as a live table (see [`CellErrors::table`]).
    ///
    /// # Errors
    /// If the session has ended.
    pub fn errors(&self) -> Result<Table> {
        self.cell_errors.table(&self.session)
    }

    /// Cells of this table's formulas that failed since it was made.
    pub fn cell_errors(&self) -> &CellErrors {
        &self.cell_errors
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.state {
            State::Made(table) => table.fmt(f),
            State::Listed(listed) => write!(f, "listing of {} Parquet files", listed.files.files().len()),
        }
    }
}
