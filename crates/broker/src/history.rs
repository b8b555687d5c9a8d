//! The services' history as Parquet: `DIR/Date=YYYY-MM-DD/part-0.parquet`, one folder a day.
//!
//! Columns: `Timestamp` (nanoseconds, UTC), `ServiceName` (text), `Value` (64-bit); `Date` is in the path alone.
//! Rows are in order of time; a file has several row groups, so that a reader can skip part of a day.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use arrow_array::{Int64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::model::{DAY_MS, Model, steps};

/// Steps of ten seconds in a row group: six hours.
const ROW_GROUP_STEPS: usize = 2_160;
const WRITERS: usize = 2;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Written {
    /// Folders, one a day, each with one file.
    pub days: usize,
    /// Rows in all.
    pub rows: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Writes the days `from..=to` of `model` under `dir`, replacing what is there for these days.
///
/// `progress` is called with the number of days done, from several threads.
pub fn write(
    dir: &Path,
    model: &Model,
    from: Date,
    to: Date,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<Written> {
    if to < from {
        bail!("the history would end on {to}, before it begins on {from}");
    }
    let days: Vec<Date> = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to).collect();
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let work = || -> Result<Written> {
        let mut written = Written::default();
        while let Some(day) = days.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (rows, bytes) = write_day(dir, model, *day)?;
            written =
                Written { days: written.days + 1, rows: written.rows + rows, bytes: written.bytes + bytes };
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, days.len());
        }
        Ok(written)
    };
    let parts = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(work)).collect();
        let join =
            |writer: std::thread::ScopedJoinHandle<'_, _>| writer.join().expect("a writer does not panic");
        writers.into_iter().map(join).collect::<Vec<Result<Written>>>()
    });
    parts.into_iter().try_fold(Written::default(), |sum, part| {
        let part = part?;
        Ok(Written { days: sum.days + part.days, rows: sum.rows + part.rows, bytes: sum.bytes + part.bytes })
    })
}

/// The file of one day.
pub fn path_of(dir: &Path, day: Date) -> PathBuf {
    dir.join(format!("Date={day}")).join("part-0.parquet")
}

/// The first instant of a day in UTC, in milliseconds since the epoch.
pub fn start_of(day: Date) -> Result<i64> {
    Ok(day.to_zoned(TimeZone::UTC)?.timestamp().as_millisecond())
}

fn write_day(dir: &Path, model: &Model, day: Date) -> Result<(usize, u64)> {
    let path = path_of(dir, day);
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
    let file = File::create(&path).with_context(|| format!("file {} cannot be made", path.display()))?;
    let rows_max = ROW_GROUP_STEPS * model.services().len();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(rows_max))
        .build();
    let schema = schema();
    let batch = rows_of(model, &schema, start_of(day)?)?;
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok((batch.num_rows(), fs::metadata(&path)?.len()))
}

fn rows_of(model: &Model, schema: &SchemaRef, start: i64) -> Result<RecordBatch> {
    let rows = || {
        steps(start, start + DAY_MS)
            .flat_map(|timestamp| (0..model.services().len()).map(move |service| (timestamp, service)))
    };
    let times =
        TimestampNanosecondArray::from_iter_values(rows().map(|(timestamp, _)| timestamp * 1_000_000));
    let names = StringArray::from_iter_values(rows().map(|(_, service)| &model.services()[service]));
    let values =
        Int64Array::from_iter_values(rows().map(|(timestamp, service)| model.value(service, timestamp)));
    let columns = vec![
        Arc::new(times.with_timezone("UTC")) as arrow_array::ArrayRef,
        Arc::new(names),
        Arc::new(values),
    ];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

fn schema() -> SchemaRef {
    let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("Timestamp", instant, false),
        Field::new("ServiceName", DataType::Utf8, false),
        Field::new("Value", DataType::Int64, false),
    ]))
}
