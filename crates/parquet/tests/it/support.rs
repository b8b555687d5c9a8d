//! Directories of Parquet files made for a test, and the plain reading of them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, StringViewArray, TimestampNanosecondArray, UInt64Array,
};
use arrow_select::concat::concat;
use kinetable_engine::{RowSet, Table};
use kinetable_parquet::{Comparison, ParquetTable, Prune, ReadOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// A directory that is gone when the test is over.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kinetable-parquet-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap()
}

pub fn write_file(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

pub fn row_groups_of(rows: usize) -> WriterProperties {
    WriterProperties::builder().set_max_row_group_row_count(Some(rows)).build()
}

/// All values of a column of a file, by the parquet crate alone.
pub fn plain(path: &Path, column: &str) -> ArrayRef {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let empty = RecordBatch::new_empty(reader.schema().clone());
    let batches = reader.build().unwrap().map(Result::unwrap);
    let batches = std::iter::once(empty).chain(batches);
    let column = |batch: RecordBatch| batch.column_by_name(column).unwrap().clone();
    let parts: Vec<ArrayRef> = batches.map(column).collect();
    concat(&parts.iter().map(|part| part.as_ref()).collect::<Vec<_>>()).unwrap()
}

pub fn open(path: &Path) -> ParquetTable {
    kinetable_parquet::read(path, &ReadOptions::default()).unwrap()
}

pub fn column(table: &Table, name: &str) -> usize {
    table.definition().column_index(name).unwrap()
}

pub fn read_all(table: &Table, name: &str) -> ArrayRef {
    read_rows(table, name, table.version().rows())
}

pub fn read_rows(table: &Table, name: &str, rows: &RowSet) -> ArrayRef {
    table.version().read(column(table, name), rows).unwrap()
}

pub fn gather(table: &Table, name: &str, keys: &UInt64Array) -> ArrayRef {
    table.version().column(column(table, name)).gather(keys).unwrap()
}

pub fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringViewArray::from(values.to_vec()))
}

pub fn long(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

pub fn compare(column: &str, comparison: Comparison, value: ArrayRef) -> Prune {
    Prune::Compare { column: column.into(), comparison, value }
}

/// Days from the first of January as `2026-MM-DD`.
pub fn date(mut day: usize) -> String {
    for (month, days) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if day < days {
            return format!("2026-{:02}-{:02}", month + 1, day + 1);
        }
        day -= days;
    }
    panic!("a day past the year");
}

/// Rows of one service and day: one every ten seconds.
pub const ROWS_A_DAY: usize = 8640;

/// A history of days and services, as the main job has it: `Date=…/part-0.parquet`.
pub fn history(path: &Path, days: usize, services: &[&str]) {
    for day in 0..days {
        let rows = ROWS_A_DAY * services.len();
        let start = (20_454 + day as i64) * 86_400_000_000_000;
        let time = |row: usize| start + (row / services.len()) as i64 * 10_000_000_000;
        let times = TimestampNanosecondArray::from_iter_values((0..rows).map(time));
        let names = StringArray::from_iter_values((0..rows).map(|row| services[row % services.len()]));
        let values = Int64Array::from_iter_values((0..rows).map(|row| (day * 10_000 + row) as i64));
        let batch = batch(vec![
            ("Timestamp", Arc::new(times.with_timezone("UTC"))),
            ("ServiceName", Arc::new(names)),
            ("Value", Arc::new(values)),
        ]);
        let file = path.join(format!("Date={}", date(day))).join("part-0.parquet");
        write_file(&file, &batch, WriterProperties::default());
    }
}
