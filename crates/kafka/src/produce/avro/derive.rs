//! A table's schema → an Avro schema: every field may be null, so that every row can be written.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_engine::{Error, Result};
use serde_json::{Value, json};

use super::AvroProduce;

/// The Avro schema of columns of a table, under the name of its subject.
pub(super) fn derive(
    spec: &AvroProduce,
    subject: &str,
    columns: &[String],
    table: &Schema,
) -> Result<String> {
    let properties = Properties::new(&spec.column_properties, columns)?;
    let field_of: BTreeMap<&String, &String> =
        spec.mapping.iter().map(|(field, column)| (column, field)).collect();
    let mut fields = Vec::new();
    for column in columns {
        let field = table.field_with_name(column).expect("the columns were checked");
        let name = field_of.get(column).copied().unwrap_or(column);
        check_name(name)?;
        let item = type_of(field, field.data_type(), &properties)?;
        fields.push(json!({ "name": name, "type": ["null", item], "default": null }));
    }
    if let Some(name) = &spec.timestamp_field {
        check_name(name)?;
        let item = json!({ "type": "long", "logicalType": "timestamp-micros" });
        fields.push(json!({ "name": name, "type": ["null", item], "default": null }));
    }
    let mut record = json!({ "type": "record", "name": record_name(subject), "fields": fields });
    if let Some(namespace) = &spec.namespace {
        record["namespace"] = json!(namespace);
    }
    Ok(record.to_string())
}

/// Precisions and scales of decimals.
struct Properties<'a>(BTreeMap<(&'a str, &'a str), i64>);

impl<'a> Properties<'a> {
    fn new(all: &'a BTreeMap<String, String>, columns: &[String]) -> Result<Properties<'a>> {
        let mut known = BTreeMap::new();
        for (key, value) in all {
            let wrong = |what: &str| {
                Error::invalid(format!("column property \"{key}\" = \"{value}\": {what}"))
                    .with_hint("properties are COLUMN.precision and COLUMN.scale, whole numbers")
            };
            let (column, what) = key.rsplit_once('.').ok_or_else(|| wrong("it names no column"))?;
            if !columns.iter().any(|known| known == column) {
                return Err(wrong("there is no such column among those published"));
            }
            if what != "precision" && what != "scale" {
                return Err(wrong("there is no such property"));
            }
            known.insert((column, what), value.parse().map_err(|_| wrong("it is no whole number"))?);
        }
        Ok(Properties(known))
    }

    fn get(&self, column: &str, what: &str, default: i64) -> i64 {
        self.0.get(&(column, what)).copied().unwrap_or(default)
    }
}

fn type_of(column: &Field, data_type: &DataType, properties: &Properties<'_>) -> Result<Value> {
    let logical = |kind: &str, name: &str| json!({ "type": kind, "logicalType": name });
    let ours = |kind: &str, name: &str| json!({ "type": kind, "dhType": name });
    Ok(match data_type {
        DataType::Boolean => json!("boolean"),
        DataType::Int8 => ours("int", "byte"),
        DataType::Int16 => ours("int", "short"),
        DataType::UInt16 => ours("int", "char"),
        DataType::Int32 => json!("int"),
        DataType::Int64 => json!("long"),
        DataType::Float32 => json!("float"),
        DataType::Float64 => json!("double"),
        DataType::Utf8View => json!("string"),
        DataType::BinaryView => json!("bytes"),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => logical("long", "timestamp-micros"),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => logical("long", "local-timestamp-micros"),
        DataType::Date32 => logical("int", "date"),
        DataType::Time64(TimeUnit::Nanosecond) => logical("long", "time-micros"),
        DataType::Duration(TimeUnit::Nanosecond) => ours("long", "duration"),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            let precision = properties.get(column.name(), "precision", i64::from(*precision));
            let scale = properties.get(column.name(), "scale", i64::from(*scale));
            if !(1..=76).contains(&precision) || !(0..=precision).contains(&scale) {
                let (name, hint) = (column.name(), "a precision is 1 to 76, a scale 0 to the precision");
                return Err(Error::invalid(format!(
                    "column \"{name}\" cannot be a decimal of precision {precision} and scale {scale}"
                ))
                .with_hint(hint));
            }
            let mut decimal = logical("bytes", "decimal");
            decimal["precision"] = json!(precision);
            decimal["scale"] = json!(scale);
            decimal
        }
        DataType::List(item) => {
            let item = type_of(column, item.data_type(), properties)?;
            json!({ "type": "array", "items": ["null", item] })
        }
        other => {
            let name = column.name();
            return Err(Error::invalid(format!("column \"{name}\" is {other}, which has no type in Avro"))
                .with_hint("leave it out, or make it text or a number first"));
        }
    })
}

fn check_name(name: &str) -> Result<()> {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit()) {
        return Ok(());
    }
    Err(Error::invalid(format!("\"{name}\" is no name of a field in Avro"))
        .with_hint("names are letters, digits and _; map another field to the column"))
}

/// The subject as far as it is a name.
fn record_name(subject: &str) -> String {
    let name: String = subject.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
