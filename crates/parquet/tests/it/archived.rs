//! Archives: each row once, across stops, crashes between files and manifest, and directories that take no files for a while.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringViewArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::source::{Publisher, Retention, open as open_source};
use kinetable_engine::{Graph, Table};
use kinetable_parquet::{ArchiveOptions, OffsetColumns, ReadOptions, Roll, archive, manifest, read};

use crate::support::Scratch;

const PATIENCE: Duration = Duration::from_secs(120);

fn schema() -> SchemaRef {
    let field = |name: &str, kind| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("KafkaPartition", DataType::Int32),
        field("KafkaOffset", DataType::Int64),
        field("Day", DataType::Utf8View),
    ]))
}

/// Records of one partition from one offset to another.
fn records(partition: i32, offsets: std::ops::Range<i64>) -> RecordBatch {
    let rows = offsets.clone().count();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![partition; rows])),
        Arc::new(Int64Array::from_iter_values(offsets.clone())),
        Arc::new(StringViewArray::from_iter_values(offsets.map(|offset| format!("day {}", offset / 10)))),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn topic(retention: Retention) -> (Graph, Table, Publisher) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let graph = Graph::new(Arc::new(pool), true);
    let (table, publisher) = open_source(&graph, schema(), retention);
    (graph, table, publisher)
}

/// Partition and offset of every row of a directory, sorted.
fn archived(root: &Path) -> Vec<(i64, i64)> {
    let table = read(root, &ReadOptions::default()).unwrap().coalesce().unwrap();
    let version = table.version();
    let column = |name: &str| {
        let values = version.read(table.definition().column_index(name).unwrap(), version.rows()).unwrap();
        let values = arrow_cast::cast(&values, &DataType::Int64).unwrap();
        values.as_primitive::<Int64Type>().values().to_vec()
    };
    let mut rows: Vec<(i64, i64)> = column("KafkaPartition").into_iter().zip(column("KafkaOffset")).collect();
    rows.sort_unstable();
    rows
}

fn expected(ends: &[(i64, i64)]) -> Vec<(i64, i64)> {
    ends.iter().flat_map(|(partition, end)| (0..*end).map(move |offset| (*partition, offset))).collect()
}

fn by_day() -> ArchiveOptions {
    ArchiveOptions { partition_by: vec!["Day".into()], ..ArchiveOptions::default() }
}

#[test]
fn a_topic_read_again_is_archived_once() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    for (run, retention) in [Retention::Append, Retention::BLINK, Retention::Append].into_iter().enumerate() {
        let (graph, table, publisher) = topic(retention);
        let running = archive(&table, &root, &by_day()).unwrap();
        let end = 25 * (run as i64 + 1);
        for partition in 0..2 {
            publisher.publish(records(partition, 0..end)).unwrap();
            graph.run_cycle(1);
        }
        running.stop(PATIENCE).unwrap();
        assert_eq!(archived(&root), expected(&[(0, end), (1, end)]));
        let stats = running.stats();
        assert_eq!((stats.archived, stats.waiting), (2 * end as u64, 0));
        assert_eq!(stats.known, 50 * run as u64);
        let known = manifest(&root).unwrap().unwrap();
        assert_eq!(known.resume_at(), BTreeMap::from([(0, end), (1, end)]));
        assert_eq!(known.rows, 2 * end as u64);
    }
}

#[test]
fn what_no_manifest_names_does_not_count() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::Append);
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    publisher.publish(records(0, 0..10)).unwrap();
    graph.run_cycle(1);
    running.flush(PATIENCE).unwrap();
    let before = fs::read(root.join("_archive/manifest.json")).unwrap();
    publisher.publish(records(0, 10..20)).unwrap();
    graph.run_cycle(1);
    running.stop(PATIENCE).unwrap();
    drop(running);
    assert_eq!(archived(&root).len(), 20);
    // As if the process had been killed between the files of the second roll and its manifest.
    fs::write(root.join("_archive/manifest.json"), before).unwrap();
    assert_eq!(archived(&root), expected(&[(0, 10)]), "readers leave out what is not named");
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    running.stop(PATIENCE).unwrap();
    assert_eq!(archived(&root), expected(&[(0, 20)]));
    assert_eq!(manifest(&root).unwrap().unwrap().files.len(), 2);
}

#[test]
fn the_files_of_a_first_roll_that_did_not_end_do_not_count() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::Append);
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    let empty = fs::read(root.join("_archive/manifest.json")).unwrap();
    publisher.publish(records(0, 0..10)).unwrap();
    graph.run_cycle(1);
    running.stop(PATIENCE).unwrap();
    drop(running);
    fs::write(root.join("_archive/manifest.json"), empty).unwrap();
    assert!(read(&root, &ReadOptions::default()).is_err(), "there is no file that counts");
    drop(archive(&table, &root, &ArchiveOptions::default()).unwrap());
    assert_eq!(archived(&root), expected(&[(0, 10)]));
}

#[test]
fn files_that_no_manifest_speaks_of_are_not_touched() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::Append);
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    publisher.publish(records(0, 0..10)).unwrap();
    graph.run_cycle(1);
    running.stop(PATIENCE).unwrap();
    drop(running);
    // As a copy that leaves out what begins with an underscore.
    fs::remove_dir_all(root.join("_archive")).unwrap();
    let error = archive(&table, &root, &ArchiveOptions::default()).err().expect("it is refused").to_string();
    assert!(
        error.contains("is no archive, but holds") && error.contains("roll-0000000001-0.parquet"),
        "{error}"
    );
    assert_eq!(archived(&root), expected(&[(0, 10)]));
}

