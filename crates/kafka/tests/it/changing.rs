//! A table whose rows change in place is published: records for what changed, tombstones for what went.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringViewArray};
use arrow_schema::{DataType, Field, Schema};
use kinetable_broker::client;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    ColumnSet, Definition, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet,
    ShiftsBuilder, StepCtx, Table, Update, Version,
};
use kinetable_kafka::{ProduceSpec, ProducerConfig, produce};
use parking_lot::Mutex;

use crate::live::{Live, wait_for};
use crate::stand::Stand;

type Edit = Box<dyn FnOnce(&Blocks, &RowSet) -> (Blocks, Update) + Send>;

/// A source that does what it is told, one edit a cycle.
struct Edited {
    blocks: Blocks,
    edits: Arc<Mutex<Vec<Edit>>>,
}

impl Operator for Edited {
    fn apply(&mut self, _: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let Some(edit) = self.edits.lock().pop() else {
            return Ok(None);
        };
        let (blocks, update) = edit(&self.blocks, previous.rows());
        self.blocks = blocks;
        let rows = update.apply_to(previous.rows());
        Ok(Some(Output { rows, columns: self.blocks.columns(), update }))
    }
}

fn values(rows: &[(&str, i64)]) -> Vec<ArrayRef> {
    vec![
        Arc::new(StringViewArray::from_iter_values(rows.iter().map(|(name, _)| name))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, n)| *n))),
    ]
}

/// Rows 0, 1, 2 with names a, b, c and numbers 1, 2, 3.
fn table(graph: &Graph) -> (Table, Arc<Mutex<Vec<Edit>>>) {
    let schema = Schema::new(vec![
        Field::new("Name", DataType::Utf8View, true),
        Field::new("N", DataType::Int64, true),
    ]);
    let blocks = Blocks::new([DataType::Utf8View, DataType::Int64]);
    let rows = RowSet::flat(3);
    let blocks = blocks.write_all(&rows, values(&[("a", 1), ("b", 2), ("c", 3)])).unwrap();
    let edits = Arc::new(Mutex::new(Vec::<Edit>::new()));
    let initial = Initial {
        definition: Definition::new(Arc::new(schema), Properties::ANY),
        rows,
        columns: blocks.columns(),
        operator: Box::new(Edited { blocks, edits: edits.clone() }),
    };
    (Table::source(graph, initial), edits)
}

fn modify(row: u64, new: &'static [(&'static str, i64)], columns: &'static [usize]) -> Edit {
    Box::new(move |blocks, _| {
        let rows = RowSet::single(row);
        let update = Update {
            modified: rows.clone(),
            modified_columns: ColumnSet::from_iter(columns.iter().copied()),
            ..Update::default()
        };
        (blocks.write_all(&rows, values(new)).unwrap(), update)
    })
}

#[test]
fn changes_become_records_and_tombstones() {
    let stand = Stand::shared();
    let topic = stand.topic("changing", 1);
    let live = Live::start();
    let (table, edits) = table(&live.graph);
    let simple = |column: &str| ProduceSpec::Simple { column: column.to_owned() };
    let mut config = ProducerConfig::new(&stand.target.bootstrap, &topic, simple("Name"), simple("N"));
    config.client = stand.settings();
    let publication = produce(&table, config).unwrap();
    let edit = |edit: Edit| {
        edits.lock().push(edit);
        wait_for("the edit", || edits.lock().is_empty());
    };
    edit(modify(1, &[("b", 20)], &[1]));
    edit(Box::new(|blocks, _| {
        let gone = RowSet::single(0);
        (blocks.remove(&gone).unwrap(), Update { removed: gone, ..Update::default() })
    }));
    edit(Box::new(|blocks, rows| {
        let mut shifts = ShiftsBuilder::new();
        shifts.push(2..3, 10);
        let shifts = shifts.finish();
        (blocks.shift(&shifts, rows).unwrap(), Update { shifted: shifts, ..Update::default() })
    }));
    edit(modify(12, &[("d", 3)], &[0]));
    edit(modify(1, &[("b", 21)], &[0, 1]));
    wait_for("all records", || publication.stats().delivered == 8);
    publication.stop().unwrap();
    assert_eq!(publication.stats().sent, 8, "a shift is no record");
    let record = |record: &client::ReadRecord| {
        let key = String::from_utf8(record.key.clone().unwrap()).unwrap();
        let value = record.value.clone().map(|bytes| i64::from_be_bytes(bytes.try_into().unwrap()));
        (key, value)
    };
    let records: Vec<_> = client::read_all(&stand.target, &topic).unwrap().iter().map(record).collect();
    let expected = [
        ("a", Some(1)),
        ("b", Some(2)),
        ("c", Some(3)),
        ("b", Some(20)),
        ("a", None),
        ("c", None),
        ("d", Some(3)),
        ("b", Some(21)),
    ];
    assert_eq!(records, expected.map(|(key, value)| (key.to_owned(), value)));
}
