//! Bounds from the statistics in a footer.
//!
//! Bounds may be truncated texts, which is fine: a truncated minimum is below, a truncated maximum above the true
//! one. Not taken are bounds of the old kind, whose order was not defined for texts and unsigned numbers, and bounds
//! that are NaN, which say nothing (a writer that puts NaN there has put no other bound).

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::errors::Result;

use super::{Bounds, Nulls, Value};
use crate::types::conform;

/// The bounds of a column in each row group of a file; `column` is its name in the file.
pub(crate) fn group_bounds(
    file: &ArrowReaderMetadata,
    column: &str,
    engine_type: &DataType,
) -> Result<Vec<Bounds>> {
    let metadata = file.metadata();
    let groups = metadata.row_groups();
    let converter = StatisticsConverter::try_new(column, file.schema(), file.parquet_schema())?
        .with_missing_null_counts_as_zero(false)
        .with_column_orders(metadata.file_metadata().column_orders().map(|orders| orders.as_slice()));
    let Some(leaf) = converter.parquet_column_index() else {
        return Ok(vec![Bounds::UNKNOWN; groups.len()]);
    };
    let engine = |array: ArrayRef| conform(&array, engine_type).ok();
    let mins = engine(converter.row_group_mins(groups)?);
    let maxes = engine(converter.row_group_maxes(groups)?);
    let nulls = converter.row_group_null_counts(groups)?;
    let bounds = |(place, group): (usize, &parquet::file::metadata::RowGroupMetaData)| {
        let statistics = group.column(leaf).statistics();
        let is_old = statistics.is_some_and(|statistics| statistics.is_min_max_deprecated());
        let known = |array: &Option<ArrayRef>| {
            let array = array.as_ref().filter(|array| !is_old && array.is_valid(place))?;
            Value::at(array, place)
        };
        let nulls = match nulls.is_valid(place).then(|| nulls.value(place)) {
            Some(0) => Nulls::None,
            Some(count) if count >= group.num_rows() as u64 => Nulls::All,
            _ => Nulls::Some,
        };
        Bounds { min: known(&mins), max: known(&maxes), nulls }
    };
    Ok(groups.iter().enumerate().map(bounds).collect())
}
