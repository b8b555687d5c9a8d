//! How files may lie below a path, and what is said of those that may not.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_engine::ErrorKind;
use kinetable_parquet::{Layout, ReadOptions, read};
use parquet::file::properties::WriterProperties;

use crate::support::*;

fn one(path: &Path, value: i64) {
    let values = Int64Array::from(vec![value]);
    write_file(path, &batch(vec![("V", Arc::new(values))]), WriterProperties::default());
}

fn refused(path: &Path) -> kinetable_engine::Error {
    let error = read(path, &ReadOptions::default()).unwrap_err();
    assert!(error.message().contains(path.to_str().unwrap()), "{error} names the path");
    assert!(error.hint().is_some(), "{error} has a hint");
    error
}

fn values(path: &Path, name: &str) -> Vec<i64> {
    let table = open(path).coalesce().unwrap();
    read_all(&table, name).as_primitive::<Int64Type>().values().to_vec()
}

#[test]
fn files_of_a_flat_directory_come_by_name() {
    let scratch = Scratch::new();
    for (name, value) in [("b", 2), ("a", 1), ("c", 3)] {
        one(&scratch.join(&format!("{name}.parquet")), value);
    }
    one(&scratch.join("_hidden.parquet"), 9);
    one(&scratch.join(".hidden.parquet"), 9);
    std::fs::write(scratch.join("_SUCCESS"), "").unwrap();
    std::fs::write(scratch.join("notes.txt"), "").unwrap();
    assert_eq!(values(scratch.path(), "V"), [1, 2, 3]);
}

#[test]
fn partitions_come_by_value() {
    let scratch = Scratch::new();
    for (name, value) in [("10", 4), ("9", 3), ("-1", 2), ("__HIVE_DEFAULT_PARTITION__", 1)] {
        one(&scratch.join(&format!("Level={name}/part.parquet")), value);
    }
    assert_eq!(values(scratch.path(), "V"), [1, 2, 3, 4]);
    let table = open(scratch.path()).coalesce().unwrap();
    let levels = read_all(&table, "Level");
    assert_eq!(levels.data_type(), &DataType::Int32);
    assert!(levels.is_null(0));
    assert_eq!(&levels.as_primitive::<Int32Type>().values()[1..], [-1, 9, 10]);
}

#[test]
fn keys_may_be_many_and_files_may_be_many_in_each() {
    let scratch = Scratch::new();
    let mut next = 0;
    for date in ["2026-01-01", "2026-01-02"] {
        for exchange in ["a%2Fb", "c"] {
            for part in 0..2 {
                let name = format!("Date={date}/Exchange={exchange}/part-{part}.parquet");
                one(&scratch.join(&name), next);
                next += 1;
            }
        }
    }
    let parquet = open(scratch.path());
    assert_eq!(parquet.partition_columns(), ["Date", "Exchange"]);
    let table = parquet.coalesce().unwrap();
    assert_eq!(values(scratch.path(), "V"), (0..8).collect::<Vec<_>>());
    let exchanges = read_all(&table, "Exchange");
    assert_eq!(exchanges.as_string_view().value(0), "a/b");
    let keys = arrow_array::UInt64Array::from(vec![Some(7 << 40), None, Some(0)]);
    let gathered = gather(&table, "Exchange", &keys);
    let gathered: Vec<Option<&str>> = gathered.as_string_view().iter().collect();
    assert_eq!(gathered, [Some("c"), None, Some("a/b")]);
}

#[test]
fn a_column_of_the_files_gives_way_to_that_of_the_directories() {
    let scratch = Scratch::new();
    let columns = batch(vec![
        ("V", Arc::new(Int64Array::from(vec![1]))),
        ("Date", Arc::new(StringArray::from(vec!["wrong"]))),
    ]);
    let path = scratch.join("Date=2026-01-01/a.parquet");
    write_file(&path, &columns, WriterProperties::default());
    let table = open(scratch.path()).coalesce().unwrap();
    assert_eq!(table.schema().fields().len(), 2);
    assert_eq!(read_all(&table, "Date").as_string_view().value(0), "2026-01-01");
}

