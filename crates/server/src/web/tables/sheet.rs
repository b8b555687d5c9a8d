//! A page of cells: some rows and columns of a version.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::{Field, FieldRef, Schema};
use arrow_select::concat::concat;
use kinetable::engine::{RowSet, Version};
use kinetable::{Error, ErrorKind, Result};
use kinetable_wire::looks::is_look;

use super::cells;
use crate::web::looks::LookColumns;
use crate::web::messages::ask::{COLUMNS_FIRST, Want};
use crate::web::ops::{DEPTH, OPEN};

/// Bytes of the cells of a page, at most.
const BYTES_MAX: usize = 64 << 20;
/// Rows whose cells are read together, so that no more than these are in memory when that is too much.
const ROWS_AT_ONCE: u64 = 4096;

/// Whether a column is one that pages see without asking for it.
pub(in crate::web) fn is_shown(field: &FieldRef) -> bool {
    let name = field.name().as_str();
    name != DEPTH && name != OPEN && !is_look(name)
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
    /// Columns that say how others look and cannot be read: why.
    pub(in crate::web) failed: BTreeMap<String, String>,
    /// By column, what tells its cells apart.
    pub(in crate::web) prints: Vec<Vec<u64>>,
    /// What tells rows apart.
    pub(in crate::web) row_prints: Vec<u64>,
}

impl Sheet {
    /// Reads a page of a version of a table with these columns.
    ///
    /// # Errors
    /// If a column cannot be read, or the cells are too long together.
    pub(in crate::web) fn read(version: &Version, fields: &[FieldRef], want: &Want) -> Result<Sheet> {
        let rows = version.rows().len();
        let (first, n) = want.window(rows);
        let keys = version.rows().slice(first..first + n);
        let mut left = BYTES_MAX;
        let mut sheet = Sheet { rows, first, n, step: version.step(), ..Sheet::default() };
        for column in wanted(fields, want) {
            let name = fields[column].name();
            let (cells, was_cut) = match known(version, column, &keys, &mut left) {
                Ok(read) => read,
                // Cells are shown plainly rather than not at all.
                Err(error) if is_look(name) => {
                    sheet.failed.insert(name.clone(), error.message().to_owned());
                    let none = new_null_array(fields[column].data_type(), n as usize);
                    cells::known(&none)?
                }
                Err(error) => return Err(error.in_context(format!("column \"{name}\""))),
            };
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

/// The cells of a column as browsers know them, and whether a text was cut; they are taken off the bytes that are left.
fn known(version: &Version, column: usize, keys: &RowSet, left: &mut usize) -> Result<(ArrayRef, bool)> {
    let (mut parts, mut was_cut, mut first) = (Vec::new(), false, 0);
    while first < keys.len() || parts.is_empty() {
        let last = (first + ROWS_AT_ONCE).min(keys.len());
        let (cells, cut) = cells::known(&version.read(column, &keys.slice(first..last))?)?;
        let bytes = cells.to_data().get_slice_memory_size()?;
        *left = left.checked_sub(bytes).ok_or_else(|| {
            let message = format!("the cells that are asked for have more than {} MB", BYTES_MAX >> 20);
            Error::new(ErrorKind::Limit, message).with_hint("ask for fewer rows or columns at a time")
        })?;
        was_cut |= cut;
        parts.push(cells);
        first = last;
    }
    match parts.as_slice() {
        [one] => Ok((one.clone(), was_cut)),
        parts => Ok((concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?, was_cut)),
    }
}

/// The columns that are wanted, in the order in which they are.
pub(in crate::web) fn wanted(fields: &[FieldRef], want: &Want) -> Vec<usize> {
    let first: Vec<String>;
    let names = match &want.cols {
        Some(names) => names,
        None => {
            let shown = fields.iter().filter(|field| is_shown(field)).take(COLUMNS_FIRST);
            first = LookColumns::among(fields).with(shown.map(|field| field.name().as_str()));
            &first
        }
    };
    let place = |name: &String| fields.iter().position(|field| field.name() == name);
    names.iter().filter_map(place).collect()
}
