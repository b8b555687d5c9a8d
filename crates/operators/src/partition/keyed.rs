//! `keyed`: a keys table of tables that are there already, found by their keys.
//!
//! **State**: the tables found, and their handles in a log. **Update rule**: for keys that come the tables are looked up; keys
//! never go. **Cost**: a look-up for each key that comes.

use std::sync::{Arc, Weak};

use arrow_array::ArrayRef;
use arrow_schema::{Field, Schema};
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    Column, Definition, Error, Initial, Input, Operator, Output, Result, RowSet, StepCtx, Table, Version,
};
use parking_lot::Mutex;

use super::handle::{HANDLE, HeldColumn, Maker, MakerNumber, handles};

/// Finds the tables of keys, one for each.
pub type Lookup = Arc<dyn Fn(&ArrayRef) -> Result<Vec<Table>> + Send + Sync>;

/// A table of keys with one more column: handles of the tables that a function finds for the values of a column. It is called
/// in the cycle in which keys come, and must only look up.
///
/// # Errors
/// If rows of the table of keys may go or change, and what the function returns.
pub fn keyed(keys: &Table, column: usize, name: &str, find: Lookup) -> Result<Table> {
    if !keys.definition().properties.add_only {
        return Err(Error::invalid("keys of tables that are found by them may only come"));
    }
    let mut fields: Vec<_> = keys.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(name, HANDLE, true)));
    let found = Arc::new_cyclic(|weak: &Weak<Found>| {
        let number = MakerNumber::new();
        number.register(weak.clone());
        Found { number, tables: Mutex::default() }
    });
    let mut operator = Keyed { column, find, found, serials: Blocks::new([HANDLE]) };
    Table::derive(std::slice::from_ref(keys), |inputs| {
        let rows = inputs[0].rows().clone();
        operator.come(&inputs[0], &rows)?;
        let columns = operator.columns(&inputs[0]);
        let definition = Definition::new(Arc::new(Schema::new(fields)), keys.definition().properties);
        Ok(Initial { definition, rows, columns, operator: Box::new(operator) })
    })
}

/// The tables found so far; a serial number is a place among them.
struct Found {
    number: MakerNumber,
    tables: Mutex<Vec<Table>>,
}

impl Maker for Found {
    fn table(&self, serial: u64) -> Result<Option<Table>> {
        Ok(self.tables.lock().get(serial as usize).cloned())
    }
}

struct Keyed {
    column: usize,
    find: Lookup,
    found: Arc<Found>,
    serials: Blocks,
}

impl Keyed {
    fn come(&mut self, keys: &Version, rows: &RowSet) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let tables = (self.find)(&keys.read(self.column, rows)?)?;
        assert_eq!(tables.len() as u64, rows.len(), "a table for each key");
        let mut found = self.found.tables.lock();
        let serials = (found.len()..found.len() + tables.len()).map(|serial| Some(serial as u64));
        let array = handles(&self.found.number, serials)?;
        found.extend(tables);
        self.serials = self.serials.write_all(rows, vec![array])?;
        Ok(())
    }

    fn columns(&self, keys: &Version) -> Vec<Column> {
        let mut columns = keys.columns().to_vec();
        columns.push(HeldColumn::column(self.serials.column(0), self.found.clone()));
        columns
    }
}

impl Operator for Keyed {
    fn kind(&self) -> &'static str {
        "keyed"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let keys = inputs[0];
        let Some(update) = keys.update else {
            return Ok(None);
        };
        self.come(keys.now, &update.added)?;
        let rows = update.apply_to(previous.rows());
        Ok(Some(Output { rows, columns: self.columns(keys.now), update: update.clone() }))
    }

    fn bytes(&self) -> usize {
        self.found.tables.lock().len() * size_of::<Table>()
    }
}
