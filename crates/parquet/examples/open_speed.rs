//! How fast a directory of daily files opens, what it holds then, and what reading from it costs.
//!
//! `cargo run --release -p kinetable-parquet --example open_speed [DAYS] [SERVICES]` writes a history of so many
//! files (365 of 10 services: 31 million rows) below the directory for temporary files, once, and prints figures.
//! Each figure of a scan stands beside that of the parquet crate alone reading the same columns in the same process.

use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, StringViewArray, TimestampNanosecondArray, UInt64Array,
};
use arrow_schema::{Field, Schema};
use kinetable_engine::column::Packed;
use kinetable_engine::{Column, Result, RowSet, Table, Version};
use kinetable_parquet::{Cache, Comparison, ParquetTable, Prune, ReadOptions, WriteOptions, read, write};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const ROWS_A_DAY: usize = 8640;
const NANOS_A_DAY: i64 = 86_400_000_000_000;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().expect("a number"));
    let days: usize = arguments.next().unwrap_or(365);
    let services: usize = arguments.next().unwrap_or(10);
    let root = std::env::temp_dir().join(format!("kinetable-open-speed-{days}-{services}"));
    if !root.exists() {
        println!("writing {days} files of {} rows …", services * ROWS_A_DAY);
        generate(&root, days, services)?;
    }
    println!("{days} files, {} rows, {} MB\n", days * services * ROWS_A_DAY, size(&root) / 1_000_000);

    let before = resident();
    let (table, took) = timed(|| read(&root, &ReadOptions::default()))?;
    report("open", took, &format!("{} kB more resident, {:?}", resident() - before, table.counts()));
    report("", Duration::ZERO, &format!("{} bytes held by its own account", table.bytes()));
    let quarter = last(&table, days, 90)?;
    let (engine, took) = timed(|| quarter.coalesce())?;
    let held = resident() - before;
    report("where on the last 90 days", took, &format!("{} rows, {held} kB more resident", engine.size()));
    report("", Duration::ZERO, &format!("{:?}", quarter.counts()));
    report("", Duration::ZERO, &format!("{} bytes held by its own account", quarter.bytes()));
    scans(&engine, &quarter)?;
    random_rows(&quarter, &engine)?;
    let before = resident();
    let (whole, took) = timed(|| table.coalesce())?;
    let more = resident() - before;
    report("all footers", took, &format!("{} rows, {more} kB more resident", whole.size()));
    chunked(&root, days)?;
    Ok(())
}

fn last(table: &ParquetTable, days: usize, of: usize) -> Result<ParquetTable> {
    let from = date(days.saturating_sub(of));
    let recent = Prune::Compare {
        column: "Date".into(),
        comparison: Comparison::GreaterOrEqual,
        value: Arc::new(StringViewArray::from(vec![from])),
    };
    Ok(table.prune(&[recent])?.0)
}

fn scans(engine: &Table, table: &ParquetTable) -> Result<()> {
    let version = engine.version();
    for (column, field) in engine.schema().fields().iter().enumerate() {
        for pass in ["cold", "again"] {
            let (values, took) = timed(|| version.read(column, version.rows()))?;
            let what = format!("scan {} {pass}", field.name());
            report(&what, took, &rate(values.len(), took));
        }
        let files = table.files();
        let Some(rows) =
            timed(|| Ok(plain(&files, field.name()))).map(|(rows, took)| rows.map(|rows| (rows, took)))?
        else {
            continue;
        };
        report(&format!("  the crate alone, {}", field.name()), rows.1, &rate(rows.0, rows.1));
    }
    report("cache", Duration::ZERO, &format!("{} MB held", table.cache().bytes() / 1_000_000));
    Ok(())
}

/// Reads a column of files one after another with nothing of ours.
fn plain(files: &[String], column: &str) -> Option<usize> {
    let mut rows = 0;
    for path in files {
        let file = File::open(path).expect("the file was written");
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
        let place = builder.schema().index_of(column).ok()?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), [place]);
        for batch in builder.with_projection(mask).with_batch_size(1 << 14).build().expect("a reader") {
            let batch: RecordBatch = batch.expect("a batch");
            rows += black_box(batch).num_rows();
        }
    }
    Some(rows)
}

