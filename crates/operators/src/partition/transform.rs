//! `transform`: a function applied to each constituent, also to those that come later.
//!
//! **State**: the tables that the function made, by serial number, and the handles of them, in blocks. **Update rule**: a row that
//! comes has the function applied to its constituents; a row that goes lets go of the table made for it; so does a row whose handles
//! are other ones, and gets a new one. **Cost**: a call for each row that comes.
//!
//! **When the function runs**: for the rows that are there, on the thread of the caller, a batch between two cycles. For a row that
//! comes in a cycle, in that cycle: tables that the function makes are made at the step under way
//! ([`kinetable_engine::graph`]), so that the step is whole. The function may need a lock (an interpreter's) that others hold while
//! they wait for the graph: they must not.
//!
//! **Invariants**: 1. there is a table for each row, unless a constituent of the row is gone; 2. all tables have the same columns.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

use arrow_array::ArrayRef;
use arrow_schema::{Field, Schema, SchemaRef};
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    Column, ColumnSet, Definition, Error, Graph, Initial, Input, Operator, Output, Result, RowSet, StepCtx,
    Table, Update, Version,
};
use parking_lot::Mutex;

use super::handle::{HANDLE, HeldColumn, Maker, MakerNumber, find, handles};

/// Rows for which the function is called between two cycles: each call alone would wait for a cycle.
const BATCH: u64 = 32;

/// What is applied: from the constituents of a row, one for each column of handles, to a table.
pub type Function = Arc<dyn Fn(&[Table]) -> Result<Table> + Send + Sync>;

/// A keys table with the same rows, and in place of the columns `parts` of handles one column `name` of handles of the tables
/// that a function makes of them. `dependencies` are other tables that the function uses. Gives also the columns of these
/// tables, if one was made.
///
/// # Errors
/// What the function returns.
pub fn transform(
    keys: &Table,
    parts: &[usize],
    name: &str,
    function: Function,
    dependencies: &[Table],
) -> Result<(Table, Option<SchemaRef>)> {
    let kept: Vec<usize> = (0..keys.schema().fields().len()).filter(|index| !parts.contains(index)).collect();
    let mut fields: Vec<Field> = kept.iter().map(|index| keys.schema().field(*index).clone()).collect();
    fields.push(Field::new(name, HANDLE, true));
    let made = Arc::new_cyclic(|weak: &Weak<Made>| {
        let number = MakerNumber::new();
        number.register(weak.clone());
        Made { number, tables: Mutex::default(), schema: OnceLock::new() }
    });
    let inputs: Vec<Table> = std::iter::once(keys).chain(dependencies).cloned().collect();
    let mut operator = Transform {
        parts: parts.to_vec(),
        kept,
        function,
        graph: inputs.iter().find_map(Table::graph).cloned(),
        made: made.clone(),
        next: 0,
        serials: Blocks::new([HANDLE]),
    };
    let result = Table::derive(&inputs, |inputs| {
        let rows = inputs[0].rows().clone();
        operator.come(&inputs[0], &rows)?;
        let columns = operator.columns(&inputs[0]);
        let definition = Definition::new(Arc::new(Schema::new(fields)), keys.definition().properties);
        Ok(Initial { definition, rows, columns, operator: Box::new(operator) })
    })?;
    Ok((result, made.schema.get().cloned()))
}

/// The tables that a function made.
struct Made {
    number: MakerNumber,
    tables: Mutex<HashMap<u64, Table>>,
    /// The columns of all of them.
    schema: OnceLock<SchemaRef>,
}

impl Made {
    fn check(&self, table: &Table) -> Result<()> {
        let wanted = self.schema.get_or_init(|| table.schema().clone());
        let plain = |schema: &SchemaRef| {
            let fields = schema.fields().iter();
            fields.map(|field| format!("{} {}", field.name(), field.data_type())).collect::<Vec<_>>()
        };
        let (wanted, found) = (plain(wanted), plain(table.schema()));
        if wanted == found {
            return Ok(());
        }
        let (wanted, found) = (wanted.join(", "), found.join(", "));
        Err(Error::invalid(format!(
            "the function gave a table of columns {found}, but one of {wanted} for another key"
        ))
        .with_hint("it has to give the same columns for all keys"))
    }
}

impl Maker for Made {
    fn table(&self, serial: u64) -> Result<Option<Table>> {
        Ok(self.tables.lock().get(&serial).cloned())
    }
}

