//! The schema of a table as clients read it.

use std::sync::Arc;

use arrow_schema::Schema;
use kinetable::Table;
use kinetable_wire::schema::{Marks, as_given, for_clients};

/// The schema of a table as clients read it, for the answers of operations, `FlightInfo` and `DoGet`. Columns that were
/// uploaded have the types they came with.
pub fn table_schema(table: &Table) -> Arc<Schema> {
    let marks = marks(table);
    Arc::new(match table.given() {
        Some(given) => as_given(table.schema(), given, &marks),
        None => for_clients(table.schema(), &marks),
    })
}

/// The schema of a table in subscriptions, where each type has one form.
pub fn exchange_schema(table: &Table) -> Arc<Schema> {
    Arc::new(for_clients(table.schema(), &marks(table)))
}

fn marks(table: &Table) -> Marks {
    let definition = table.definition();
    Marks {
        attributes: definition.attributes.clone(),
        blink: definition.properties.blink,
        add_only: definition.properties.add_only,
        append_only: definition.properties.append_only,
        input_keys: table.input().map(|input| input.keys().to_vec()),
        partitioning: table.partitioning(),
    }
}
