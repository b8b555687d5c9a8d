//! `lazy_update`: formulas are computed when they are read, once for each distinct combination of what they read.
//!
//! **State**: for each formula, the combinations seen (row-encoded) and their results, shared by all versions; it is
//! never forgotten, so this is for formulas of few distinct inputs. **Update rule**: that of [`super::view()`].
//! **Cost** of a read: encoding and looking up each row, and computing what was not seen before.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, UInt64Array};
use arrow_row::{OwnedRow, RowConverter, SortField};
use arrow_schema::DataType;
use arrow_select::{filter::filter, take::take};
use kinetable_engine::column::{FunctionInput, RowFunction, concat_chunks};
use kinetable_engine::{Error, Result, Table};
use parking_lot::Mutex;

use super::plan::Source;
use super::{Selection, update_view};

/// All columns and the selected ones; each formula is computed when it is read, once for each distinct combination of its
/// inputs, and remembered.
///
/// # Errors
/// As [`super::view`]; and if a formula reads anything but cells of its row.
pub fn lazy_update(table: &Table, selections: &[Selection]) -> Result<Table> {
    let remember = |selection: &Selection| {
        let source = match &selection.source {
            Source::Column(index) => Source::Column(*index),
            Source::Function(function) => {
                let memo = Memo::new(function.clone())
                    .map_err(|e| e.in_context(format!("column \"{}\"", selection.name)))?;
                Source::Function(Arc::new(memo))
            }
        };
        let name = selection.name.clone();
        Ok(Selection { name, source })
    };
    let selections = selections.iter().map(remember).collect::<Result<Vec<_>>>()?;
    update_view(table, &selections)
}

/// A function that remembers.
#[derive(Debug)]
struct Memo {
    function: Arc<dyn RowFunction>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Made at the first read, which shows the types.
    converter: Option<RowConverter>,
    places: HashMap<OwnedRow, u64, ahash::RandomState>,
    /// The results, in parts that double in size.
    results: Vec<ArrayRef>,
}

impl Memo {
    fn new(function: Arc<dyn RowFunction>) -> Result<Memo> {
        if function.inputs().iter().all(FunctionInput::is_local) {
            let seen = Mutex::default();
            return Ok(Memo { function, seen });
        }
        let message = "a formula of lazy_update reads cells of its own row only";
        Err(Error::invalid(message).with_hint("use update or update_view for i, ii, k and X_"))
    }
}

impl RowFunction for Memo {
    fn data_type(&self) -> &DataType {
        self.function.data_type()
    }

    fn inputs(&self) -> &[FunctionInput] {
        self.function.inputs()
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        if inputs.is_empty() {
            return self.function.eval(inputs, rows);
        }
        self.seen.lock().eval(&*self.function, inputs, rows)
    }
}

impl Seen {
    fn eval(&mut self, function: &dyn RowFunction, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        if self.converter.is_none() {
            let fields = inputs.iter().map(|input| SortField::new(input.data_type().clone()));
            self.converter = Some(RowConverter::new(fields.collect())?);
        }
        let converter = self.converter.as_ref().expect("made above");
        let encoded = converter.convert_columns(inputs)?;
        let mut fresh = vec![false; rows];
        let known = self.places.len();
        let mut added: Vec<OwnedRow> = Vec::new();
        let places: UInt64Array = (0..rows)
            .map(|row| {
                let key = encoded.row(row).owned();
                let next = self.places.len() as u64;
                *self.places.entry(key).or_insert_with_key(|key| {
                    fresh[row] = true;
                    added.push(key.clone());
                    next
                })
            })
            .collect();
        if self.places.len() > known
            && let Err(error) = self.learn(function, inputs, fresh)
        {
            added.iter().for_each(|key| {
                self.places.remove(key);
            });
            return Err(error);
        }
        let all = concat_chunks(function.data_type(), &self.results)?;
        self.results = vec![all.clone()];
        Ok(take(&all, &places, None)?)
    }

    /// Computes the rows whose inputs are new.
    fn learn(&mut self, function: &dyn RowFunction, inputs: &[ArrayRef], fresh: Vec<bool>) -> Result<()> {
        let count = fresh.iter().filter(|fresh| **fresh).count();
        let mask = BooleanArray::from(fresh);
        let wanted = inputs.iter().map(|input| Ok(filter(input, &mask)?)).collect::<Result<Vec<_>>>()?;
        self.results.push(function.eval(&wanted, count)?);
        Ok(())
    }
}
