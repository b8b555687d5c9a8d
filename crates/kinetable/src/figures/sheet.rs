//! A batch of rows, put together column by column.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringViewArray,
    TimestampNanosecondArray,
};
use arrow_schema::{Field, Schema};

/// Columns made from the same rows.
pub(super) struct Sheet<'a, R> {
    rows: &'a [R],
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl<'a, R> Sheet<'a, R> {
    pub(super) fn of(rows: &'a [R]) -> Sheet<'a, R> {
        Sheet { rows, fields: Vec::new(), columns: Vec::new() }
    }

    fn with(mut self, name: &str, column: ArrayRef) -> Self {
        self.fields.push(Field::new(name, column.data_type().clone(), true));
        self.columns.push(column);
        self
    }

    pub(super) fn text(self, name: &str, cell: impl Fn(&'a R) -> Option<&'a str>) -> Self {
        let cells: StringViewArray = self.rows.iter().map(cell).collect();
        self.with(name, Arc::new(cells))
    }

    pub(super) fn count(self, name: &str, cell: impl Fn(&R) -> u64) -> Self {
        self.maybe(name, |row| Some(cell(row)))
    }

    /// Counts that are not known of each row.
    pub(super) fn maybe(self, name: &str, cell: impl Fn(&R) -> Option<u64>) -> Self {
        let cell = |row| cell(row).and_then(|count| i64::try_from(count).ok());
        let cells: Int64Array = self.rows.iter().map(cell).collect();
        self.with(name, Arc::new(cells))
    }

    pub(super) fn int(self, name: &str, cell: impl Fn(&R) -> u64) -> Self {
        let cell = |row| i32::try_from(cell(row)).ok();
        let cells: Int32Array = self.rows.iter().map(cell).collect();
        self.with(name, Arc::new(cells))
    }

    pub(super) fn real(self, name: &str, cell: impl Fn(&R) -> Option<f64>) -> Self {
        let cells: Float64Array = self.rows.iter().map(cell).collect();
        self.with(name, Arc::new(cells))
    }

    pub(super) fn flag(self, name: &str, cell: impl Fn(&R) -> bool) -> Self {
        let cells: BooleanArray = self.rows.iter().map(|row| Some(cell(row))).collect();
        self.with(name, Arc::new(cells))
    }

    /// Times, ns since the epoch.
    pub(super) fn instant(self, name: &str, cell: impl Fn(&R) -> i64) -> Self {
        let cells: TimestampNanosecondArray = self.rows.iter().map(|row| Some(cell(row))).collect();
        self.with(name, Arc::new(cells.with_timezone("UTC")))
    }

    pub(super) fn longs(self, name: &str, cell: impl Fn(&R) -> Vec<u64>) -> Self {
        let list =
            |row| Some(cell(row).into_iter().map(|value| i64::try_from(value).ok()).collect::<Vec<_>>());
        let cells = ListArray::from_iter_primitive::<Int64Type, _, _>(self.rows.iter().map(list));
        self.with(name, Arc::new(cells))
    }

    pub(super) fn ints(self, name: &str, cell: impl Fn(&R) -> Vec<u64>) -> Self {
        let list =
            |row| Some(cell(row).into_iter().map(|value| i32::try_from(value).ok()).collect::<Vec<_>>());
        let cells = ListArray::from_iter_primitive::<Int32Type, _, _>(self.rows.iter().map(list));
        self.with(name, Arc::new(cells))
    }

    pub(super) fn batch(self) -> RecordBatch {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.columns)
            .expect("all columns are made from the same rows")
    }
}
