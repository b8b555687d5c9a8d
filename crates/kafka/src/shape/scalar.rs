//! A scalar of a shape: which JSON types it takes, and the cell they become.

use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::{Error, Result};

use crate::decode::{ColumnBuilder, Reason, json_float, json_integer, json_text};

/// A column of scalars and what it takes.
#[derive(Debug)]
pub(super) struct Scalar {
    pub(super) data_type: DataType,
    accept: Accept,
    /// Nanoseconds of a unit of instants that are numbers.
    unit: i64,
}

/// JSON types.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Accept {
    number: bool,
    decimal: bool,
    string: bool,
    bool: bool,
}

impl Accept {
    pub(super) fn new(names: &[String]) -> Result<Accept> {
        let mut accept = Accept::default();
        for name in names {
            match name.as_str() {
                "number" => accept.number = true,
                "decimal" => accept.decimal = true,
                "string" => accept.string = true,
                "bool" => accept.bool = true,
                other => return Err(Error::invalid(format!("\"{other}\" is no JSON type"))),
            }
        }
        Ok(accept)
    }
}

impl Scalar {
    pub(super) fn new(data_type: &str, accept: Accept, unit: Option<&str>) -> Result<Scalar> {
        let data_type = match data_type {
            "boolean" => DataType::Boolean,
            "char" => DataType::UInt16,
            "byte" => DataType::Int8,
            "short" => DataType::Int16,
            "int" => DataType::Int32,
            "long" => DataType::Int64,
            "float" => DataType::Float32,
            "double" => DataType::Float64,
            "String" => DataType::Utf8View,
            "Instant" => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            "BigInteger" => DataType::Decimal256(76, 0),
            "BigDecimal" => DataType::Decimal256(75, 18),
            other => return Err(Error::invalid(format!("a JSON scalar cannot be of type \"{other}\""))),
        };
        let unit = match unit {
            None => 1,
            Some("s") => 1_000_000_000,
            Some("ms") => 1_000_000,
            Some("us") => 1_000,
            Some("ns") => 1,
            Some(other) => {
                return Err(Error::invalid(format!("\"{other}\" is no unit of time"))
                    .with_hint("use s, ms, us or ns"));
            }
        };
        Ok(Scalar { data_type, accept, unit })
    }

    pub(super) fn integer(&self, column: &mut ColumnBuilder, value: i64) -> Result<(), Reason> {
        self.check(self.accept.number, "a number")?;
        match self.data_type {
            DataType::Timestamp(..) => {
                let ns = value.checked_mul(self.unit);
                column.push_i64(ns.ok_or_else(|| Reason::from(format!("{value} is past the last instant")))?);
                Ok(())
            }
            _ => json_integer(column, value),
        }
    }

    /// A number past the last of i64.
    pub(super) fn unsigned(&self, column: &mut ColumnBuilder, value: u64) -> Result<(), Reason> {
        self.check(self.accept.number, "a number")?;
        match self.data_type {
            DataType::Float32 | DataType::Float64 => json_float(column, value as f64),
            DataType::Utf8View | DataType::Decimal256(..) => json_text(column, &value.to_string()),
            _ => Err(format!("{value} does not fit into {}", self.data_type).into()),
        }
    }

    pub(super) fn float(&self, column: &mut ColumnBuilder, value: f64) -> Result<(), Reason> {
        self.check(self.accept.decimal, "a number with a fraction")?;
        match self.data_type {
            DataType::Timestamp(..) => {
                let ns = value * self.unit as f64;
                if ns.abs() >= i64::MAX as f64 {
                    return Err(format!("{value} is past the last instant").into());
                }
                column.push_i64(ns.round() as i64);
                Ok(())
            }
            // A fraction is cut off, as a cast does.
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
                if value.abs() >= i64::MAX as f64 {
                    return Err(format!("{value} does not fit into {}", self.data_type).into());
                }
                column.push_integer(value as i64)
            }
            DataType::Decimal256(_, 0) => json_float(column, value.trunc()),
            _ => json_float(column, value),
        }
    }

    pub(super) fn text(&self, column: &mut ColumnBuilder, value: &str) -> Result<(), Reason> {
        self.check(self.accept.string, "text")?;
        json_text(column, value)
    }

    pub(super) fn bool(&self, column: &mut ColumnBuilder, value: bool) -> Result<(), Reason> {
        self.check(self.accept.bool, "a bool")?;
        match self.data_type {
            DataType::Boolean => column.push_bool(value),
            _ => column.push_text(if value { "true" } else { "false" }),
        }
        Ok(())
    }

    fn check(&self, is_taken: bool, what: &str) -> Result<(), Reason> {
        if is_taken {
            return Ok(());
        }
        let accept = self.accept;
        let kinds = [
            (accept.bool, "a bool"),
            (accept.number, "a number"),
            (accept.decimal, "a number with a fraction"),
            (accept.string, "text"),
        ];
        let taken: Vec<&str> = kinds.iter().filter(|(taken, _)| *taken).map(|(_, name)| *name).collect();
        Err(format!("{what} where {} is expected", taken.join(" or ")).into())
    }
}
