//! An Avro schema and the columns of a table → the steps that write a row.

use std::collections::BTreeMap;

use arrow_schema::Schema as TableSchema;
use kinetable_engine::{Error, Result};

use super::put::Choice;
use crate::avro::{Field, LongKind, Measure, Node, NodeId, Schema, encode_default, put_long};

/// What is written at a place of the schema, in the order of its fields.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The side's n-th column.
    Cell { place: usize, name: String, choice: Choice },
    /// The same bytes in every row: a default, or the branch of a union.
    Bytes(Vec<u8>),
    /// The time of publication, in this many nanoseconds.
    Now(i64),
    /// A record that is null, as branch `null`, if all of its columns (`places`) are; else it is branch `value`.
    Record { null: usize, value: usize, places: Vec<usize>, steps: Vec<Step> },
}

/// Steps under construction.
pub(super) struct Planner<'a> {
    pub(super) schema: &'a Schema,
    pub(super) table: &'a TableSchema,
    /// Columns that may be published.
    pub(super) chosen: &'a [String],
    /// Field → column.
    pub(super) mapping: &'a BTreeMap<String, String>,
    pub(super) timestamp_field: Option<&'a str>,
    /// Columns that are published, in the order of their places.
    pub(super) columns: Vec<String>,
}

impl Planner<'_> {
    /// The steps of a whole row.
    pub(super) fn row(&mut self) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let mut node = self.schema.root();
        if let Node::Union(branches) = self.schema.node(node) {
            let is_record = |branch: &NodeId| matches!(self.schema.node(*branch), Node::Record { .. });
            if let Some(index) = branches.iter().position(is_record) {
                let mut prefix = Vec::new();
                put_long(&mut prefix, index as i64);
                steps.push(Step::Bytes(prefix));
                node = branches[index];
            }
        }
        let Node::Record { fields, .. } = self.schema.node(node) else {
            let found = self.schema.type_name(node);
            return Err(Error::invalid(format!("the Avro schema is of {found}, but a row is a record"))
                .with_hint("a single column is published with a simple spec"));
        };
        self.fields(fields, "", 0, &mut steps)?;
        let fields = self.names(fields, "");
        if let Some(unknown) = self.mapping.keys().find(|field| !fields.contains(field)) {
            return Err(Error::invalid(format!("the Avro schema has no field \"{unknown}\""))
                .with_hint(format!("fields: {}", fields.join(", "))));
        }
        if let Some(unknown) = self.timestamp_field.filter(|field| !fields.iter().any(|name| name == field)) {
            return Err(Error::invalid(format!("the Avro schema has no timestamp field \"{unknown}\"")));
        }
        if self.columns.is_empty() && self.timestamp_field.is_none() {
            return Err(Error::invalid("no field of the Avro schema has a column").with_hint(format!(
                "fields: {}; columns: {}",
                fields.join(", "),
                self.chosen.join(", ")
            )));
        }
        Ok(steps)
    }

    /// The names of fields and of those within them, two levels deep.
    fn names(&self, fields: &[Field], path: &str) -> Vec<String> {
        let mut names = Vec::new();
        for field in fields {
            let name = join(path, &field.name);
            if let Node::Record { fields, .. } = self.schema.node(self.schema.without_null(field.node).0)
                && path.matches('.').count() < 2
            {
                names.extend(self.names(fields, &name));
            }
            names.push(name);
        }
        names
    }

    fn fields(&mut self, fields: &[Field], path: &str, depth: usize, steps: &mut Vec<Step>) -> Result<()> {
        for field in fields {
            let path = join(path, &field.name);
            self.field(field, &path, depth, steps)?;
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, path: &str, depth: usize, steps: &mut Vec<Step>) -> Result<()> {
        if self.timestamp_field == Some(path) {
            return self.timestamp(field, path, steps);
        }
        if let Some(column) = self.column_of(path)? {
            let data_type = self.table.field_with_name(&column).expect("it is checked").data_type().clone();
            let choice = Choice::of(self.schema, field.node, &data_type).ok_or_else(|| {
                let wanted = self.schema.type_name(field.node);
                Error::invalid(format!(
                    "column \"{column}\" is {data_type}, but field \"{path}\" of the Avro schema is of {wanted}"
                ))
                .with_hint("cast the column to the field's type first")
            })?;
            let place = self.columns.len();
            self.columns.push(column.clone());
            steps.push(Step::Cell { place, name: column, choice });
            return Ok(());
        }
        let (inner, _) = self.schema.without_null(field.node);
        if let Node::Record { fields, .. } = self.schema.node(inner)
            && depth < 16
            && self.has_columns_within(path)
        {
            return self.record(field.node, fields, path, depth, steps);
        }
        let mut bytes = Vec::new();
        let default = field.default.as_ref();
        let encoded = default.and_then(|value| encode_default(self.schema, field.node, value, &mut bytes));
        encoded.ok_or_else(|| {
            Error::invalid(format!("field \"{path}\" of the Avro schema has neither a column nor a default"))
                .with_hint(format!("map it to one of the columns {}", self.chosen.join(", ")))
        })?;
        steps.push(Step::Bytes(bytes));
        Ok(())
    }

    fn record(
        &mut self,
        node: NodeId,
        fields: &[Field],
        path: &str,
        depth: usize,
        steps: &mut Vec<Step>,
    ) -> Result<()> {
        let first = self.columns.len();
        let mut inner = Vec::new();
        self.fields(fields, path, depth + 1, &mut inner)?;
        let Node::Union(branches) = self.schema.node(node) else {
            steps.append(&mut inner);
            return Ok(());
        };
        let null = branches.iter().position(|branch| matches!(self.schema.node(*branch), Node::Null));
        let value = branches.iter().position(|branch| !matches!(self.schema.node(*branch), Node::Null));
        let value = value.expect("a union with a record has it");
        let places = (first..self.columns.len()).collect();
        steps.push(match null {
            Some(null) => Step::Record { null, value, places, steps: inner },
            None => {
                let mut prefix = Vec::new();
                put_long(&mut prefix, value as i64);
                steps.push(Step::Bytes(prefix));
                steps.append(&mut inner);
                return Ok(());
            }
        });
        Ok(())
    }

    fn timestamp(&self, field: &Field, path: &str, steps: &mut Vec<Step>) -> Result<()> {
        let is_instant = |node: NodeId| match self.schema.node(node) {
            Node::Long(kind) if kind.measure() == Measure::Instant => Some(kind.factor()),
            Node::Long(LongKind::Plain) => Some(LongKind::TimestampMillis.factor()),
            _ => None,
        };
        let unit = match self.schema.node(field.node) {
            Node::Union(branches) => {
                let found = branches.iter().enumerate().find_map(|(i, b)| Some((i, is_instant(*b)?)));
                found.map(|(index, unit)| {
                    let mut prefix = Vec::new();
                    put_long(&mut prefix, index as i64);
                    steps.push(Step::Bytes(prefix));
                    unit
                })
            }
            _ => is_instant(field.node),
        };
        let unit = unit.ok_or_else(|| {
            let found = self.schema.type_name(field.node);
            Error::invalid(format!("the timestamp field \"{path}\" is of {found}, not of a timestamp"))
        })?;
        steps.push(Step::Now(unit));
        Ok(())
    }

    /// The column that fills a field.
    fn column_of(&self, path: &str) -> Result<Option<String>> {
        if let Some(column) = self.mapping.get(path) {
            if self.table.field_with_name(column).is_err() {
                let names: Vec<_> = self.table.fields().iter().map(|field| field.name().as_str()).collect();
                return Err(Error::invalid(format!(
                    "field \"{path}\" is mapped to column \"{column}\", which is not there"
                ))
                .with_hint(format!("columns: {}", names.join(", "))));
            }
            return Ok(Some(column.clone()));
        }
        let own = path.replace('.', "__");
        Ok(self.chosen.iter().find(|column| **column == own).cloned())
    }

    fn has_columns_within(&self, path: &str) -> bool {
        let (field, column) = (format!("{path}."), format!("{}__", path.replace('.', "__")));
        self.mapping.keys().any(|key| key.starts_with(&field))
            || self.chosen.iter().any(|name| name.starts_with(&column))
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
