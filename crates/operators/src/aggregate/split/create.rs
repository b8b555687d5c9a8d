//! The call, and how constituents are found and made.

use std::sync::{Arc, Weak};

use arrow_schema::{Field, Schema};
use kinetable_engine::{Definition, Error, Graph, Initial, Properties, Result, Table, Version, Wards};
use parking_lot::Mutex;

use super::apply::SplitOperator;
use super::constituent::Constituent;
use super::state::State;
use crate::aggregate::plan::Flow;
use crate::partition::{HANDLE, Maker, MakerNumber};

/// How a table is split.
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitOptions {
    /// Whether constituents are without the key columns.
    pub drop_keys: bool,
    /// Whether a key stays when all of its rows are gone.
    pub preserve_empty: bool,
}

/// The keys of a table in the order of their first rows: the key columns, and in `column` a handle of the table of the
/// rows that have the key. Without key columns there is one row, if there are rows.
///
/// # Errors
/// If a column is missing, or the table is a blink table.
pub fn split(table: &Table, by: &[&str], column: &str, options: SplitOptions) -> Result<Table> {
    let definition = table.definition();
    if definition.properties.blink {
        return Err(Error::invalid("a blink table does not support partition_by: its rows are not kept")
            .with_hint("keep them with blink_to_append_only first"));
    }
    let keys = by.iter().map(|name| definition.column_index(name)).collect::<Result<Vec<_>>>()?;
    let mut fields: Vec<Field> = keys.iter().map(|key| definition.schema.field(*key).clone()).collect();
    fields.push(Field::new(column, HANDLE, true));
    let is_flat = Flow::of(definition.properties, table.is_live()) == Flow::Append;
    let kept: Vec<usize> = (0..definition.schema.fields().len())
        .filter(|index| !(options.drop_keys && keys.contains(index)))
        .collect();
    let constituents = constituent_definition(table, &kept);
    let wards = Wards::default();
    Table::derive_with_wards(std::slice::from_ref(table), wards.clone(), |inputs| {
        let types = keys.iter().map(|key| definition.schema.field(*key).data_type().clone()).collect();
        let state = State::new(keys, kept, types, is_flat, options.preserve_empty, &inputs[0])?;
        let split = Arc::new_cyclic(|weak: &Weak<Split>| {
            let number = MakerNumber::new();
            number.register(weak.clone());
            let state = Mutex::new(state);
            Split {
                number,
                state,
                wards,
                graph: table.graph().cloned(),
                definition: constituents,
                own: weak.clone(),
            }
        });
        let mut operator = SplitOperator::new(split);
        let (rows, columns) = operator.start(&inputs[0])?;
        let properties = if is_flat { Properties::APPEND } else { Properties::ANY };
        Ok(Initial {
            definition: Definition::new(Arc::new(Schema::new(fields)), properties),
            rows,
            columns,
            operator: Box::new(operator),
        })
    })
}

fn constituent_definition(table: &Table, kept: &[usize]) -> Definition {
    let fields: Vec<_> = kept.iter().map(|index| table.schema().fields()[*index].clone()).collect();
    let properties = match table.is_live() {
        true => table.definition().properties,
        false => Properties::APPEND,
    };
    Definition::new(Arc::new(Schema::new(fields)), properties)
}

/// The constituents of a split, those made and those not.
pub(super) struct Split {
    pub(super) number: MakerNumber,
    pub(super) state: Mutex<State>,
    pub(super) wards: Wards,
    graph: Option<Graph>,
    definition: Definition,
    own: Weak<Split>,
}

impl Split {
    /// The constituent of a slot as of the step under way.
    fn make(&self, state: &mut State, slot: u32) -> Table {
        let (rows, columns) = state.version(slot);
        let split = self.own.upgrade().expect("a split that is used is there");
        let operator = Box::new(Constituent { split, slot });
        let table = self.wards.make(Initial { definition: self.definition.clone(), rows, columns, operator });
        state.remember(slot, &table);
        table
    }
}

impl Maker for Split {
    fn table(&self, serial: u64) -> Result<Option<Table>> {
        let find = || {
            let mut state = self.state.lock();
            let slot = state.slot(serial)?;
            Some(state.constituent(slot).unwrap_or_else(|| self.make(&mut state, slot)))
        };
        Ok(match &self.graph {
            Some(graph) => graph.between_cycles(|_| find()),
            None => find(),
        })
    }
}

impl State {
    /// The rows and columns of a slot's constituent.
    pub(super) fn version(&self, slot: u32) -> (kinetable_engine::RowSet, Vec<kinetable_engine::Column>) {
        let rows = self.rows(slot);
        let parent: &Version = self.parent();
        let columns = self.kept().iter().map(|index| parent.column(*index));
        if !self.is_flat() {
            return (rows.clone(), columns.cloned().collect());
        }
        let columns = columns.map(|column| crate::shape::by_position(column, rows)).collect();
        (kinetable_engine::RowSet::flat(rows.len()), columns)
    }
}
