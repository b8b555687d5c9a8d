//! `DoGet`: a consistent snapshot of a table as plain Arrow.
//!
//! The version is held and read batch by batch, each while the one before is on its way: nothing else waits, and memory is a
//! few batches.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_flight::FlightData;
use arrow_schema::Schema;
use kinetable::Table;
use kinetable::engine::{RowSet, Version};
use kinetable_wire::barrage::{encode_rows, flight_data};
use kinetable_wire::columns::to_wire;
use kinetable_wire::schema::message;
use tonic::Status;

use super::cells::{failed, spelled};
use super::outlet::{Outgoing, Outlet, blocking};
use super::schema::table_schema;

/// How long a client may take nothing: whoever reads a large table into something else may be busy for a while.
const PATIENCE: Duration = Duration::from_secs(600);
/// Rows of a batch.
const ROWS: u64 = 1 << 16;

/// The rows of a table now, after its schema. Must be called in a runtime of tokio.
pub fn get(table: &Table) -> Outgoing {
    let table = table.clone();
    Outlet::run(PATIENCE, move |outlet| async move {
        let schema = table_schema(&table);
        outlet.send(FlightData { data_header: message(&schema), ..FlightData::default() }).await?;
        let version = blocking(move || table.version()).await?;
        let version = version.map_err(|error| Status::internal(error.to_string()))?;
        let mut rows = version.rows().clone();
        loop {
            let part = rows.slice(0..ROWS);
            rows = rows.slice(ROWS..u64::MAX);
            let (version, schema) = (version.clone(), schema.clone());
            let batch = blocking(move || batch(&version, &schema, &part)).await??;
            outlet.send(batch).await?;
            if rows.is_empty() {
                return Ok(());
            }
        }
    })
}

fn batch(version: &Version, schema: &Arc<Schema>, rows: &RowSet) -> Result<FlightData, Status> {
    let columns = schema.fields().iter().enumerate().map(|(column, field)| {
        let cells = version.read(column, rows).map_err(|error| failed(field.name(), &error))?;
        let cells = spelled(&cells).map_err(|error| failed(field.name(), &error))?;
        to_wire(&cells, field.data_type()).map_err(|error| failed(field.name(), &error))
    });
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len() as usize));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &options);
    let batch = batch.map_err(|error| Status::internal(error.to_string()))?;
    let encoded = encode_rows(&batch).map_err(|error| Status::internal(error.to_string()))?;
    Ok(flight_data(encoded, None))
}
