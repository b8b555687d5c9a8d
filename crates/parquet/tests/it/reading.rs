//! Values read in all ways are those that the parquet crate reads plainly.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::take::take;
use kinetable_engine::{RowSet, Table};
use kinetable_parquet::{Cache, ReadOptions, read};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::support::*;

fn mixed(rng: &mut StdRng, rows: usize) -> RecordBatch {
    let longs: Int64Array = (0..rows).map(|_| rng.random_bool(0.9).then(|| rng.random())).collect();
    let doubles: Float64Array = (0..rows).map(|_| rng.random_bool(0.9).then(|| rng.random())).collect();
    let symbols: StringArray = (0..rows)
        .map(|_| rng.random_bool(0.9).then(|| format!("symbol number {}", rng.random_range(0..50))))
        .collect();
    let texts: StringArray = (0..rows)
        .map(|_| rng.random_bool(0.9).then(|| format!("some text and {}", rng.random::<u64>())))
        .collect();
    batch(vec![
        ("Long", Arc::new(longs)),
        ("Double", Arc::new(doubles)),
        ("Symbol", Arc::new(symbols)),
        ("Text", Arc::new(texts)),
    ])
}

const NAMES: [&str; 4] = ["Long", "Double", "Symbol", "Text"];

/// Files of several shapes: small and large row groups, small pages, with and without a page index.
fn directory(scratch: &Scratch, rng: &mut StdRng) -> Vec<std::path::PathBuf> {
    let shapes = [
        (40_000, row_groups_of(1_000)),
        (70_000, row_groups_of(1 << 20)),
        (0, WriterProperties::default()),
        (
            60_000,
            WriterProperties::builder()
                .set_offset_index_disabled(true)
                .set_statistics_enabled(EnabledStatistics::Chunk)
                .set_data_page_row_count_limit(700)
                .build(),
        ),
        (50_000, WriterProperties::builder().set_data_page_row_count_limit(300).build()),
        (1, WriterProperties::default()),
    ];
    let write = |(number, (rows, properties)): (usize, (usize, WriterProperties))| {
        let path = scratch.join(&format!("{number}.parquet"));
        write_file(&path, &mixed(rng, rows), properties);
        path
    };
    shapes.into_iter().enumerate().map(write).collect()
}

fn expected(paths: &[std::path::PathBuf], name: &str) -> ArrayRef {
    let parts: Vec<ArrayRef> = paths.iter().map(|path| plain(path, name)).collect();
    let whole = concat(&parts.iter().map(|part| part.as_ref()).collect::<Vec<_>>()).unwrap();
    match whole.data_type() {
        DataType::Utf8 => cast(&whole, &DataType::Utf8View).unwrap(),
        _ => whole,
    }
}

fn positions(rows: &RowSet, of: &RowSet) -> UInt64Array {
    of.positions_of(rows).iter().collect()
}

fn random_rows(rng: &mut StdRng, table: &Table) -> RowSet {
    let rows = table.version().rows().clone();
    let size = rows.len();
    match rng.random_range(0..5) {
        0 => rows.slice(0..rng.random_range(1..size)),
        1 => {
            let start = rng.random_range(0..size);
            rows.slice(start..start + rng.random_range(1..30_000))
        }
        2 => {
            let few: RowSet = (0..rng.random_range(1..40)).map(|_| rng.random_range(0..size)).collect();
            rows.keys_at(&few)
        }
        3 => {
            let step = rng.random_range(2..20);
            rows.keys_at(&RowSet::from_sorted((0..size).step_by(step)))
        }
        _ => {
            let starts = (0..size).step_by(rng.random_range(50..3000));
            let length = rng.random_range(1..40);
            rows.keys_at(&RowSet::from_ranges(starts.map(|start| start..(start + length).min(size))))
        }
    }
}

#[test]
fn any_rows_are_those_of_a_plain_reading() {
    let scratch = Scratch::new();
    let mut rng = StdRng::seed_from_u64(1);
    let paths = directory(&scratch, &mut rng);
    for budget in [0, 300 << 10, Cache::BUDGET_DEFAULT] {
        let cache = Cache::new(budget);
        let options = ReadOptions { cache: Some(cache.clone()), ..ReadOptions::default() };
        let table = read(scratch.path(), &options).unwrap().coalesce().unwrap();
        let all = table.version().rows().clone();
        assert_eq!(all.len(), 220_001);
        for name in NAMES {
            let plain = expected(&paths, name);
            for _ in 0..12 {
                let rows = random_rows(&mut rng, &table);
                let wanted = take(&plain, &positions(&rows, &all), None).unwrap();
                assert_eq!(&read_rows(&table, name, &rows), &wanted, "{name} {budget}");
                assert!(cache.bytes() <= budget);
            }
            assert_eq!(&read_all(&table, name), &plain, "{name} {budget}");
            assert!(cache.bytes() <= budget);
        }
    }
}

