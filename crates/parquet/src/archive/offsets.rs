//! Which rows are new: by partition and offset, if the table has them.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_cast::cast;
use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::{Definition, Error, Properties, Result, RowSet, RowSetBuilder, Version};

use super::OffsetColumns;

/// What was archived when the archive was opened, what has been taken since, and where a row's own offset is.
pub(super) struct Offsets {
    places: Option<(usize, usize)>,
    /// The newest archived offset of each partition, by earlier runs.
    archived: BTreeMap<i64, i64>,
    /// The same with the rows of this run.
    taken: BTreeMap<i64, i64>,
}

/// Some rows, sorted out.
pub(super) struct Sorted {
    /// Those that no earlier run has archived.
    pub(super) new: RowSet,
    /// How many do not say where they came from: they could not be known again.
    pub(super) unplaced: u64,
}

impl Offsets {
    /// Of a table with this schema, of which so much is archived.
    pub(super) fn new(
        schema: &SchemaRef,
        columns: Option<&OffsetColumns>,
        archived: &BTreeMap<i64, i64>,
    ) -> Result<Offsets> {
        let place = |name: &str| {
            let place = Definition::new(schema.clone(), Properties::APPEND).column_index(name)?;
            match schema.field(place).data_type() {
                kind if kind.is_integer() => Ok(place),
                kind => Err(Error::invalid(format!(
                    "column \"{name}\" is {kind}, but an offset or partition is an integer"
                ))),
            }
        };
        let places =
            |named: &OffsetColumns| Ok::<_, Error>((place(&named.partition)?, place(&named.offset)?));
        let places = columns.map(places).transpose()?;
        Ok(Offsets { places, archived: archived.clone(), taken: archived.clone() })
    }

    /// The newest offset taken of each partition.
    pub(super) fn taken(&self) -> &BTreeMap<i64, i64> {
        &self.taken
    }

    /// Sorts out rows of a version; only the two columns are read for it.
    pub(super) fn sort(&mut self, version: &Version, rows: &RowSet) -> Result<Sorted> {
        let Some((partition, offset)) = self.places else {
            return Ok(Sorted { new: rows.clone(), unplaced: 0 });
        };
        let integers = |column: usize| Ok::<_, Error>(cast(&version.read(column, rows)?, &DataType::Int64)?);
        let (partitions, offsets) = (integers(partition)?, integers(offset)?);
        let partitions = partitions.as_primitive::<Int64Type>().iter();
        let offsets = offsets.as_primitive::<Int64Type>().iter();
        let (mut new, mut unplaced) = (RowSetBuilder::new(), 0);
        for (key, place) in rows.iter().zip(partitions.zip(offsets)) {
            let (Some(partition), Some(offset)) = place else {
                unplaced += 1;
                continue;
            };
            if self.archived.get(&partition).is_none_or(|end| offset > *end) {
                new.push(key);
                let taken = self.taken.entry(partition).or_insert(offset);
                *taken = offset.max(*taken);
            }
        }
        Ok(Sorted { new: new.finish(), unplaced })
    }
}