struct Transform {
    parts: Vec<usize>,
    kept: Vec<usize>,
    function: Function,
    graph: Option<Graph>,
    made: Arc<Made>,
    next: u64,
    serials: Blocks,
}

impl Transform {
    /// Applies the function to rows that come.
    fn come(&mut self, keys: &Version, rows: &RowSet) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut serials = Vec::with_capacity(rows.len() as usize);
        for start in (0..rows.len()).step_by(BATCH as usize) {
            let batch = rows.slice(start..start + BATCH);
            match self.graph.clone() {
                Some(graph) => graph.between_cycles(|_| self.apply_all(keys, &batch, &mut serials))?,
                None => self.apply_all(keys, &batch, &mut serials)?,
            }
        }
        let array = handles(&self.made.number, serials)?;
        self.serials = self.serials.write_all(rows, vec![array])?;
        Ok(())
    }

    fn apply_all(&mut self, keys: &Version, rows: &RowSet, serials: &mut Vec<Option<u64>>) -> Result<()> {
        let parts = self.parts.iter().map(|column| find(&keys.read(*column, rows)?));
        let parts: Vec<Vec<Option<Table>>> = parts.collect::<Result<_>>()?;
        for row in 0..rows.len() as usize {
            let tables: Option<Vec<Table>> = parts.iter().map(|tables| tables[row].clone()).collect();
            serials.push(tables.map(|tables| self.apply_to(&tables)).transpose()?);
        }
        Ok(())
    }

    fn apply_to(&mut self, constituents: &[Table]) -> Result<u64> {
        let call = || (self.function)(constituents);
        let table = match &self.graph {
            Some(graph) => graph.making(call)?,
            None => call()?,
        };
        self.made.check(&table)?;
        let serial = self.next;
        self.next += 1;
        self.made.tables.lock().insert(serial, table);
        Ok(serial)
    }

    /// Lets go of the tables of rows that go.
    fn go(&mut self, rows: &RowSet) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let serials: ArrayRef = self.serials.column(0).read(rows)?;
        let gone = serials_of(&serials);
        self.serials = self.serials.remove(rows)?;
        // Dropped without the lock: what hangs on them may be much.
        let tables: Vec<Table> = {
            let mut tables = self.made.tables.lock();
            gone.filter_map(|serial| tables.remove(&serial)).collect()
        };
        drop(tables);
        Ok(())
    }

    fn columns(&self, keys: &Version) -> Vec<Column> {
        let mut columns: Vec<Column> = self.kept.iter().map(|index| keys.column(*index).clone()).collect();
        columns.push(HeldColumn::column(self.serials.column(0), self.made.clone()));
        columns
    }
}

fn serials_of(handles: &ArrayRef) -> impl Iterator<Item = u64> {
    use arrow_array::cast::AsArray;
    let handles = handles.as_fixed_size_binary();
    let serial = |handle: &[u8]| u64::from_le_bytes(handle[8..].try_into().expect("eight bytes"));
    handles.iter().flatten().map(serial)
}

impl Operator for Transform {
    fn kind(&self) -> &'static str {
        "transform"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let keys = inputs[0];
        let Some(update) = keys.update else {
            return Ok(None);
        };
        let rehandled = match update.modified_columns.intersects(self.parts.iter().copied()) {
            true => update.modified.clone(),
            false => RowSet::empty(),
        };
        self.go(&update.removed.union(&update.shifted.unapply(&rehandled)))?;
        let kept = keys.before.rows().difference(&update.removed);
        let kept = kept.difference(&update.shifted.unapply(&rehandled));
        self.serials = self.serials.shift(&update.shifted, &kept)?;
        self.come(keys.now, &update.added.union(&rehandled))?;
        let outputs = self.kept.iter().enumerate();
        let outputs = outputs.filter(|(_, index)| update.modified_columns.contains(**index));
        let mut modified_columns: ColumnSet = outputs.map(|(place, _)| place).collect();
        if !rehandled.is_empty() {
            modified_columns.insert(self.kept.len());
        }
        let modified = if modified_columns.is_empty() { RowSet::empty() } else { update.modified.clone() };
        let update = Update { modified, modified_columns, ..update.clone() };
        Ok(Some(Output { rows: update.apply_to(previous.rows()), columns: self.columns(keys.now), update }))
    }

    fn bytes(&self) -> usize {
        self.made.tables.lock().len() * 32
    }
}
