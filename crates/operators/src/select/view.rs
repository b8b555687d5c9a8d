//! `view` and `update_view`: columns that are computed when they are read.
//!
//! **State**: none. **Update rule**: rows come, go and shift as those of the table; a modified row is modified in the
//! columns that depend on the table's modified columns, also through other formulas. Rows that see another neighbour, or a
//! modified one, are modified in the columns that look at neighbours. **Cost**: the columns, and for those that look at
//! neighbours the changed rows times how far they look.
//!
//! **Invariants**: 1. a column that is passed on is the table's own, shared.

use kinetable_engine::{
    Column, Definition, Initial, Input, Operator, Output, Properties, Result, StepCtx, Table, Version,
};

use super::Selection;
use super::plan::{Keep, Plan};

/// The selected columns only; formulas are computed at each read, and nothing is stored.
///
/// # Errors
/// If a formula reads what is not kept right on this live table (a position where rows move, say).
pub fn view(table: &Table, selections: &[Selection]) -> Result<Table> {
    derive(table, Plan::new(table, selections, Keep::Nothing)?)
}

/// All columns and the selected ones; formulas are computed at each read, and nothing is stored.
///
/// # Errors
/// As [`view`].
pub fn update_view(table: &Table, selections: &[Selection]) -> Result<Table> {
    derive(table, Plan::new(table, selections, Keep::All)?)
}

fn derive(table: &Table, plan: Plan) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let definition = definition(table, &plan);
        let view = View { plan, stays: !table.definition().properties.blink };
        Ok(Initial {
            definition,
            rows: inputs[0].rows().clone(),
            columns: view.columns(&inputs[0])?,
            operator: Box::new(view),
        })
    })
}

/// The definition of a table with the rows of another: looking at neighbours makes rows change that were there.
pub(super) fn definition(table: &Table, plan: &Plan) -> Definition {
    let mut definition = table.definition().clone();
    definition.schema = plan.schema.clone();
    let properties = &mut definition.properties;
    if plan.changes_what_was(properties.append_only) && table.is_live() && !properties.blink {
        *properties = Properties::ANY;
    }
    definition
}

struct View {
    plan: Plan,
    /// Whether rows stay while others come.
    stays: bool,
}

impl View {
    fn columns(&self, version: &Version) -> Result<Vec<Column>> {
        self.plan.columns(version.columns(), |_, step, columns| Ok(step.computed(columns, version.rows())))
    }
}

impl Operator for View {
    fn kind(&self) -> &'static str {
        "view"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let update = input
            .update
            .map(|update| self.plan.update(update, input.before.rows(), input.now.rows(), self.stays));
        Ok(Some(Output {
            rows: input.now.rows().clone(),
            columns: self.columns(input.now)?,
            update: update.unwrap_or_default(),
        }))
    }
}
