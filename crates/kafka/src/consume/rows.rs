//! Where rows go: into one table, or into a table for each partition.
//!
//! Of a table for each partition there is a table of the partitions' numbers, to which a row is added with each; a constituent is
//! there before its row. Whoever holds the numbers, or a constituent, keeps the source running.
//!
//! The first rows of a blink table wait for those who use it, as long as the configuration has patience.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrow_array::{ArrayRef, Int32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Error, Graph, Result, Table};
use parking_lot::Mutex;

/// The constituents by partition. Cheap to clone.
#[derive(Clone, Default)]
pub struct Constituents(Arc<Mutex<BTreeMap<i32, Table>>>);

impl Constituents {
    /// The table of a partition, if it is or was read.
    pub fn table(&self, partition: i32) -> Option<Table> {
        self.0.lock().get(&partition).cloned()
    }
}

/// The way of rows into tables.
pub(super) enum Rows {
    One(Publisher),
    Each(Each),
}

/// A table for each partition.
pub(super) struct Each {
    graph: Graph,
    schema: SchemaRef,
    keeping: Keeping,
    /// Of the table of numbers.
    numbers: Publisher,
    /// Held by those who use them: a source holds no table.
    constituents: Weak<Mutex<BTreeMap<i32, Table>>>,
    publishers: Mutex<BTreeMap<i32, Publisher>>,
}

/// The name of the column of partitions.
const PARTITION: &str = "Partition";

/// What tables of a topic keep, and how long first rows wait.
#[derive(Clone, Copy)]
pub(super) struct Keeping {
    pub(super) retention: Retention,
    pub(super) patience: Duration,
}

/// A table for rows of a topic.
fn open(graph: &Graph, schema: SchemaRef, keeping: Keeping) -> (Table, Publisher) {
    let (table, publisher) = source::open(graph, schema, keeping.retention);
    if matches!(keeping.retention, Retention::Blink { .. }) {
        publisher.hold_first_rows(i64::try_from(keeping.patience.as_nanos()).unwrap_or(i64::MAX));
    }
    (table, publisher)
}

impl Each {
    /// The way, the table of numbers, and the constituents.
    pub(super) fn open(graph: &Graph, schema: SchemaRef, keeping: Keeping) -> (Each, Table, Constituents) {
        let number = Field::new(PARTITION, DataType::Int32, true);
        let (table, numbers) = source::open(graph, Arc::new(Schema::new(vec![number])), Retention::Append);
        let constituents = Constituents::default();
        let each = Each {
            graph: graph.clone(),
            schema,
            keeping,
            numbers,
            constituents: Arc::downgrade(&constituents.0),
            publishers: Mutex::default(),
        };
        (each, table, constituents)
    }

    fn begin(&self, partition: i32) {
        if self.publishers.lock().contains_key(&partition) {
            return;
        }
        // Nobody who could ask for the table is left.
        let Some(constituents) = self.constituents.upgrade() else { return };
        let (table, publisher) = open(&self.graph, self.schema.clone(), self.keeping);
        self.publishers.lock().insert(partition, publisher);
        constituents.lock().insert(partition, table);
        let column: ArrayRef = Arc::new(Int32Array::from(vec![partition]));
        let row = RecordBatch::try_new(self.numbers.schema().clone(), vec![column]);
        let row = row.expect("one column of numbers");
        self.numbers.publish(row).expect("the table of numbers has one column");
    }
}

/// How far rows were published, for [`Rows::is_settled`].
pub(super) struct RowsMark(Vec<(i32, u64)>);

impl Rows {
    /// The way into one table, and the table.
    pub(super) fn open(graph: &Graph, schema: SchemaRef, keeping: Keeping) -> (Rows, Table) {
        let (table, publisher) = open(graph, schema, keeping);
        (Rows::One(publisher), table)
    }

    /// Whether a batch may have records of one partition only.
    pub(super) fn is_split(&self) -> bool {
        matches!(self, Rows::Each(_))
    }

