//! JSON objects → cells. The text is read once, straight into the columns; fields no column wants are skipped.
//!
//! A column takes the field of its own name, or what a JSON pointer (`/a/b`, `/list/0`) leads to. Missing and null
//! are null; of a field that comes twice the last counts. Conversions that lose nothing are made (`"12"` or `12.0`
//! to an integer, any value to text); others refuse the record.

use std::fmt;

use arrow_array::types::{Date32Type, Decimal128Type, Decimal256Type, Time64NanosecondType};
use arrow_cast::parse::{Parser, parse_decimal, string_to_timestamp_nanos};
use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::{Error, Result};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value,
};
use serde_json::Value;

use super::{ColumnBuilder, Reason};

/// A column of a JSON spec and where its value is found.
#[derive(Debug, Clone)]
pub(crate) struct JsonField {
    /// The steps from the top of the object.
    pub(crate) path: Vec<String>,
    /// The type of the column.
    pub(crate) data_type: DataType,
}

/// How JSON objects fill columns. The fields' order is the columns'.
#[derive(Debug)]
pub(crate) struct JsonPlan {
    top: Node,
}

/// A place in the object: what is wanted at it and below it.
#[derive(Debug, Default)]
struct Node {
    columns: Vec<usize>,
    children: Vec<(String, Node)>,
}

impl JsonPlan {
    /// A plan for columns of these places.
    pub(crate) fn new(fields: &[JsonField]) -> Result<JsonPlan> {
        let mut top = Node::default();
        for (column, field) in fields.iter().enumerate() {
            if ColumnBuilder::new(&field.data_type).is_none()
                || matches!(
                    field.data_type,
                    DataType::List(_) | DataType::BinaryView | DataType::Decimal256(..)
                )
            {
                let message = format!("a JSON spec cannot decode a column of {}", field.data_type);
                return Err(Error::invalid(message)
                    .with_hint("use bool, a number, char, Instant, LocalDate or LocalTime; string takes any value, structures as JSON text"));
            }
            let mut node = &mut top;
            for step in &field.path {
                node = node.child(step);
            }
            node.columns.push(column);
        }
        Ok(JsonPlan { top })
    }

    /// Decodes one record. What is pushed of a refused record is left to the caller to take back.
    pub(crate) fn decode(&self, bytes: &[u8], columns: &mut [ColumnBuilder]) -> Result<(), Reason> {
        let rows = columns.iter().map(ColumnBuilder::len).min().unwrap_or(0);
        let mut text = serde_json::Deserializer::from_slice(bytes);
        let mut row = Row { columns, rows };
        let seed = Place { node: &self.top, row: &mut row, is_top: true };
        let whole = seed.deserialize(&mut text).and_then(|()| text.end());
        whole.map_err(|error| Reason::from(error.to_string()))?;
        row.fill();
        Ok(())
    }
}

impl Node {
    fn child(&mut self, step: &str) -> &mut Node {
        let at = match self.children.iter().position(|(name, _)| name == step) {
            Some(at) => at,
            None => {
                self.children.push((step.to_owned(), Node::default()));
                self.children.len() - 1
            }
        };
        &mut self.children[at].1
    }
}

/// The row under construction.
struct Row<'a> {
    columns: &'a mut [ColumnBuilder],
    rows: usize,
}

impl Row<'_> {
    fn fill(&mut self) {
        let missing = self.columns.iter_mut().filter(|c| c.len() == self.rows);
        missing.for_each(ColumnBuilder::push_null);
    }

    fn set(
        &mut self,
        node: &Node,
        mut push: impl FnMut(&mut ColumnBuilder) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        for column in &node.columns {
            let column = &mut self.columns[*column];
            column.truncate(self.rows);
            push(column)?;
        }
        Ok(())
    }
}

/// Reads the value at one place.
struct Place<'a, 'b> {
    node: &'a Node,
    row: &'a mut Row<'b>,
    is_top: bool,
}

