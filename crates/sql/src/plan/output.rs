//! Names of the columns of a result: each once, and such that formulas can use them.

use kinetable::Result;
use kinetable_engine::Table;

use crate::context::Context;
use crate::place::{NOWHERE, at};
use crate::scope::Relation;

/// What columns without a name are called, before their number.
pub(super) const UNNAMED: &str = "EXPR$";

/// The table of a relation under the names of its columns. Of columns with one name, all but the first get a number behind it.
///
/// # Errors
/// If a name is none that a column can have.
pub(super) fn named(context: &Context, relation: &Relation) -> Result<Table> {
    let mut names: Vec<String> = Vec::new();
    let mut columns = Vec::new();
    for column in &relation.columns {
        let is_made = column.name.strip_prefix(UNNAMED).is_some_and(|rest| rest.parse::<u32>().is_ok());
        if !is_made && !kinetable::formula::is_column_name(&column.name) {
            let message = format!("\"{}\" is no name for a column", column.name);
            return Err(at(NOWHERE, message).with_hint(
                "a letter or _, then letters, digits and _, and no word of formulas: AS another_name",
            ));
        }
        let mut name = column.name.clone();
        let taken = |name: &String, names: &[String]| {
            names.contains(name)
                || (*name != column.name && relation.columns.iter().any(|other| other.name == *name))
        };
        let mut number = 0;
        while taken(&name, &names) {
            name = format!("{}{number}", column.name);
            number += 1;
        }
        names.push(name.clone());
        columns.push((name, column.expr()));
    }
    context.view(&relation.table, &columns)
}