    /// Rows of a partition may come from now on.
    pub(super) fn begin(&self, partition: i32) {
        if let Rows::Each(each) = self {
            each.begin(partition);
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        match self {
            Rows::One(publisher) => publisher.schema(),
            Rows::Each(each) => &each.schema,
        }
    }

    /// Queues rows for the next cycle. `partition` is that of all of them, if there is a table for each.
    ///
    /// # Errors
    /// If the batch has other columns than the table.
    pub(super) fn publish(&self, partition: i32, rows: RecordBatch) -> Result<()> {
        match self {
            Rows::One(publisher) => publisher.publish(rows),
            Rows::Each(each) => {
                let publisher = each.publishers.lock().get(&partition).cloned();
                match publisher.filter(Publisher::is_open) {
                    Some(publisher) => publisher.publish(rows),
                    None => Ok(()),
                }
            }
        }
    }

    /// Whether somebody still holds the table that rows of a partition go to.
    pub(super) fn takes(&self, partition: i32) -> bool {
        match self {
            Rows::One(publisher) => publisher.is_open(),
            Rows::Each(each) => each.publishers.lock().get(&partition).is_some_and(Publisher::is_open),
        }
    }

    pub(super) fn fail(&self, error: &Error) {
        self.all().iter().for_each(|publisher| publisher.fail(error.clone()));
    }

    /// Why a table takes no more rows, if one failed.
    pub(super) fn failure(&self) -> Option<Error> {
        self.all().iter().find_map(Publisher::failure)
    }

    /// Bytes that the columns of the tables hold.
    pub(super) fn table_bytes(&self) -> usize {
        self.sum(Publisher::table_bytes)
    }

    pub(super) fn queued_rows(&self) -> usize {
        self.sum(Publisher::queued_rows)
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.sum(Publisher::queued_bytes)
    }

    fn sum(&self, of: impl Fn(&Publisher) -> usize) -> usize {
        match self {
            Rows::One(publisher) => of(publisher),
            // What waits for a table that nobody holds waits for good.
            Rows::Each(each) => {
                each.publishers.lock().values().filter(|publisher| publisher.is_open()).map(of).sum()
            }
        }
    }

    /// Waits a moment for a cycle to take rows.
    pub(super) fn wait_below(&self, limit: usize, timeout: Duration) {
        let all = self.all();
        if let Some(fullest) = all.iter().max_by_key(|publisher| publisher.queued_bytes()) {
            fullest.wait_below(limit / all.len().max(1), timeout);
        }
    }

    /// Whether somebody still holds a table that rows go to, or may come to hold one.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Rows::One(publisher) => publisher.is_open(),
            Rows::Each(each) => {
                each.numbers.is_open() || each.publishers.lock().values().any(Publisher::is_open)
            }
        }
    }

    /// The place after what has been published so far.
    pub(super) fn mark(&self) -> RowsMark {
        RowsMark(match self {
            Rows::One(publisher) => vec![(0, publisher.mark())],
            Rows::Each(each) => each.publishers.lock().iter().map(|(p, own)| (*p, own.mark())).collect(),
        })
    }

    /// Whether all before a mark is in the tables at a finished step. Of several tables, those that nobody holds are not waited for.
    pub(super) fn is_settled(&self, mark: &RowsMark) -> bool {
        match self {
            Rows::One(publisher) => mark.0.iter().all(|(_, mark)| publisher.is_settled(*mark)),
            Rows::Each(each) => {
                let publishers = each.publishers.lock();
                let is_settled = |(partition, mark): &(i32, u64)| {
                    let own = &publishers[partition];
                    own.is_settled(*mark) || !own.is_open()
                };
                mark.0.iter().all(is_settled)
            }
        }
    }

    fn all(&self) -> Vec<Publisher> {
        match self {
            Rows::One(publisher) => vec![publisher.clone()],
            Rows::Each(each) => each.publishers.lock().values().cloned().collect(),
        }
    }
}
