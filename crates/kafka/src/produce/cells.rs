//! The cells of an Arrow array, downcast once a chunk, written one by one: as JSON, or in the standard binary forms.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::temporal_conversions::{date32_to_datetime, time64ns_to_time};
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{
    Array, BinaryViewArray, BooleanArray, Decimal128Array, Decimal256Array, ListArray, StringViewArray,
};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::{Error, Result};

use crate::base64;

/// The values of a chunk, by type.
pub(super) struct Cells<'a> {
    array: &'a dyn Array,
    pub(super) values: Values<'a>,
}

pub(super) enum Values<'a> {
    Bool(&'a BooleanArray),
    I8(&'a ScalarBuffer<i8>),
    I16(&'a ScalarBuffer<i16>),
    I32(&'a ScalarBuffer<i32>),
    /// Also durations, in ns.
    I64(&'a ScalarBuffer<i64>),
    Char(&'a ScalarBuffer<u16>),
    F32(&'a ScalarBuffer<f32>),
    F64(&'a ScalarBuffer<f64>),
    Instant(&'a ScalarBuffer<i64>),
    Date(&'a ScalarBuffer<i32>),
    Time(&'a ScalarBuffer<i64>),
    Decimal(&'a Decimal128Array),
    WideDecimal(&'a Decimal256Array),
    Text(&'a StringViewArray),
    Bytes(&'a BinaryViewArray),
    List(&'a ListArray, Box<Cells<'a>>),
}

impl<'a> Cells<'a> {
    /// The cells of an array of one of the engine's types.
    pub(super) fn of(array: &'a dyn Array) -> Result<Cells<'a>> {
        let values = match array.data_type() {
            DataType::Boolean => Values::Bool(array.as_boolean()),
            DataType::Int8 => Values::I8(array.as_primitive::<Int8Type>().values()),
            DataType::Int16 => Values::I16(array.as_primitive::<Int16Type>().values()),
            DataType::Int32 => Values::I32(array.as_primitive::<Int32Type>().values()),
            DataType::Int64 => Values::I64(array.as_primitive::<Int64Type>().values()),
            DataType::UInt16 => Values::Char(array.as_primitive::<UInt16Type>().values()),
            DataType::Float32 => Values::F32(array.as_primitive::<Float32Type>().values()),
            DataType::Float64 => Values::F64(array.as_primitive::<Float64Type>().values()),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Values::Instant(array.as_primitive::<TimestampNanosecondType>().values())
            }
            DataType::Date32 => Values::Date(array.as_primitive::<Date32Type>().values()),
            DataType::Time64(TimeUnit::Nanosecond) => {
                Values::Time(array.as_primitive::<Time64NanosecondType>().values())
            }
            DataType::Duration(TimeUnit::Nanosecond) => {
                Values::I64(array.as_primitive::<DurationNanosecondType>().values())
            }
            DataType::Decimal128(..) => Values::Decimal(array.as_primitive::<Decimal128Type>()),
            DataType::Decimal256(..) => Values::WideDecimal(array.as_primitive::<Decimal256Type>()),
            DataType::Utf8View => Values::Text(array.as_string_view()),
            DataType::BinaryView => Values::Bytes(array.as_binary_view()),
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                Values::List(list, Box::new(Cells::of(list.values().as_ref())?))
            }
            other => return Err(Error::invalid(format!("a value of {other} cannot be published"))),
        };
        Ok(Cells { array, values })
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.array.is_null(row)
    }

    /// Appends a cell as JSON.
    pub(super) fn write_json(&self, row: usize, out: &mut Vec<u8>) {
        if self.array.is_null(row) {
            out.extend_from_slice(b"null");
            return;
        }
        match &self.values {
            Values::Bool(values) => put(out, values.value(row)),
            Values::I8(values) => put(out, values[row]),
            Values::I16(values) => put(out, values[row]),
            Values::I32(values) => put(out, values[row]),
            Values::I64(values) => put(out, values[row]),
            Values::F32(values) => float(out, values[row].is_finite(), values[row], &values[row]),
            Values::F64(values) => float(out, values[row].is_finite(), values[row], &values[row]),
            Values::Char(values) => match char::from_u32(values[row].into()) {
                Some(one) => quote(out, one.encode_utf8(&mut [0; 4])),
                None => put(out, values[row]),
            },
            Values::Instant(values) => {
                out.push(b'"');
                instant(out, values[row]);
                out.push(b'"');
            }
            Values::Date(values) => match date32_to_datetime(values[row]) {
                Some(date) => put(out, format_args!("\"{}\"", date.date())),
                None => put(out, values[row]),
            },
            Values::Time(values) => match time64ns_to_time(values[row]) {
                Some(time) => put(out, format_args!("\"{time}\"")),
                None => put(out, values[row]),
            },
            Values::Decimal(values) => put(out, values.value_as_string(row)),
            Values::WideDecimal(values) => put(out, values.value_as_string(row)),
            Values::Text(values) => quote(out, values.value(row)),
            Values::Bytes(values) => quote(out, &base64::encode(values.value(row))),
            Values::List(list, items) => {
                let offsets = list.value_offsets();
                out.push(b'[');
                for (index, item) in (offsets[row]..offsets[row + 1]).enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    items.write_json(item as usize, out);
                }
                out.push(b']');
            }
        }
    }

    /// Appends a cell that is not null as plain text; bytes as they are.
    pub(super) fn write_plain(&self, row: usize, out: &mut Vec<u8>) {
        match &self.values {
            Values::Text(values) => out.extend_from_slice(values.value(row).as_bytes()),
            Values::Bytes(values) => out.extend_from_slice(values.value(row)),
            _ => {
                let start = out.len();
                self.write_json(row, out);
                if out[start..].starts_with(b"\"") {
                    let quoted = serde_json::from_slice::<String>(&out[start..]);
                    let text = quoted.expect("what begins with a quote is JSON text");
                    out.truncate(start);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
    }

    /// Appends a cell that is not null in the form of Kafka's serializers: big-endian numbers, UTF-8, bytes.
    pub(super) fn write_simple(&self, row: usize, out: &mut Vec<u8>) {
        match &self.values {
            Values::Bool(values) => out.push(values.value(row).into()),
            Values::I16(values) => out.extend_from_slice(&values[row].to_be_bytes()),
            Values::I32(values) => out.extend_from_slice(&values[row].to_be_bytes()),
            Values::I64(values) => out.extend_from_slice(&values[row].to_be_bytes()),
            Values::F32(values) => out.extend_from_slice(&values[row].to_be_bytes()),
            Values::F64(values) => out.extend_from_slice(&values[row].to_be_bytes()),
            Values::Text(values) => out.extend_from_slice(values.value(row).as_bytes()),
            Values::Bytes(values) => out.extend_from_slice(values.value(row)),
            _ => panic!("a simple spec was checked to have a simple type"),
        }
    }

    /// A cell as text, if it is text and not null.
    pub(super) fn text(&self, row: usize) -> Option<&'a str> {
        match &self.values {
            Values::Text(values) if !self.is_null(row) => Some(values.value(row)),
            _ => None,
        }
    }

    /// A cell as a whole number, if it is one and not null; instants in ns.
    pub(super) fn whole(&self, row: usize) -> Option<i64> {
        if self.is_null(row) {
            return None;
        }
        match &self.values {
            Values::I8(values) => Some(values[row].into()),
            Values::I16(values) => Some(values[row].into()),
            Values::I32(values) => Some(values[row].into()),
            Values::I64(values) | Values::Instant(values) => Some(values[row]),
            _ => None,
        }
    }
}

/// Appends an instant, ISO 8601 with a Z.
pub(crate) fn instant(out: &mut Vec<u8>, ns: i64) {
    let days = ns.div_euclid(86_400_000_000_000);
    let of_day = ns.rem_euclid(86_400_000_000_000);
    let date = date32_to_datetime(days as i32).expect("an instant lies within 300 years of the epoch");
    let time = time64ns_to_time(of_day).expect("a time of day");
    put(out, format_args!("{}T{time}Z", date.date()));
}

fn put(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to memory does not fail");
}

/// JSON has no NaN and no infinity: they are written as text, which our own reader takes back.
fn float(out: &mut Vec<u8>, is_finite: bool, value: impl std::fmt::Display, json: &impl serde::Serialize) {
    if is_finite {
        serde_json::to_writer(out, json).expect("a finite number is JSON");
    } else {
        put(out, format_args!("\"{value}\""));
    }
}

fn quote(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text is JSON");
}
