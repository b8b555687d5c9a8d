//! What a column is, from the cells it has, and its cells as that.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringViewBuilder};
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, PrimitiveArray, StringViewArray};
use arrow_schema::DataType;
use serde_json::Value;

use super::parse::Scalar;
use crate::{instant_type, list_of, text};

/// What has been seen in a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    boolean: bool,
    long: bool,
    double: bool,
    instant: bool,
    text: bool,
    list: bool,
    /// Of the items of lists.
    items: Items,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Items {
    boolean: bool,
    long: bool,
    double: bool,
    text: bool,
    other: bool,
}

impl Seen {
    /// What some cells are.
    pub fn of(cells: &[Scalar]) -> Seen {
        let mut seen = Seen::default();
        for cell in cells {
            match cell {
                Scalar::Null => {}
                Scalar::Boolean(_) => seen.boolean = true,
                Scalar::Long(_) => seen.long = true,
                Scalar::Double(_) => seen.double = true,
                Scalar::Text(_) if seen.text => {}
                Scalar::Text(cell) if text::instant(cell.as_bytes()).is_some() => seen.instant = true,
                Scalar::Text(_) => seen.text = true,
                Scalar::List(items) => {
                    seen.list = true;
                    items.iter().for_each(|item| seen.items.add(item));
                }
            }
        }
        seen
    }

    /// What both have.
    pub fn and(self, other: Seen) -> Seen {
        let items = Items {
            boolean: self.items.boolean | other.items.boolean,
            long: self.items.long | other.items.long,
            double: self.items.double | other.items.double,
            text: self.items.text | other.items.text,
            other: self.items.other | other.items.other,
        };
        Seen {
            boolean: self.boolean | other.boolean,
            long: self.long | other.long,
            double: self.double | other.double,
            instant: self.instant | other.instant,
            text: self.text | other.text,
            list: self.list | other.list,
            items,
        }
    }

    /// Whether there is any value.
    pub fn is_any(self) -> bool {
        self != Seen::default()
    }

    /// The type of the column.
    pub fn data_type(self) -> DataType {
        let is_text = self.text | self.instant;
        let is_number = self.long | self.double;
        match (self.boolean, is_number, is_text, self.list) {
            (true, false, false, false) => DataType::Boolean,
            (false, true, false, false) if self.double => DataType::Float64,
            (false, true, false, false) => DataType::Int64,
            (false, false, true, false) if !self.text => instant_type(),
            (false, false, false, true) => self.items.data_type().map_or(DataType::Utf8View, list_of),
            _ => DataType::Utf8View,
        }
    }
}

impl Items {
    fn add(&mut self, item: &Value) {
        match item {
            Value::Null => {}
            Value::Bool(_) => self.boolean = true,
            Value::Number(number) if number.is_i64() => self.long = true,
            Value::Number(_) => self.double = true,
            Value::String(_) => self.text = true,
            _ => self.other = true,
        }
    }

    /// The type of the items of a list column, if they have one.
    fn data_type(self) -> Option<DataType> {
        match (self.boolean, self.long | self.double, self.text, self.other) {
            (true, false, false, false) => Some(DataType::Boolean),
            (false, true, false, false) if self.double => Some(DataType::Float64),
            (false, true, false, false) => Some(DataType::Int64),
            (false, false, _, false) => Some(DataType::Utf8View),
            _ => None,
        }
    }
}

/// Cells as an array of a type that was inferred from them; those after the last are null.
pub fn array(cells: &[Scalar], rows: usize, data_type: &DataType) -> ArrayRef {
    let padded = cells.iter().chain(std::iter::repeat_n(&Scalar::Null, rows - cells.len()));
    match data_type {
        DataType::Boolean => Arc::new(padded.map(boolean).collect::<BooleanArray>()),
        DataType::Int64 => Arc::new(padded.map(long).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(padded.map(double).collect::<Float64Array>()),
        DataType::Timestamp(..) => {
            let values: PrimitiveArray<TimestampNanosecondType> = padded.map(instant).collect();
            Arc::new(values.with_data_type(data_type.clone()))
        }
        DataType::List(item) => list(padded, item.data_type()),
        _ => Arc::new(padded.map(spelled).collect::<StringViewArray>()),
    }
}

fn boolean(cell: &Scalar) -> Option<bool> {
    if let Scalar::Boolean(value) = cell { Some(*value) } else { None }
}

fn long(cell: &Scalar) -> Option<i64> {
    if let Scalar::Long(value) = cell { Some(*value) } else { None }
}

fn double(cell: &Scalar) -> Option<f64> {
    match cell {
        Scalar::Long(value) => Some(*value as f64),
        Scalar::Double(value) => Some(*value),
        _ => None,
    }
}

fn instant(cell: &Scalar) -> Option<i64> {
    if let Scalar::Text(value) = cell { text::instant(value.as_bytes()) } else { None }
}

/// A cell as text: texts as they are, other values as JSON.
pub fn spelled(cell: &Scalar) -> Option<Cow<'_, str>> {
    match cell {
        Scalar::Null => None,
        Scalar::Boolean(value) => Some(value.to_string().into()),
        Scalar::Long(value) => Some(value.to_string().into()),
        Scalar::Double(value) => Some(zmij::Buffer::new().format(*value).to_owned().into()),
        Scalar::Text(value) => Some(Cow::Borrowed(value)),
        Scalar::List(items) => serde_json::to_string(items).ok().map(Cow::Owned),
    }
}

fn list<'a>(cells: impl Iterator<Item = &'a Scalar>, item: &DataType) -> ArrayRef {
    let items = |cell: &'a Scalar| if let Scalar::List(items) = cell { Some(items.iter()) } else { None };
    match item {
        DataType::Boolean => {
            let mut builder = ListBuilder::new(BooleanBuilder::new());
            cells.for_each(|cell| builder.append_option(items(cell).map(|items| items.map(Value::as_bool))));
            Arc::new(builder.finish())
        }
        DataType::Int64 => {
            let mut builder = ListBuilder::new(Int64Builder::new());
            cells.for_each(|cell| builder.append_option(items(cell).map(|items| items.map(Value::as_i64))));
            Arc::new(builder.finish())
        }
        DataType::Float64 => {
            let mut builder = ListBuilder::new(Float64Builder::new());
            cells.for_each(|cell| builder.append_option(items(cell).map(|items| items.map(Value::as_f64))));
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = ListBuilder::new(StringViewBuilder::new());
            cells.for_each(|cell| builder.append_option(items(cell).map(|items| items.map(Value::as_str))));
            Arc::new(builder.finish())
        }
    }
}
