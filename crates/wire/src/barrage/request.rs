//! What a client asks for: a subscription, or a snapshot.

use flatbuffers::FlatBufferBuilder;
use kinetable_rowset::RowSet;

use super::bits::{from_bits, to_bits};
use super::rows::{read_rows, write_rows};
use super::tables::{self, Finished, Table, slot};
use crate::{Error, Result};

const OPTIONS: i8 = 4;
const SUBSCRIPTION: i8 = 5;
const SNAPSHOT: i8 = 7;

/// Whether a client wants updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// A snapshot and the updates after it.
    Subscription,
    /// A snapshot.
    Snapshot,
}

/// How a client wants its data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExchangeOptions {
    /// Nulls of numbers are values, and their columns have no bitmap.
    pub use_deephaven_nulls: bool,
    /// The least time between two updates, ms; 0: as the server likes.
    pub min_update_interval_ms: i32,
    /// Rows of a batch; 0: as the server likes.
    pub batch_size: i32,
    /// Bytes of a message; 0: as the server likes.
    pub max_message_size: i32,
    /// Each column is one list in a batch of one row.
    pub columns_as_list: bool,
    /// How many items of a list are wanted, of a negative number the last ones; 0: all.
    pub preview_list_length_limit: i64,
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whether it wants updates.
    pub kind: RequestKind,
    /// The table.
    pub ticket: Option<Vec<u8>>,
    /// The columns it wants; none: all.
    pub columns: Option<RowSet>,
    /// The positions it wants; none: all rows, by key.
    pub viewport: Option<RowSet>,
    /// Whether positions count from the last row.
    pub reverse_viewport: bool,
    /// How it wants its data.
    pub options: ExchangeOptions,
}

/// The request in the metadata of a message; none: it says nothing that matters.
///
/// # Errors
/// If it is no request of this protocol.
pub fn read_request(metadata: &[u8]) -> Result<Option<Request>> {
    let (kind, payload) = tables::unwrap(metadata)?;
    let kind = match kind {
        OPTIONS => return Ok(None),
        SUBSCRIPTION => RequestKind::Subscription,
        SNAPSHOT => RequestKind::Snapshot,
        other => return Err(Error::new(format!("a client sends no message of type {other}"))),
    };
    let table = Table::root(payload)?;
    let options = table.table(3)?;
    Ok(Some(Request {
        kind,
        ticket: table.bytes(0)?.map(<[u8]>::to_vec),
        columns: table.bytes(1)?.map(from_bits),
        viewport: table.bytes(2)?.map(read_rows).transpose()?,
        reverse_viewport: table.bool(4)?,
        options: options.map_or_else(|| Ok(ExchangeOptions::default()), |table| read_options(kind, table))?,
    }))
}

impl Request {
    /// The metadata of the message that asks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let ticket = self.ticket.as_ref().map(|ticket| builder.create_vector(ticket));
        let columns = self.columns.as_ref().map(|columns| builder.create_vector(&to_bits(columns)));
        let viewport = self.viewport.as_ref().map(|viewport| builder.create_vector(&write_rows(viewport)));
        let options = self.write_options(&mut builder);
        let start = builder.start_table();
        for (number, vector) in [(0, ticket), (1, columns), (2, viewport)] {
            if let Some(vector) = vector {
                builder.push_slot_always(slot(number), vector);
            }
        }
        builder.push_slot_always(slot(3), options);
        builder.push_slot(slot(4), self.reverse_viewport, false);
        let root = builder.end_table(start);
        builder.finish_minimal(root);
        let kind = match self.kind {
            RequestKind::Subscription => SUBSCRIPTION,
            RequestKind::Snapshot => SNAPSHOT,
        };
        tables::wrap(kind, builder.finished_data())
    }

    fn write_options(&self, builder: &mut FlatBufferBuilder<'_>) -> Finished {
        let options = &self.options;
        let start = builder.start_table();
        builder.push_slot(slot(1), options.use_deephaven_nulls, false);
        match self.kind {
            RequestKind::Subscription => {
                builder.push_slot(slot(2), options.min_update_interval_ms, 0);
                builder.push_slot(slot(3), options.batch_size, 0);
                builder.push_slot(slot(4), options.max_message_size, 0);
                builder.push_slot(slot(5), options.columns_as_list, false);
                builder.push_slot(slot(6), options.preview_list_length_limit, 0);
            }
            RequestKind::Snapshot => {
                builder.push_slot(slot(2), options.batch_size, 0);
                builder.push_slot(slot(3), options.max_message_size, 0);
                builder.push_slot(slot(4), options.preview_list_length_limit, 0);
            }
        }
        builder.end_table(start)
    }
}

fn read_options(kind: RequestKind, table: Table<'_>) -> Result<ExchangeOptions> {
    let use_deephaven_nulls = table.bool(1)?;
    Ok(match kind {
        RequestKind::Subscription => ExchangeOptions {
            use_deephaven_nulls,
            min_update_interval_ms: table.i32(2)?,
            batch_size: table.i32(3)?,
            max_message_size: table.i32(4)?,
            columns_as_list: table.bool(5)?,
            preview_list_length_limit: table.i64(6)?,
        },
        RequestKind::Snapshot => ExchangeOptions {
            use_deephaven_nulls,
            batch_size: table.i32(2)?,
            max_message_size: table.i32(3)?,
            preview_list_length_limit: table.i64(4)?,
            ..ExchangeOptions::default()
        },
    })
}
