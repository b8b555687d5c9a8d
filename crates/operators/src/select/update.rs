//! `update` and `select`: formulas are computed once, and their values stored.
//!
//! **State**: the values of each formula, in copy-on-write blocks (one array for a static or blink table). Columns that
//! are passed on are shared with the table.
//!
//! **Update rule**: added rows are computed; modified rows are computed again for the formulas that depend on a
//! modified column, also through other formulas; removed rows are dropped; shifted values move. Rows that see another
//! neighbour, or a modified one, are computed again by the formulas that look at neighbours.
//!
//! **Cost**: the rows computed, and the blocks they lie in; a formula that looks `n` rows away computes up to `n` rows a change.
//!
//! **Invariants**: 1. each store holds exactly the rows of the table.

use std::sync::Arc;

use kinetable_engine::column::{Blocks, Packed};
use kinetable_engine::{
    Column, Initial, Input, Operator, Output, Result, RowSet, StepCtx, Table, Update, Version,
};

use super::Selection;
use super::plan::{Keep, Plan, Step};
use super::view::definition;
use crate::support::chunks::{Order, read_all_in};

/// All columns and the selected ones; formulas are computed now and when rows change, and their values stored.
///
/// # Errors
/// As [`super::view`], and what a formula returns on the rows that are there.
pub fn update(table: &Table, selections: &[Selection]) -> Result<Table> {
    derive(table, Plan::new(table, selections, Keep::All)?)
}

/// The selected columns only; formulas are computed now and when rows change, and their values stored.
///
/// # Errors
/// As [`update`].
pub fn select(table: &Table, selections: &[Selection]) -> Result<Table> {
    derive(table, Plan::new(table, selections, Keep::Nothing)?)
}

fn derive(table: &Table, plan: Plan) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let stays = table.is_live() && !table.definition().properties.blink;
        let types = plan.steps.iter().map(|step| step.function.data_type());
        let mut operator =
            Stored { stores: stays.then(|| types.map(|kind| Blocks::new([kind.clone()])).collect()), plan };
        Ok(Initial {
            definition: definition(table, &operator.plan),
            rows: now.rows().clone(),
            columns: operator.fill(now)?,
            operator: Box::new(operator),
        })
    })
}

struct Stored {
    plan: Plan,
    /// The values of each step; `None` where rows do not stay: then each version has its own arrays.
    stores: Option<Vec<Blocks>>,
}

impl Stored {
    /// Computes all rows.
    fn fill(&mut self, now: &Version) -> Result<Vec<Column>> {
        let rows = now.rows();
        let stores = &mut self.stores;
        self.plan.columns(now.columns(), |index, step, columns| {
            let values = step.values(columns, now, rows)?;
            Ok(match stores {
                Some(stores) => {
                    stores[index] = stores[index].write_all(rows, vec![values])?;
                    stores[index].column(0)
                }
                None => Packed::column(rows.clone(), values)?,
            })
        })
    }

    /// Computes the rows that an update concerns.
    fn follow(&mut self, input: Input<'_>, update: &Update) -> Result<Vec<Column>> {
        let Some(stores) = &mut self.stores else {
            return self.fill(input.now);
        };
        let plan = &self.plan;
        let before = input.before.rows();
        let kept = before.difference(&update.removed);
        plan.columns(input.now.columns(), |index, step, columns| {
            let mut store = stores[index].remove(&update.removed)?.shift(&update.shifted, &kept)?;
            let rows = affected(plan, index, update, before, input.now.rows());
            if !rows.is_empty() {
                let values = step.values(columns, input.now, &rows)?;
                store = store.write_all(&rows, vec![values])?;
            }
            stores[index] = store;
            Ok(stores[index].column(0))
        })
    }
}

/// The rows that a step has to compute.
fn affected(plan: &Plan, step: usize, update: &Update, before: &RowSet, now: &RowSet) -> RowSet {
    let modified = plan.is_affected(step, &update.modified_columns);
    let mut rows = update.added.clone();
    if modified {
        rows = rows.union(&update.modified);
    }
    rows.union(&plan.window(step).touched(update, before, now, modified))
}

impl Step {
    fn values(&self, columns: Arc<[Column]>, now: &Version, rows: &RowSet) -> Result<arrow_array::ArrayRef> {
        let order = if self.function.is_serial() { Order::OfRows } else { Order::Any };
        read_all_in(&self.computed(columns, now.rows()), rows, order)
            .map_err(|error| error.in_context(format!("column \"{}\"", self.name)))
    }
}

impl Operator for Stored {
    fn kind(&self) -> &'static str {
        "update"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let none = Update::default();
        let update = input.update.unwrap_or(&none);
        Ok(Some(Output {
            rows: input.now.rows().clone(),
            columns: self.follow(input, update)?,
            update: self.plan.update(update, input.before.rows(), input.now.rows(), self.stores.is_some()),
        }))
    }
}
