//! A directory that is watched: files that come become rows, when they are whole.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array};
use kinetable_engine::{Graph, Table};
use kinetable_parquet::{Comparison, ParquetTable, ReadOptions, read};

use crate::support::*;

fn graph() -> Graph {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    Graph::new(Arc::new(pool), true)
}

fn watched(path: &Path) -> ParquetTable {
    let options = ReadOptions { refresh: Some(Duration::from_millis(10)), ..ReadOptions::default() };
    read(path, &options).unwrap()
}

fn put(path: &Path, values: std::ops::Range<i64>) {
    let values: ArrayRef = Arc::new(Int64Array::from_iter_values(values));
    let unfinished = path.with_extension("new");
    write_file(&unfinished, &batch(vec![("V", values)]), row_groups_of(1000));
    fs::rename(unfinished, path).unwrap();
}

/// Runs cycles until something is so.
fn until(graph: &Graph, what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(120), "it did not come about");
        std::thread::sleep(Duration::from_millis(5));
        graph.prepare();
        graph.run_cycle(0);
    }
}

fn values(table: &Table) -> Vec<i64> {
    read_all(table, "V").as_primitive::<Int64Type>().values().to_vec()
}

#[test]
fn files_that_come_become_rows() {
    let scratch = Scratch::new();
    put(&scratch.join("b.parquet"), 0..10);
    let graph = graph();
    let listed = watched(scratch.path());
    let table = listed.live(&graph).unwrap();
    let some =
        listed.prune(&[compare("V", Comparison::GreaterOrEqual, long(20))]).unwrap().0.live(&graph).unwrap();
    assert!(table.is_live());
    let before = table.version();
    assert_eq!((table.size(), some.size()), (10, 0));
    put(&scratch.join("a.parquet"), 10..20);
    until(&graph, || table.size() == 20);
    assert_eq!(values(&table), (0..20).collect::<Vec<_>>(), "behind those that were there");
    assert_eq!(some.size(), 0, "ruled out by its statistics");
    put(&scratch.join("c.parquet"), 20..30);
    until(&graph, || table.size() == 30);
    assert_eq!(some.size(), 10);
    assert_eq!(before.rows().len(), 10, "what was read before stays");
    let late = listed.live(&graph).unwrap();
    assert_eq!(late.size(), 30);
}

#[test]
fn a_file_that_is_not_whole_waits() {
    let scratch = Scratch::new();
    put(&scratch.join("a.parquet"), 0..10);
    let whole = fs::read(scratch.join("a.parquet")).unwrap();
    let graph = graph();
    let table = watched(scratch.path()).live(&graph).unwrap();
    let path = scratch.join("b.parquet");
    for (rows, part) in [(11, whole.len() / 2), (12, whole.len() - 1)] {
        fs::write(&path, &whole[..part]).unwrap();
        // What came after it is found: it was looked at.
        put(&scratch.join(&format!("c{rows}.parquet")), 0..1);
        until(&graph, || table.size() == rows);
        assert!(table.failure().is_none());
    }
    fs::write(&path, &whole).unwrap();
    until(&graph, || table.size() == 22);
}

#[test]
fn a_file_that_goes_or_changes_fails_the_table_by_name() {
    for is_gone in [true, false] {
        let scratch = Scratch::new();
        put(&scratch.join("a.parquet"), 0..10);
        let graph = graph();
        let table = watched(scratch.path()).live(&graph).unwrap();
        if is_gone {
            fs::remove_file(scratch.join("a.parquet")).unwrap();
        } else {
            put(&scratch.join("a.parquet"), 0..11);
        }
        until(&graph, || table.failure().is_some());
        let failure = table.failure().unwrap();
        assert!(failure.to_string().contains("a.parquet") && failure.hint().is_some(), "{failure}");
    }
}

#[test]
fn partitions_that_come_are_taken_by_their_conditions() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.join("Day=1")).unwrap();
    put(&scratch.join("Day=1/a.parquet"), 0..10);
    let graph = graph();
    let listed = watched(scratch.path());
    let all = listed.live(&graph).unwrap();
    let conditions = [compare("Day", Comparison::Greater, long(2))];
    let (late, decided) = listed.prune(&conditions).unwrap();
    assert_eq!(decided, [true]);
    let late = late.live(&graph).unwrap();
    for day in [2, 3] {
        let directory = scratch.join(&format!("Day={day}"));
        fs::create_dir_all(&directory).unwrap();
        put(&directory.join("a.parquet"), 0..10);
    }
    until(&graph, || all.size() == 30);
    assert_eq!(late.size(), 10);
    fs::create_dir_all(scratch.join("Day=x")).unwrap();
    put(&scratch.join("Day=x/a.parquet"), 0..10);
    until(&graph, || all.failure().is_some());
    assert!(all.failure().unwrap().to_string().contains("\"Day\""), "{:?}", all.failure());
}

#[test]
fn an_empty_directory_needs_a_definition() {
    let scratch = Scratch::new();
    let mut options = ReadOptions { refresh: Some(Duration::from_millis(10)), ..ReadOptions::default() };
    assert!(read(scratch.path(), &options).is_err());
    let field = arrow_schema::Field::new("V", arrow_schema::DataType::Int64, true);
    options.schema = Some(Arc::new(arrow_schema::Schema::new(vec![field])));
    let graph = graph();
    let table = read(scratch.path(), &options).unwrap().live(&graph).unwrap();
    assert_eq!(table.size(), 0);
    put(&scratch.join("a.parquet"), 0..10);
    until(&graph, || table.size() == 10);
}
