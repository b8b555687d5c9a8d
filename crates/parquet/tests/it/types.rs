//! Types of files become types of the engine, and values stay what they are.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal256Type, DurationNanosecondType, Float32Type, Int16Type, Int32Type, Int64Type,
    Time64NanosecondType, TimestampNanosecondType,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationSecondArray, FixedSizeBinaryArray, Float16Array, Int64Array, LargeListArray, LargeStringArray,
    ListArray, NullArray, StringArray, StructArray, Time32SecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::{DataType, Field, TimeUnit};
use kinetable_engine::Table;
use kinetable_parquet::{ReadOptions, Unsigned};
use parquet::file::properties::WriterProperties;

use crate::support::*;

/// A file of one column, as a table.
fn table(scratch: &Scratch, values: ArrayRef) -> Table {
    let path = scratch.join("one.parquet");
    write_file(&path, &batch(vec![("V", values)]), WriterProperties::default());
    open(&path).coalesce().unwrap()
}

fn through(values: ArrayRef) -> ArrayRef {
    let scratch = Scratch::new();
    let table = table(&scratch, values);
    let read = read_all(&table, "V");
    assert_eq!(read.data_type(), table.schema().field(0).data_type());
    read
}

fn instants(array: &ArrayRef) -> Vec<Option<i64>> {
    assert_eq!(array.data_type(), &DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())));
    array.as_primitive::<TimestampNanosecondType>().iter().collect()
}

#[test]
fn numbers_keep_their_values() {
    let small = through(Arc::new(UInt8Array::from(vec![Some(255), None])));
    assert_eq!(small.as_primitive::<Int16Type>().value(0), 255);
    let char = through(Arc::new(UInt16Array::from(vec![65_535])));
    assert_eq!(char.data_type(), &DataType::UInt16);
    let wide = through(Arc::new(UInt32Array::from(vec![u32::MAX])));
    assert_eq!(wide.as_primitive::<Int64Type>().value(0), i64::from(u32::MAX));
    let widest = through(Arc::new(UInt64Array::from(vec![u64::MAX])));
    assert_eq!(widest.data_type(), &DataType::Decimal256(76, 0));
    let value = widest.as_primitive::<Decimal256Type>().value(0);
    assert_eq!(value.to_i128(), Some(i128::from(u64::MAX)));
    let decimal = Decimal128Array::from(vec![Some(12_345), None]).with_precision_and_scale(9, 2);
    let decimal: ArrayRef = Arc::new(decimal.unwrap());
    assert_eq!(&through(decimal.clone()), &decimal);
    let half = Float16Array::from_iter_values([1.5f32].map(half));
    assert_eq!(through(Arc::new(half)).as_primitive::<Float32Type>().value(0), 1.5);
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    assert_eq!(&through(flags.clone()), &flags);
}

fn half(value: f32) -> <arrow_array::types::Float16Type as arrow_array::ArrowPrimitiveType>::Native {
    assert_eq!(value, 1.5);
    <arrow_array::types::Float16Type as arrow_array::ArrowPrimitiveType>::Native::from_bits(0x3e00)
}

#[test]
fn text_of_every_layout_is_one_layout() {
    let words = vec![Some("a"), None, Some(""), Some("something longer than twelve")];
    let layouts: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words.clone())),
        Arc::new(words.iter().copied().collect::<DictionaryArray<Int32Type>>()),
    ];
    for values in layouts {
        let read = through(values);
        assert_eq!(read.as_string_view().iter().collect::<Vec<_>>(), words);
    }
    let nothing = through(Arc::new(NullArray::new(3)));
    assert_eq!((nothing.data_type(), nothing.null_count()), (&DataType::Utf8View, 3));
}

