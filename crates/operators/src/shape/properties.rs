//! The same rows with other promises: `snapshot`, `stored`, `remove_blink`, `add_only_to_blink`.
//!
//! **State**: none. **Cost**: the columns, not the rows: versions are values, so a snapshot copies nothing and holds the
//! blocks of the version it was taken of.

use kinetable_engine::column::Packed;
use kinetable_engine::{
    Column, Error, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update,
    Version,
};

/// The rows of a table as they are now, as a static table.
///
/// # Errors
/// If the table has failed.
pub fn snapshot(table: &Table) -> Result<Table> {
    table.ensure_alive()?;
    let version = table.version();
    let mut definition = table.definition().clone();
    definition.properties = Properties::APPEND;
    let (rows, columns) = (version.rows().clone(), version.columns().to_vec());
    Ok(Table::fixed(definition, rows, columns))
}

/// The rows of a static table, with the values of all columns in arrays; a live table is passed on as it is.
///
/// **Cost**: every value that does not lie in an array already is read and copied.
///
/// # Errors
/// If a column cannot be read.
pub fn stored(table: &Table) -> Result<Table> {
    if table.is_live() {
        return Ok(table.clone());
    }
    let version = table.version();
    let rows = version.rows();
    let store = |column: &Column| {
        let values = column.whole(rows).map_or_else(|| column.read(rows), Ok)?;
        Packed::column(rows.clone(), values)
    };
    let columns = version.columns().iter().map(store).collect::<Result<Vec<_>>>()?;
    Ok(Table::fixed(table.definition().clone(), rows.clone(), columns))
}

/// The same rows as an ordinary table: what aggregates it sees this cycle's rows only.
///
/// # Errors
/// If the table has failed.
pub fn remove_blink(table: &Table) -> Result<Table> {
    if !table.definition().properties.blink {
        return Ok(table.clone());
    }
    let mut definition = table.definition().clone();
    definition.properties = Properties::ANY;
    table.with_definition(definition)
}

/// A blink table of the rows that each cycle adds. They stay until rows are added again.
///
/// **Update rule**: the added rows are the rows of the cycle; those before them are removed. A cycle that adds nothing
/// changes nothing.
///
/// # Errors
/// If rows of the table may be removed, modified or shifted.
pub fn add_only_to_blink(table: &Table) -> Result<Table> {
    if table.definition().properties.blink {
        return Ok(table.clone());
    }
    if table.is_live() && !table.definition().properties.add_only {
        let message = "only a table whose rows are never removed or changed can be made blink";
        return Err(Error::invalid(message).with_hint("use it on an append-only or add-only table"));
    }
    Table::derive(std::slice::from_ref(table), |inputs| {
        let mut definition = table.definition().clone();
        definition.properties = Properties::BLINK;
        Ok(Initial {
            definition,
            rows: inputs[0].rows().clone(),
            columns: inputs[0].columns().to_vec(),
            operator: Box::new(AddedOnly),
        })
    })
}

struct AddedOnly;

impl Operator for AddedOnly {
    fn kind(&self) -> &'static str {
        "add_only_to_blink"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let added = inputs[0].update.map(|update| update.added.clone());
        let added = added.unwrap_or_else(RowSet::empty);
        let (rows, update) = if added.is_empty() {
            (previous.rows().clone(), Update::default())
        } else {
            let removed = previous.rows().clone();
            let update = Update { removed, ..Update::adding(added.clone()) };
            (added, update)
        };
        Ok(Some(Output { rows, columns: inputs[0].now.columns().to_vec(), update }))
    }
}
