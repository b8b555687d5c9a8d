//! Columns on their way out and in.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Decimal256Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array, Int32Array,
    Int64Array, ListArray, StringViewArray, TimestampNanosecondArray, UInt8Array, UInt64Array,
};
use arrow_buffer::i256;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_wire::columns::{
    engine_type, from_upload, from_wire, preview, to_wire, with_sentinels, without_sentinels,
};
use kinetable_wire::schema::{Marks, for_clients};

use crate::hex;

fn client_field(array: &ArrayRef) -> Field {
    let schema = Schema::new(vec![Field::new("c", array.data_type().clone(), true)]);
    for_clients(&schema, &Marks::default()).field(0).clone()
}

/// A column goes out and comes back as it was.
fn round_trip(array: ArrayRef) -> ArrayRef {
    let field = client_field(&array);
    let wire = to_wire(&array, field.data_type()).expect("it goes out");
    assert_eq!(wire.data_type(), field.data_type());
    assert_eq!(engine_type(&field).expect("a type"), *array.data_type());
    assert_eq!(&from_wire(&wire, &field).expect("it comes in"), &array);
    assert_eq!(&from_upload(&with_sentinels(&wire), &field).expect("it comes in"), &array);
    wire
}

fn bytes(array: &ArrayRef) -> Vec<Option<Vec<u8>>> {
    array.as_binary::<i32>().iter().map(|cell| cell.map(<[u8]>::to_vec)).collect()
}

#[test]
fn decimals_are_scale_and_unscaled_value() {
    let values = vec![Some(123_450), None, Some(0), Some(-1), Some(10_000), Some(i128::from(i64::MAX))];
    let decimals = Decimal128Array::from(values).with_precision_and_scale(38, 2).expect("decimals");
    let wire = round_trip(Arc::new(decimals));
    let expected = ["01000000 3039", "00000000 00", "02000000 ff", "feffffff 01"].map(|text| Some(hex(text)));
    let found = bytes(&wire);
    assert_eq!(found[0], expected[0]);
    assert_eq!(found[1], None);
    assert_eq!(found[2..5], expected[1..]);
}

#[test]
fn whole_numbers_are_their_twos_complement() {
    let values = [-300, 0, 127, 128, -128, -129].map(|value| Some(i256::from_i128(value)));
    let array = Decimal256Array::from(values.to_vec()).with_precision_and_scale(76, 0).expect("decimals");
    let expected = ["fed4", "00", "7f", "0080", "80", "ff7f"].map(|text| Some(hex(text)));
    assert_eq!(bytes(&round_trip(Arc::new(array))), expected);
}

#[test]
fn a_decimal_without_a_type_of_its_own_has_18_digits_after_the_point() {
    let java = HashMap::from([("deephaven:type".to_owned(), "java.math.BigDecimal".to_owned())]);
    let field = Field::new("c", DataType::Binary, true).with_metadata(java);
    let cell = hex("01000000 3039");
    let array: ArrayRef = Arc::new(BinaryArray::from(vec![cell.as_slice()]));
    let read = from_wire(&array, &field).expect("decimals");
    let ten = i256::from_i128(10);
    assert_eq!(read.as_primitive::<Decimal256Type>().value(0), i256::from_i128(12345) * ten.wrapping_pow(17));
    let long = [hex("13000000"), hex("01")].concat();
    let array: ArrayRef = Arc::new(BinaryArray::from(vec![long.as_slice()]));
    let error = from_wire(&array, &field).expect_err("19 digits");
    assert_eq!(
        error.to_string(),
        "column \"c\": a decimal with 19 digits after the point does not fit one with 18"
    );
}

#[test]
fn texts_dates_times_and_lists_go_out_and_come_back() {
    round_trip(Arc::new(StringViewArray::from(vec![Some("short"), None, Some("longer than twelve bytes")])));
    round_trip(Arc::new(Date32Array::from(vec![Some(0), Some(20_000), None])));
    let instants = TimestampNanosecondArray::from(vec![Some(1), None]);
    round_trip(Arc::new(instants.clone().with_timezone("UTC")));
    round_trip(Arc::new(instants.with_timezone("Europe/Berlin")));
    let lists = vec![Some(vec![Some(1), None]), None, Some(vec![])];
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
    let wire = round_trip(lists);
    assert_eq!(wire.data_type(), &DataType::List(Arc::new(Field::new("", DataType::Int64, true))));
}