#[test]
fn rows_out_of_order_are_archived_and_those_without_a_place_are_told() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::Append);
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    for offset in [4, 1, 3, 0, 2] {
        publisher.publish(records(0, offset..offset + 1)).unwrap();
    }
    let nowhere: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![None])),
        Arc::new(Int64Array::from(vec![7])),
        Arc::new(StringViewArray::from_iter_values(["day"])),
    ];
    publisher.publish(RecordBatch::try_new(schema(), nowhere).unwrap()).unwrap();
    graph.run_cycle(1);
    running.stop(PATIENCE).unwrap();
    let stats = running.stats();
    assert_eq!((stats.archived, stats.known, stats.lost, stats.waiting), (5, 0, 1, 0));
    assert!(stats.lost_because.unwrap().contains("no partition or offset"));
    assert_eq!(archived(&root), expected(&[(0, 5)]));
}

#[test]
fn an_archive_keeps_what_it_was_begun_with() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (_graph, table, _publisher) = topic(Retention::Append);
    drop(archive(&table, &root, &by_day()).unwrap());
    let refusal =
        |options: &ArchiveOptions| archive(&table, &root, options).err().expect("it is refused").to_string();
    assert!(refusal(&ArchiveOptions::default()).contains("is partitioned by Day, not by nothing"));
    let other = OffsetColumns { partition: "KafkaPartition".into(), offset: "KafkaPartition".into() };
    let other = ArchiveOptions { offsets: Some(other), ..by_day() };
    assert!(refusal(&other).contains("was begun with the columns \"KafkaPartition\" and \"KafkaOffset\""));
    let all = ["KafkaPartition", "KafkaOffset", "Day"].map(str::to_owned).to_vec();
    let all = ArchiveOptions { partition_by: all, ..ArchiveOptions::default() };
    let error = archive(&table, scratch.join("all"), &all).err().expect("it is refused").to_string();
    assert!(error.contains("none is left for the files"), "{error}");
}

#[test]
fn a_watched_archive_shows_what_counts() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::Append);
    let running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    publisher.publish(records(0, 0..10)).unwrap();
    graph.run_cycle(1);
    running.flush(PATIENCE).unwrap();
    let options = ReadOptions { refresh: Some(Duration::from_millis(10)), ..ReadOptions::default() };
    let watched = read(&root, &options).unwrap().live(&graph).unwrap();
    // What a process leaves that is killed between files and manifest.
    fs::copy(root.join("roll-0000000001-0.parquet"), root.join("roll-0000000009-0.parquet")).unwrap();
    publisher.publish(records(0, 10..20)).unwrap();
    graph.run_cycle(2);
    running.flush(PATIENCE).unwrap();
    wait(|| {
        graph.prepare();
        graph.run_cycle(2);
        watched.size() > 10
    });
    assert_eq!(watched.size(), 20, "the second roll, and not what was left there");
}

#[test]
fn rows_wait_while_the_directory_takes_no_files() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (graph, table, publisher) = topic(Retention::BLINK);
    let options = ArchiveOptions { roll: Roll { rows: 5, ..Roll::default() }, ..ArchiveOptions::default() };
    let running = archive(&table, &root, &options).unwrap();
    // A directory stands where the next file would go, which even the super-user cannot write over.
    let block = root.join("roll-0000000001-0.parquet");
    fs::create_dir_all(block.join("in the way")).unwrap();
    publisher.publish(records(0, 0..10)).unwrap();
    graph.run_cycle(1);
    wait(|| running.stats().failing.is_some());
    let stats = running.stats();
    assert_eq!((stats.archived, stats.waiting, stats.lost), (0, 10, 0));
    assert!(stats.failing.unwrap().1.contains("roll-0000000001-0.parquet"));
    fs::remove_dir_all(&block).unwrap();
    wait(|| {
        let stats = running.stats();
        stats.archived == 10 && stats.failing.is_none()
    });
    running.stop(PATIENCE).unwrap();
    assert_eq!(archived(&root), expected(&[(0, 10)]));
}

#[test]
fn a_roll_is_due_by_rows_or_age() {
    let scratch = Scratch::new();
    let (graph, table, publisher) = topic(Retention::Append);
    let by_age = Roll { age: Duration::from_millis(50), ..Roll::default() };
    let running =
        archive(&table, scratch.join("age"), &ArchiveOptions { roll: by_age, ..Default::default() }).unwrap();
    publisher.publish(records(0, 0..3)).unwrap();
    graph.run_cycle(1);
    wait(|| running.stats().archived == 3);
}

#[test]
fn what_cannot_be_archived_is_said() {
    let scratch = Scratch::new();
    let root = scratch.join("trades");
    let (_graph, ring, _publisher) = topic(Retention::Ring(3));
    let refusal = |table: &Table, root: &Path, options: &ArchiveOptions| match archive(table, root, options) {
        Ok(_) => panic!("it is archived"),
        Err(error) => error.to_string(),
    };
    assert!(refusal(&ring, &root, &ArchiveOptions::default()).contains("may change or go"));
    let (_graph, table, _publisher) = topic(Retention::Append);
    let wrong = ArchiveOptions { partition_by: vec!["Dai".into()], ..ArchiveOptions::default() };
    assert!(refusal(&table, &root, &wrong).contains("\"Dai\""));
    let _running = archive(&table, &root, &ArchiveOptions::default()).unwrap();
    assert!(refusal(&table, &root, &ArchiveOptions::default()).contains("another archive"));
    assert!(refusal(&table, Path::new("s3://bucket/trades"), &ArchiveOptions::default()).contains("URL"));
}

fn wait(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it did not come about");
        std::thread::sleep(Duration::from_millis(2));
    }
}
