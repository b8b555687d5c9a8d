//! Updates put together from the messages of a stream: the reader's side.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, new_empty_array};
use arrow_flight::FlightData;
use arrow_schema::{DataType, Schema};
use arrow_select::concat::concat;
use kinetable_rowset::RowSet;

use super::{UpdateMetadata, decode_batch};
use crate::schema::{from_lists, from_message};
use crate::{Error, Result};

/// An update with all its cells.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// What is said of the rows.
    pub metadata: UpdateMetadata,
    /// By column, the cells of the added rows that are included; none of a column that was not asked for.
    pub added: Vec<ArrayRef>,
    /// By column, the cells of its modified rows.
    pub modified: Vec<ArrayRef>,
}

/// Puts updates together. Its first message is the schema.
pub struct Assembler {
    columns_as_list: bool,
    schema: Option<Arc<Schema>>,
    partial: Option<Partial>,
}

struct Partial {
    metadata: UpdateMetadata,
    added: Vec<Vec<ArrayRef>>,
    added_left: u64,
    modified: Vec<Vec<ArrayRef>>,
    modified_left: Vec<u64>,
}

impl Assembler {
    /// An assembler of a stream, whose columns are lists if that was asked for.
    pub fn new(columns_as_list: bool) -> Assembler {
        Assembler { columns_as_list, schema: None, partial: None }
    }

    /// The columns, once the first message has come.
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        self.schema.as_ref()
    }

    /// Takes the next message; gives an update when it was its last.
    ///
    /// # Errors
    /// If the message cannot be read, or is not the one that must come.
    pub fn push(&mut self, message: &FlightData) -> Result<Option<Delivered>> {
        let Some(schema) = self.schema.clone() else {
            let schema = from_message(&message.data_header)?;
            self.schema = Some(if self.columns_as_list { Arc::new(from_lists(&schema)?) } else { schema });
            return Ok(None);
        };
        let mut partial = match (self.partial.take(), message.app_metadata.is_empty()) {
            (Some(partial), true) => partial,
            (None, false) => Partial::new(UpdateMetadata::read(&message.app_metadata)?, &schema)?,
            (Some(_), false) => return Err(Error::new("an update begins before the one before it ended")),
            (None, true) => return Err(Error::new("a batch belongs to no update")),
        };
        let batch = decode_batch(&message.data_header, &message.data_body, &schema, self.columns_as_list)?;
        partial.take(batch.columns)?;
        if partial.is_whole() {
            return partial.finish(&schema).map(Some);
        }
        self.partial = Some(partial);
        Ok(None)
    }
}

impl Partial {
    fn new(metadata: UpdateMetadata, schema: &Schema) -> Result<Partial> {
        let width = schema.fields().len();
        let mods = metadata.mod_column_nodes.as_deref().unwrap_or_default();
        if !mods.is_empty() && mods.len() != width {
            return Err(Error::new(format!(
                "an update tells of {} columns; the table has {width}",
                mods.len()
            )));
        }
        let has = |column: usize| {
            let columns = metadata.effective_column_set.as_ref();
            columns.is_none_or(|columns| columns.contains(column as u64))
        };
        let included = metadata.added_rows_included.as_ref().or(metadata.added_rows.as_ref());
        let added_left = match (0..width).any(has) {
            true => included.map_or(0, RowSet::len),
            false => 0,
        };
        let mut modified_left: Vec<u64> = mods.iter().map(RowSet::len).collect();
        modified_left.resize(width, 0);
        Ok(Partial {
            metadata,
            added: vec![Vec::new(); width],
            added_left,
            modified: vec![Vec::new(); width],
            modified_left,
        })
    }

    fn take(&mut self, columns: Vec<ArrayRef>) -> Result<()> {
        if self.added_left > 0 {
            let rows = columns.iter().map(|column| column.len()).max().unwrap_or(0);
            if columns.iter().any(|column| !column.is_empty() && column.len() != rows) {
                return Err(Error::new("the columns of added rows differ in length"));
            }
            self.added_left = left(self.added_left, rows)?;
            gather(&mut self.added, columns);
            return Ok(());
        }
        let mut some = false;
        for (left_over, column) in self.modified_left.iter_mut().zip(&columns) {
            *left_over = left(*left_over, column.len())?;
            some |= !column.is_empty();
        }
        if !some && self.modified_left.iter().any(|left| *left > 0) {
            return Err(Error::new("a batch of modified cells has none"));
        }
        gather(&mut self.modified, columns);
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.added_left == 0 && self.modified_left.iter().all(|left| *left == 0)
    }

    fn finish(self, schema: &Schema) -> Result<Delivered> {
        let join = |parts: Vec<Vec<ArrayRef>>| {
            let joined = parts.iter().zip(schema.fields()).map(|(p, field)| join(p, field.data_type()));
            joined.collect::<Result<Vec<_>>>()
        };
        let (added, modified) = (join(self.added)?, join(self.modified)?);
        Ok(Delivered { metadata: self.metadata, added, modified })
    }
}

fn left(expected: u64, rows: usize) -> Result<u64> {
    let few = || Error::new("an update has more cells than its metadata say");
    expected.checked_sub(rows as u64).ok_or_else(few)
}

fn gather(all: &mut [Vec<ArrayRef>], columns: Vec<ArrayRef>) {
    for (all, column) in all.iter_mut().zip(columns) {
        if !column.is_empty() {
            all.push(column);
        }
    }
}

fn join(parts: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    match parts {
        [] => Ok(new_empty_array(data_type)),
        [one] => Ok(one.clone()),
        many => Ok(concat(&many.iter().map(|part| part.as_ref()).collect::<Vec<_>>())?),
    }
}