#[test]
fn nulls_are_values_where_clients_want_them_so() {
    let array: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
    let filled = with_sentinels(&array);
    assert_eq!((filled.null_count(), filled.as_primitive::<Int32Type>().value(1)), (0, i32::MIN));
    assert_eq!(&without_sentinels(&filled), &array);
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![None, Some(f64::NAN), Some(f64::NEG_INFINITY)]));
    let filled = with_sentinels(&floats);
    assert_eq!(filled.as_primitive::<arrow_array::types::Float64Type>().value(0), -f64::MAX);
    assert_eq!(without_sentinels(&filled).null_count(), 1);
}

#[test]
fn uploads_of_other_types_become_columns() {
    let field = |array: &ArrayRef| Field::new("c", array.data_type().clone(), true);
    let small: ArrayRef = Arc::new(UInt8Array::from(vec![Some(200), None]));
    assert_eq!(engine_type(&field(&small)), Ok(DataType::Int16));
    let big: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX]));
    let read = from_wire(&big, &field(&big)).expect("whole numbers");
    assert_eq!(read.as_primitive::<Decimal256Type>().value(0), i256::from_i128(i128::from(u64::MAX)));
    for unit in [TimeUnit::Second, TimeUnit::Microsecond] {
        let field = Field::new("c", DataType::Timestamp(unit, None), true);
        let utc = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        assert_eq!(engine_type(&field), Ok(utc));
    }
    let back = to_wire(&from_wire(&small, &field(&small)).expect("shorts"), &DataType::UInt8);
    assert_eq!(&back.expect("bytes"), &small);
    let decimals: ArrayRef =
        Arc::new(Decimal128Array::from(vec![5]).with_precision_and_scale(9, 3).expect("decimals"));
    let read = from_wire(&decimals, &field(&decimals)).expect("decimals");
    assert_eq!(read.as_primitive::<Decimal128Type>().value(0), 5);
}

#[test]
fn what_no_column_holds_is_refused_by_name() {
    let fields = vec![Field::new("x", DataType::Int8, true)];
    let field = Field::new("c", DataType::Struct(fields.into()), true);
    let error = engine_type(&field).expect_err("no column");
    assert!(error.to_string().starts_with("column \"c\" has the Arrow type Struct"), "{error}");
}

#[test]
fn a_preview_has_the_first_or_the_last_items() {
    let lists = vec![Some((0..5).map(Some).collect::<Vec<_>>()), None, Some(vec![Some(9)])];
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
    let items = |limit: i64| {
        let cut = preview(&lists, limit).expect("lists");
        let list = cut.as_list::<i32>();
        assert!(list.is_null(1));
        let list = list.value(0);
        list.as_primitive::<Int64Type>().values().to_vec()
    };
    assert_eq!(items(2), [0, 1]);
    assert_eq!(items(-2), [3, 4]);
    assert_eq!(items(0), [0, 1, 2, 3, 4]);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    assert_eq!(&preview(&numbers, 1).expect("numbers"), &numbers);
}

/// An array of a type, from the numbers 1, null and 3.
fn of_type(data_type: &DataType) -> ArrayRef {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
    let cast = |array: &ArrayRef, to: &DataType| arrow_cast::cast(array, to).expect("an array");
    match data_type {
        DataType::FixedSizeBinary(4) => {
            let cells = vec![Some(b"abcd".as_slice()), None, Some(b"efgh")];
            cast(&(Arc::new(BinaryArray::from(cells)) as ArrayRef), data_type)
        }
        DataType::FixedSizeList(item, 2) => {
            let lists = vec![Some(vec![Some(1), None]), None, Some(vec![Some(5), Some(6)])];
            let lists = arrow_array::FixedSizeListArray::from_iter_primitive::<Int64Type, _, _>(lists, 2);
            cast(&(Arc::new(lists) as ArrayRef), &DataType::FixedSizeList(item.clone(), 2))
        }
        DataType::List(_) | DataType::ListView(_) => {
            let lists = vec![Some(vec![Some(1), None]), None, Some(vec![])];
            let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(lists);
            cast(&(Arc::new(lists) as ArrayRef), data_type)
        }
        DataType::Null => arrow_array::new_null_array(data_type, 3),
        DataType::Utf8 | DataType::Binary => cast(&cast(&numbers, &DataType::Utf8), data_type),
        DataType::Float16 => cast(&cast(&numbers, &DataType::Float32), data_type),
        DataType::Date32 | DataType::Time32(_) => cast(&cast(&numbers, &DataType::Int32), data_type),
        DataType::Date64 => cast(&cast(&cast(&numbers, &DataType::Int32), &DataType::Date32), data_type),
        DataType::Interval(_) => {
            let values = [Some((1, 2, 3)), None, Some((0, -1, 5))];
            let make = |(months, days, nanos)| arrow_buffer::IntervalMonthDayNano::new(months, days, nanos);
            Arc::new(arrow_array::IntervalMonthDayNanoArray::from(values.map(|v| v.map(make)).to_vec()))
        }
        _ => cast(&numbers, data_type),
    }
}

