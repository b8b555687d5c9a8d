//! Values that pages send, as texts: of numbers the digits, of times the integer that the cell is in Arrow, of texts themselves.

use std::str::FromStr;
use std::sync::Arc;

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray, StringViewArray,
};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, TimeUnit};

use crate::web::messages::tell::Fault;

/// A column of values, whose texts are read by its type.
///
/// # Errors
/// If a text is none of the type; the fault says the row, counted from 1, and the type.
pub(in crate::web) fn column(
    name: &str,
    data_type: &DataType,
    values: &[Option<&str>],
) -> Result<ArrayRef, Fault> {
    let texts = Texts { name, values };
    match data_type {
        DataType::Utf8View => Ok(Arc::new(values.iter().copied().collect::<StringViewArray>())),
        DataType::Utf8 => Ok(Arc::new(values.iter().copied().collect::<StringArray>())),
        DataType::Boolean => {
            let cells = texts.each("true or false", |text| match text {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            })?;
            Ok(Arc::new(BooleanArray::from(cells)))
        }
        DataType::UInt16 => {
            let unit = |text: &str| {
                let mut units = text.encode_utf16();
                units.next().filter(|_| units.next().is_none())
            };
            let cells = texts.each("one character", unit)?;
            Ok(Arc::new(PrimitiveArray::<UInt16Type>::from(cells)))
        }
        DataType::Int8 => texts.numbers::<Int8Type>("a byte"),
        DataType::Int16 => texts.numbers::<Int16Type>("a short"),
        DataType::Int32 => texts.numbers::<Int32Type>("an int"),
        DataType::Int64 => texts.numbers::<Int64Type>("a long"),
        DataType::Float32 => texts.numbers::<Float32Type>("a float"),
        DataType::Float64 => texts.numbers::<Float64Type>("a double"),
        DataType::Date32 => texts.numbers::<Date32Type>("a number of days"),
        DataType::Time64(TimeUnit::Nanosecond) => texts.numbers::<Time64NanosecondType>("a number of ns"),
        DataType::Duration(TimeUnit::Nanosecond) => texts.numbers::<DurationNanosecondType>("a number of ns"),
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            let cells = texts.each("a number of ns", |text| text.parse().ok())?;
            let times = PrimitiveArray::<TimestampNanosecondType>::from(cells);
            Ok(Arc::new(times.with_timezone_opt(zone.clone())))
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => texts.decimals(data_type),
        other => {
            let message = format!("column \"{name}\" is {other}, for which there are no texts");
            Err(Fault::invalid(message))
        }
    }
}

struct Texts<'a> {
    name: &'a str,
    values: &'a [Option<&'a str>],
}

impl Texts<'_> {
    fn fault(&self, row: usize, what: &str) -> Fault {
        let text = self.values[row].unwrap_or_default();
        let shown: String = text.chars().take(100).collect();
        let message =
            format!("column \"{}\", row {}: \"{}\" is not {what}", self.name, row + 1, shown.escape_debug());
        Fault::invalid(message)
    }

    fn each<T>(&self, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<Option<T>>, Fault> {
        let cell = |(row, text): (usize, &Option<&str>)| match text {
            None => Ok(None),
            Some(text) => read(text).map(Some).ok_or_else(|| self.fault(row, what)),
        };
        self.values.iter().enumerate().map(cell).collect()
    }

    fn numbers<T: ArrowPrimitiveType<Native: FromStr>>(&self, what: &str) -> Result<ArrayRef, Fault> {
        let cells = self.each(what, |text| text.parse::<T::Native>().ok())?;
        Ok(Arc::new(cells.into_iter().collect::<PrimitiveArray<T>>()))
    }

    fn decimals(&self, data_type: &DataType) -> Result<ArrayRef, Fault> {
        let is_digits = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        };
        self.each("a number", |text| is_digits(text).then_some(()))?;
        let texts: StringArray = self.values.iter().copied().collect();
        let cells =
            cast_with_options(&texts, data_type, &CastOptions::default()).map_err(kinetable::Error::from)?;
        // A text that is none becomes null.
        let is_lost = |row: &usize| cells.is_null(*row) && self.values[*row].is_some();
        match (0..cells.len()).find(is_lost) {
            Some(row) => Err(self.fault(row, "a number that fits")),
            None => Ok(cells),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    fn message(data_type: DataType, text: &str) -> String {
        column("C", &data_type, &[None, Some(text)]).unwrap_err().message
    }

    #[test]
    fn texts_are_read_by_the_type() {
        let zone: Arc<str> = "Europe/Berlin".into();
        let read = [
            (DataType::Int8, "-128"),
            (DataType::Int64, "9223372036854775807"),
            (DataType::Float64, "0.25"),
            (DataType::Boolean, "true"),
            (DataType::UInt16, "x"),
            (DataType::Utf8View, "null"),
            (DataType::Date32, "19000"),
            (DataType::Timestamp(TimeUnit::Nanosecond, Some(zone)), "1700000000000000001"),
            (DataType::Decimal128(10, 2), "-12.50"),
        ];
        for (data_type, text) in read {
            let cells = column("C", &data_type, &[Some(text), None]).expect(text);
            assert_eq!(cells.data_type(), &data_type);
            assert!(cells.is_valid(0) && cells.is_null(1), "{text}");
        }
        let cells = column("C", &DataType::Decimal128(10, 2), &[Some("-12.5")]).unwrap();
        assert_eq!(cells.as_primitive::<arrow_array::types::Decimal128Type>().value(0), -1250);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        assert_eq!(message(DataType::Int8, "128"), "column \"C\", row 2: \"128\" is not a byte");
        assert_eq!(message(DataType::Boolean, "True"), "column \"C\", row 2: \"True\" is not true or false");
        for text in ["", "😀", "ab"] {
            assert!(message(DataType::UInt16, text).ends_with("is not one character"));
        }
        for text in ["1e400x", "--1", "1.2.3", "99999999999.00"] {
            assert!(message(DataType::Decimal128(10, 2), text).contains("row 2"), "{text}");
        }
        assert!(message(DataType::FixedSizeBinary(16), "x").contains("no texts"));
    }
}
