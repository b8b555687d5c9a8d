//! The door in: record batches from any thread become the rows of a live table.
//!
//! ```text
//!  producer threads ─▶ Publisher (a bounded queue) ─▶ one cycle takes all ─▶ append, blink or ring table
//! ```
//!
//! **State**: the batches not yet taken, and the table's columns. **Update rule**: what was queued is added; a blink
//! table removes the rows of its cycle before, a ring table those beyond its newest n, a table with limits its oldest blocks,
//! a latest table those of the batch before. Rows that were retracted go, where rows may go at all. **Cost**: the rows that
//! came and went. **Memory**: the publisher knows the bytes queued, so that whoever fills it can pause.
//! **First rows** of a blink table can be [held](Publisher::hold_first_rows) until somebody uses it and what is made of it.
//! **Durability**: a publisher can ask whether what it published up to a [mark](Publisher::mark) is in the table at a finished
//! step, and only then tell the outside (a consumer group, say) that it has been taken.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use kinetable_rowset::RowSet;
use parking_lot::{Condvar, Mutex};

use crate::column::{Log, concat_chunks};
use crate::hold::Hold;
pub use crate::keep::Keep;
use crate::keep::Ledger;
use crate::{Column, Definition, Error, Graph, Initial, Input, Operator, Output, Properties, Result};
use crate::{StepCtx, Table, Update, Version, WeakTable};

/// Which rows a source table keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// All rows.
    Append,
    /// Each cycle's rows for that cycle; without a next cycle, for `linger_ns`.
    Blink {
        /// How long rows stay when nothing else brings a cycle about, ns.
        linger_ns: i64,
    },
    /// The newest rows, so many.
    Ring(u64),
    /// The newest rows within limits; older ones go block by block, and their memory is freed.
    Keep(Keep),
    /// The rows of the batch published last, which may be empty. A batch equal to the one before changes nothing.
    Latest,
}

impl Retention {
    /// Blink with the usual linger of one second.
    pub const BLINK: Retention = Retention::Blink { linger_ns: 1_000_000_000 };

    fn properties(self) -> Properties {
        match self {
            Retention::Append => Properties::APPEND,
            Retention::Blink { .. } => Properties::BLINK,
            Retention::Ring(_) | Retention::Keep(_) | Retention::Latest => Properties::ANY,
        }
    }
}

/// Opens a live table that is filled through a publisher.
pub fn open(graph: &Graph, schema: SchemaRef, retention: Retention) -> (Table, Publisher) {
    let queue = Arc::new(Queue::default());
    let logs: Vec<Log> = schema.fields().iter().map(|field| Log::new(field.data_type().clone(), 0)).collect();
    let ledger = match retention {
        Retention::Keep(keep) => Some(Ledger::new(keep)),
        _ => None,
    };
    let columns = columns(&logs);
    let queue_of = queue.clone();
    let inflow =
        Inflow { queue: queue_of, retention, logs, clear_at: None, latest: None, ledger, fails: false };
    let initial = Initial {
        definition: Definition::new(schema.clone(), retention.properties()),
        rows: RowSet::empty(),
        columns,
        operator: Box::new(inflow),
    };
    let table = Table::source(graph, initial);
    let replaces = retention == Retention::Latest;
    let publisher = Publisher { queue, schema, replaces, graph: graph.clone(), table: table.weak() };
    (table, publisher)
}

/// Puts rows into a source table, from any thread. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    queue: Arc<Queue>,
    schema: SchemaRef,
    /// Whether a batch takes the place of the one before, so that an empty one says something.
    replaces: bool,
    graph: Graph,
    table: WeakTable,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    taken: Condvar,
    intake: Mutex<Intake>,
    /// What holds the first rows back, until they flow.
    hold: Mutex<Option<Hold>>,
}

#[derive(Default)]
struct Waiting {
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
    retracted: RowSet,
    failure: Option<Error>,
    /// Batches ever queued.
    total: u64,
}

/// How many of the batches ever queued the last step that took some had taken, and those before it.
#[derive(Clone, Copy, Default)]
struct Intake {
    step: u64,
    total: u64,
    before: u64,
}

impl Queue {
    /// Whether what is queued is to wait. A failure is not kept waiting, nor are the rows before it.
    fn is_held(&self, now: i64) -> bool {
        let mut hold = self.hold.lock();
        let Some(first) = hold.as_mut() else {
            return false;
        };
        let (is_empty, fails) = {
            let waiting = self.waiting.lock();
            (waiting.batches.is_empty(), waiting.failure.is_some())
        };
        let is_held = !fails && (is_empty || first.goes_on(now));
        if !is_held {
            *hold = None;
        }
        is_held
    }

    /// Takes what is queued.
    fn take(&self) -> Waiting {
        let mut waiting = self.waiting.lock();
        let rest = Waiting { total: waiting.total, ..Waiting::default() };
        let taken = std::mem::replace(&mut *waiting, rest);
        self.taken.notify_all();
        taken
    }
}