#[test]
fn every_uploaded_type_goes_back_as_it_came() {
    use arrow_schema::IntervalUnit::MonthDayNano;
    let item = |data_type| Arc::new(Field::new("item", data_type, true));
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    let mut types = vec![DataType::Null, DataType::Boolean, DataType::Utf8, DataType::Binary];
    types.extend([DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64]);
    types.extend([DataType::UInt8, DataType::UInt16, DataType::UInt32, DataType::UInt64]);
    types.extend([DataType::Float16, DataType::Float32, DataType::Float64]);
    types.extend([DataType::Date32, DataType::Date64, DataType::Interval(MonthDayNano)]);
    types.extend([DataType::Decimal128(9, 2), DataType::Decimal256(50, 4), DataType::FixedSizeBinary(4)]);
    types.extend([DataType::Time32(units[0]), DataType::Time32(units[1])]);
    types.extend([DataType::Time64(units[2]), DataType::Time64(units[3])]);
    types.extend(units.map(DataType::Duration));
    for zone in [None, Some("UTC".into()), Some("America/New_York".into())] {
        types.extend(units.map(|unit| DataType::Timestamp(unit, zone.clone())));
    }
    types.extend([DataType::List(item(DataType::Int64)), DataType::List(item(DataType::Int16))]);
    types.extend([
        DataType::ListView(item(DataType::Int64)),
        DataType::FixedSizeList(item(DataType::Int64), 2),
    ]);
    for data_type in types {
        let array = of_type(&data_type);
        let field = Field::new("c", data_type.clone(), true);
        let own = from_upload(&array, &field).unwrap_or_else(|error| panic!("{data_type}: {error}"));
        assert_eq!(*own.data_type(), engine_type(&field).expect("a type"), "{data_type}");
        let back = to_wire(&own, &data_type).unwrap_or_else(|error| panic!("{data_type}: {error}"));
        assert_eq!(&back, &array, "{data_type}");
    }
}

#[test]
fn of_some_lists_of_a_column_only_their_own_items_are_converted() {
    let texts = |count: i64| {
        let items: StringViewArray = (0..count).map(|item| Some(item.to_string())).collect();
        let field = Arc::new(Field::new_list_field(DataType::Utf8View, true));
        let offsets = arrow_buffer::OffsetBuffer::from_lengths((0..count / 2).map(|_| 2));
        Arc::new(ListArray::new(field, offsets, Arc::new(items), None)) as ArrayRef
    };
    let numbers = || {
        let items = (0..2_000).map(|item| (item % 3 != 0).then_some(item));
        let field = Arc::new(Field::new("", DataType::Int64, true));
        let offsets = arrow_buffer::OffsetBuffer::from_lengths((0..1_000).map(|_| 2));
        Arc::new(ListArray::new(field, offsets, Arc::new(items.collect::<Int64Array>()), None)) as ArrayRef
    };
    let items = |array: &ArrayRef| array.as_list::<i32>().values().len();
    let part = texts(2_000).slice(500, 3);
    let wire = to_wire(&part, client_field(&part).data_type()).expect("it goes out");
    assert_eq!(items(&wire), 6);
    let back = from_wire(&wire, &client_field(&part)).expect("it comes in");
    assert_eq!(&back, &part);
    let part = numbers().slice(900, 100);
    let filled = with_sentinels(&part);
    assert_eq!((items(&filled), items(&without_sentinels(&part))), (200, 200));
    assert_eq!(&without_sentinels(&filled), &part);
    assert_eq!(&with_sentinels(&numbers().slice(1_000, 0)), &numbers().slice(0, 0));
}
