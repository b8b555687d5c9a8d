//! `keyed_input`: the rows that writes and deletes leave, one for each key.
//!
//! ```text
//!  commands (blink): key, values, delete?  ─▶  key, values: the last write of each key, in the order keys came
//! ```
//!
//! **State**: a map from keys to row keys, and the rows, in copy-on-write blocks. **Update rule**: the commands of a cycle are
//! taken in order: a write adds the row of a new key or modifies that of an old one, a delete removes it. A row that
//! ends the cycle as it began is not listed. **Cost**: the commands, and the blocks their rows lie in.
//!
//! **Invariants**: 1. a key that is there keeps its row key; one that comes again after a delete comes at the end. 2. row keys
//! count the rows that ever came, so that they do not depend on how commands fall into cycles.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_row::{OwnedRow, RowConverter, SortField};
use arrow_schema::{DataType, Schema};
use arrow_select::take::take;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    ColumnSet, Definition, Error, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx,
    Table, Update, Version,
};

use crate::estimate;
use crate::join::plain;
use crate::support::chunks::read_all;
use crate::support::differing::differing;

/// The rows that the commands of a blink table leave: all columns but `command`, which is true where the row of the key is
/// to go. Keys are compared as joins compare them: null equals null, NaN equals NaN, -0.0 equals 0.0.
///
/// # Errors
/// If there is no such column, `command` is not Boolean, or there is no key.
pub fn keyed_input(commands: &Table, keys: &[&str], command: &str) -> Result<Table> {
    if keys.is_empty() {
        return Err(Error::invalid("a keyed input table needs at least one key column"));
    }
    let definition = commands.definition();
    let keys = keys.iter().map(|name| definition.column_index(name)).collect::<Result<Vec<_>>>()?;
    let command = definition.column_index(command)?;
    let fields = commands.schema().fields();
    if *fields[command].data_type() != DataType::Boolean {
        return Err(Error::invalid(format!("the command is {}, but has to be Boolean", fields[command])));
    }
    let kept: Vec<usize> = (0..fields.len()).filter(|index| *index != command).collect();
    let schema = Schema::new(kept.iter().map(|index| fields[*index].clone()).collect::<Vec<_>>());
    let types: Vec<DataType> = kept.iter().map(|index| fields[*index].data_type().clone()).collect();
    let sort_fields = keys.iter().map(|index| SortField::new(fields[*index].data_type().clone()));
    let mut operator = Keyed {
        converter: RowConverter::new(sort_fields.collect())?,
        keys,
        command,
        kept,
        places: HashMap::default(),
        next: 0,
        store: Blocks::new(types),
    };
    Table::derive(std::slice::from_ref(commands), |inputs| {
        let first = operator.take(&inputs[0], inputs[0].rows(), &RowSet::empty())?;
        Ok(Initial {
            definition: Definition::new(Arc::new(schema), Properties::ANY),
            rows: first.added,
            columns: operator.store.columns(),
            operator: Box::new(operator),
        })
    })
}

struct Keyed {
    converter: RowConverter,
    /// Key columns of the commands.
    keys: Vec<usize>,
    /// The column of the commands that says delete.
    command: usize,
    /// The columns of the commands that the result has.
    kept: Vec<usize>,
    places: HashMap<OwnedRow, u64, ahash::RandomState>,
    /// The row key of the next new key.
    next: u64,
    store: Blocks,
}

/// What the commands of a cycle come to.
#[derive(Default)]
struct Outcome {
    /// Rows that were there before and go.
    gone: BTreeSet<u64>,
    /// The command that says what a row is, by row key.
    written: BTreeMap<u64, u32>,
}

impl Keyed {
    fn take(&mut self, commands: &Version, rows: &RowSet, before: &RowSet) -> Result<Update> {
        let first_new = self.next;
        let outcome = self.play(commands, rows, before)?;
        let values = |column: &usize| read_all(commands.column(*column), rows);
        let values = self.kept.iter().map(values).collect::<Result<Vec<_>>>()?;
        let removed: RowSet = outcome.gone.into_iter().collect();
        self.store = self.store.remove(&removed)?;
        let split = |key: &u64| *key < first_new;
        let (old, new): (Vec<_>, Vec<_>) = outcome.written.into_iter().partition(|(key, _)| split(key));
        let added = RowSet::from_sorted(new.iter().map(|(key, _)| *key));
        self.store = self.store.write_all(&added, chosen(&values, &new)?)?;
        let (modified, modified_columns) = self.overwrite(old, &values)?;
        Ok(Update { removed, modified, modified_columns, ..Update::adding(added) })
    }

    /// Goes through the commands in order.
    fn play(&mut self, commands: &Version, rows: &RowSet, before: &RowSet) -> Result<Outcome> {
        let keys = self.keys.iter().map(|column| Ok(plain(read_all(commands.column(*column), rows)?)));
        let keys = self.converter.convert_columns(&keys.collect::<Result<Vec<_>>>()?)?;
        let deletes = read_all(commands.column(self.command), rows)?;
        let deletes = deletes.as_boolean();
        let mut outcome = Outcome::default();
        for (row, key) in keys.iter().enumerate() {
            if deletes.is_valid(row) && deletes.value(row) {
                if let Some(place) = self.places.remove(&key.owned()) {
                    outcome.written.remove(&place);
                    if before.contains(place) {
                        outcome.gone.insert(place);
                    }
                }
                continue;
            }
            let next = &mut self.next;
            let place = *self.places.entry(key.owned()).or_insert_with(|| {
                *next += 1;
                *next - 1
            });
            outcome.written.insert(place, row as u32);
        }
        Ok(outcome)
    }

    /// Writes rows that were there; gives those that are another now, and in which columns.
    fn overwrite(&mut self, written: Vec<(u64, u32)>, values: &[ArrayRef]) -> Result<(RowSet, ColumnSet)> {
        let rows = RowSet::from_sorted(written.iter().map(|(key, _)| *key));
        let (mut changed, mut columns) = (BTreeSet::new(), ColumnSet::none());
        let mut new = chosen(values, &written)?.into_iter().map(Some).collect::<Vec<_>>();
        for (index, values) in new.iter_mut().enumerate() {
            let old = self.store.column(index).read(&rows)?;
            let differs = differing(&old, values.as_ref().expect("every column has new values"))?;
            if differs.count_set_bits() == 0 {
                *values = None;
                continue;
            }
            columns.insert(index);
            changed.extend(differs.set_indices().map(|place| written[place].0));
        }
        if !changed.is_empty() {
            self.store = self.store.write(&rows, &new)?;
        }
        Ok((changed.into_iter().collect(), columns))
    }
}

/// The values of the commands that were chosen.
fn chosen(values: &[ArrayRef], written: &[(u64, u32)]) -> Result<Vec<ArrayRef>> {
    let places: UInt32Array = written.iter().map(|(_, row)| *row).collect::<Vec<_>>().into();
    values.iter().map(|array| Ok(take(array, &places, None)?)).collect()
}

impl Operator for Keyed {
    fn kind(&self) -> &'static str {
        "keyed_input"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let Some(update) = inputs[0].update.filter(|update| !update.added.is_empty()) else {
            return Ok(None);
        };
        let update = self.take(inputs[0].now, &update.added, previous.rows())?;
        if update.is_empty() {
            return Ok(None);
        }
        Ok(Some(Output { rows: update.apply_to(previous.rows()), columns: self.store.columns(), update }))
    }

    fn bytes(&self) -> usize {
        let key = |key: &OwnedRow| key.as_ref().len() + size_of::<OwnedRow>() + 16;
        estimate::of_all(self.places.keys(), key)
    }
}
