//! What is written is read back the same, by this crate and by the parquet crate alone.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, IntervalMonthDayNano};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
    DurationNanosecondArray, FixedSizeBinaryArray, Float64Array, Int8Array, Int64Array,
    IntervalMonthDayNanoArray, ListArray, StringViewArray, Time64NanosecondArray, TimestampNanosecondArray,
    UInt16Array,
};
use arrow_buffer::i256;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::{Error, RowSet, Version};
use kinetable_parquet::{
    Codec, Layout, ReadOptions, RowGroups, WriteOptions, stage, write, write_all, write_partitioned,
};
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
    for codec in [
        Codec::Snappy,
        Codec::Uncompressed,
        Codec::Gzip,
        Codec::Lz4,
        Codec::Lz4Raw,
        Codec::Zstd,
        Codec::Brotli,
    ] {
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
fn row_groups_follow_keys() {
    let scratch = Scratch::new();
    let rows = 200_000;
    let keys = StringViewArray::from_iter(
        (0..rows).map(|row| (row < 150_000).then(|| ["a", "b", "c"][row / 50_000])),
    );
    let values: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows as i64));
    let (version, schema) = table(vec![("K", Arc::new(keys)), ("V", values)]);
    let path = scratch.join("one.parquet");
    let groups = |columns: &str, rows_max| {
        let row_groups = RowGroups::Keys { columns: vec![columns.into()], rows_max };
        let options = WriteOptions { row_groups, ..WriteOptions::default() };
        write(&version, &schema, &path, &options)?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        Ok::<_, Error>(
            reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(groups("K", None).unwrap(), [50_000; 4]);
    assert_eq!(groups("K", Some(30_000)).unwrap(), [30_000, 20_000].repeat(4));
    assert!(groups("X", None).unwrap_err().message().contains("\"X\""));
    let apart = StringViewArray::from_iter_values((0..10).map(|row| ["a", "b"][row % 2]));
    let (version, schema) = table(vec![("K", Arc::new(apart))]);
    let row_groups = RowGroups::Keys { columns: vec!["K".into()], rows_max: None };
    let options = WriteOptions { row_groups, ..WriteOptions::default() };
    let error = write(&version, &schema, &path, &options).unwrap_err();
    assert!(error.message().contains("\"a\"") && error.hint().unwrap().contains("sort"), "{error}");
}

#[test]
fn numbers_of_any_size_have_the_digits_they_need() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let big = |texts: &[Option<&str>], scale| {
        let values = texts.iter().map(|text| text.map(|text| i256::from_string(text).unwrap()));
        let values = Decimal256Array::from_iter(values);
        Arc::new(values.with_precision_and_scale(76 - u8::from(scale > 0), scale).unwrap()) as ArrayRef
    };
    let wide = "123456789012345678901234567890123456789012345";
    let (version, schema) = table(vec![
        ("Small", big(&[Some("12"), None, Some("-7")], 0)),
        ("Price", big(&[Some("1500000000000000000"), Some("250000000000000000"), None], 18)),
        ("Wide", big(&[Some(wide), None, Some("1")], 0)),
        ("Null", big(&[None, None, None], 18)),
    ]);
    write(&version, &schema, &path, &WriteOptions::default()).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let kind = |name: &str| reader.schema().field_with_name(name).unwrap().data_type().clone();
    assert_eq!(kind("Small"), DataType::Decimal128(2, 0));
    assert_eq!(kind("Price"), DataType::Decimal128(3, 2));
    assert_eq!(kind("Wide"), DataType::Decimal256(45, 0));
    let back = open(&path).coalesce().unwrap();
    assert_eq!(back.schema().fields(), schema.fields());
    for (column, field) in schema.fields().iter().enumerate() {
        assert_eq!(&read_all(&back, field.name()), &version.read(column, version.rows()).unwrap());
    }
}

#[test]
fn types_that_files_lack_come_back_from_files_of_ours() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let periods = IntervalMonthDayNanoArray::from(vec![Some(IntervalMonthDayNano::new(14, 3, 0)), None]);
    let times = TimestampNanosecondArray::from(vec![Some(7), None]);
    let (version, schema) = table(vec![
        ("Period", Arc::new(periods)),
        ("Zoned", Arc::new(times.clone().with_timezone("Europe/Berlin"))),
        ("Local", Arc::new(times)),
    ]);
    write(&version, &schema, &path, &WriteOptions::default()).unwrap();
    let back = open(&path).coalesce().unwrap();
    assert_eq!(back.schema(), &schema);
    for (column, field) in schema.fields().iter().enumerate() {
        assert_eq!(&read_all(&back, field.name()), &version.read(column, version.rows()).unwrap());
    }
}

