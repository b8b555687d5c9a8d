//! Every literal, operator, function, method and constant of the formula language, each with an example: the list is
//! `tests/inventory.tsv`, which the documentation's state page reads too.
//!
//! A line is: family, name, formula, type, value in row 1 of the table below (a point is null). For a filter the type
//! is `rows`, and the value the rows that are kept; for what is refused the type is `refused`, and the value the
//! message. `UPDATE_INVENTORY=1` writes the values that are found in the place of those written `?`.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, ListBuilder, StringViewBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DurationNanosecondArray,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, IntervalMonthDayNanoArray,
    ListArray, StringViewArray, Time64NanosecondArray, TimestampNanosecondArray, UInt16Array,
};
use arrow_buffer::{IntervalMonthDayNano, OffsetBuffer, i256};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field};
use kinetable_formula::{Variable, compile_expression, compile_filter};

use crate::support::{Table, type_name};

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inventory.tsv");

/// The row whose values are told.
const ROW: usize = 1;

/// 2024-03-10T15:30:45.123456789Z, eight hours after New York's clocks went forward.
const T: i64 = 1_710_084_645_123_456_789;
/// The same on New York's clocks.
const LOCAL: i64 = T - 4 * 3_600_000_000_000;

fn columns() -> Vec<(&'static str, ArrayRef)> {
    let stamps = |values: Vec<Option<i64>>, zone: Option<&str>| -> ArrayRef {
        let zone = zone.map(Arc::<str>::from);
        Arc::new(TimestampNanosecondArray::from(values).with_timezone_opt(zone))
    };
    let first = 1_704_067_200_000_000_000;
    let period = IntervalMonthDayNano::new(14, 3, 0);
    let big = "123456789012345678901234567890".parse::<i128>().unwrap();
    vec![
        ("BL", Arc::new(BooleanArray::from(vec![Some(false), Some(true), None]))),
        ("BF", Arc::new(BooleanArray::from(vec![false, true, false]))),
        ("By", Arc::new(Int8Array::from(vec![Some(1), Some(5), None]))),
        ("Sh", Arc::new(Int16Array::from(vec![Some(2), Some(6), None]))),
        ("I", Arc::new(Int32Array::from(vec![Some(3), Some(7), None]))),
        ("N", Arc::new(Int32Array::from(vec![Some(1), None, None]))),
        ("L", Arc::new(Int64Array::from(vec![Some(4), Some(8), None]))),
        ("C", Arc::new(UInt16Array::from(vec![Some(97), Some(99), None]))),
        ("F", Arc::new(Float32Array::from(vec![Some(0.5), Some(1.5), None]))),
        ("D", Arc::new(Float64Array::from(vec![Some(-2.25), Some(2.5), None]))),
        ("DN", Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(2.5), None]))),
        ("S", Arc::new(StringViewArray::from(vec![Some("a"), Some("Text"), None]))),
        ("T", stamps(vec![Some(first), Some(T), None], Some("UTC"))),
        ("Z", stamps(vec![Some(first), Some(T), None], Some("America/New_York"))),
        ("LDT", stamps(vec![Some(first), Some(LOCAL), None], None)),
        ("LD", Arc::new(Date32Array::from(vec![Some(19_723), Some(19_792), None]))),
        ("LT", Arc::new(Time64NanosecondArray::from(vec![Some(0), Some(41_445_123_456_789), None]))),
        ("DU", Arc::new(DurationNanosecondArray::from(vec![Some(1), Some(3_600_500_000_000), None]))),
        ("P", Arc::new(IntervalMonthDayNanoArray::from(vec![Some(period), Some(period), None]))),
        (
            "BI",
            Arc::new(
                Decimal256Array::from(vec![Some(i256::ONE), Some(i256::from_i128(big)), None])
                    .with_precision_and_scale(76, 0)
                    .unwrap(),
            ),
        ),
        (
            "BD",
            Arc::new(
                Decimal128Array::from(vec![Some(100), Some(1234), None])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
    ]
}

fn table() -> Table {
    let mut columns = columns();
    columns.push(("G", ints(&[Some(3), None, Some(1), Some(3)])));
    let mut list = ListBuilder::new(Int64Builder::new());
    for items in [&[1][..], &[10, 20, 30, 40], &[]] {
        list.values().append_slice(items);
        list.append(true);
    }
    columns.push(("GL", Arc::new(list.finish())));
    let mut list = ListBuilder::new(Float64Builder::new());
    for items in [&[1.0][..], &[1.5, 4.0, -2.0], &[]] {
        list.values().append_slice(items);
        list.append(true);
    }
    columns.push(("GD", Arc::new(list.finish())));
    let mut list = ListBuilder::new(StringViewBuilder::new());
    for items in [&[][..], &[Some("b"), Some("a"), None, Some("b")], &[]] {
        items.iter().for_each(|item| list.values().append_option(*item));
        list.append(true);
    }
    columns.push(("GS", Arc::new(list.finish())));
    let mut list = ListBuilder::new(BooleanBuilder::new());
    for items in [&[][..], &[true, false], &[]] {
        list.values().append_slice(items);
        list.append(true);
    }
    columns.push(("GB", Arc::new(list.finish())));
    let instants: ArrayRef =
        Arc::new(TimestampNanosecondArray::from(vec![T, T + 1_000_000_000]).with_timezone("UTC"));
    let field = Arc::new(Field::new_list_field(instants.data_type().clone(), true));
    let lists = ListArray::new(field, OffsetBuffer::from_lengths([0, 2, 0]), instants, None);
    columns.push(("GT", Arc::new(lists)));
    let columns = columns.into_iter().map(|(name, array)| (name.to_owned(), array)).collect();
    Table { columns, variables: HashMap::new() }
        .with("Seven", Variable::Value(Arc::new(Int8Array::from(vec![7]))))
        .with("Wanted", Variable::List(Arc::new(Int64Array::from(vec![7, 8, 9]))))
}

