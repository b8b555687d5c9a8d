//! Dropping, renaming and moving columns: the same columns under another definition.
//!
//! **State**: none. **Update rule** and **Cost**: those of [`super::view()`] without formulas.

use kinetable_engine::{Error, Result, Table};

use super::{Selection, view};

/// The table without some columns.
///
/// # Errors
/// If there is no such column.
pub fn drop_columns(table: &Table, names: &[&str]) -> Result<Table> {
    let dropped = indexes(table, names.iter().copied())?;
    let kept = columns(table).filter(|(index, _)| !dropped.contains(index));
    let kept = kept.map(|(index, name)| Selection::column(name, index));
    view(table, &kept.collect::<Vec<_>>())
}

/// The table with columns renamed: pairs of new and old name, all at once, so that two columns can swap names. A column
/// that already has a new name is dropped.
///
/// # Errors
/// If there is no such column, or it is renamed twice, or two columns get one name.
pub fn rename_columns(table: &Table, names: &[(&str, &str)]) -> Result<Table> {
    let renamed = indexes(table, names.iter().map(|(_, old)| *old))?;
    check_distinct(names)?;
    let taken = |name: &str| names.iter().any(|(new, _)| *new == name);
    let selections =
        columns(table).filter_map(|(index, name)| match renamed.iter().position(|other| *other == index) {
            Some(place) => Some(Selection::column(names[place].0, index)),
            None => (!taken(name)).then(|| Selection::column(name, index)),
        });
    view(table, &selections.collect::<Vec<_>>())
}

/// The table with columns moved, in the order given, so that the first of them is at an index; pairs of new and old
/// name.
///
/// # Errors
/// As [`rename_columns`].
pub fn move_columns(table: &Table, index: usize, names: &[(&str, &str)]) -> Result<Table> {
    let moved = indexes(table, names.iter().map(|(_, old)| *old))?;
    check_distinct(names)?;
    let taken = |name: &str| names.iter().any(|(new, _)| *new == name);
    let mut order: Vec<Selection> = columns(table)
        .filter(|(index, name)| !moved.contains(index) && !taken(name))
        .map(|(index, name)| Selection::column(name, index))
        .collect();
    let at = index.min(order.len());
    let moved = names.iter().zip(&moved).map(|((new, _), index)| Selection::column(*new, *index));
    order.splice(at..at, moved);
    view(table, &order)
}

/// The table with columns moved to the left end.
///
/// # Errors
/// As [`rename_columns`].
pub fn move_columns_up(table: &Table, names: &[(&str, &str)]) -> Result<Table> {
    move_columns(table, 0, names)
}

/// The table with columns moved to the right end.
///
/// # Errors
/// As [`rename_columns`].
pub fn move_columns_down(table: &Table, names: &[(&str, &str)]) -> Result<Table> {
    move_columns(table, usize::MAX, names)
}

fn columns(table: &Table) -> impl Iterator<Item = (usize, &str)> {
    let fields = table.schema().fields().iter();
    fields.map(|field| field.name().as_str()).enumerate()
}

fn indexes<'a>(table: &Table, names: impl Iterator<Item = &'a str>) -> Result<Vec<usize>> {
    names.map(|name| table.definition().column_index(name)).collect()
}

fn check_distinct(names: &[(&str, &str)]) -> Result<()> {
    for (place, (new, old)) in names.iter().enumerate() {
        let earlier = &names[..place];
        if earlier.iter().any(|(_, other)| other == old) {
            return Err(Error::invalid(format!("column \"{old}\" is named twice")));
        }
        if earlier.iter().any(|(other, _)| other == new) {
            return Err(Error::invalid(format!("two columns would be named \"{new}\"")));
        }
    }
    Ok(())
}
