//! What a table is, apart from its rows: schema, properties, attributes.

use std::collections::BTreeMap;

use arrow_schema::SchemaRef;

use crate::{Error, Result};

/// What an operator may rely on about the updates of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Properties {
    /// Each cycle's rows are gone in the next; aggregations accumulate over all that ever came.
    pub blink: bool,
    /// Rows are only ever added.
    pub add_only: bool,
    /// Rows are only ever added after the last one. Implies `add_only`.
    pub append_only: bool,
}

impl Properties {
    /// Rows only ever come, at the end.
    pub const APPEND: Properties = Properties { blink: false, add_only: true, append_only: true };
    /// Rows live for one cycle.
    pub const BLINK: Properties = Properties { blink: true, add_only: false, append_only: false };
    /// Rows come, go and change.
    pub const ANY: Properties = Properties { blink: false, add_only: false, append_only: false };
}

/// What a table is, apart from its rows.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Names and types of the columns.
    pub schema: SchemaRef,
    /// What may be relied on about the updates.
    pub properties: Properties,
    /// Free-form marks that travel with a table (layout hints, key columns).
    pub attributes: BTreeMap<String, String>,
}

impl Definition {
    /// A definition without attributes.
    pub fn new(schema: SchemaRef, properties: Properties) -> Definition {
        Definition { schema, properties, attributes: BTreeMap::new() }
    }

    /// The index of a column, or an error that names the nearest and lists the columns.
    pub fn column_index(&self, name: &str) -> Result<usize> {
        self.schema.index_of(name).map_err(|_| {
            let names: Vec<_> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
            Error::invalid(format!("no column \"{name}\""))
                .with_hint(format!("columns: {}", names.join(", ")))
        })
    }
}
