//! Where a remote table's updates go: a table that mirrors it, or the rows of each cycle of a blink table.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};
use kinetable::engine::{Definition, Properties, Publisher, Retention, RowSet, Shifts};
use kinetable::{Error, Mirror, MirrorUpdate, Result, Session, Table};
use kinetable_wire::barrage::Delivered;
use kinetable_wire::columns::{engine_type, from_wire};

/// Where updates go.
pub(super) struct Sink {
    /// The columns as they came.
    wire: SchemaRef,
    /// The columns as they are here.
    own: SchemaRef,
    kind: Kind,
}

enum Kind {
    Mirror(Mirror),
    Blink(Publisher),
}

impl Sink {
    /// A live table with the rows of a first update, and where further ones go.
    pub(super) fn new(session: &Session, wire: SchemaRef, first: Delivered) -> Result<(Table, Sink)> {
        let own = own_schema(&wire)?;
        let values = own_cells(&wire, &first.added)?;
        let rows = first.metadata.added_rows.unwrap_or_default();
        let attributes = wire.metadata().iter().filter_map(|(key, value)| {
            Some((key.strip_prefix("deephaven:attribute.")?.to_owned(), value.clone()))
        });
        let mut definition = Definition::new(own.clone(), Properties::ANY);
        definition.attributes = attributes.collect();
        let blink = definition.attributes.remove("BlinkTable").is_some_and(|value| value == "true");
        for promise in ["AddOnly", "AppendOnly", "IsFlat"] {
            // Promises of the table there: when it begins anew, rows go here.
            definition.attributes.remove(promise);
        }
        let (table, kind) = match blink {
            true => {
                let (table, publisher) = session.stream(own.clone(), Retention::BLINK);
                publish(&publisher, &own, values, rows.len())?;
                (table, Kind::Blink(publisher))
            }
            false => {
                let (table, mirror) = session.mirror(definition, rows, values)?;
                (table, Kind::Mirror(mirror))
            }
        };
        Ok((table, Sink { wire, own, kind }))
    }

    /// Whether columns that come are still those.
    pub(super) fn ensure_same(&self, wire: &SchemaRef) -> Result<()> {
        if own_schema(wire)? == self.own && wire.fields() == self.wire.fields() {
            return Ok(());
        }
        Err(Error::source("the table there has other columns now").with_hint("subscribe to it again"))
    }

    /// Whether somebody holds the table.
    pub(super) fn is_open(&self) -> bool {
        match &self.kind {
            Kind::Mirror(mirror) => mirror.is_open(),
            Kind::Blink(publisher) => publisher.is_open(),
        }
    }

    /// Whether fewer bytes wait for a cycle, now or soon.
    pub(super) fn waits_below(&self, bytes: usize, timeout: Duration) -> bool {
        match &self.kind {
            Kind::Mirror(mirror) => mirror.wait_below(bytes, timeout),
            Kind::Blink(publisher) => publisher.wait_below(bytes, timeout),
        }
    }

    /// Fails the table.
    pub(super) fn fail(&self, error: Error) {
        match &self.kind {
            Kind::Mirror(mirror) => mirror.fail(error),
            Kind::Blink(publisher) => publisher.fail(error),
        }
    }

    /// Takes the first update of another stream: all rows.
    pub(super) fn begin_anew(&self, update: Delivered) -> Result<()> {
        let rows = update.metadata.added_rows.clone().unwrap_or_default();
        let values = self.cells(&update.added)?;
        match &self.kind {
            Kind::Mirror(mirror) => mirror.replace(rows, values),
            Kind::Blink(publisher) => publish(publisher, &self.own, values, rows.len()),
        }
    }

    /// Takes another update.
    pub(super) fn update(&self, update: Delivered) -> Result<()> {
        let values = self.cells(&update.added)?;
        let said = update.metadata;
        let added = said.added_rows.unwrap_or_default();
        let mirror = match &self.kind {
            Kind::Mirror(mirror) => mirror,
            Kind::Blink(publisher) => return publish(publisher, &self.own, values, added.len()),
        };
        let modified = said.mod_column_nodes.unwrap_or_default();
        let cells = self.cells(&update.modified)?;
        mirror.update(MirrorUpdate {
            removed: said.removed_rows.unwrap_or_default(),
            shifted: said.shift_data.unwrap_or_else(Shifts::empty),
            added,
            values,
            modified: modified.into_iter().zip(cells).collect::<Vec<(RowSet, ArrayRef)>>(),
        })
    }

    fn cells(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        own_cells(&self.wire, columns)
    }
}

/// Columns as they are here.
pub(super) fn own_schema(wire: &Schema) -> Result<SchemaRef> {
    let own = |field: &Arc<Field>| match engine_type(field) {
        Ok(data_type) => Ok(Field::new(field.name(), data_type, true)),
        Err(error) => Err(Error::source(error.to_string())),
    };
    Ok(Arc::new(Schema::new(wire.fields().iter().map(own).collect::<Result<Vec<_>>>()?)))
}

/// Cells as they are here.
pub(super) fn own_cells(wire: &Schema, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
    let own = |(cells, field): (&ArrayRef, &Arc<Field>)| {
        from_wire(cells, field).map_err(|error| Error::source(error.to_string()))
    };
    columns.iter().zip(wire.fields()).map(own).collect()
}

fn publish(publisher: &Publisher, schema: &SchemaRef, values: Vec<ArrayRef>, rows: u64) -> Result<()> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows as usize));
    publisher.publish(RecordBatch::try_new_with_options(schema.clone(), values, &options)?)
}
