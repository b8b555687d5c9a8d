//! Fields of any type as JSON text: what a column shows of types the engine does not have.
//!
//! Field names are those of the schema, 64-bit numbers are numbers, bytes are base64; timestamps, durations, wrappers and
//! `google.protobuf.Struct` look as Protobuf's own JSON shows them. Entries of a map are in the order of their keys.

use std::fmt::Write;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};

use crate::base64;
use crate::decode::{ColumnBuilder, Reason};

/// Adds a field as JSON, given all that a record has of it; an empty list or map if that is nothing, null for a message.
pub(super) fn write_field(
    field: &FieldDescriptor,
    bytes: &[u8],
    column: &mut ColumnBuilder,
) -> Result<(), Reason> {
    if bytes.is_empty() {
        match field {
            field if field.is_map() => column.push_text("{}"),
            field if field.is_list() => column.push_text("[]"),
            _ => column.push_null(),
        }
        return Ok(());
    }
    let message = DynamicMessage::decode(field.parent_message().clone(), bytes);
    let message = message.map_err(|error| Reason::from(error.to_string()))?;
    let mut text = String::new();
    write(&message.get_field(field), &field.kind(), &mut text);
    column.push_text(&text);
    Ok(())
}

fn write(value: &Value, kind: &Kind, out: &mut String) {
    match value {
        Value::Bool(value) => put(out, value),
        Value::I32(value) => put(out, value),
        Value::I64(value) => put(out, value),
        Value::U32(value) => put(out, value),
        Value::U64(value) => put(out, value),
        Value::F32(value) => float(out, f64::from(*value), value),
        Value::F64(value) => float(out, *value, value),
        Value::String(value) => quote(out, value),
        Value::Bytes(value) => quote(out, &base64::encode(value)),
        Value::EnumNumber(number) => {
            // Of two names of a number the first counts.
            let names = kind.as_enum().map(|names| &names.enum_descriptor_proto().value);
            match names.and_then(|names| names.iter().find(|value| value.number() == *number)) {
                Some(known) => quote(out, known.name()),
                None => put(out, number),
            }
        }
        Value::Message(message) => write_message(message, out),
        Value::List(items) => list(items, out, |item, out| write(item, kind, out)),
        Value::Map(entries) => {
            let value_kind = kind.as_message().map(|entry| entry.map_entry_value_field().kind());
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by_key(|(one, _)| *one);
            object(sorted, out, |(key, value), out| {
                quote(out, &key_text(key));
                out.push(':');
                write(value, value_kind.as_ref().unwrap_or(kind), out);
            });
        }
    }
}

fn write_message(message: &DynamicMessage, out: &mut String) {
    let descriptor = message.descriptor();
    let known = descriptor.full_name().strip_prefix("google.protobuf.").unwrap_or_default();
    let part = |number| message.get_field_by_number(number);
    let whole = |number| part(number).and_then(|value| value.as_i64().or(value.as_i32().map(i64::from)));
    match known {
        "Timestamp" | "Duration" => {
            let (seconds, nanos) = (whole(1).unwrap_or(0), whole(2).unwrap_or(0));
            let ns = seconds.checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(nanos));
            match ns {
                Some(ns) if known == "Timestamp" => {
                    let mut bytes = Vec::new();
                    crate::produce::instant(&mut bytes, ns);
                    quote(out, &String::from_utf8_lossy(&bytes));
                }
                Some(ns) => {
                    let sign = if ns < 0 { "-" } else { "" };
                    let (seconds, nanos) =
                        (ns.unsigned_abs() / 1_000_000_000, ns.unsigned_abs() % 1_000_000_000);
                    let fraction = format!(".{nanos:09}");
                    put(
                        out,
                        format_args!(
                            "\"{sign}{seconds}{}s\"",
                            fraction.trim_end_matches('0').trim_end_matches('.')
                        ),
                    );
                }
                None => put(out, format_args!("{{\"seconds\":{seconds},\"nanos\":{nanos}}}")),
            }
        }
        "BoolValue" | "Int32Value" | "UInt32Value" | "Int64Value" | "UInt64Value" | "FloatValue"
        | "DoubleValue" | "StringValue" | "BytesValue" | "Struct" | "ListValue" => {
            match (descriptor.get_field(1), part(1)) {
                (Some(field), Some(value)) => write(&value, &field.kind(), out),
                _ => out.push_str("null"),
            }
        }
        "Value" => match message.fields().next() {
            Some((field, value)) if field.number() != 1 => write(value, &field.kind(), out),
            _ => out.push_str("null"),
        },
        _ => object(descriptor.fields().filter(|field| is_there(message, field)), out, |field, out| {
            quote(out, field.name());
            out.push(':');
            write(&message.get_field(&field), &field.kind(), out);
        }),
    }
}

/// Whether a field is written. Negative zeros are, though they equal the default.
fn is_there(message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    message.has_field(field)
        || match message.get_field(field).as_ref() {
            Value::F32(value) => value.is_sign_negative(),
            Value::F64(value) => value.is_sign_negative(),
            _ => false,
        }
}

fn list<T>(items: impl IntoIterator<Item = T>, out: &mut String, each: impl FnMut(T, &mut String)) {
    enclose('[', ']', items, out, each);
}

fn object<T>(items: impl IntoIterator<Item = T>, out: &mut String, each: impl FnMut(T, &mut String)) {
    enclose('{', '}', items, out, each);
}

fn enclose<T>(
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut each: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

fn put(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a string does not fail");
}

fn quote(out: &mut String, text: &str) {
    put(out, serde_json::Value::from(text));
}

/// JSON has no NaN and no infinity: they are text.
fn float(out: &mut String, value: f64, shown: &impl serde::Serialize) {
    if value.is_finite() {
        out.push_str(&serde_json::to_string(shown).expect("a finite number is JSON"));
    } else if value.is_nan() {
        quote(out, "NaN");
    } else {
        quote(out, if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
}
