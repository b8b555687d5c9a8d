//! Tables that clients write: made, added to, deleted from.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};
use kinetable::Table;
use kinetable::formula::is_column_name;
use kinetable_wire::grpc::CreateInputTableRequest;
use kinetable_wire::grpc::create_input_table_request::Definition;
use kinetable_wire::grpc::input_table_kind::Kind;
use kinetable_wire::{columns, schema};
use tonic::Status;

use super::Context;
use super::fault::{Outcome, invalid, not_empty, unmet};

/// Columns that a table may have when it is made here.
const COLUMNS_MAX: usize = 100_000;

/// A table that clients may write: [`Table::input`] is how. Clients get back the types of the schema they gave: [`Table::given`].
pub(super) fn create(
    request: &CreateInputTableRequest,
    source: Option<&Table>,
    context: &Context,
) -> Outcome<Table> {
    let (own, given) = match &request.definition {
        None => return Err(unmet("an input table has neither a schema nor a table to be like")),
        Some(Definition::Schema(bytes)) => {
            let given = read(bytes)?;
            (engine_schema(&given)?, Some(given))
        }
        Some(Definition::SourceTableId(_)) => match source {
            Some(source) => (bare(source.schema()), None),
            None => return Err(unmet("an input table is to be like a table that is not given")),
        },
    };
    check(&own)?;
    let kind = request.kind.as_ref().and_then(|kind| kind.kind.as_ref());
    let input = match kind {
        Some(Kind::InMemoryAppendOnly(_)) => context.session.input_table(own, Vec::new())?,
        Some(Kind::InMemoryKeyBacked(keyed)) => {
            let keys = not_empty(&keyed.key_columns, "InMemoryKeyBacked", "key_columns")?;
            context.session.input_table(own, keys.to_vec())?
        }
        Some(Kind::Blink(_)) => context.session.blink_input_table(own),
        None => return Err(unmet("an input table is of no kind: append-only, with keys, or blink")),
    };
    let table = input.table().clone();
    Ok(match given {
        Some(given) => table.given_as(Arc::new(schema::returned(&given))),
        None => table,
    })
}

/// Adds the rows of a table to an input table, or with keys replaces those that have the same; they are there when this returns.
///
/// # Errors
/// `INVALID_ARGUMENT` if the table is no input table, or the rows have other columns.
pub fn add(table: &Table, rows: &Table) -> Result<(), Status> {
    let add = || -> Outcome<()> {
        writer(table)?.add(rows)?;
        Ok(table.session().flush()?)
    };
    Ok(add()?)
}

/// Deletes the rows of an input table that have the keys of a table's rows; they are gone when this returns.
///
/// # Errors
/// `INVALID_ARGUMENT` if the table is no input table or has no keys, or the rows lack one.
pub fn delete(table: &Table, keys: &Table) -> Result<(), Status> {
    let delete = || -> Outcome<()> {
        writer(table)?.delete(keys)?;
        Ok(table.session().flush()?)
    };
    Ok(delete()?)
}

fn writer(table: &Table) -> Outcome<kinetable::InputTable> {
    table.input().ok_or_else(|| invalid("the table is no input table: only those can be written"))
}

/// The schema in bytes as they begin a stream of Arrow IPC, or in a bare message.
fn read(bytes: &[u8]) -> Outcome<SchemaRef> {
    let message = match bytes {
        [0xff, 0xff, 0xff, 0xff, a, b, c, d, message @ ..] => {
            let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            message.get(..length).ok_or_else(|| invalid("the schema of the input table is cut short"))?
        }
        message => message,
    };
    schema::from_message(message).map_err(|error| invalid(format!("the schema of the input table: {error}")))
}

fn engine_schema(given: &Schema) -> Outcome<SchemaRef> {
    let field = |field: &Arc<Field>| match columns::engine_type(field) {
        Ok(data_type) => Ok(Field::new(field.name(), data_type, true)),
        Err(error) => Err(invalid(error.to_string())),
    };
    Ok(Arc::new(Schema::new(given.fields().iter().map(field).collect::<Outcome<Vec<_>>>()?)))
}

fn bare(schema: &Schema) -> SchemaRef {
    let field = |field: &Arc<Field>| Field::new(field.name(), field.data_type().clone(), true);
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

fn check(schema: &Schema) -> Outcome<()> {
    let count = schema.fields().len();
    if count == 0 || count > COLUMNS_MAX {
        return Err(invalid(format!(
            "an input table has 1 to {COLUMNS_MAX} columns, but this would have {count}"
        )));
    }
    let mut seen = HashSet::new();
    for field in schema.fields() {
        let name = field.name().as_str();
        if !is_column_name(name) {
            return Err(invalid(format!("\"{name}\" cannot be the name of a column")));
        }
        if !seen.insert(name) {
            return Err(invalid(format!("two columns are called \"{name}\"")));
        }
    }
    Ok(())
}