#[test]
fn bytes_of_every_layout_are_one_layout() {
    let bytes: Vec<&[u8]> = vec![b"ab", b"\xff\x00"];
    let plain = through(Arc::new(BinaryArray::from(bytes.clone())));
    assert_eq!(plain.as_binary_view().iter().flatten().collect::<Vec<_>>(), bytes);
    let fixed = FixedSizeBinaryArray::try_from_iter(bytes.iter()).unwrap();
    let fixed = through(Arc::new(fixed));
    assert_eq!(fixed.as_binary_view().iter().flatten().collect::<Vec<_>>(), bytes);
}

#[test]
fn instants_of_every_unit_and_zone_are_nanoseconds() {
    let millis = vec![Some(1_767_225_600_123), None, Some(-1)];
    let nanos = vec![Some(1_767_225_600_123_000_000), None, Some(-1_000_000)];
    let plain = TimestampMillisecondArray::from(millis.clone());
    assert_eq!(instants(&through(Arc::new(plain.clone()))), nanos);
    for zone in ["UTC", "+00:00", "+02:00", "America/New_York"] {
        let zoned = through(Arc::new(plain.clone().with_timezone(zone)));
        assert_eq!(instants(&zoned), nanos, "{zone}");
    }
    let micros = TimestampMicrosecondArray::from(vec![7]).with_timezone("UTC");
    assert_eq!(instants(&through(Arc::new(micros))), [Some(7_000)]);
}

#[test]
fn an_instant_out_of_range_is_an_error_that_names_file_and_column() {
    let scratch = Scratch::new();
    let far = TimestampMillisecondArray::from(vec![253_402_300_799_000]);
    let table = table(&scratch, Arc::new(far));
    let error = table.version().read(0, table.version().rows()).unwrap_err();
    assert!(error.message().contains("\"V\"") && error.message().contains("one.parquet"), "{error}");
}

#[test]
fn dates_and_times() {
    let date: ArrayRef = Arc::new(Date32Array::from(vec![Some(20_454), None]));
    assert_eq!(&through(date.clone()), &date);
    let time = through(Arc::new(Time32SecondArray::from(vec![61])));
    assert_eq!(time.as_primitive::<Time64NanosecondType>().value(0), 61_000_000_000);
    let length = through(Arc::new(DurationSecondArray::from(vec![2])));
    assert_eq!(length.as_primitive::<DurationNanosecondType>().value(0), 2_000_000_000);
}

#[test]
fn lists_pass_however_deep() {
    let numbers = vec![Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(2)])];
    let wide = LargeListArray::from_iter_primitive::<Int64Type, _, _>(numbers.clone());
    let read = through(Arc::new(wide));
    let same = ListArray::from_iter_primitive::<Int64Type, _, _>(numbers);
    assert_eq!(read.as_list::<i32>().iter().collect::<Vec<_>>(), same.iter().collect::<Vec<_>>());

    let mut words = ListBuilder::new(ListBuilder::new(StringBuilder::new()));
    words.values().values().append_value("deep");
    words.values().values().append_null();
    words.values().append(true);
    words.append(true);
    words.append(false);
    let read = through(Arc::new(words.finish()));
    let inner = read.as_list::<i32>().value(0);
    let inner = inner.as_list::<i32>().value(0);
    assert_eq!(inner.as_string_view().iter().collect::<Vec<_>>(), [Some("deep"), None]);
    assert!(read.is_null(1));

    let times = TimestampMillisecondArray::from(vec![1, 2, 3]);
    let item = Arc::new(Field::new_list_field(times.data_type().clone(), true));
    let offsets = arrow_buffer::OffsetBuffer::from_lengths([1, 2]);
    let read = through(Arc::new(ListArray::new(item, offsets, Arc::new(times), None)));
    assert_eq!(instants(&read.as_list::<i32>().value(1)), [Some(2_000_000), Some(3_000_000)]);
}

