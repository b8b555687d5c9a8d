//! The history, read back by the parquet crate alone.

use std::fs::File;
use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampNanosecondType};
use kinetable_broker::history;
use kinetable_broker::model::{Model, SERVICES};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A folder of this test's own that goes when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kinetable-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("the folder goes");
    }
}

#[test]
fn every_day_is_a_folder_and_every_value_the_models() {
    let folder = Folder::new("history");
    let model = Model::default();
    let (from, to) = (jiff::civil::date(2026, 6, 29), jiff::civil::date(2026, 7, 3));
    let seen = std::sync::Mutex::new(Vec::new());
    let written = history::write(&folder.0, &model, from, to, |done, all| {
        seen.lock().expect("no panic").push((done, all));
    })
    .expect("written");
    assert_eq!((written.days, written.rows), (5, 5 * 8640 * SERVICES.len()));
    let mut seen = seen.into_inner().expect("no panic");
    seen.sort_unstable();
    assert_eq!(seen, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    let mut folders: Vec<_> = std::fs::read_dir(&folder.0)
        .expect("readable")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    folders.sort();
    let expected =
        ["Date=2026-06-29", "Date=2026-06-30", "Date=2026-07-01", "Date=2026-07-02", "Date=2026-07-03"];
    assert_eq!(folders, expected);
    check_day(&folder.0, &model, jiff::civil::date(2026, 7, 1));
}

fn check_day(folder: &std::path::Path, model: &Model, day: jiff::civil::Date) {
    let file = File::open(history::path_of(folder, day)).expect("a file");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("parquet");
    let names: Vec<_> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["Timestamp", "ServiceName", "Value"]);
    let groups = builder.metadata().row_groups();
    assert_eq!(groups.len(), 4, "row groups of a day");
    let statistics = |group: usize| {
        groups[group].column(0).statistics().and_then(|s| s.max_bytes_opt()).map(<[u8]>::to_vec)
    };
    assert!(statistics(0).is_some() && statistics(0) != statistics(3), "a reader can skip row groups");
    let start = history::start_of(day).expect("a time");
    let mut row = 0usize;
    for batch in builder.build().expect("a reader") {
        let batch = batch.expect("a batch");
        let times = batch.column(0).as_primitive::<TimestampNanosecondType>();
        assert_eq!(times.timezone(), Some("UTC"));
        let (services, values) =
            (batch.column(1).as_string::<i32>(), batch.column(2).as_primitive::<Int64Type>());
        for index in 0..batch.num_rows() {
            let (step, service) = (row / SERVICES.len(), row % SERVICES.len());
            let timestamp = start + 10_000 * step as i64;
            assert_eq!(times.value(index), timestamp * 1_000_000);
            assert_eq!(services.value(index), SERVICES[service]);
            assert_eq!(values.value(index), model.value(service, timestamp));
            row += 1;
        }
    }
    assert_eq!(row, 8640 * SERVICES.len());
}

#[test]
fn an_end_before_the_start_is_refused() {
    let (from, to) = (jiff::civil::date(2026, 2, 2), jiff::civil::date(2026, 2, 1));
    let error =
        history::write(&std::env::temp_dir(), &Model::default(), from, to, |_, _| {}).expect_err("refused");
    assert!(error.to_string().contains("2026-02-01"), "{error}");
}