impl Publisher {
    /// The schema that batches must have.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Queues rows for the next cycle; they appear together.
    ///
    /// # Errors
    /// If the batch has other columns than the table.
    pub fn publish(&self, batch: RecordBatch) -> Result<()> {
        let types =
            |schema: &SchemaRef| schema.fields().iter().map(|f| f.data_type().clone()).collect::<Vec<_>>();
        if types(&batch.schema()) != types(&self.schema) {
            let message = format!("rows of {:?} published to a table of {:?}", batch.schema(), self.schema);
            return Err(Error::invalid(message));
        }
        if batch.num_rows() == 0 && !self.replaces {
            return Ok(());
        }
        let mut waiting = self.queue.waiting.lock();
        waiting.rows += batch.num_rows();
        waiting.bytes += batch.get_array_memory_size();
        waiting.batches.push(batch);
        waiting.total += 1;
        drop(waiting);
        self.graph.notify();
        Ok(())
    }

    /// Holds the first rows back while the table [awaits users](Table::awaits_users), for so long at most from when they are
    /// there. To be called before rows are published.
    pub fn hold_first_rows(&self, at_most_ns: i64) {
        *self.queue.hold.lock() = Some(Hold::new(self.table.clone(), at_most_ns));
    }

    /// Takes rows out of the table again, in the next cycle; keys that are not there are passed over.
    ///
    /// # Errors
    /// If the table is one that never loses rows.
    pub fn retract(&self, rows: &RowSet) -> Result<()> {
        let add_only = |table: Table| table.definition().properties.add_only;
        if self.table.upgrade().is_some_and(add_only) {
            return Err(Error::invalid("rows cannot be taken out of an append table"));
        }
        let mut waiting = self.queue.waiting.lock();
        waiting.retracted = waiting.retracted.union(rows);
        drop(waiting);
        self.graph.notify();
        Ok(())
    }

    /// Bytes that the columns of the table hold.
    pub fn table_bytes(&self) -> usize {
        let Some(table) = self.table.upgrade() else {
            return 0;
        };
        let version = table.version();
        version.columns().iter().map(|column| column.bytes()).sum()
    }

    /// Fails the table, with what is made from it. What was published before is in it first.
    pub fn fail(&self, error: Error) {
        self.queue.waiting.lock().failure = Some(error);
        self.graph.notify();
    }

    /// Rows queued and not yet taken by a cycle.
    pub fn queued_rows(&self) -> usize {
        self.queue.waiting.lock().rows
    }

    /// Bytes queued and not yet taken by a cycle.
    pub fn queued_bytes(&self) -> usize {
        self.queue.waiting.lock().bytes
    }

    /// Waits until fewer bytes than `limit` are queued; false if that did not happen in time.
    pub fn wait_below(&self, limit: usize, timeout: Duration) -> bool {
        let mut waiting = self.queue.waiting.lock();
        let busy = |waiting: &mut Waiting| waiting.bytes >= limit;
        !self.queue.taken.wait_while_for(&mut waiting, busy, timeout).timed_out()
    }

    /// The place after what has been published so far, for [`Publisher::is_settled`].
    pub fn mark(&self) -> u64 {
        self.queue.waiting.lock().total
    }

    /// Whether all that was published before a mark is in the table at a finished step, where readers see it. It never will
    /// be if the table has failed, or nobody holds it.
    pub fn is_settled(&self, mark: u64) -> bool {
        let intake = *self.queue.intake.lock();
        // While the step that took the last batches is under way, those of the steps before it are seen.
        let settled = if self.graph.step() >= intake.step { intake.total } else { intake.before };
        settled >= mark
    }

    /// Whether somebody still holds the table or one made from it.
    pub fn is_open(&self) -> bool {
        self.table.is_held()
    }

    /// Why the table takes no more rows, if it failed.
    pub fn failure(&self) -> Option<Error> {
        let queued = self.queue.waiting.lock().failure.clone();
        queued.or_else(|| self.table.upgrade()?.failure())
    }
}

/// The operator of a source table.
struct Inflow {
    queue: Arc<Queue>,
    retention: Retention,
    logs: Vec<Log>,
    clear_at: Option<i64>,
    /// The batch whose rows a latest table has.
    latest: Option<RecordBatch>,
    /// Of a table with limits.
    ledger: Option<Ledger>,
    /// Whether the next cycle fails the table.
    fails: bool,
}

