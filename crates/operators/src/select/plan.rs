//! What a list of selections means: the columns of the result, and how each is made.
//!
//! **Invariants**: 1. a step reads only entries before its own; 2. every step is needed by an output.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use kinetable_engine::column::{Computed, FunctionInput, RowFunction};
use kinetable_engine::{Column, ColumnSet, Error, Result, RowSet, Table, Update};

use crate::support::neighbours::Window;
use crate::support::safety;

/// One column of a selection: its name, and where its values come from.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The name in the result.
    pub name: String,
    /// Where the values come from.
    pub source: Source,
}

/// Where the values of a selected column come from. Indexes count in the list that grows (see [`crate::select`]).
#[derive(Debug, Clone)]
pub enum Source {
    /// Another column as it is: shared, never copied.
    Column(usize),
    /// A function over chunks.
    Function(Arc<dyn RowFunction>),
}

impl Selection {
    /// A column passed on under a name.
    pub fn column(name: impl Into<String>, index: usize) -> Selection {
        Selection { name: name.into(), source: Source::Column(index) }
    }

    /// A computed column.
    pub fn function(name: impl Into<String>, function: Arc<dyn RowFunction>) -> Selection {
        Selection { name: name.into(), source: Source::Function(function) }
    }
}

/// Which columns of the table are in the result beside the selections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// All.
    All,
    /// None.
    Nothing,
}

/// A list of selections, resolved.
pub(super) struct Plan {
    pub(super) schema: SchemaRef,
    /// The entry of each column of the result.
    outputs: Vec<usize>,
    /// How the entries after the table's columns are made.
    pub(super) steps: Vec<Step>,
    /// Columns of the table.
    width: usize,
    /// Of each entry: the columns of the table that it depends on.
    dependencies: Vec<ColumnSet>,
    /// Of each entry: how far from its row it looks, also through other entries.
    windows: Vec<Window>,
}

/// A computed entry.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) function: Arc<dyn RowFunction>,
    /// The entries that the function's inputs count in.
    needs: Vec<usize>,
}

impl Plan {
    /// Resolves selections over a table; checks names, indexes, and what functions may read of a live table.
    pub(super) fn new(table: &Table, selections: &[Selection], keep: Keep) -> Result<Plan> {
        let mut plan = Plan {
            schema: Arc::new(Schema::empty()),
            outputs: Vec::new(),
            steps: Vec::new(),
            width: table.schema().fields().len(),
            dependencies: Vec::new(),
            windows: Vec::new(),
        };
        plan.dependencies.extend((0..plan.width).map(|column| ColumnSet::from_iter([column])));
        plan.windows.resize(plan.width, Window::default());
        let mut fields: Vec<FieldRef> = table.schema().fields().to_vec();
        // Where each entry of the caller's list that grows is in ours, which has no entry for a passed-on column.
        let mut entries: Vec<usize> = (0..plan.width).collect();
        let mut outputs: Vec<(FieldRef, usize)> = match keep {
            Keep::All => fields.iter().cloned().zip(0..).collect(),
            Keep::Nothing => Vec::new(),
        };
        for selection in selections {
            let (field, entry) = plan.resolve(table, selection, &entries, &fields)?;
            entries.push(entry);
            fields.push(field.clone());
            match outputs.iter_mut().find(|(other, _)| other.name() == field.name()) {
                Some(output) => *output = (field, entry),
                None => outputs.push((field, entry)),
            }
        }
        plan.outputs = outputs.iter().map(|(_, entry)| *entry).collect();
        let fields: Vec<FieldRef> = outputs.into_iter().map(|(field, _)| field).collect();
        plan.schema = Arc::new(Schema::new_with_metadata(fields, table.schema().metadata().clone()));
        Ok(plan.pruned())
    }

    fn resolve(
        &mut self,
        table: &Table,
        selection: &Selection,
        entries: &[usize],
        fields: &[FieldRef],
    ) -> Result<(FieldRef, usize)> {
        let entry = |index: usize| {
            entries.get(index).copied().ok_or_else(|| {
                Error::internal(format!(
                    "column \"{}\" reads entry {index} of {}",
                    selection.name,
                    entries.len()
                ))
            })
        };
        match &selection.source {
            Source::Column(index) => {
                let entry = entry(*index)?;
                let field = fields[*index].as_ref().clone();
                Ok((Arc::new(field.with_name(&selection.name)), entry))
            }
            Source::Function(function) => {
                let place = format!("column \"{}\"", selection.name);
                safety::check(table, &**function, &place)?;
                let (function, needs) = Compact::of(function.clone(), entry)?;
                let data_type = function.data_type().clone();
                self.push_step(selection.name.clone(), function, needs);
                let field = Field::new(&selection.name, data_type, true);
                Ok((Arc::new(field), self.width + self.steps.len() - 1))
            }
        }
    }

    fn push_step(&mut self, name: String, function: Arc<dyn RowFunction>, needs: Vec<usize>) {
        let depends = needs.iter().flat_map(|need| self.dependencies[*need].iter());
        let depends: ColumnSet = depends.collect();
        let further = needs.iter().map(|need| self.windows[*need]).fold(Window::default(), Window::or);
        self.windows.push(Window::of(&*function).through(further));
        self.dependencies.push(depends);
        self.steps.push(Step { name, function, needs });
    }

