//! Rows that a page adds to an input table, replaces, or deletes.

use arrow_array::ArrayRef;
use kinetable::{InputTable, Table};

use crate::access::{Right, User};
use crate::host::Object;
use crate::services::Shared;
use crate::session::Reference;
use crate::web::messages::ask::Edit;
use crate::web::messages::tell::{Fault, Tell};
use crate::web::ops::column_of_texts;

/// Adds rows; those with keys that are there replace them. They are there when this returns.
///
/// # Errors
/// If the table is none that this user may write, or a cell does not fit.
pub(super) fn put(shared: &Shared, user: &User, asked: &Edit) -> Result<Tell, Fault> {
    let input = writable(shared, user, &asked.table)?;
    let fields = input.table().schema().fields();
    let lacking = fields.iter().find(|field| !asked.columns.contains(field.name()));
    if let Some(field) = lacking {
        let message = format!("the rows lack column \"{}\"", field.name().escape_debug());
        return Err(Fault { hint: Some("a cell may be null".to_owned()), ..Fault::invalid(message) });
    }
    input.add(&rows(&input, asked)?)?;
    input.table().session().flush()?;
    Ok(Tell::Done { id: asked.id, tag: None })
}

/// Deletes the rows with these keys. They are gone when this returns.
///
/// # Errors
/// As [`put`], and if the table has no keys, or one is lacking.
pub(super) fn remove(shared: &Shared, user: &User, asked: &Edit) -> Result<Tell, Fault> {
    let input = writable(shared, user, &asked.table)?;
    input.delete(&rows(&input, asked)?)?;
    input.table().session().flush()?;
    Ok(Tell::Done { id: asked.id, tag: None })
}

fn writable(shared: &Shared, user: &User, name: &str) -> Result<InputTable, Fault> {
    let missing = || Fault::new("missing", format!("there is no table \"{}\"", name.escape_debug()));
    let reference = Reference::Scope(name.to_owned());
    let granted = shared.found(user, &reference, Right::Read).ok_or_else(missing)?;
    let Object::Table(table) = granted.object else { return Err(missing()) };
    if !user.write || !granted.write {
        let message = format!("this user may not write \"{}\"", name.escape_debug());
        return Err(Fault::new("forbidden", message));
    }
    table.input().ok_or_else(|| {
        let message = format!("\"{}\" is no input table: only those can be written", name.escape_debug());
        Fault::invalid(message)
    })
}

/// The rows of a message, with the table's types.
fn rows(input: &InputTable, asked: &Edit) -> Result<Table, Fault> {
    let table = input.table();
    if let Some(row) = asked.rows.iter().position(|row| row.len() != asked.columns.len()) {
        let (cells, columns) = (asked.rows[row].len(), asked.columns.len());
        return Err(Fault::invalid(format!("row {}: {cells} cells for {columns} columns", row + 1)));
    }
    let column = |(place, name): (usize, &String)| -> Result<(String, ArrayRef), Fault> {
        let index = table.definition().column_index(name)?;
        let values: Vec<Option<&str>> = asked.rows.iter().map(|row| row[place].as_deref()).collect();
        let cells = column_of_texts(name, table.schema().field(index).data_type(), &values)?;
        Ok((name.clone(), cells))
    };
    let columns = asked.columns.iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(table.session().new_table(columns)?)
}
