//! Cells of a version as clients know them.

use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray};
use arrow_schema::{DataType, Field, Schema};
use kinetable::engine::{RowSet, Version};
use kinetable_wire::columns::{items, preview, to_wire};
use tonic::Status;

/// Writes cells that hold objects of the host's language as text.
pub type Speller = fn(&ArrayRef) -> Result<ArrayRef, String>;

static SPELLER: OnceLock<Speller> = OnceLock::new();

/// Says how cells that hold objects of the host's language are written as text: there is one host in a process, which
/// says it once. Until it does, tables with such cells are refused.
pub fn spell_objects_with(speller: Speller) {
    SPELLER.get_or_init(|| speller);
}

/// The columns that a client gets, and how.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// All columns, as the client knows them.
    pub(super) schema: Arc<Schema>,
    /// Those it gets; none: all.
    pub(super) columns: Option<RowSet>,
    /// How many items of a list it gets; 0: all.
    pub(super) preview: i64,
}

impl Shape {
    /// The number of columns of the table.
    pub(super) fn width(&self) -> usize {
        self.schema.fields().len()
    }

    /// Whether the client gets a column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.contains(column as u64))
    }

    /// The columns it gets.
    pub(super) fn delivered(&self) -> RowSet {
        let all = RowSet::flat(self.width() as u64);
        self.columns.as_ref().map_or_else(|| all.clone(), |columns| columns.intersect(&all))
    }

    /// A column at some rows, as the client knows it.
    pub(super) fn read(&self, version: &Version, column: usize, rows: &RowSet) -> Result<ArrayRef, Status> {
        let field = self.schema.field(column);
        let cells = version.read(column, rows).map_err(|error| failed(field.name(), &error))?;
        // First, so that what is not sent is not converted.
        let cells = preview(&cells, self.preview).map_err(|error| failed(field.name(), &error))?;
        let cells = spelled(&cells).map_err(|error| failed(field.name(), &error))?;
        to_wire(&cells, field.data_type()).map_err(|error| failed(field.name(), &error))
    }
}

/// Cells that hold objects, or lists of them, as text or lists of it; others as they are.
pub(crate) fn spelled(cells: &ArrayRef) -> Result<ArrayRef, String> {
    match (cells.data_type(), SPELLER.get()) {
        (DataType::Struct(_), Some(speller)) => speller(cells),
        (DataType::List(item), Some(_)) if holds_objects(item.data_type()) => {
            let lists = cells.as_list::<i32>();
            let (offsets, items) = items(lists);
            let items = spelled(&items)?;
            let item = Arc::new(Field::new_list_field(items.data_type().clone(), true));
            let lists = ListArray::try_new(item, offsets, items, lists.nulls().cloned());
            Ok(Arc::new(lists.map_err(|error| error.to_string())?))
        }
        _ => Ok(cells.clone()),
    }
}

fn holds_objects(data_type: &DataType) -> bool {
    match data_type {
        DataType::Struct(_) => true,
        DataType::List(item) => holds_objects(item.data_type()),
        _ => false,
    }
}

pub(super) fn failed(column: &str, error: &dyn std::fmt::Display) -> Status {
    Status::internal(format!("column \"{column}\" cannot be read: {error}"))
}