    /// The plan without steps that no output needs: those whose name was given again.
    fn pruned(mut self) -> Plan {
        let mut needed = vec![false; self.width + self.steps.len()];
        self.outputs.iter().for_each(|entry| needed[*entry] = true);
        for (index, step) in self.steps.iter().enumerate().rev() {
            if needed[self.width + index] {
                step.needs.iter().for_each(|need| needed[*need] = true);
            }
        }
        needed[..self.width].fill(true);
        let mut place = Vec::with_capacity(needed.len());
        let mut next = 0;
        for needed in &needed {
            place.push(next);
            next += usize::from(*needed);
        }
        retain(&mut self.dependencies, &needed);
        retain(&mut self.windows, &needed);
        retain(&mut self.steps, &needed[self.width..]);
        for step in &mut self.steps {
            step.needs.iter_mut().for_each(|need| *need = place[*need]);
        }
        self.outputs.iter_mut().for_each(|output| *output = place[*output]);
        self
    }

    /// The columns of the result; `make` turns a step and the columns its function counts in into a column.
    pub(super) fn columns(
        &self,
        table: &[Column],
        mut make: impl FnMut(usize, &Step, Arc<[Column]>) -> Result<Column>,
    ) -> Result<Vec<Column>> {
        let mut entries: Vec<Column> = table.to_vec();
        for (index, step) in self.steps.iter().enumerate() {
            let needs = step.needs.iter().map(|need| entries[*need].clone());
            entries.push(make(index, step, needs.collect())?);
        }
        Ok(self.outputs.iter().map(|entry| entries[*entry].clone()).collect())
    }

    /// Whether a step's values at a modified row may differ, given the modified columns of the table.
    pub(super) fn is_affected(&self, step: usize, modified: &ColumnSet) -> bool {
        modified.intersects(self.dependencies[self.width + step].iter())
    }

    /// How far from its row a step looks.
    pub(super) fn window(&self, step: usize) -> Window {
        self.windows[self.width + step]
    }

    /// Whether rows may change because others came, on a table of which rows only come.
    pub(super) fn changes_what_was(&self, append_only: bool) -> bool {
        self.outputs.iter().any(|entry| self.windows[*entry].is_moved_by_additions(append_only))
    }

    /// The update of the result: that of the table with its modified columns mapped, and with the rows modified
    /// that see another row, or a modified one. `stays`: the rows of the table do not go with each step.
    pub(super) fn update(&self, update: &Update, before: &RowSet, now: &RowSet, stays: bool) -> Update {
        let affects = |entry: usize| update.modified_columns.intersects(self.dependencies[entry].iter());
        let outputs = || self.outputs.iter().enumerate();
        let mut columns: ColumnSet =
            outputs().filter(|(_, entry)| affects(**entry)).map(|(output, _)| output).collect();
        let mut modified = if columns.is_empty() { RowSet::empty() } else { update.modified.clone() };
        if stays {
            for (output, entry) in outputs().filter(|(_, entry)| !self.windows[**entry].is_empty()) {
                let rows = self.windows[*entry].touched(update, before, now, affects(*entry));
                if !rows.is_empty() {
                    modified = modified.union(&rows);
                    columns.insert(output);
                }
            }
        }
        Update {
            added: update.added.clone(),
            removed: update.removed.clone(),
            shifted: update.shifted.clone(),
            modified,
            modified_columns: columns,
        }
    }
}

fn retain<T>(items: &mut Vec<T>, needed: &[bool]) {
    let mut needed = needed.iter();
    items.retain(|_| *needed.next().expect("a mark for every item"));
}

impl Step {
    /// The step as a column evaluated at each read.
    pub(super) fn computed(&self, columns: Arc<[Column]>, rows: &RowSet) -> Column {
        Arc::new(Computed::new(self.function.clone(), columns, rows.clone()))
    }
}

/// A function whose inputs count only the columns it reads.
#[derive(Debug)]
struct Compact {
    function: Arc<dyn RowFunction>,
    inputs: Vec<FunctionInput>,
}

impl Compact {
    /// The function, and the entries that its inputs count in.
    fn of(
        function: Arc<dyn RowFunction>,
        entry: impl Fn(usize) -> Result<usize>,
    ) -> Result<(Arc<dyn RowFunction>, Vec<usize>)> {
        let mut needs: Vec<usize> = Vec::new();
        let mut place = |index: usize| -> Result<usize> {
            let entry = entry(index)?;
            let known = needs.iter().position(|need| *need == entry);
            Ok(known.unwrap_or_else(|| {
                needs.push(entry);
                needs.len() - 1
            }))
        };
        let mut inputs = Vec::with_capacity(function.inputs().len());
        for input in function.inputs() {
            inputs.push(match *input {
                FunctionInput::Column(index) => FunctionInput::Column(place(index)?),
                FunctionInput::Neighbour(index, offset) => FunctionInput::Neighbour(place(index)?, offset),
                FunctionInput::Whole(index) => FunctionInput::Whole(place(index)?),
                other => other,
            });
        }
        Ok((Arc::new(Compact { function, inputs }), needs))
    }
}

impl RowFunction for Compact {
    fn data_type(&self) -> &DataType {
        self.function.data_type()
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        self.function.eval(inputs, rows)
    }

    fn eval_at(&self, inputs: &[ArrayRef], rows: &RowSet) -> Result<ArrayRef> {
        self.function.eval_at(inputs, rows)
    }

    fn is_serial(&self) -> bool {
        self.function.is_serial()
    }
}
