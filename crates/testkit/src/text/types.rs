//! The names of types in headers.

use crate::cell::instant;
use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::{Error, Result};

/// The types of table text.
const TYPES: [(&str, DataType); 13] = [
    ("bool", DataType::Boolean),
    ("i8", DataType::Int8),
    ("i16", DataType::Int16),
    ("i32", DataType::Int32),
    ("i64", DataType::Int64),
    ("f32", DataType::Float32),
    ("f64", DataType::Float64),
    ("str", DataType::Utf8View),
    ("char", DataType::UInt16),
    ("date", DataType::Date32),
    ("time", DataType::Time64(TimeUnit::Nanosecond)),
    ("duration", DataType::Duration(TimeUnit::Nanosecond)),
    ("bin", DataType::BinaryView),
];

pub(super) fn parse_type(name: &str) -> Result<DataType> {
    if name == "instant" {
        return Ok(instant());
    }
    let found = TYPES.into_iter().find(|(other, _)| *other == name);
    found.map(|(_, data_type)| data_type).ok_or_else(|| {
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        Error::invalid(format!("no type \"{name}\" in table text"))
            .with_hint(format!("types: {} instant", names.join(" ")))
    })
}

pub(super) fn type_name(data_type: &DataType) -> String {
    if *data_type == instant() {
        return "instant".into();
    }
    let found = TYPES.into_iter().find(|(_, other)| other == data_type);
    found.map_or_else(|| data_type.to_string().replace(' ', ""), |(name, _)| name.into())
}