impl Place<'_, '_> {
    fn scalar<E: serde::de::Error>(
        self,
        push: impl FnMut(&mut ColumnBuilder) -> Result<(), Reason>,
    ) -> Result<(), E> {
        if self.is_top {
            return Err(E::custom("a record is to be a JSON object"));
        }
        self.row.set(self.node, push).map_err(E::custom)
    }

    /// A structure whose text somebody wants, or whose parts and itself: made a value first.
    fn structure(self, value: Value) -> Result<(), Reason> {
        let text = value.to_string();
        self.row.set(self.node, |column| match column.data_type() {
            DataType::Utf8View => {
                column.push_text(&text);
                Ok(())
            }
            other => Err(format!("a structure cannot become a value of {other}").into()),
        })?;
        for (step, child) in &self.node.children {
            let part = match &value {
                Value::Object(fields) => fields.get(step),
                Value::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            if let Some(part) = part {
                let place = Place { node: child, row: self.row, is_top: false };
                place.deserialize(part).map_err(|error| Reason::from(error.to_string()))?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        let push = |column: &mut ColumnBuilder| {
            column.push_null();
            Ok(())
        };
        self.row.set(self.node, push).map_err(E::custom)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.scalar(|column| match column.data_type() {
            DataType::Boolean => {
                column.push_bool(value);
                Ok(())
            }
            DataType::Utf8View => {
                column.push_text(if value { "true" } else { "false" });
                Ok(())
            }
            other => Err(format!("a bool cannot become a value of {other}").into()),
        })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.scalar(|column| integer(column, value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.scalar(|column| float(column, value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.scalar(|column| text(column, value))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.node.columns.is_empty() {
            let fields = value::MapAccessDeserializer::new(map);
            let value = <Value as serde::Deserialize>::deserialize(fields)?;
            return self.structure(value).map_err(A::Error::custom);
        }
        let children = &self.node.children;
        let mut expected = 0;
        while let Some(found) = map.next_key_seed(Key { children, expected })? {
            let Some(at) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            expected = at + 1;
            let (name, child) = &children[at];
            let place = Place { node: child, row: self.row, is_top: false };
            map.next_value_seed(place)
                .map_err(|error| A::Error::custom(format_args!("field \"{name}\": {error}")))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.is_top {
            return Err(A::Error::custom("a record is to be a JSON object"));
        }
        if !self.node.columns.is_empty() {
            let items = value::SeqAccessDeserializer::new(seq);
            let value = <Value as serde::Deserialize>::deserialize(items)?;
            return self.structure(value).map_err(A::Error::custom);
        }
        for at in 0usize.. {
            let step = at.to_string();
            let child = self.node.children.iter().find(|(name, _)| *name == step);
            let more = match child {
                Some((_, child)) => {
                    let place = Place { node: child, row: self.row, is_top: false };
                    seq.next_element_seed(place)?.is_some()
                }
                None => seq.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

/// Finds which child a key names; objects of one topic mostly have their fields in one order.
struct Key<'a> {
    children: &'a [(String, Node)],
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let is_expected = |(name, _): &(String, Node)| name == key;
        if self.children.get(self.expected).is_some_and(is_expected) {
            return Ok(Some(self.expected));
        }
        Ok(self.children.iter().position(is_expected))
    }
}

/// A whole number as a cell of any column that can hold it; of an instant the size tells the unit.
pub(crate) fn integer(column: &mut ColumnBuilder, value: i64) -> Result<(), Reason> {
    match column.data_type() {
        DataType::Utf8View => column.push_text(&value.to_string()),
        DataType::Timestamp(..) => column.push_i64(epoch_ns(value)?),
        DataType::Decimal128(..) | DataType::Decimal256(..) => return decimal(column, &value.to_string()),
        DataType::Boolean => return Err("a number cannot become a bool".into()),
        DataType::Date32 => {
            let days = i32::try_from(value);
            column.push_i32(days.map_err(|_| Reason::from(format!("{value} is no day")))?);
        }
        _ => return column.push_integer(value),
    }
    Ok(())
}

/// A number as a cell of any column that can hold it.
pub(crate) fn float(column: &mut ColumnBuilder, value: f64) -> Result<(), Reason> {
    match column.data_type() {
        DataType::Float64 => column.push_f64(value),
        DataType::Float32 => column.push_f32(value as f32),
        DataType::Utf8View => column.push_text(&Value::from(value).to_string()),
        DataType::Decimal128(..) | DataType::Decimal256(..) => return decimal(column, &value.to_string()),
        DataType::Boolean => return Err("a number cannot become a bool".into()),
        // Seconds with a fraction; whole numbers of any unit come as integers.
        DataType::Timestamp(..) if value.fract() != 0.0 && value.abs() < 1e10 => {
            column.push_i64((value * 1e9).round() as i64)
        }
        other => {
            let is_whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
            if !is_whole {
                return Err(format!("{value} is no value of {other}").into());
            }
            return integer(column, value as i64);
        }
    }
    Ok(())
}

/// Text as a cell of any column: as it is, or as the value that it writes.
pub(crate) fn text(column: &mut ColumnBuilder, value: &str) -> Result<(), Reason> {
    let refused = |column: &ColumnBuilder| {
        let shown: String = value.chars().take(40).collect();
        Reason::from(format!("\"{shown}\" is no value of {}", column.data_type()))
    };
    match column.data_type() {
        DataType::Utf8View => column.push_text(value),
        DataType::Boolean => match value {
            "true" => column.push_bool(true),
            "false" => column.push_bool(false),
            _ => return Err(refused(column)),
        },
        DataType::Float64 => column.push_f64(value.parse().map_err(|_| refused(column))?),
        DataType::Float32 => column.push_f32(value.parse().map_err(|_| refused(column))?),
        DataType::Decimal128(..) | DataType::Decimal256(..) => return decimal(column, value),
        DataType::Timestamp(..) => {
            let instant = string_to_timestamp_nanos(value).map_err(|_| refused(column))?;
            column.push_i64(instant);
        }
        DataType::Date32 => {
            let date = <Date32Type as Parser>::parse(value).ok_or_else(|| refused(column))?;
            column.push_i32(date);
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            let time = <Time64NanosecondType as Parser>::parse(value);
            column.push_i64(time.ok_or_else(|| refused(column))?);
        }
        DataType::UInt16 => {
            let mut units = value.encode_utf16();
            match (units.next(), units.next()) {
                (Some(unit), None) => column.push_integer(unit.into())?,
                _ => return Err(refused(column)),
            }
        }
        _ => {
            let number: i64 = value.trim().parse().map_err(|_| refused(column))?;
            column.push_integer(number)?;
        }
    }
    Ok(())
}

fn decimal(column: &mut ColumnBuilder, value: &str) -> Result<(), Reason> {
    let refused = |error: arrow_schema::ArrowError| Reason::from(error.to_string());
    match *column.data_type() {
        DataType::Decimal128(precision, scale) => {
            column.push_decimal(parse_decimal::<Decimal128Type>(value, precision, scale).map_err(refused)?);
        }
        DataType::Decimal256(precision, scale) => {
            column.push_wide_decimal(
                parse_decimal::<Decimal256Type>(value, precision, scale).map_err(refused)?,
            );
        }
        _ => return Err("not a decimal column".into()),
    }
    Ok(())
}

/// An epoch time of an unknown unit as nanoseconds: the unit in which it lies within some 3,000 years of the epoch.
fn epoch_ns(value: i64) -> Result<i64, Reason> {
    let factor = match value.unsigned_abs() {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    value.checked_mul(factor).ok_or_else(|| format!("{value} is past the last instant").into())
}
