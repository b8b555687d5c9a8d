//! The trigger's last row, as columns of the result.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array, new_null_array};
use arrow_schema::{DataType, Field};
use arrow_select::take::take;
use kinetable_engine::{Column, ColumnSource, Result, RowSet, Table, Update, Version};

/// Which columns of the trigger stamp the rows.
pub(super) struct Stamps {
    /// The columns of the result.
    pub(super) fields: Vec<Arc<Field>>,
    /// The trigger's columns.
    pub(super) columns: Vec<usize>,
}

impl Stamps {
    pub(super) fn new(trigger: &Table, stamps: &[(&str, &str)]) -> Result<Stamps> {
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (name, column) in stamps {
            let index = trigger.definition().column_index(column)?;
            fields.push(Arc::new(trigger.schema().field(index).clone().with_name(*name)));
            columns.push(index);
        }
        Ok(Stamps { fields, columns })
    }

    /// The types of the stamps.
    pub(super) fn types(&self) -> Vec<DataType> {
        self.fields.iter().map(|field| field.data_type().clone()).collect()
    }

    /// The stamps of the trigger's last row, one value each; null if it has no row.
    pub(super) fn last(&self, trigger: &Version) -> Result<Vec<ArrayRef>> {
        match trigger.rows().last() {
            Some(last) => self.at(trigger, &RowSet::single(last)),
            None => Ok(self.types().iter().map(|kind| new_null_array(kind, 1)).collect()),
        }
    }

    /// The stamps of some rows of the trigger.
    pub(super) fn at(&self, trigger: &Version, rows: &RowSet) -> Result<Vec<ArrayRef>> {
        self.columns.iter().map(|column| trigger.read(*column, rows)).collect()
    }
}

/// Whether a trigger ticks.
pub(super) fn ticks(update: Option<&Update>) -> bool {
    update.is_some_and(|update| !update.added.is_empty() || !update.modified.is_empty())
}

/// One value so many times.
pub(super) fn repeated(value: &ArrayRef, count: u64) -> Result<ArrayRef> {
    Ok(take(value, &UInt64Array::from(vec![0; count as usize]), None)?)
}

/// A column that has one value in every row.
#[derive(Debug)]
pub(super) struct Same(pub(super) ArrayRef);

impl Same {
    pub(super) fn columns(values: &[ArrayRef]) -> Vec<Column> {
        values.iter().map(|value| Arc::new(Same(value.clone())) as Column).collect()
    }
}

impl ColumnSource for Same {
    fn data_type(&self) -> &DataType {
        self.0.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        repeated(&self.0, rows.len())
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let places: UInt64Array = keys.iter().map(|key| key.map(|_| 0)).collect();
        Ok(take(&self.0, &places, None)?)
    }

    fn bytes(&self) -> usize {
        self.0.get_array_memory_size()
    }
}
