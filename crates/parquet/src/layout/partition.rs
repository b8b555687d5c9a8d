//! Types and values of partition columns, by the rules of CSV files: `Boolean`, `int`, `long`, `double`, else text.
//!
//! A date is text: `Date=2026-07-01` is compared as it is spelled. All values of a key decide its type together.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringViewArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Schema};
use kinetable_engine::{Error, Result};

use super::listing::Listing;

/// A partition column: its values by number of file.
#[derive(Debug, Clone)]
pub(crate) struct PartitionColumn {
    pub name: String,
    pub values: ArrayRef,
}

/// The partition columns of a listing, outermost key first; of the types of a schema, where it has them.
pub(crate) fn partition_columns(listing: &Listing, given: Option<&Schema>) -> Result<Vec<PartitionColumn>> {
    let column = |(level, name): (usize, &String)| {
        let files = listing.files.iter();
        let texts: Vec<_> = files.map(|file| file.values[level].as_deref()).collect();
        let given = given.and_then(|schema| schema.field_with_name(name).ok());
        let values = match given {
            None => typed(&texts),
            Some(field) => parsed(name, &texts, field.data_type())?,
        };
        let name = name.clone();
        Ok(PartitionColumn { name, values })
    };
    listing.keys.iter().enumerate().map(column).collect()
}

/// Texts as values of a type that was asked for.
fn parsed(name: &str, texts: &[Option<&str>], to: &DataType) -> Result<ArrayRef> {
    let texts = StringViewArray::from_iter(texts.iter().copied());
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(&texts, to, &options).map_err(|error| {
        Error::invalid(format!("partition column \"{name}\": {error}"))
            .with_hint(format!("not all its values are {to}; leave the type to be inferred"))
    })
}

/// Texts as values of the first type that all of them are of.
fn typed(texts: &[Option<&str>]) -> ArrayRef {
    if texts.iter().all(Option::is_none) {
        return Arc::new(StringViewArray::from_iter(texts.iter().copied()));
    }
    if let Some(values) = all(texts, boolean) {
        return Arc::new(BooleanArray::from(values));
    }
    if let Some(values) = all(texts, |text| text.parse::<i32>().ok()) {
        return Arc::new(Int32Array::from(values));
    }
    if let Some(values) = all(texts, |text| text.parse::<i64>().ok()) {
        return Arc::new(Int64Array::from(values));
    }
    if let Some(values) = all(texts, double) {
        return Arc::new(Float64Array::from(values));
    }
    Arc::new(StringViewArray::from_iter(texts.iter().copied()))
}

fn all<T>(texts: &[Option<&str>], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
    let one = |text: &Option<&str>| match text {
        None => Some(None),
        Some(text) => parse(text).map(Some),
    };
    texts.iter().map(one).collect()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A double in digits, or one of the three that have none.
fn double(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match text {
        _ if digits => text.parse().ok(),
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_key_decide_its_type_together() {
        let of = |texts: &[&str]| {
            let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(*text)).collect();
            typed(&texts).data_type().clone()
        };
        assert_eq!(of(&["2021-05-01"]), DataType::Utf8View);
        assert_eq!(of(&["20210501"]), DataType::Int32);
        assert_eq!(of(&["07", "-1"]), DataType::Int32);
        assert_eq!(of(&["7", "3000000000"]), DataType::Int64);
        assert_eq!(of(&["7", "1.5", "1e-3", "NaN"]), DataType::Float64);
        assert_eq!(of(&["99999999999999999999"]), DataType::Float64);
        assert_eq!(of(&["true", "False"]), DataType::Boolean);
        assert_eq!(of(&["true", "1"]), DataType::Utf8View);
        assert_eq!(of(&["inf"]), DataType::Utf8View);
        assert_eq!(of(&["a"]), DataType::Utf8View);
    }

    #[test]
    fn null_is_of_any_type() {
        assert_eq!(typed(&[None, Some("1")]).data_type(), &DataType::Int32);
        assert_eq!(typed(&[None, None]).data_type(), &DataType::Utf8View);
        assert_eq!(typed(&[None, Some("1")]).null_count(), 1);
    }
}