#[test]
fn long_lists_are_read_by_rows() {
    let rows = 40_000;
    let list = |row: i64| Some((0..row % 5).map(move |place| Some(row * 10 + place)).collect::<Vec<_>>());
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(list));
    let scratch = Scratch::new();
    let table = table(&scratch, Arc::new(lists.clone()));
    for row in [0u64, 16_383, 16_384, 20_001, 39_999] {
        let read = read_rows(&table, "V", &kinetable_engine::RowSet::single(row));
        assert_eq!(read.as_list::<i32>().value(0).as_ref(), lists.value(row as usize).as_ref());
    }
    let read = read_all(&table, "V");
    assert_eq!(read.as_list::<i32>().values().as_ref(), lists.values().as_ref());
}

#[test]
fn a_struct_is_told_and_its_fields_are_read_by_name() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let field = Arc::new(Field::new("x", DataType::Int64, true));
    let nulls = Some(vec![true, false, true].into());
    let values: ArrayRef = Arc::new(StructArray::new(vec![field].into(), vec![inner.clone()], nulls));
    write_file(&path, &batch(vec![("S", values), ("V", inner.clone())]), WriterProperties::default());
    let table = open(&path).coalesce().unwrap();
    assert_eq!(&read_all(&table, "V"), &inner);
    let error = table.version().read(column(&table, "S"), table.version().rows()).unwrap_err();
    assert!(error.message().contains("\"S\"") && error.hint().unwrap().contains("S.x"), "{error}");
    let options = ReadOptions { renames: vec![("X".into(), "S.x".into())], ..ReadOptions::default() };
    let table = kinetable_parquet::read(&path, &options).unwrap().coalesce().unwrap();
    let field = read_all(&table, "X");
    assert_eq!(field.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None, Some(3)]);
}

#[test]
fn unsigned_numbers_of_64_bits_become_what_is_asked_for() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let values: ArrayRef = Arc::new(UInt64Array::from(vec![Some(7), None, Some(u64::MAX)]));
    write_file(&path, &batch(vec![("V", values)]), WriterProperties::default());
    let as_ = |unsigned| {
        let options = ReadOptions { unsigned: vec![("V".into(), unsigned)], ..ReadOptions::default() };
        let table = kinetable_parquet::read(&path, &options).unwrap().coalesce().unwrap();
        table.version().read(0, table.version().rows())
    };
    let signed = as_(Unsigned::Signed).unwrap();
    assert_eq!(signed.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(7), None, Some(-1)]);
    assert!(as_(Unsigned::Long).unwrap_err().message().contains("\"V\""));
    assert_eq!(as_(Unsigned::Big).unwrap().data_type(), &DataType::Decimal256(76, 0));
}

#[test]
fn a_file_that_lacks_a_column_has_nulls_there() {
    let scratch = Scratch::new();
    let long = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
    let write = |name: &str, columns| {
        write_file(&scratch.join(name), &batch(columns), WriterProperties::default());
    };
    write("a.parquet", vec![("A", long(1)), ("B", long(2))]);
    write("b.parquet", vec![("A", long(3))]);
    write("c.parquet", vec![("New", long(9)), ("B", long(4)), ("A", long(5))]);
    let table = open(scratch.path()).coalesce().unwrap();
    let column = |name| read_all(&table, name).as_primitive::<Int64Type>().iter().collect::<Vec<_>>();
    assert_eq!(column("A"), [Some(1), Some(3), Some(5)]);
    assert_eq!(column("B"), [Some(2), None, Some(4)]);
    assert_eq!(table.schema().fields().len(), 2);
}

#[test]
fn a_file_with_another_type_is_named() {
    let scratch = Scratch::new();
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from(vec![1])), Arc::new(StringArray::from(vec!["1"]))];
    for (number, values) in columns.into_iter().enumerate() {
        let path = scratch.join(&format!("Date=2026-01-0{number}/part.parquet"));
        write_file(&path, &batch(vec![("V", values)]), WriterProperties::default());
    }
    let error = open(scratch.path()).coalesce().unwrap_err();
    let message = error.message();
    assert!(message.contains("\"V\"") && message.contains("Date=2026-01-01"), "{error}");
    assert!(message.contains("Utf8View") && message.contains("Int64"), "{error}");
}
