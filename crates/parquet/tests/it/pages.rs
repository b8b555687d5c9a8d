//! A filter reads the pages it must: page indexes and Bloom filters rule out the others, as the counters show.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, StringArray, StringViewArray};
use kinetable_engine::RowSet;
use kinetable_parquet::{Comparison, Counts, ParquetTable, Prune};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::*;

const ROWS: i64 = 100_000;

/// One row group of ascending numbers in pages of 10,000 rows, with texts of which each is there once.
fn ascending(path: &Path, properties: parquet::file::properties::WriterPropertiesBuilder) {
    let longs = Int64Array::from_iter_values(0..ROWS);
    let texts = StringArray::from_iter_values((0..ROWS).map(|row| format!("id-{}", row * 7919 % ROWS)));
    let others = Float64Array::from_iter((0..ROWS).map(|row| (row % 10 != 0).then_some(row as f64)));
    let columns: Vec<(&str, ArrayRef)> =
        vec![("V", Arc::new(longs)), ("Id", Arc::new(texts)), ("W", Arc::new(others))];
    let properties = properties.set_data_page_row_count_limit(10_000).set_write_batch_size(1_000);
    write_file(path, &batch(columns), properties.set_dictionary_enabled(false).build());
}

fn pruned(table: &ParquetTable, conditions: &[Prune]) -> ParquetTable {
    table.prune(conditions).unwrap().0
}

#[test]
fn pages_that_cannot_match_are_not_read() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    ascending(&path, WriterProperties::builder());
    let table = open(&path);
    let some = pruned(&table, &[compare("V", Comparison::Greater, long(94_999))]);
    let engine = some.coalesce().unwrap();
    assert_eq!(engine.version().rows(), &RowSet::from_range(90_000..100_000));
    let counts = table.counts();
    assert_eq!((counts.pages_ruled_out, counts.rows_decoded, counts.pages_read), (9, 0, 0));
    let values = read_all(&engine, "W");
    assert_eq!(values.len(), 10_000);
    let counts = table.counts();
    assert_eq!((counts.pages_read, counts.rows_decoded), (1, 10_000), "one page of one column");
    let between = [
        compare("V", Comparison::GreaterOrEqual, long(25_000)),
        compare("V", Comparison::Less, long(26_000)),
    ];
    let engine = pruned(&table, &between).coalesce().unwrap();
    assert_eq!(engine.version().rows(), &RowSet::from_range(20_000..30_000));
    let read = read_all(&engine, "V");
    assert_eq!(read.as_primitive::<Int64Type>().values()[..], (20_000..30_000).collect::<Vec<_>>()[..]);
    assert_eq!(table.counts().pages_read, 2);
}

#[test]
fn bytes_read_are_those_of_the_pages() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    ascending(&path, WriterProperties::builder());
    let table = open(&path);
    let engine = pruned(&table, &[compare("V", Comparison::Equal, long(55_555))]).coalesce().unwrap();
    let before = table.counts().bytes_read;
    read_all(&engine, "V");
    let read = table.counts().bytes_read - before;
    let whole = std::fs::metadata(&path).unwrap().len();
    assert!(read > 10_000 && read < whole / 10, "{read} of {whole}");
}

#[test]
fn a_bloom_filter_rules_out_what_lies_between_the_bounds() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    ascending(&path, WriterProperties::builder().set_bloom_filter_enabled(true).set_bloom_filter_fpp(0.0001));
    let table = open(&path);
    for (prune, rows) in [
        (compare("Id", Comparison::Equal, text(&["id-5x"])), 0),
        (compare("Id", Comparison::Equal, text(&["id-500"])), ROWS as u64),
        (Prune::In { column: "Id".into(), values: text(&["id-1y", "id-2y"]) }, 0),
        (Prune::In { column: "Id".into(), values: text(&["id-1y", "id-7"]) }, ROWS as u64),
        (
            Prune::Compare {
                column: "W".into(),
                comparison: Comparison::Equal,
                value: Arc::new(Float64Array::from(vec![10.5])),
            },
            0,
        ),
    ] {
        let engine = pruned(&table, std::slice::from_ref(&prune)).coalesce().unwrap();
        assert_eq!(engine.size(), rows, "{prune:?}");
    }
    let counts = table.counts();
    assert_eq!((counts.bloom_filters_read, counts.rows_decoded), (5, 0));
}

