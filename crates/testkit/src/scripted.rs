//! A live source table whose cycles are driven by explicit steps: rows with any keys are added, removed, modified, shifted.
//!
//! **State**: the rows as a map, and the steps not yet taken. **Update rule**: each cycle takes one step.
//! **Cost**: the whole table a cycle, on purpose: it shares no code with the columns that operators use. Each cell
//! that is read is counted, so that the oracle can tell what an operator's work was.

use crate::cell::{Cell, Row, array};
use crate::model::{Rows, apply};
use crate::script::{Script, Step};
use crate::text::{parse_step, parse_table};
use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Column, ColumnSource, Definition, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet,
    StepCtx, Table, Version,
};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A live table that does what it is told.
pub struct ScriptedTable {
    table: Table,
    waiting: Arc<Mutex<VecDeque<Step>>>,
    reads: Arc<[AtomicU64]>,
}

impl ScriptedTable {
    /// A table that begins with the rows of table text.
    ///
    /// # Panics
    /// When the text is not table text.
    pub fn new(graph: &Graph, properties: Properties, text: &str) -> ScriptedTable {
        let (schema, start) = parse_table(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        ScriptedTable::open(graph, schema, properties, start)
    }

    /// A table that begins with these rows.
    ///
    /// # Panics
    /// When a cell does not fit its column.
    pub fn open(
        graph: &Graph,
        schema: SchemaRef,
        properties: Properties,
        start: Vec<(u64, Row)>,
    ) -> ScriptedTable {
        let waiting = Arc::new(Mutex::new(VecDeque::new()));
        let reads: Arc<[AtomicU64]> = schema.fields().iter().map(|_| AtomicU64::new(0)).collect();
        let rows: Rows = start.into_iter().collect();
        let source = Scripted {
            schema: schema.clone(),
            properties,
            rows,
            waiting: waiting.clone(),
            reads: reads.clone(),
        };
        let (rows, columns) = source.state().unwrap_or_else(|error| panic!("{error}"));
        let definition = Definition::new(schema, properties);
        let table = Table::source(graph, Initial { definition, rows, columns, operator: Box::new(source) });
        ScriptedTable { table, waiting, reads }
    }

    /// The table of a script, before its first step; the script's steps are not queued.
    pub fn of_script(graph: &Graph, script: &Script) -> ScriptedTable {
        ScriptedTable::open(graph, script.schema.clone(), script.properties, script.start.clone())
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Queues the changes of one cycle as update text.
    ///
    /// # Panics
    /// When the text is not update text.
    pub fn update(&self, text: &str) {
        let step = parse_step(self.table.schema(), text);
        self.step(step.unwrap_or_else(|error| panic!("{error}\n{text}")));
    }

    /// Queues the changes of one cycle.
    pub fn step(&self, step: Step) {
        self.waiting.lock().push_back(step);
        if let Some(graph) = self.table.graph() {
            graph.notify();
        }
    }

    /// Rows read since this was asked last: the most of any column.
    pub fn take_rows_read(&self) -> u64 {
        self.reads.iter().map(|count| count.swap(0, Ordering::SeqCst)).max().unwrap_or(0)
    }
}

/// The operator of a scripted table.
struct Scripted {
    schema: SchemaRef,
    properties: Properties,
    rows: Rows,
    waiting: Arc<Mutex<VecDeque<Step>>>,
    reads: Arc<[AtomicU64]>,
}

impl Scripted {
    fn state(&self) -> Result<(RowSet, Vec<Column>)> {
        let keys = RowSet::from_sorted(self.rows.keys().copied());
        let fields = self.schema.fields().iter().enumerate();
        let columns = fields.map(|(index, field)| {
            let cells = self.rows.values().map(|row: &Vec<Cell>| &row[index]);
            let values = array(field.data_type(), cells)?;
            let inner = Packed::column(keys.clone(), values)?;
            Ok(Arc::new(Counted { inner, reads: self.reads.clone(), index }) as Column)
        });
        Ok((keys.clone(), columns.collect::<Result<Vec<_>>>()?))
    }
}

impl Operator for Scripted {
    fn apply(&mut self, _: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let step = self.waiting.lock().pop_front().unwrap_or_default();
        let update = apply(&mut self.rows, &step, self.properties);
        if update.is_empty() {
            return Ok(None);
        }
        let (rows, columns) = self.state()?;
        Ok(Some(Output { rows, columns, update }))
    }
}

/// A column that counts the rows read from it.
#[derive(Debug)]
struct Counted {
    inner: Column,
    reads: Arc<[AtomicU64]>,
    index: usize,
}

impl Counted {
    fn count(&self, rows: u64) {
        self.reads[self.index].fetch_add(rows, Ordering::SeqCst);
    }
}

impl ColumnSource for Counted {
    fn data_type(&self) -> &DataType {
        self.inner.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.count(rows.len());
        self.inner.read(rows)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        self.count(keys.len() as u64);
        self.inner.gather(keys)
    }

    fn bytes(&self) -> usize {
        self.inner.bytes()
    }
}
