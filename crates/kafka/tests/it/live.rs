//! A graph whose cycles run, and what tests ask of its tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, RecordBatch};
use kinetable_engine::{Change, Error, Graph, Listener, ListenerHandle, Table};
use parking_lot::Mutex;

/// A graph and the thread that runs its cycles, every few milliseconds.
pub struct Live {
    pub graph: Graph,
    is_stopped: Arc<AtomicBool>,
    is_held: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    pub fn start() -> Live {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let graph = Graph::new(Arc::new(pool), true);
        let (is_stopped, is_held) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(false)));
        let (cycles, stop, hold) = (graph.clone(), is_stopped.clone(), is_held.clone());
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let is_held = hold.lock();
                if !*is_held {
                    cycles.run_cycle(now());
                }
                drop(is_held);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        Live { graph, is_stopped, is_held, thread: Some(thread) }
    }

    /// Holds the cycles, or lets them go on. A cycle that has begun is over then.
    pub fn hold(&self, hold: bool) {
        *self.is_held.lock() = hold;
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("cycles do not panic");
        }
    }
}

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64
}

/// Waits for a condition, two minutes at most: the limit is for what never comes.
pub fn wait_for(what: &str, mut is_met: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_met() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until a table has so many rows, and not more a moment later.
pub fn wait_rows(table: &Table, rows: u64) -> RecordBatch {
    wait_for(&format!("{rows} rows, there are {}", table.size()), || table.size() >= rows);
    let batch = read(table);
    assert_eq!(batch.num_rows() as u64, rows, "rows of the table");
    batch
}

/// All rows of a table now.
pub fn read(table: &Table) -> RecordBatch {
    let version = table.version();
    version.batch(table.schema(), version.rows()).expect("the table reads")
}

/// A column as text a cell, `.` for null: for comparing with what is expected.
pub fn cells(batch: &RecordBatch, column: &str) -> Vec<String> {
    let array =
        batch.column_by_name(column).unwrap_or_else(|| panic!("no column {column}: {:?}", batch.schema()));
    // Without a time zone database only offsets can be shown.
    let shifted = array
        .as_primitive_opt::<TimestampNanosecondType>()
        .map(|times| times.clone().with_timezone("+00:00"));
    let array: &dyn Array = shifted.as_ref().map_or(array.as_ref(), |times| times);
    let options = arrow_cast::display::FormatOptions::default().with_null(".");
    let shown = arrow_cast::display::ArrayFormatter::try_new(array, &options).expect("it can be shown");
    (0..array.len()).map(|row| shown.value(row).to_string()).collect()
}

pub fn longs(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let array = batch.column_by_name(column).expect("the column is there");
    match array.data_type() {
        arrow_schema::DataType::Int32 => {
            array.as_primitive::<Int32Type>().values().iter().map(|v| i64::from(*v)).collect()
        }
        arrow_schema::DataType::Int64 => array.as_primitive::<Int64Type>().values().to_vec(),
        _ => array.as_primitive::<TimestampNanosecondType>().values().to_vec(),
    }
}

pub fn doubles(batch: &RecordBatch, column: &str) -> Vec<f64> {
    let array = batch.column_by_name(column).expect("the column is there");
    array.as_primitive::<Float64Type>().values().to_vec()
}

/// Keeps every row that ever came to a table: what a blink table had.
pub struct Collector {
    table: Table,
    batches: Arc<Batches>,
    _handle: ListenerHandle,
}

#[derive(Default)]
struct Batches {
    seen: Mutex<Vec<RecordBatch>>,
    schema: Mutex<Option<arrow_schema::SchemaRef>>,
}

impl Collector {
    pub fn of(table: &Table) -> Collector {
        let batches = Arc::new(Batches::default());
        *batches.schema.lock() = Some(table.schema().clone());
        let (version, handle) = table.listen(batches.clone());
        let first = version.batch(table.schema(), version.rows()).expect("the table reads");
        batches.seen.lock().insert(0, first);
        Collector { table: table.clone(), batches, _handle: handle }
    }

    pub fn rows(&self) -> usize {
        self.batches.seen.lock().iter().map(RecordBatch::num_rows).sum()
    }

    pub fn all(&self) -> RecordBatch {
        let seen = self.batches.seen.lock();
        arrow_select::concat::concat_batches(self.table.schema(), seen.iter()).expect("one schema")
    }
}

impl Listener for Batches {
    fn on_update(&self, change: &Arc<Change>) {
        let schema = self.schema.lock().clone().expect("set at the start");
        let added = change.after.batch(&schema, &change.update.added).expect("rows read");
        self.seen.lock().push(added);
    }

    fn on_failure(&self, error: &Error) {
        panic!("the table failed: {error}");
    }
}
