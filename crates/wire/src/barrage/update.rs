//! What a client is told beside the data: which rows came, went, moved and changed.

use flatbuffers::{FlatBufferBuilder, ForwardsUOffset, TableFinishedWIPOffset, Vector, WIPOffset};
use kinetable_rowset::{RowSet, Shifts};

use super::bits::{from_bits, to_bits};
use super::rows::{read_rows, write_rows};
use super::shifts::{read_shifts, write_shifts};
use super::tables::{self, Finished, Table, slot};
use crate::{Error, Result};

const UPDATE: i8 = 6;

/// The metadata of an update. Rows are row keys of the table, or, where there is a viewport, places in what the client has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpdateMetadata {
    /// The first step told of; −1 of a static table.
    pub first_seq: i64,
    /// The last step told of.
    pub last_seq: i64,
    /// Whether this starts anew, or answers another viewport.
    pub is_snapshot: bool,
    /// The viewport that a snapshot is of.
    pub effective_viewport: Option<RowSet>,
    /// Whether the viewport counts from the last row.
    pub effective_reverse_viewport: bool,
    /// The columns that a snapshot has.
    pub effective_column_set: Option<RowSet>,
    /// Rows that came.
    pub added_rows: Option<RowSet>,
    /// Rows that went, by their keys or places before.
    pub removed_rows: Option<RowSet>,
    /// Rows that moved.
    pub shift_data: Option<Shifts>,
    /// The added rows whose cells are in this message; none: all of them.
    pub added_rows_included: Option<RowSet>,
    /// By column, the rows whose cells changed.
    pub mod_column_nodes: Option<Vec<RowSet>>,
    /// The number of rows of the table.
    pub table_size: i64,
}

impl UpdateMetadata {
    /// The metadata of a message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let mods = self.mod_column_nodes.as_ref().map(|columns| write_mods(columns, &mut builder));
        let mut vector =
            |bytes: Option<Vec<u8>>| bytes.map(|bytes| builder.create_vector::<u8>(bytes.as_slice()));
        let vectors = [
            (9, vector(self.added_rows_included.as_ref().map(write_rows))),
            (8, vector(self.shift_data.as_ref().map(write_shifts))),
            (7, vector(self.removed_rows.as_ref().map(write_rows))),
            (6, vector(self.added_rows.as_ref().map(write_rows))),
            (5, vector(self.effective_column_set.as_ref().map(to_bits))),
            (3, vector(self.effective_viewport.as_ref().map(write_rows))),
        ];
        let start = builder.start_table();
        // Both are written even if they are 0: clients in C++ read them where they are.
        builder.push_slot_always(slot(0), self.first_seq);
        builder.push_slot_always(slot(1), self.last_seq);
        builder.push_slot(slot(11), self.table_size, 0);
        if let Some(mods) = mods {
            builder.push_slot_always(slot(10), mods);
        }
        for (number, vector) in vectors {
            if let Some(vector) = vector {
                builder.push_slot_always(slot(number), vector);
            }
        }
        builder.push_slot(slot(2), self.is_snapshot, false);
        builder.push_slot(slot(4), self.effective_reverse_viewport, false);
        let root = builder.end_table(start);
        builder.finish_minimal(root);
        tables::wrap(UPDATE, builder.finished_data())
    }

    /// The update in the metadata of a message.
    ///
    /// # Errors
    /// If it is no update of this protocol.
    pub fn read(metadata: &[u8]) -> Result<UpdateMetadata> {
        let (kind, payload) = tables::unwrap(metadata)?;
        if kind != UPDATE {
            return Err(Error::new(format!("a server sends no message of type {kind}")));
        }
        let table = Table::root(payload)?;
        let rows = |number: u16| table.bytes(number)?.map(read_rows).transpose();
        let mods = table.tables(10)?.map(|tables| read_mods(&tables, payload.len()));
        Ok(UpdateMetadata {
            first_seq: table.i64(0)?,
            last_seq: table.i64(1)?,
            is_snapshot: table.bool(2)?,
            effective_viewport: rows(3)?,
            effective_reverse_viewport: table.bool(4)?,
            effective_column_set: table.bytes(5)?.map(from_bits),
            added_rows: rows(6)?,
            removed_rows: rows(7)?,
            shift_data: table.bytes(8)?.map(read_shifts).transpose()?,
            added_rows_included: rows(9)?,
            mod_column_nodes: mods.transpose()?,
            table_size: table.i64(11)?,
        })
    }
}

/// The rows of each column. Many tables may refer to the same bytes: they may not be read as more than there are.
fn read_mods(tables: &[Table<'_>], bytes: usize) -> Result<Vec<RowSet>> {
    let mut left = bytes;
    let rows = |table: &Table<'_>| {
        let Some(rows) = table.bytes(0)? else { return Ok(RowSet::empty()) };
        left = left
            .checked_sub(rows.len())
            .ok_or_else(|| Error::new("the modified rows of columns lie over one another"))?;
        read_rows(rows)
    };
    tables.iter().map(rows).collect()
}

fn write_mods<'a>(
    columns: &[RowSet],
    builder: &mut FlatBufferBuilder<'a>,
) -> WIPOffset<Vector<'a, ForwardsUOffset<TableFinishedWIPOffset>>> {
    let nodes: Vec<Finished> = columns
        .iter()
        .map(|rows| {
            let rows = builder.create_vector(&write_rows(rows));
            let start = builder.start_table();
            builder.push_slot_always(slot(0), rows);
            builder.end_table(start)
        })
        .collect();
    builder.create_vector(&nodes)
}