#[test]
fn what_does_not_fit_is_named() {
    let scratch = Scratch::new();
    let missing = scratch.join("missing");
    assert_eq!(refused(&missing).kind(), ErrorKind::Source);
    assert_eq!(refused(scratch.path()).kind(), ErrorKind::Invalid);

    one(&scratch.join("beside/a.parquet"), 1);
    one(&scratch.join("beside/K=1/a.parquet"), 1);
    refused(&scratch.join("beside"));

    one(&scratch.join("keys/A=1/a.parquet"), 1);
    one(&scratch.join("keys/B=1/a.parquet"), 1);
    refused(&scratch.join("keys"));

    one(&scratch.join("less/A=1/B=1/a.parquet"), 1);
    one(&scratch.join("less/A=2/a.parquet"), 1);
    refused(&scratch.join("less"));

    one(&scratch.join("more/A=1/a.parquet"), 1);
    one(&scratch.join("more/A=2/B=1/a.parquet"), 1);
    refused(&scratch.join("more"));

    one(&scratch.join("twice/A=1/A=2/a.parquet"), 1);
    refused(&scratch.join("twice"));

    one(&scratch.join("plain/sub/a.parquet"), 1);
    let error = refused(&scratch.join("plain"));
    assert!(error.hint().unwrap().contains("sub"), "{error}");
}

#[test]
fn a_layout_that_is_given_is_kept_to() {
    let scratch = Scratch::new();
    one(&scratch.join("flat/a.parquet"), 1);
    let as_layout = |path: &Path, layout| {
        let options = ReadOptions { layout, ..ReadOptions::default() };
        read(path, &options).map(|table| table.files().len())
    };
    let (flat, file) = (scratch.join("flat"), scratch.join("flat/a.parquet"));
    assert_eq!(as_layout(&flat, Layout::Flat).unwrap(), 1);
    assert_eq!(as_layout(&flat, Layout::KeyValue).unwrap(), 1);
    assert_eq!(as_layout(&file, Layout::SingleFile).unwrap(), 1);
    assert!(as_layout(&flat, Layout::SingleFile).is_err());
    assert!(as_layout(&file, Layout::Flat).is_err());
}

#[test]
fn a_schema_that_is_given_needs_no_footer() {
    let scratch = Scratch::new();
    one(&scratch.join("Date=2026-01-01/a.parquet"), 5);
    one(&scratch.join("Date=2026-01-02/a.parquet"), 6);
    let schema = |date: DataType| {
        Arc::new(Schema::new(vec![
            Field::new("Date", date, true),
            Field::new("Renamed", DataType::Int64, true),
            Field::new("Absent", DataType::Utf8View, true),
        ]))
    };
    let options = |date| ReadOptions {
        schema: Some(schema(date)),
        renames: vec![("Renamed".into(), "V".into())],
        ..ReadOptions::default()
    };
    let table = read(scratch.path(), &options(DataType::Date32)).unwrap();
    assert_eq!(table.counts().files_opened, 0);
    let table = table.coalesce().unwrap();
    assert_eq!(read_all(&table, "Date").data_type(), &DataType::Date32);
    assert_eq!(read_all(&table, "Renamed").as_primitive::<Int64Type>().values(), &[5, 6]);
    assert_eq!(read_all(&table, "Absent").null_count(), 2);
    let error = read(scratch.path(), &options(DataType::Int32)).unwrap_err();
    assert!(error.message().contains("\"Date\""), "{error}");
    let unknown = DataType::Timestamp(TimeUnit::Second, None);
    assert!(read(scratch.path(), &options(unknown)).is_err());
}

#[test]
fn a_column_may_be_renamed() {
    let scratch = Scratch::new();
    one(&scratch.join("a.parquet"), 5);
    let renamed = |from: &str| {
        let options = ReadOptions { renames: vec![("New".into(), from.into())], ..ReadOptions::default() };
        read(scratch.path(), &options)
    };
    let table = renamed("V").unwrap().coalesce().unwrap();
    assert_eq!(read_all(&table, "New").as_primitive::<Int64Type>().values(), &[5]);
    assert!(renamed("W").unwrap_err().message().contains("\"W\""));
}
