//! Bounds from the statistics in a footer.
//!
//! Bounds may be truncated texts, which is fine: a truncated minimum is below, a truncated maximum above the true
//! one. Not taken are bounds of the old kind, whose order was not defined for texts and unsigned numbers, and bounds
//! that are NaN, which say nothing (a writer that puts NaN there has put no other bound).

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::errors::Result;
use parquet::file::metadata::page_index::PageIndexProvider;

use super::{Bounds, Nulls, Value};
use crate::types::{Unsigned, conform};

/// A column, as its statistics are asked for.
pub(crate) struct Asked<'a> {
    pub file: &'a ArrowReaderMetadata,
    /// Its name in the file.
    pub name: &'a str,
    pub engine_type: &'a DataType,
    pub unsigned: Unsigned,
}

impl Asked<'_> {
    fn converter(&self) -> Result<StatisticsConverter<'_>> {
        let orders = self.file.metadata().file_metadata().column_orders();
        Ok(StatisticsConverter::try_new(self.name, self.file.schema(), self.file.parquet_schema())?
            .with_missing_null_counts_as_zero(false)
            .with_column_orders(orders.map(|orders| orders.as_slice())))
    }

    /// The leaf that holds the column's values, if it is one without lists and structs.
    pub(crate) fn leaf(&self) -> Result<Option<usize>> {
        Ok(self.converter()?.parquet_column_index())
    }

    /// The bounds of the column in each row group.
    pub(crate) fn of_groups(&self) -> Result<Vec<Bounds>> {
        let groups = self.file.metadata().row_groups();
        let converter = self.converter()?;
        let Some(leaf) = converter.parquet_column_index() else {
            return Ok(vec![Bounds::UNKNOWN; groups.len()]);
        };
        let mins = converter.row_group_mins(groups)?;
        let maxes = converter.row_group_maxes(groups)?;
        let nulls = converter.row_group_null_counts(groups)?;
        let rows: Vec<u64> = groups.iter().map(|group| group.num_rows() as u64).collect();
        let mut bounds = self.bounds(&mins, &maxes, &nulls, &rows);
        for (bounds, group) in bounds.iter_mut().zip(groups) {
            let statistics = group.column(leaf).statistics();
            if statistics.is_some_and(|statistics| statistics.is_min_max_deprecated()) {
                (bounds.min, bounds.max) = (None, None);
            }
        }
        Ok(bounds)
    }

    /// The bounds of the column in each page of a row group, whose rows are given; the page index must have been read.
    pub(crate) fn of_pages(
        &self,
        index: &dyn PageIndexProvider,
        group: usize,
        rows: &[u64],
    ) -> Result<Vec<Bounds>> {
        let converter = self.converter()?;
        let groups = [group];
        let mins = converter.data_page_mins(index, &groups)?;
        let maxes = converter.data_page_maxes(index, &groups)?;
        let nulls = converter.data_page_null_counts(index, &groups)?;
        if [mins.len(), maxes.len(), nulls.len()] != [rows.len(); 3] {
            return Ok(vec![Bounds::UNKNOWN; rows.len()]);
        }
        let mut bounds = self.bounds(&mins, &maxes, &nulls, rows);
        let of_values = converter.parquet_column_index().and_then(|leaf| index.column_index(group, leaf));
        for (page, bounds) in bounds.iter_mut().enumerate() {
            if of_values.is_some_and(|index| index.is_null_page(page)) {
                *bounds = Bounds::NULL;
            }
        }
        Ok(bounds)
    }

    fn bounds(&self, mins: &ArrayRef, maxes: &ArrayRef, nulls: &UInt64Array, rows: &[u64]) -> Vec<Bounds> {
        let engine = |array: &ArrayRef| conform(array, self.engine_type, self.unsigned).ok();
        // Where signs are taken from the highest bit, the order in files is not that of values.
        let is_ordered = !(self.unsigned == Unsigned::Signed && *mins.data_type() == DataType::UInt64);
        let (mins, maxes) = (engine(mins).filter(|_| is_ordered), engine(maxes).filter(|_| is_ordered));
        let known = |array: &Option<ArrayRef>, place: usize| {
            let array = array.as_ref().filter(|array| array.is_valid(place))?;
            Value::at(array, place)
        };
        let bounds = |(place, rows): (usize, &u64)| {
            let nulls = match nulls.is_valid(place).then(|| nulls.value(place)) {
                Some(0) => Nulls::None,
                Some(count) if count >= *rows => Nulls::All,
                _ => Nulls::Some,
            };
            Bounds { min: known(&mins, place), max: known(&maxes, place), nulls }
        };
        rows.iter().enumerate().map(bounds).collect()
    }
}
