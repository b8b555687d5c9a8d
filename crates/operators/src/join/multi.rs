//! `multi_join`: one row for each key of any number of tables, with the columns of each table's row that has it.
//!
//! It is a chain of full outer joins: the result so far with the next table. So keys come in the order of the first table's
//! rows, then those that only the second has in its order, and so on; a key that leaves the first table and is in the second moves
//! there. **State**, **Update rule** and **Cost** are those of the full outer join ([`super::pairs`]), once a table but one; a column
//! of the n-th table from the end is read through n row maps.
//!
//! **Invariants**: 1. no two rows of a table have the same key, or the result fails.

use std::collections::HashSet;

use kinetable_engine::{Error, Result, Table};

use super::pairs::merge_unique;
use crate::select::{Selection, view};

/// One input: the table, its key columns and the columns that it adds, as pairs of the name in the result and the column.
pub type MultiInput<'a> = (&'a Table, Vec<(&'a str, &'a str)>, Vec<(&'a str, &'a str)>);

/// One row for each key of the inputs, which have the same names of keys in the result.
///
/// # Errors
/// If there is no input, a column is missing, key types or key names differ, names clash, or a key is there twice.
pub fn multi_join(inputs: &[MultiInput<'_>]) -> Result<Table> {
    joined(inputs).map_err(|error| match error.message().starts_with("multi_join") {
        true => error,
        false => error.in_context("multi_join"),
    })
}

fn joined(inputs: &[MultiInput<'_>]) -> Result<Table> {
    let Some((first, others)) = inputs.split_first() else {
        return Err(Error::invalid("there is no table to join").with_hint("give at least one"));
    };
    let names: Vec<&str> = first.1.iter().map(|(name, _)| *name).collect();
    for input in others {
        check_names(&names, input)?;
    }
    check_clashes(inputs)?;
    let keys: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    let mut result = chosen(first)?;
    if others.is_empty() {
        // One table alone has to have unique keys too: it is joined with its own keys, of which nothing is added.
        let rights = chosen(&(first.0, first.1.clone(), Vec::new()))?;
        return merge_unique(&result, &rights, &keys, &[]);
    }
    for input in others {
        let added: Vec<(&str, &str)> = input.2.iter().map(|(name, _)| (*name, *name)).collect();
        result = merge_unique(&result, &chosen(input)?, &keys, &added)?;
    }
    Ok(result)
}

/// The key columns and the added columns of an input, under their names in the result.
fn chosen((table, keys, added): &MultiInput<'_>) -> Result<Table> {
    let pairs = keys.iter().chain(added);
    let selections =
        pairs.map(|(name, column)| Ok(Selection::column(*name, table.definition().column_index(column)?)));
    view(table, &selections.collect::<Result<Vec<_>>>()?)
}

fn check_names(names: &[&str], (_, keys, _): &MultiInput<'_>) -> Result<()> {
    let own: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    if own == names {
        return Ok(());
    }
    let message =
        format!("key columns are [{}] of one input, but [{}] of another", names.join(", "), own.join(", "));
    Err(Error::invalid(message).with_hint("name them alike: \"Key=OtherName\""))
}

fn check_clashes(inputs: &[MultiInput<'_>]) -> Result<()> {
    let mut seen: HashSet<&str> = inputs[0].1.iter().map(|(name, _)| *name).collect();
    let all = inputs.iter().flat_map(|(_, _, added)| added).map(|(name, _)| *name);
    let clashes: Vec<&str> = all.filter(|name| !seen.insert(*name)).collect();
    if clashes.is_empty() {
        return Ok(());
    }
    let message = format!("Conflicting column names [{}]", clashes.join(", "));
    let hint = format!("name the columns that each input adds: \"New{0}={0}\"", clashes[0]);
    Err(Error::invalid(message).with_hint(hint))
}
