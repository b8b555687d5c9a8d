//! What is written is read back the same, by this crate and by the parquet crate alone.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, DurationNanosecondArray,
    Float64Array, Int8Array, Int64Array, ListArray, StringViewArray, Time64NanosecondArray,
    TimestampNanosecondArray, UInt16Array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::{RowSet, Version};
use kinetable_parquet::{Codec, RowGroups, WriteOptions, write, write_partitioned};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::*;

fn table(columns: Vec<(&str, ArrayRef)>) -> (Version, SchemaRef) {
    let length = columns[0].1.len() as u64;
    let rows = RowSet::from_sorted((0..length).map(|row| row * 3 + 1));
    let fields: Vec<Field> =
        columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), true)).collect();
    let packed = columns.into_iter().map(|(_, values)| Packed::column(rows.clone(), values).unwrap());
    let version = Version::new(0, rows.clone(), packed.collect::<Vec<_>>());
    (version, Arc::new(Schema::new(fields)))
}

/// A column of each type of the engine, with nulls.
fn every_type(rows: usize) -> (Version, SchemaRef) {
    macro_rules! some {
        ($array:ty, $make:expr) => {
            Arc::new((0..rows as i64).map(|row| (row % 7 != 0).then(|| $make(row))).collect::<$array>())
                as ArrayRef
        };
    }
    let times =
        TimestampNanosecondArray::from_iter((0..rows as i64).map(|row| (row % 7 != 0).then_some(row)));
    let decimals = Decimal128Array::from_iter((0..rows as i128).map(|row| (row % 7 != 0).then_some(row)));
    let words = StringViewArray::from_iter(
        (0..rows).map(|row| (row % 7 != 0).then(|| format!("a text of some length {row}"))),
    );
    let bytes =
        BinaryViewArray::from_iter((0..rows).map(|row| (row % 7 != 0).then(|| vec![row as u8; row % 20])));
    let lists =
        (0..rows as i64).map(|row| (row % 7 != 0).then(|| (0..row % 4).map(Some).collect::<Vec<_>>()));
    table(vec![
        ("Bool", some!(BooleanArray, |row| row % 2 == 0)),
        ("Byte", some!(Int8Array, |row| row as i8)),
        ("Long", some!(Int64Array, |row: i64| row * 1_000_003)),
        ("Char", some!(UInt16Array, |row| row as u16)),
        ("Double", some!(Float64Array, |row| row as f64 / 3.0)),
        ("Text", Arc::new(words)),
        ("Binary", Arc::new(bytes)),
        ("Instant", Arc::new(times.with_timezone("UTC"))),
        ("Date", some!(Date32Array, |row| row as i32)),
        ("Time", some!(Time64NanosecondArray, |row| row)),
        ("Duration", some!(DurationNanosecondArray, |row| row)),
        ("Decimal", Arc::new(decimals.with_precision_and_scale(38, 4).unwrap())),
        ("List", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists))),
    ])
}

#[test]
fn every_type_comes_back() {
    let scratch = Scratch::new();
    let (version, schema) = every_type(100_000);
    for codec in [Codec::Snappy, Codec::Uncompressed, Codec::Gzip, Codec::Lz4, Codec::Lz4Raw, Codec::Zstd] {
        let path = scratch.join(&format!("deep/{codec:?}.parquet"));
        let options = WriteOptions { codec, row_groups: RowGroups::Rows(30_000), ..WriteOptions::default() };
        let written = write(&version, &schema, &path, &options).unwrap();
        assert_eq!((written.files, written.rows), (1, 100_000));
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len());
        let table = open(&path).coalesce().unwrap();
        assert_eq!(table.schema(), &schema);
        for (column, field) in schema.fields().iter().enumerate() {
            let wanted = version.read(column, version.rows()).unwrap();
            assert_eq!(&read_all(&table, field.name()), &wanted, "{} {codec:?}", field.name());
        }
    }
}

#[test]
fn other_readers_see_plain_types() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let (version, schema) = every_type(10);
    write(&version, &schema, &path, &WriteOptions::default()).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let kind = |name: &str| reader.schema().field_with_name(name).unwrap().data_type().clone();
    assert_eq!(kind("Text"), DataType::Utf8);
    assert_eq!(kind("Binary"), DataType::Binary);
    assert_eq!(kind("Duration"), *schema.field_with_name("Duration").unwrap().data_type());
    assert_eq!(reader.metadata().file_metadata().created_by(), Some("kinetable 0.1.0"));
}

