//! A page of cells: some rows and columns of a version.

use std::hash::{DefaultHasher, Hash, Hasher};

use arrow_array::{Array, ArrayRef};
use arrow_schema::{Field, FieldRef, Schema};
use kinetable::Result;
use kinetable::engine::Version;

use super::cells;
use crate::web::messages::ask::{COLUMNS_FIRST, Want};
use crate::web::ops::{DEPTH, OPEN};

/// Ends of the names of hidden columns.
const HIDDEN: [&str; 3] = ["__TABLE_STYLE_FORMAT", "__TABLE_NUMBER_FORMAT", "__TABLE_DATE_FORMAT"];

/// Whether a column is one that pages see without asking for it.
pub(in crate::web) fn is_shown(field: &FieldRef) -> bool {
    let name = field.name().as_str();
    name != DEPTH && name != OPEN && !HIDDEN.iter().any(|end| name.ends_with(end))
}

/// The names of these columns.
pub(in crate::web) fn shown_names(schema: &Schema) -> Vec<String> {
    let shown = schema.fields().iter().filter(|field| is_shown(field));
    shown.map(|field| field.name().clone()).collect()
}

/// A page of cells.
#[derive(Debug, Default)]
pub(in crate::web) struct Sheet {
    /// Rows of the table.
    pub(in crate::web) rows: u64,
    /// The position of the page's first row.
    pub(in crate::web) first: u64,
    /// Rows of the page.
    pub(in crate::web) n: u64,
    /// The step of the version.
    pub(in crate::web) step: u64,
    /// The columns, as browsers know them.
    pub(in crate::web) fields: Vec<FieldRef>,
    /// Their cells.
    pub(in crate::web) cells: Vec<ArrayRef>,
    /// Names of columns in which a text was cut.
    pub(in crate::web) cut: Vec<String>,
    /// By column, what tells its cells apart.
    pub(in crate::web) prints: Vec<Vec<u64>>,
    /// What tells rows apart.
    pub(in crate::web) row_prints: Vec<u64>,
}

impl Sheet {
    /// Reads a page of a version of a table with these columns.
    ///
    /// # Errors
    /// If a column cannot be read.
    pub(in crate::web) fn read(version: &Version, fields: &[FieldRef], want: &Want) -> Result<Sheet> {
        let rows = version.rows().len();
        let (first, n) = want.window(rows);
        let keys = version.rows().slice(first..first + n);
        let mut sheet = Sheet { rows, first, n, step: version.step(), ..Sheet::default() };
        for column in wanted(fields, want) {
            let name = fields[column].name();
            let failed = |error: kinetable::Error| error.in_context(format!("column \"{name}\""));
            let (cells, was_cut) =
                cells::known(&version.read(column, &keys).map_err(failed)?).map_err(failed)?;
            sheet.push(name, cells);
            if was_cut {
                sheet.cut.push(name.clone());
            }
        }
        Ok(sheet.finished())
    }

    /// Adds a column.
    pub(in crate::web) fn push(&mut self, name: &str, cells: ArrayRef) {
        let has_nulls = cells.null_count() > 0;
        self.fields.push(Field::new(name, cells.data_type().clone(), has_nulls).into());
        self.prints.push(cells::prints(&cells));
        self.cells.push(cells);
    }

    /// With all columns.
    pub(in crate::web) fn finished(mut self) -> Sheet {
        self.row_prints = (0..self.n as usize).map(|row| self.row_print(row)).collect();
        self
    }

    fn row_print(&self, row: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.prints.iter().for_each(|column| column[row].hash(&mut hasher));
        hasher.finish()
    }
}

/// The columns that are wanted, in the order in which they are.
pub(in crate::web) fn wanted(fields: &[FieldRef], want: &Want) -> Vec<usize> {
    match &want.cols {
        None => (0..fields.len()).filter(|column| is_shown(&fields[*column])).take(COLUMNS_FIRST).collect(),
        Some(names) => {
            let place = |name: &String| fields.iter().position(|field| field.name() == name);
            names.iter().filter_map(place).collect()
        }
    }
}
