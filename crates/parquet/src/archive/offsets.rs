//! Which rows are new: by partition and offset, if the table has them.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, SchemaRef};
use arrow_select::filter::filter_record_batch;
use kinetable_engine::{Definition, Error, Properties, Result};

use super::OffsetColumns;

/// The newest offsets taken, and where a row's own are.
pub(super) struct Offsets {
    columns: Option<(usize, usize)>,
    taken: BTreeMap<i64, i64>,
}

impl Offsets {
    /// Of a table with this schema, of which so much is archived.
    pub(super) fn new(
        schema: &SchemaRef,
        columns: Option<&OffsetColumns>,
        archived: &BTreeMap<i64, i64>,
    ) -> Result<Offsets> {
        let usual = OffsetColumns::default();
        let named = columns.unwrap_or(&usual);
        let definition = Definition::new(schema.clone(), Properties::APPEND);
        let place = |name: &str| {
            let place = definition.column_index(name)?;
            match schema.field(place).data_type() {
                kind if kind.is_integer() => Ok(place),
                kind => Err(Error::invalid(format!(
                    "column \"{name}\" is {kind}, but an offset or partition is an integer"
                ))),
            }
        };
        let found = place(&named.partition).and_then(|partition| Ok((partition, place(&named.offset)?)));
        let columns = match (found, columns) {
            (Ok(found), _) => Some(found),
            (Err(error), Some(_)) => return Err(error),
            (Err(_), None) => None,
        };
        Ok(Offsets { columns, taken: archived.clone() })
    }

    /// The newest offset taken of each partition.
    pub(super) fn taken(&self) -> &BTreeMap<i64, i64> {
        &self.taken
    }

    /// The rows that have not been taken before; they are now.
    pub(super) fn take_new(&mut self, rows: RecordBatch) -> Result<RecordBatch> {
        let Some((partition, offset)) = self.columns else {
            return Ok(rows);
        };
        let integers = |column: usize| cast(rows.column(column), &DataType::Int64);
        let (partitions, offsets) = (integers(partition)?, integers(offset)?);
        let (partitions, offsets) =
            (partitions.as_primitive::<Int64Type>(), offsets.as_primitive::<Int64Type>());
        let mut is_new = |(partition, offset): (Option<i64>, Option<i64>)| {
            // A row that does not say where it came from cannot have been there before.
            let (Some(partition), Some(offset)) = (partition, offset) else {
                return true;
            };
            let taken = self.taken.entry(partition).or_insert(-1);
            let is_new = offset > *taken;
            *taken = offset.max(*taken);
            is_new
        };
        let new: Vec<bool> = partitions.iter().zip(offsets).map(&mut is_new).collect();
        if new.iter().all(|new| *new) {
            return Ok(rows);
        }
        Ok(filter_record_batch(&rows, &BooleanArray::from(new))?)
    }
}
