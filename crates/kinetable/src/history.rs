//! Live tables written on as Parquet, and history joined to what is live without a gap or a double.
//!
//! ```text
//!  topic ─▶ live ─▶ archive(directory) ─▶ files, and a manifest with the newest offset of each partition
//!                                            │ after a restart
//!  directory ─▶ history ─┬─▶ stitch ─▶ every row once
//!  topic from its ends ──┘      └ live rows at or before an end are left out
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use kinetable_engine::{Error, Result};
pub use kinetable_parquet::{Archive, ArchiveOptions, ArchiveStats, Manifest, OffsetColumns, Roll, manifest};

use crate::{Aggregation, GroupOptions, NoNames, Table};

/// Whether offsets may be missing between history and the live table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// No: it is an error if the live table's rows begin behind the end of history.
    Refused,
    /// Yes: the topic no longer has them, say.
    Allowed,
}

impl Table {
    /// Writes an append or blink table on as Parquet below a directory, from its rows now on.
    ///
    /// # Errors
    /// If rows of the table may change or go, a column is not there, or the directory cannot be written.
    pub fn archive(&self, root: impl AsRef<Path>, options: &ArchiveOptions) -> Result<Archive> {
        kinetable_parquet::archive(&self.engine()?, root, options)
    }

    /// The newest offset of each partition. Reads the two columns.
    ///
    /// # Errors
    /// If a column is not there or holds no integers.
    pub fn ends(&self, columns: &OffsetColumns) -> Result<BTreeMap<i64, i64>> {
        self.extremes(columns, Aggregation::max(["O"]))
    }

    /// The oldest offset of each partition. Reads the two columns.
    ///
    /// # Errors
    /// If a column is not there or holds no integers.
    pub fn starts(&self, columns: &OffsetColumns) -> Result<BTreeMap<i64, i64>> {
        self.extremes(columns, Aggregation::min(["O"]))
    }

    fn extremes(&self, columns: &OffsetColumns, of: Aggregation) -> Result<BTreeMap<i64, i64>> {
        let (partition, offset) = (&columns.partition, &columns.offset);
        let chosen = [format!("P = (long) {partition}"), format!("O = (long) {offset}")];
        let seen = self.view(&chosen, &NoNames)?.agg_by(&[of], &["P".into()], &GroupOptions::default())?;
        let rows = seen.batch(0..seen.size()?, None)?;
        let integers =
            |name| rows.column_by_name(name).expect("it was asked for").as_primitive::<Int64Type>();
        let pairs = integers("P").iter().zip(integers("O"));
        Ok(pairs.filter_map(|(partition, offset)| Some((partition?, offset?))).collect())
    }

    /// History, then the rows of a live table that come after it: those whose offset is beyond the newest of their partition in
    /// `ends`. Columns are history's; the live table must have them.
    ///
    /// # Errors
    /// If a column is missing or has another type, if the live table keeps no rows, or, unless a gap is allowed, if it begins behind the
    /// end of a partition.
    pub fn stitch(
        &self,
        live: &Table,
        ends: &BTreeMap<i64, i64>,
        columns: &OffsetColumns,
        gap: Gap,
    ) -> Result<Table> {
        if live.definition().properties.blink {
            return Err(Error::invalid("a blink table keeps no rows that history could be joined to")
                .with_hint("open the topic as an append table, or use stream.blink_to_append_only"));
        }
        if gap == Gap::Refused {
            no_gap(ends, &live.starts(columns)?)?;
        }
        let names: Vec<String> = self.schema().fields().iter().map(|field| field.name().clone()).collect();
        let after = live.where_(&[beyond(ends, columns)], &NoNames)?.view(&names, &NoNames)?;
        self.session().merge(&[self.clone(), after])
    }
}

/// The condition that a row is beyond the ends.
fn beyond(ends: &BTreeMap<i64, i64>, columns: &OffsetColumns) -> String {
    let OffsetColumns { partition, offset } = columns;
    let end = ends.iter().rev().fold("-1L".to_owned(), |otherwise, (number, end)| {
        format!("({partition} == {number} ? {end}L : {otherwise})")
    });
    format!("{offset} > {end}")
}

fn no_gap(ends: &BTreeMap<i64, i64>, starts: &BTreeMap<i64, i64>) -> Result<()> {
    for (partition, start) in starts {
        let next = ends.get(partition).map_or(0, |end| end + 1);
        if *start > next {
            let message = format!(
                "history ends before offset {next} of partition {partition}, but the live table begins with {start}"
            );
            return Err(Error::invalid(message)
                .with_hint("open the topic from where history ends; if the topic no longer has those records, allow the gap"));
        }
    }
    Ok(())
}