#[test]
fn keys_in_any_order_gather_their_values() {
    let scratch = Scratch::new();
    let mut rng = StdRng::seed_from_u64(2);
    let paths = directory(&scratch, &mut rng);
    let table = open(scratch.path()).coalesce().unwrap();
    let all = table.version().rows().clone();
    for name in NAMES {
        let plain = expected(&paths, name);
        for count in [1usize, 100, 20_000] {
            let mut places: Vec<Option<u64>> =
                (0..count).map(|_| rng.random_bool(0.9).then(|| rng.random_range(0..all.len()))).collect();
            places.shuffle(&mut rng);
            let keys: UInt64Array =
                places.iter().map(|place| place.map(|place| all.select(place).unwrap())).collect();
            let wanted = take(&plain, &UInt64Array::from(places), None).unwrap();
            assert_eq!(&gather(&table, name, &keys), &wanted, "{name} {count}");
        }
    }
}

#[test]
fn what_is_asked_for_twice_is_decoded_once() {
    let scratch = Scratch::new();
    let mut rng = StdRng::seed_from_u64(3);
    directory(&scratch, &mut rng);
    let parquet = open(scratch.path());
    let table = parquet.coalesce().unwrap();
    let once = read_all(&table, "Long");
    let counts = parquet.counts();
    assert_eq!(counts.rows_decoded, table.size());
    assert_eq!(&read_all(&table, "Long"), &once);
    let again = parquet.counts();
    assert_eq!((again.rows_decoded, again.bytes_read), (counts.rows_decoded, counts.bytes_read));
    assert_eq!(again.cache_hits, counts.cache_misses);
    assert_eq!(parquet.cache().bytes(), parquet.bytes() - without_values(&table, &parquet));
}

/// Bytes of listing and footers: what the columns report beyond the cache.
fn without_values(table: &Table, parquet: &kinetable_parquet::ParquetTable) -> usize {
    table.bytes() - parquet.cache().bytes()
}

#[test]
fn a_few_rows_read_a_few_pages() {
    let scratch = Scratch::new();
    let path = scratch.join("large.parquet");
    let values = Int64Array::from_iter_values((0..1_000_000).map(|row| row * 7919 % 1_000_003));
    write_file(&path, &batch(vec![("V", Arc::new(values))]), WriterProperties::default());
    let parquet = open(&path);
    let table = parquet.coalesce().unwrap();
    let footer = parquet.counts().bytes_read;
    let some = RowSet::from_sorted([3, 500_000, 999_999]);
    let read = read_rows(&table, "V", &some);
    let wanted: Vec<i64> = some.iter().map(|row| row as i64 * 7919 % 1_000_003).collect();
    assert_eq!(read.as_primitive::<Int64Type>().values(), &wanted[..]);
    let counts = parquet.counts();
    let size = std::fs::metadata(&path).unwrap().len();
    assert_eq!(counts.rows_decoded, 3 * 20_000, "a page is unpacked whole, and what is in it is kept");
    assert!(counts.bytes_read - footer < size / 4, "{} of {size} bytes", counts.bytes_read - footer);
}

#[test]
fn a_scan_in_chunks_decodes_ahead_and_each_row_about_once() {
    let scratch = Scratch::new();
    let path = scratch.join("large.parquet");
    let values = Int64Array::from_iter_values((0..1_000_000).map(|row| row * 7919 % 50_021));
    write_file(&path, &batch(vec![("V", Arc::new(values))]), row_groups_of(1_000_000));
    for (budget, most_reads) in [(64 << 20, 8), (1 << 20, 64)] {
        let options = ReadOptions { cache: Some(Cache::new(budget)), ..ReadOptions::default() };
        let parquet = read(&path, &options).unwrap();
        let table = parquet.coalesce().unwrap();
        let rows = table.version().rows().clone();
        for start in (0..1_000_000).step_by(1 << 14) {
            let chunk = rows.slice(start..start + (1 << 14));
            let found = read_rows(&table, "V", &chunk);
            let found = found.as_primitive::<Int64Type>();
            assert_eq!(found.len() as u64, chunk.len());
            let row = found.len() / 2;
            assert_eq!(found.value(row), (start as i64 + row as i64) * 7919 % 50_021);
        }
        let counts = parquet.counts();
        assert!(counts.row_groups_read <= most_reads, "{} reads at {budget}", counts.row_groups_read);
        assert!(counts.rows_decoded < 2_500_000, "{} rows at {budget}", counts.rows_decoded);
    }
}

#[test]
fn a_scan_beyond_the_budget_stays_within_it() {
    let scratch = Scratch::new();
    let path = scratch.join("large.parquet");
    let values = Int64Array::from_iter_values(0..1_000_000);
    write_file(&path, &batch(vec![("V", Arc::new(values))]), row_groups_of(100_000));
    let cache = Cache::new(1 << 20);
    let options = ReadOptions { cache: Some(cache.clone()), ..ReadOptions::default() };
    let table = read(&path, &options).unwrap().coalesce().unwrap();
    assert_eq!(read_all(&table, "V").len(), 1_000_000);
    assert!(cache.bytes() <= 1 << 19, "a scan takes at most half: {}", cache.bytes());
    assert!(cache.bytes() > 0);
    cache.set_budget(200_000);
    assert!(cache.bytes() <= 200_000);
    drop(table);
    assert_eq!(cache.bytes(), 0, "a table that is gone leaves nothing behind");
}

#[test]
fn readers_in_parallel_read_the_same() {
    let scratch = Scratch::new();
    let mut rng = StdRng::seed_from_u64(4);
    let paths = directory(&scratch, &mut rng);
    let table = open(scratch.path()).coalesce().unwrap();
    let plain = expected(&paths, "Text");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(&read_all(&table, "Text"), &plain));
        }
    });
}
