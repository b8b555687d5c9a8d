//! Bloom filters: whether a row group may hold a value that is sought.
//!
//! A filter holds hashes of values as the file stores them: a value that is sought is brought to that form, where that is
//! certain; else the filter is not asked.

use arrow_schema::{DataType, TimeUnit};
use parquet::basic::Type as Physical;
use parquet::bloom_filter::Sbbf;

use super::Value;

/// Whether one of the values may be in the row group; `stored` is the type in the file, `physical` how it is stored.
pub(super) fn may_hold(filter: &Sbbf, values: &[Value], stored: &DataType, physical: Physical) -> bool {
    values.iter().any(|value| may_hold_one(filter, value, stored, physical).unwrap_or(true))
}

/// `None`: the filter cannot say.
fn may_hold_one(filter: &Sbbf, value: &Value, stored: &DataType, physical: Physical) -> Option<bool> {
    match (value, physical) {
        (Value::Bytes(bytes), Physical::BYTE_ARRAY) => Some(filter.check(bytes.as_slice())),
        (Value::Int(number), Physical::INT32 | Physical::INT64) => {
            let unit = unit(stored)?;
            if number % unit != 0 {
                return Some(false);
            }
            let stored_as = number / unit;
            Some(match (physical, stored) {
                (Physical::INT32, DataType::UInt32) => {
                    u32::try_from(stored_as).is_ok_and(|number| filter.check(&number.cast_signed()))
                }
                (Physical::INT32, _) => i32::try_from(stored_as).is_ok_and(|number| filter.check(&number)),
                _ => i64::try_from(stored_as).is_ok_and(|number| filter.check(&number)),
            })
        }
        // Zero has two forms.
        (Value::Float(number), Physical::DOUBLE) if *number != 0.0 => Some(filter.check(number)),
        (Value::Float(number), Physical::FLOAT) if *number != 0.0 => {
            let stored = *number as f32;
            Some(f64::from(stored) == *number && filter.check(&stored))
        }
        _ => None,
    }
}

/// Engine units in one of the file's.
fn unit(stored: &DataType) -> Option<i128> {
    use DataType::*;
    Some(match stored {
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | Date32 => 1,
        Timestamp(unit, _) | Time32(unit) | Time64(unit) | Duration(unit) => match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sought_as_the_file_stores_it() {
        let mut filter = Sbbf::new_with_ndv_fpp(100, 0.001).unwrap();
        filter.insert(&7i64);
        filter.insert("seven".as_bytes());
        let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
        let holds = |value, stored: &DataType, physical| may_hold(&filter, &[value], stored, physical);
        assert!(holds(Value::Int(7_000_000), &millis, Physical::INT64));
        assert!(!holds(Value::Int(7_000_001), &millis, Physical::INT64));
        assert!(!holds(Value::Int(8), &DataType::Int64, Physical::INT64));
        assert!(holds(Value::Bytes(b"seven".to_vec()), &DataType::Utf8View, Physical::BYTE_ARRAY));
        assert!(!holds(Value::Bytes(b"eight".to_vec()), &DataType::Utf8View, Physical::BYTE_ARRAY));
        assert!(holds(Value::Int(8), &DataType::Decimal128(9, 2), Physical::INT64), "not known");
        assert!(holds(Value::Float(-0.0), &DataType::Float64, Physical::DOUBLE), "two zeros");
    }
}