#[test]
fn row_groups_are_as_asked() {
    let scratch = Scratch::new();
    let values: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
    let (version, schema) = table(vec![("V", values)]);
    let groups = |row_groups| {
        let path = scratch.join("one.parquet");
        let options = WriteOptions { row_groups, ..WriteOptions::default() };
        write(&version, &schema, &path, &options).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>()
    };
    assert_eq!(groups(RowGroups::Single), [1000]);
    assert_eq!(groups(RowGroups::Rows(400)), [400, 400, 200]);
    assert_eq!(groups(RowGroups::Count(4)), [250; 4]);
    assert_eq!(groups(RowGroups::Count(0)), [1000]);
}

#[test]
fn an_empty_table_is_a_file_without_rows() {
    let scratch = Scratch::new();
    let path = scratch.join("empty.parquet");
    let (version, schema) = every_type(0);
    write(&version, &schema, &path, &WriteOptions::default()).unwrap();
    let table = open(&path).coalesce().unwrap();
    assert_eq!((table.size(), table.schema()), (0, &schema));
}

#[test]
fn partitions_come_back() {
    let scratch = Scratch::new();
    let rows = 200_000;
    let dates = StringViewArray::from_iter(
        (0..rows).map(|row| (row % 5 != 0).then(|| format!("2026-01-{:02}", row % 5))),
    );
    let codes = StringViewArray::from_iter_values((0..rows).map(|row| ["a/b", "c=d", "50%", "ü"][row % 4]));
    let values = Int64Array::from_iter_values(0..rows as i64);
    let (version, schema) =
        table(vec![("V", Arc::new(values)), ("Date", Arc::new(dates)), ("Code", Arc::new(codes))]);
    let options = WriteOptions { base_name: "{partitions}-{i}".into(), ..WriteOptions::default() };
    let written = write_partitioned(&version, &schema, scratch.path(), &["Date", "Code"], &options).unwrap();
    assert_eq!((written.files, written.rows), (20, rows as u64));
    let parquet = open(scratch.path());
    assert_eq!(parquet.partition_columns(), ["Date", "Code"]);
    let table = parquet.coalesce().unwrap();
    let (read, dates, codes) = (read_all(&table, "V"), read_all(&table, "Date"), read_all(&table, "Code"));
    let read = read.as_primitive::<Int64Type>().values();
    let mut sorted = read.to_vec();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..rows as i64).collect::<Vec<_>>());
    for place in (0..rows).step_by(97) {
        let row = read[place] as usize;
        let date = (!row.is_multiple_of(5)).then(|| format!("2026-01-{:02}", row % 5));
        let found = dates.is_valid(place).then(|| dates.as_string_view().value(place).to_owned());
        assert_eq!(found, date);
        assert_eq!(codes.as_string_view().value(place), ["a/b", "c=d", "50%", "ü"][row % 4]);
    }
}

#[test]
fn mistakes_are_refused_and_leave_nothing_behind() {
    let scratch = Scratch::new();
    let (version, schema) = table(vec![("V", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]);
    let options = WriteOptions::default();
    let error = write(&version, &schema, scratch.path(), &options).unwrap_err();
    assert!(error.message().contains("is not the name of a file"), "{error}");
    let error = write_partitioned(&version, &schema, scratch.path(), &["W"], &options).unwrap_err();
    assert!(error.message().contains("\"W\""), "{error}");
    assert!(write_partitioned(&version, &schema, scratch.path(), &["V"], &options).is_err());
    std::fs::write(scratch.join("file"), "").unwrap();
    assert!(write(&version, &schema, scratch.join("file/x.parquet"), &options).is_err());
    assert!("BROTLI".parse::<Codec>().is_err());
    assert_eq!("zstd".parse::<Codec>().unwrap(), Codec::Zstd);
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_file_is_replaced_whole() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    for value in [1, 2] {
        let (version, schema) = table(vec![("V", Arc::new(Int64Array::from(vec![value])) as ArrayRef)]);
        write(&version, &schema, &path, &WriteOptions::default()).unwrap();
        let table = open(&path).coalesce().unwrap();
        assert_eq!(read_all(&table, "V").as_primitive::<Int64Type>().value(0), value);
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}
