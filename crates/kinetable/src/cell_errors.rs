//! Cells that could not be computed on a live table: null there, and recorded here, as a live table of their own.
//!
//! ```text
//!  a formula fails on a row ─▶ CellErrors: a count, the newest thousand ─▶ (once asked for) a ring table
//! ```
//!
//! **Memory**: the newest thousand errors, and as many rows of the table. A table that nobody asks for costs nothing.
//!
//! **Invariant**: the same failure of the same cell is listed once while it is among the newest: a computed column that is read
//! again and again does not push other errors out.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray, TimestampNanosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use kinetable_engine::source::{self, Publisher, Retention};
use parking_lot::Mutex;

use crate::{Result, Session, Table};

/// How many of the newest errors are kept.
const KEPT: usize = 1_000;

/// One cell that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// The wall clock, ns since the epoch.
    pub time: i64,
    /// The column; `None` for a filter.
    pub column: Option<String>,
    /// The formula.
    pub formula: String,
    /// The row's key in the table it is computed from, where that is known.
    pub row: Option<u64>,
    /// Why.
    pub message: String,
}

/// What tells one failure of one cell from others.
type Cell = (String, Option<u64>, String);

impl CellError {
    fn cell(&self) -> Cell {
        (self.formula.clone(), self.row, self.message.clone())
    }
}

/// The errors of a table's formulas: a count, and the newest thousand. Clones share them.
#[derive(Clone, Default)]
pub struct CellErrors(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    count: u64,
    newest: VecDeque<CellError>,
    listed: HashSet<Cell>,
    /// The live table, once somebody asked for it.
    table: Option<(Table, Publisher)>,
}

impl CellErrors {
    /// Records cells that failed.
    pub fn record(&self, errors: impl Iterator<Item = CellError>) {
        let mut record = self.0.lock();
        let fresh: Vec<CellError> = errors.filter(|error| record.listed.insert(error.cell())).collect();
        record.count += fresh.len() as u64;
        let kept = &fresh[fresh.len().saturating_sub(KEPT)..];
        for error in &fresh[..fresh.len() - kept.len()] {
            record.listed.remove(&error.cell());
        }
        for error in kept {
            if record.newest.len() == KEPT
                && let Some(oldest) = record.newest.pop_front()
            {
                record.listed.remove(&oldest.cell());
            }
            record.newest.push_back(error.clone());
        }
        if let Some((_, publisher)) = &record.table {
            // The table was made with this schema, so it takes the rows.
            drop(batch(publisher.schema(), kept.iter()).and_then(|rows| publisher.publish(rows)));
        }
    }

    /// How many cells failed so far.
    pub fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// The newest errors, oldest first.
    pub fn newest(&self) -> Vec<CellError> {
        self.0.lock().newest.iter().cloned().collect()
    }

    /// The newest thousand errors as a live table: `Time`, `Column`, `Formula`, `Row`, `Message`.
    ///
    /// # Errors
    /// If the session has ended.
    pub fn table(&self, session: &Session) -> Result<Table> {
        if let Some((table, _)) = &self.0.lock().table {
            return Ok(table.clone());
        }
        // Made without the lock: a cycle that records an error goes on meanwhile.
        let (table, publisher) = source::open(session.graph(), schema(), Retention::Ring(KEPT as u64));
        let table = Table::of(session, table);
        let mut record = self.0.lock();
        if let Some((table, _)) = &record.table {
            return Ok(table.clone());
        }
        publisher.publish(batch(publisher.schema(), record.newest.iter())?)?;
        let known = !record.newest.is_empty();
        record.table = Some((table.clone(), publisher));
        drop(record);
        if known {
            // So that what is known is there at once; who keeps cycles from running sees it with the next one.
            drop(session.flush());
        }
        Ok(table)
    }
}

impl std::fmt::Debug for CellErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cell errors", self.count())
    }
}

fn schema() -> SchemaRef {
    let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("Time", instant, true),
        Field::new("Column", DataType::Utf8View, true),
        Field::new("Formula", DataType::Utf8View, true),
        Field::new("Row", DataType::Int64, true),
        Field::new("Message", DataType::Utf8View, true),
    ]))
}

fn batch<'a>(schema: &SchemaRef, errors: impl Iterator<Item = &'a CellError> + Clone) -> Result<RecordBatch> {
    let times = TimestampNanosecondArray::from_iter_values(errors.clone().map(|error| error.time));
    let columns: StringViewArray = errors.clone().map(|error| error.column.as_deref()).collect();
    let formulas: StringViewArray = errors.clone().map(|error| Some(error.formula.as_str())).collect();
    let rows: Int64Array = errors.clone().map(|error| error.row.map(|row| row as i64)).collect();
    let messages: StringViewArray = errors.map(|error| Some(error.message.as_str())).collect();
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(times.with_timezone("UTC")),
        Arc::new(columns),
        Arc::new(formulas),
        Arc::new(rows),
        Arc::new(messages),
    ];
    Ok(RecordBatch::try_new(schema.clone(), arrays)?)
}