#[test]
fn rows_that_match_are_never_ruled_out() {
    let mut rng = StdRng::seed_from_u64(5);
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    for round in 0..60 {
        let rows = rng.random_range(1..4000);
        let mut level = 0i64;
        let longs: Vec<Option<i64>> = (0..rows)
            .map(|_| {
                level += rng.random_range(-3..5);
                (rng.random_range(0..9) > 0).then_some(level)
            })
            .collect();
        let texts: Vec<Option<String>> =
            longs.iter().map(|value| value.map(|value| format!("t{}", value / 3))).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("V", Arc::new(Int64Array::from(longs.clone()))),
            ("T", Arc::new(StringArray::from(texts.clone()))),
        ];
        let statistics =
            [EnabledStatistics::Page, EnabledStatistics::Chunk, EnabledStatistics::None][round % 3];
        let properties = WriterProperties::builder()
            .set_data_page_row_count_limit(rng.random_range(1..300))
            .set_write_batch_size(rng.random_range(1..100))
            .set_max_row_group_row_count(Some(rng.random_range(100..2000)))
            .set_bloom_filter_enabled(round % 2 == 0)
            .set_statistics_enabled(statistics)
            .build();
        write_file(&path, &batch(columns), properties);
        let table = open(&path);
        let value = rng.random_range(-5..level.max(1) + 5);
        let prunes = [
            compare("V", Comparison::Equal, long(value)),
            compare("V", Comparison::Less, long(value)),
            compare("T", Comparison::Equal, text(&[&format!("t{}", value / 3)])),
            compare("T", Comparison::GreaterOrEqual, text(&[&format!("t{}", value / 3)])),
        ];
        let wanted = |row: usize, which: usize| match which {
            0 => longs[row] == Some(value),
            1 => longs[row].is_none_or(|found| found < value),
            2 => texts[row].as_ref() == Some(&format!("t{}", value / 3)),
            _ => texts[row].as_ref() >= Some(&format!("t{}", value / 3)),
        };
        for (which, prune) in prunes.iter().enumerate() {
            let engine = pruned(&table, std::slice::from_ref(prune)).coalesce().unwrap();
            let kept = engine.version().rows().clone();
            for row in (0..rows as usize).filter(|row| wanted(*row, which)) {
                assert!(kept.contains(row as u64), "row {row} of {prune:?} in round {round}");
            }
            let read = read_all(&engine, "V");
            let read: Vec<Option<i64>> = read.as_primitive::<Int64Type>().iter().collect();
            assert_eq!(read, kept.iter().map(|row| longs[row as usize]).collect::<Vec<_>>());
        }
    }
}

#[test]
fn parts_of_blocks_are_put_together() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    ascending(&path, WriterProperties::builder());
    let table = open(&path).coalesce().unwrap();
    let mut rng = StdRng::seed_from_u64(11);
    for _ in 0..200 {
        let start = rng.random_range(0..ROWS as u64);
        let end = (start + rng.random_range(1..30_000)).min(ROWS as u64);
        let rows = RowSet::from_range(start..end).union(&RowSet::from_range(7..9));
        let read = read_rows(&table, "V", &rows);
        let read: Vec<u64> =
            read.as_primitive::<Int64Type>().values().iter().map(|value| *value as u64).collect();
        assert_eq!(read, rows.iter().collect::<Vec<_>>());
    }
}

#[test]
fn counts_begin_at_nothing() {
    assert_eq!(Counts::default().pages_read, 0);
    assert!(StringViewArray::from(Vec::<&str>::new()).is_empty());
}