#[test]
fn a_directory_with_metadata_needs_no_footer() {
    let scratch = Scratch::new();
    let days = StringViewArray::from_iter_values((0..3000).map(|row| format!("{}", row / 1000)));
    let values = Int64Array::from_iter_values(0..3000);
    let (version, schema) = table(vec![("Day", Arc::new(days)), ("V", Arc::new(values))]);
    let options = WriteOptions { metadata_files: true, ..WriteOptions::default() };
    write_partitioned(&version, &schema, scratch.path(), &["Day"], &options).unwrap();
    let listed = open(scratch.path());
    assert_eq!(
        (listed.counts().footers_read, listed.counts().files_opened),
        (2, 0),
        "both files of metadata"
    );
    let table = listed.coalesce().unwrap();
    assert_eq!((table.size(), listed.counts().footers_read), (3000, 2));
    assert_eq!(table.schema().field(0).data_type(), &DataType::Utf8View, "as it was written");
    let read = read_all(&table, "V");
    assert_eq!(read.as_primitive::<Int64Type>().values(), &(0..3000).collect::<Vec<_>>()[..]);
    for name in ["_metadata", "_common_metadata"] {
        let named = open(&scratch.join(name)).coalesce().unwrap();
        assert_eq!(named.size(), 3000);
    }
    let layout = Layout::Metadata;
    let options = ReadOptions { layout, ..ReadOptions::default() };
    assert_eq!(kinetable_parquet::read(scratch.path(), &options).unwrap().files().len(), 3);
    std::fs::remove_file(scratch.join("_metadata")).unwrap();
    let error = kinetable_parquet::read(scratch.path(), &options).unwrap_err();
    assert!(error.message().contains("_metadata"), "{error}");
}

#[test]
fn files_of_a_batch_come_together_or_not_at_all() {
    let scratch = Scratch::new();
    let one = |value: i64| table(vec![("V", Arc::new(Int64Array::from(vec![value])) as ArrayRef)]);
    let (first, second) = (one(1), one(2));
    let bad = table(vec![(
        "V",
        Arc::new(FixedSizeBinaryArray::try_from_iter([[0u8; 16]].iter()).unwrap()) as ArrayRef,
    )]);
    let (a, b) = (scratch.join("a.parquet"), scratch.join("b.parquet"));
    let write = |parts: [&(Version, SchemaRef); 2], metadata_files| {
        let options = WriteOptions { metadata_files, ..WriteOptions::default() };
        let parts = [(&parts[0].0, &parts[0].1, a.as_path()), (&parts[1].0, &parts[1].1, b.as_path())];
        write_all(&parts, &options)
    };
    let error = write([&first, &bad], false).unwrap_err();
    assert!(error.to_string().contains("\"V\""), "{error}");
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    assert_eq!(write([&first, &second], true).unwrap().files, 2);
    assert_eq!(open(scratch.path()).coalesce().unwrap().size(), 2);
    assert_eq!(open(scratch.path()).counts().files_opened, 0);
    let options = kinetable_parquet::StoreOptions::default();
    std::fs::write(scratch.join("notes.txt"), "mine").unwrap();
    let error = kinetable_parquet::delete(scratch.path(), &options).unwrap_err();
    assert!(error.message().contains("notes.txt") && a.exists(), "{error}");
    std::fs::remove_file(scratch.join("notes.txt")).unwrap();
    kinetable_parquet::delete(scratch.path(), &options).unwrap();
    assert!(!scratch.path().exists());
}

#[test]
fn a_staged_file_is_seen_when_it_is_published() {
    let scratch = Scratch::new();
    let (version, schema) = table(vec![("V", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef)]);
    let rows = version.rows().slice(1..3);
    let path = scratch.join("part.parquet");
    drop(stage(&version, &schema, &rows, &path, &WriteOptions::default()).unwrap());
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    let staged = stage(&version, &schema, &rows, &path, &WriteOptions::default()).unwrap();
    assert!(!path.exists());
    assert_eq!((staged.written().rows, staged.publish().unwrap().files), (2, 1));
    assert_eq!(open(&path).coalesce().unwrap().size(), 2);
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
    assert!("LZO".parse::<Codec>().is_err());
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