impl Operator for Inflow {
    fn kind(&self) -> &'static str {
        match self.retention {
            Retention::Append => "append",
            Retention::Blink { .. } => "blink",
            Retention::Ring(_) => "ring",
            Retention::Keep(_) => "keep",
            Retention::Latest => "latest",
        }
    }

    fn queued(&self) -> (usize, usize) {
        let waiting = self.queue.waiting.lock();
        (waiting.rows, waiting.bytes)
    }

    fn apply(&mut self, _: &[Input<'_>], previous: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        if self.queue.is_held(ctx.now) {
            return Ok(None);
        }
        let waiting = self.queue.take();
        let total = waiting.total;
        let output = self.take_in(waiting, previous, ctx)?;
        let mut intake = self.queue.intake.lock();
        *intake = Intake { step: ctx.step, total, before: intake.total };
        Ok(output)
    }

    fn due(&self) -> Option<i64> {
        let expires = self.ledger.as_ref().and_then(Ledger::due);
        // At once: every time of a cycle is after the epoch.
        let fails = self.fails.then_some(0);
        let asks = self.queue.hold.lock().as_ref().and_then(Hold::due);
        [self.clear_at, expires, fails, asks].into_iter().flatten().min()
    }
}

impl Inflow {
    fn take_in(&mut self, mut waiting: Waiting, previous: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        if let Some(failure) = waiting.failure.take() {
            if waiting.batches.is_empty() || self.fails {
                return Err(failure);
            }
            self.queue.waiting.lock().failure.get_or_insert(failure);
            self.fails = true;
        }
        let blink = matches!(self.retention, Retention::Blink { .. });
        let clears = blink && !previous.rows().is_empty();
        let replaced = self.retention == Retention::Latest && self.replace(&mut waiting.batches);
        let expires = self.ledger.as_ref().and_then(Ledger::due).is_some_and(|due| due <= ctx.now);
        let retracted = waiting.retracted.intersect(previous.rows());
        if waiting.batches.is_empty() && !clears && !replaced && !expires && retracted.is_empty() {
            return Ok(None);
        }
        let added = self.append(&waiting.batches, ctx.now)?;
        let mut update = self.retire(previous.rows(), added, ctx.now);
        update.removed = update.removed.union(&retracted);
        if update.removed.is_empty() && update.added.is_empty() {
            return Ok(None);
        }
        let rows = previous.rows().difference(&update.removed).union(&update.added);
        if !retracted.is_empty() {
            self.forget_before(rows.first());
        }
        self.clear_at = match self.retention {
            Retention::Blink { linger_ns } if !rows.is_empty() => Some(ctx.now + linger_ns),
            _ => None,
        };
        Ok(Some(Output { rows, columns: columns(&self.logs), update }))
    }

    /// Leaves the last batch only, and that only if it is another than the one before; whether it is.
    fn replace(&mut self, batches: &mut Vec<RecordBatch>) -> bool {
        let Some(last) = batches.pop().filter(|last| self.latest.as_ref() != Some(last)) else {
            batches.clear();
            return false;
        };
        *batches = vec![last.clone()];
        self.latest = Some(last);
        true
    }

    /// Appends the batches; gives the keys of their rows.
    fn append(&mut self, batches: &[RecordBatch], now: i64) -> Result<RowSet> {
        let start = self.logs.first().map_or(0, Log::end);
        for (index, log) in self.logs.iter_mut().enumerate() {
            let chunks: Vec<ArrayRef> = batches.iter().map(|batch| batch.column(index).clone()).collect();
            if matches!(self.retention, Retention::Blink { .. } | Retention::Latest) {
                *log =
                    Log::new(chunks.first().map_or_else(|| log_type(log), |c| c.data_type().clone()), start);
            }
            *log = log.append(concat_chunks(&log_type(log), &chunks)?)?;
        }
        if let Some(ledger) = &mut self.ledger {
            let mut end = start;
            for batch in batches {
                end += batch.num_rows() as u64;
                ledger.add(batch, end, now);
            }
        }
        let end = self.logs.first().map_or(0, Log::end);
        Ok(RowSet::from_range(start..end))
    }

    /// Frees what lies before the first row that is left, after rows were retracted.
    fn forget_before(&mut self, first: Option<u64>) {
        let start = first.unwrap_or_else(|| self.logs.first().map_or(0, Log::end));
        self.logs.iter_mut().for_each(|log| *log = log.forget_before(start));
        if let Some(ledger) = &mut self.ledger {
            ledger.forget_before(start);
        }
    }

    /// What goes because of what came.
    fn retire(&mut self, previous: &RowSet, added: RowSet, now: i64) -> Update {
        let end = self.logs.first().map_or(0, Log::end);
        let start = match self.retention {
            Retention::Append => return Update::adding(added),
            Retention::Blink { .. } | Retention::Latest => {
                return Update { removed: previous.clone(), added, ..Update::default() };
            }
            Retention::Ring(capacity) => end.saturating_sub(capacity),
            Retention::Keep(_) => self.ledger.as_mut().map_or(0, |ledger| ledger.cut(end, now)),
        };
        self.logs.iter_mut().for_each(|log| *log = log.forget_before(start));
        Update {
            removed: previous.restrict(0..start),
            added: added.restrict(start..u64::MAX),
            ..Update::default()
        }
    }
}

fn log_type(log: &Log) -> arrow_schema::DataType {
    crate::ColumnSource::data_type(log).clone()
}

fn columns(logs: &[Log]) -> Vec<Column> {
    logs.iter().map(|log| Arc::new(log.clone()) as Column).collect()
}
