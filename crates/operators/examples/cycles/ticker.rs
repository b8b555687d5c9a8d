//! Sources: a table whose rows change at random, and the data of both.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    ColumnSet, Definition, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx,
    Table, Update, Version,
};
use kinetable_operators::shape::new_table;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Distinct values of `K`, and of `G`.
pub const KEYS: i64 = 1_000_000;
const GROUPS: i64 = 1_000;

/// A table of which each cycle modifies rows at random, in all columns: `K`, one of a million; `V`, a double;
/// `G`, one of a thousand.
pub struct Ticker {
    blocks: Blocks,
    rows: RowSet,
    changed: usize,
    random: StdRng,
}

/// `K`, `V`, `G`.
pub fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("K", DataType::Int64, true),
        Field::new("V", DataType::Float64, true),
        Field::new("G", DataType::Int64, true),
    ]))
}

/// Values of the three columns.
pub fn values(random: &mut StdRng, rows: u64) -> Vec<ArrayRef> {
    let mut integers = |end: i64| {
        let values = (0..rows).map(|_| random.random_range(0..end));
        Arc::new(Int64Array::from_iter_values(values)) as ArrayRef
    };
    let (keys, groups) = (integers(KEYS), integers(GROUPS));
    let doubles = (0..rows).map(|_| random.random::<f64>());
    vec![keys, Arc::new(Float64Array::from_iter_values(doubles)), groups]
}

/// A static table of all keys `K`, each with a double `R`.
pub fn right() -> Result<Table> {
    let mut random = StdRng::seed_from_u64(2);
    let keys = Int64Array::from_iter_values((0..KEYS).map(|key| key * 7919 % KEYS));
    let doubles = Float64Array::from_iter_values((0..KEYS).map(|_| random.random::<f64>()));
    let columns: Vec<(String, ArrayRef)> =
        vec![("K".to_string(), Arc::new(keys)), ("R".to_string(), Arc::new(doubles))];
    new_table(columns)
}

impl Ticker {
    /// The table, with so many rows of which so many change in each cycle.
    pub fn table(graph: &Graph, rows: u64, changed: usize) -> Result<Table> {
        let mut random = StdRng::seed_from_u64(7);
        let all = RowSet::flat(rows);
        let types: Vec<DataType> = schema().fields().iter().map(|field| field.data_type().clone()).collect();
        let blocks = Blocks::new(types).write_all(&all, values(&mut random, rows))?;
        let initial = Initial {
            definition: Definition::new(schema(), Properties::ANY),
            rows: all.clone(),
            columns: blocks.columns(),
            operator: Box::new(Ticker { blocks, rows: all, changed, random }),
        };
        Ok(Table::source(graph, initial))
    }
}

impl Operator for Ticker {
    fn apply(&mut self, _: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let size = self.rows.len();
        let mut rows: Vec<u64> = (0..self.changed).map(|_| self.random.random_range(0..size)).collect();
        rows.sort_unstable();
        rows.dedup();
        let modified = RowSet::from_sorted(rows);
        let values = values(&mut self.random, modified.len());
        self.blocks = self.blocks.write_all(&modified, values)?;
        Ok(Some(Output {
            rows: self.rows.clone(),
            columns: self.blocks.columns(),
            update: Update { modified, modified_columns: ColumnSet::all(3), ..Update::default() },
        }))
    }
}