fn random_rows(table: &ParquetTable, engine: &Table) -> Result<()> {
    let version = engine.version();
    let column = engine.definition().column_index("Value")?;
    let mut rng = StdRng::seed_from_u64(5);
    let key = |rng: &mut StdRng| version.rows().select(rng.random_range(0..engine.size())).expect("a row");
    for (what, budget) in [("nothing cached", 0), ("cached", Cache::BUDGET_DEFAULT)] {
        table.cache().set_budget(budget);
        version.read(column, version.rows())?;
        let rounds = 200;
        let (_, took) = timed(|| {
            (0..rounds).try_for_each(|_| version.read(column, &RowSet::single(key(&mut rng))).map(drop))
        })?;
        report(&format!("one random row, {what}"), took / rounds, "");
        let keys: UInt64Array = (0..10_000).map(|_| Some(key(&mut rng))).collect();
        let (_, took) = timed(|| version.column(column).gather(&keys))?;
        report(&format!("10,000 random rows, {what}"), took, &rate(10_000, took));
    }
    Ok(())
}

/// A scan in chunks, as an operator reads.
fn chunked(root: &Path, days: usize) -> Result<()> {
    let table = last(&read(root, &ReadOptions::default())?, days, 90)?.coalesce()?;
    let version = table.version();
    let column = table.definition().column_index("Value")?;
    let (rows, took) = timed(|| {
        let chunks = (0..table.size()).step_by(1 << 16);
        chunks
            .map(|start| Ok(version.read(column, &version.rows().slice(start..start + (1 << 16)))?.len()))
            .sum::<Result<usize>>()
    })?;
    report("scan Value in chunks of 65,536", took, &rate(rows, took));
    Ok(())
}

fn generate(root: &Path, days: usize, services: usize) -> Result<()> {
    let unfinished: PathBuf = root.with_extension("unfinished");
    let mut rng = StdRng::seed_from_u64(7);
    let names: Vec<String> = (0..services).map(|number| format!("service number {number}")).collect();
    for day in 0..days {
        let rows = ROWS_A_DAY * services;
        let start = day as i64 * NANOS_A_DAY + 1_735_689_600_000_000_000;
        let time = |row: usize| start + (row / services) as i64 * 10_000_000_000;
        let times = TimestampNanosecondArray::from_iter_values((0..rows).map(time)).with_timezone("UTC");
        let services = StringViewArray::from_iter_values((0..rows).map(|row| &names[row % services]));
        let values = Int64Array::from_iter_values((0..rows).map(|_| rng.random_range(5_000..9_000)));
        let columns: [(&str, ArrayRef); 3] = [
            ("Timestamp", Arc::new(times)),
            ("ServiceName", Arc::new(services)),
            ("Value", Arc::new(values)),
        ];
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, values)| Field::new(*name, values.data_type().clone(), true))
            .collect();
        let flat = RowSet::flat(rows as u64);
        let packed = columns.into_iter().map(|(_, values)| Packed::column(flat.clone(), values));
        let version = Version::new(0, flat.clone(), packed.collect::<Result<Vec<Column>>>()?);
        let path = unfinished.join(format!("Date={}", date(day))).join("part-0.parquet");
        write(&version, &Arc::new(Schema::new(fields)), path, &WriteOptions::default())?;
    }
    std::fs::rename(unfinished, root).expect("the directory can be renamed");
    Ok(())
}

/// Days from 2025-01-01 as `YYYY-MM-DD`.
fn date(mut day: usize) -> String {
    for year in 2025.. {
        let february = if year % 4 == 0 { 29 } else { 28 };
        for (month, days) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
            if day < days {
                return format!("{year}-{:02}-{:02}", month + 1, day + 1);
            }
            day -= days;
        }
    }
    unreachable!("years do not end")
}

fn size(root: &Path) -> u64 {
    let files =
        |path: PathBuf| std::fs::read_dir(path).expect("a directory").map(|entry| entry.expect("an entry"));
    files(root.to_path_buf())
        .flat_map(|entry| files(entry.path()))
        .map(|file| file.metadata().expect("a file").len())
        .sum()
}

fn timed<T>(what: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let start = Instant::now();
    what().map(|value| (value, start.elapsed()))
}

fn rate(rows: usize, took: Duration) -> String {
    format!("{:.1} million rows/s", rows as f64 / took.as_secs_f64() / 1e6)
}

fn report(what: &str, took: Duration, more: &str) {
    println!("{what:<34} {:>9.3} ms  {more}", took.as_secs_f64() * 1e3);
}

/// Resident memory of this process in kB; 0 where it cannot be told.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