fn ints(middle: &[Option<i32>]) -> ArrayRef {
    let mut list = ListBuilder::new(Int32Builder::new());
    for items in [&[Some(1)][..], middle, &[]] {
        list.values().extend(items.iter().copied());
        list.append(true);
    }
    Arc::new(list.finish())
}

/// The type, and the value in the row, of a formula; or what is wrong with it.
fn found(table: &Table, formula: &str) -> Result<(String, String), String> {
    let message = |error: kinetable_formula::Error| error.message().to_owned();
    let compiled = compile_expression("X", formula, table).map_err(message)?;
    let array = table.eval(&compiled, 0, table.rows()).map_err(message)?;
    if array.data_type() != compiled.data_type() {
        return Err(format!("{} was promised, and {} came", compiled.data_type(), array.data_type()));
    }
    let ty = named(array.data_type());
    let array = array.slice(ROW, 1);
    let spelled = compile_expression("X", &format!("String.valueOf({formula})"), table);
    let text = match (array.data_type(), spelled) {
        (
            DataType::Timestamp(..) | DataType::Duration(_) | DataType::Interval(_) | DataType::Time64(_),
            Ok(spelled),
        )
        | (DataType::Decimal128(..) | DataType::Decimal256(..), Ok(spelled)) => {
            let texts = table.eval(&spelled, 0, table.rows()).map_err(message)?;
            texts.as_string_view().value(ROW).to_owned()
        }
        _ => shown(&array, 0),
    };
    Ok((ty, if array.is_null(0) { ".".to_owned() } else { text }))
}

fn named(data_type: &DataType) -> String {
    match data_type {
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => "ZonedDateTime".to_owned(),
        DataType::Decimal256(76, 0) => "BigInteger".to_owned(),
        DataType::Decimal128(..) | DataType::Decimal256(..) => "BigDecimal".to_owned(),
        other => type_name(other),
    }
}

fn shown(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return ".".to_owned();
    }
    match array.data_type() {
        DataType::Float32 => format!("{:?}", array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::UInt16 => String::from_utf16_lossy(&[array.as_primitive::<UInt16Type>().value(row)]),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let items: Vec<String> = (0..items.len()).map(|item| shown(&items, item)).collect();
            format!("[{}]", items.join(" "))
        }
        _ => {
            let options = FormatOptions::default();
            ArrayFormatter::try_new(array, &options).unwrap().value(row).to_string()
        }
    }
}

fn kept(table: &Table, filter: &str) -> Result<String, String> {
    let message = |error: kinetable_formula::Error| error.message().to_owned();
    let compiled = compile_filter(filter, table).map_err(message)?;
    let mask = table.keeps(&compiled, 0, table.rows()).map_err(message)?;
    Ok(mask.values().set_indices().map(|row| row.to_string()).collect::<Vec<_>>().join(" "))
}

#[test]
fn every_line_of_the_inventory_holds() {
    let table = table();
    let update = std::env::var_os("UPDATE_INVENTORY").is_some();
    let text = std::fs::read_to_string(LIST).unwrap();
    let (mut written, mut wrong, mut lines) = (String::new(), Vec::new(), 0);
    for line in text.lines() {
        if line.starts_with('#') {
            let _ = writeln!(written, "{line}");
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [family, name, formula, ty, value] = fields[..] else {
            panic!("a line of five fields: {line:?}")
        };
        lines += 1;
        let result = if ty == "rows" {
            kept(&table, formula).map(|rows| (ty.to_owned(), rows))
        } else {
            found(&table, formula)
        };
        let (found_type, found_value) = match result {
            Err(message) if ty == "refused" => (ty.to_owned(), message),
            Ok(found) => found,
            Err(message) => (format!("error: {message}"), String::new()),
        };
        let value_holds = found_value == value || (value == "?" && update);
        if found_type != ty || !value_holds {
            wrong.push(format!(
                "{family} {name}: {formula}\n    {ty} {value}\n    {found_type} {found_value}"
            ));
        }
        let value = if value == "?" && found_type == ty { &found_value } else { value };
        let _ = writeln!(written, "{family}\t{name}\t{formula}\t{ty}\t{value}");
    }
    if update {
        std::fs::write(LIST, written).unwrap();
    }
    assert!(wrong.is_empty(), "{} of {lines} lines do not hold:\n{}", wrong.len(), wrong.join("\n"));
}
