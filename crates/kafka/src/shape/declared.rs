//! A shape as it is declared: the serialised twin of the plan.

use std::collections::BTreeMap;

use kinetable_engine::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

/// What a JSON value looks like and what columns it becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonShape(pub(super) Declared);

impl JsonShape {
    /// Reads a shape from its own JSON, the form in which `kinetable.json` hands it over.
    ///
    /// # Errors
    /// If the text is no shape.
    pub fn parse(text: &str) -> Result<JsonShape> {
        let declared = serde_json::from_str(text);
        declared
            .map(JsonShape)
            .map_err(|error| Error::invalid(format!("the JSON shape cannot be read: {error}")))
    }
}

/// A value and its rules.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Declared {
    #[serde(flatten)]
    pub(super) kind: Kind,
    #[serde(default = "yes")]
    pub(super) allow_missing: bool,
    #[serde(default = "yes")]
    pub(super) allow_null: bool,
    /// What stands in for a value that is not there.
    #[serde(default)]
    pub(super) on_missing: Option<Value>,
    /// What stands in for null.
    #[serde(default)]
    pub(super) on_null: Option<Value>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Kind {
    Scalar {
        /// `boolean`, `int`, `String` …: names of column types.
        data_type: String,
        /// JSON types that are taken: `number` (without fraction), `decimal`, `string`, `bool`.
        accept: Vec<String>,
        /// Of an instant that is a number: `s`, `ms`, `us` or `ns`.
        #[serde(default)]
        unit: Option<String>,
    },
    /// Any value, as its JSON text.
    Any,
    /// Any value, which becomes nothing.
    Skip,
    Object {
        fields: Vec<Field>,
        #[serde(default = "yes")]
        allow_unknown: bool,
    },
    /// An object of which one field says what the others are.
    Typed {
        type_field: Box<Field>,
        shared: Vec<Field>,
        objects: BTreeMap<String, Vec<Field>>,
        #[serde(default = "yes")]
        allow_unknown: bool,
    },
    /// An object as a list of its names and one of its values.
    Entries {
        key: Box<Declared>,
        value: Box<Declared>,
    },
    Array {
        element: Box<Declared>,
    },
    /// An array of so many items, each with its own shape and name.
    Tuple {
        items: Vec<(String, Declared)>,
    },
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) value: Declared,
    #[serde(default)]
    pub(super) repeated: Repeated,
    #[serde(default = "yes")]
    pub(super) case_sensitive: bool,
}

/// What is done with a field that comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Repeated {
    #[default]
    Error,
    UseFirst,
    UseLast,
}

fn yes() -> bool {
    true
}
