//! Rollups and trees, in view order, as far as they are expanded.
//!
//! The levels of a rollup (aggregations of the first key, of the first two, …) are made once for all who look at it; what is open is
//! a view of them for each list of open paths.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable::{Expansion, GroupOptions, Levels, NoNames, Order, Table};

use super::checked::{column, keys, some};
use super::groups::{aggregations, at_fault};
use super::texts;
use crate::web::messages::ask::{By, Opened as Open, Rollup, Tree};
use crate::web::messages::tell::Fault;

/// Paths that are open at most.
const OPEN_MAX: usize = 100_000;
/// Levels below the total at most.
const KEYS_MAX: usize = 16;

/// The column of how deep a row lies; the total and roots have 0.
pub(in crate::web) const DEPTH: &str = "__depth__";
/// The column of whether the rows below are shown; null: there are none.
pub(in crate::web) const OPEN: &str = "__open__";

/// The levels of a rollup, and the rows below them.
#[derive(Debug)]
pub(in crate::web) struct Leveled {
    levels: Vec<Table>,
    rows: Option<Table>,
}

/// Makes the levels of a rollup.
pub(super) fn levels(table: &Table, asked: &Rollup) -> Result<Leveled, Fault> {
    some(&asked.keys, KEYS_MAX, "keys")?;
    let by = keys(table, Some(&asked.keys))?;
    let made = aggregations(table, &asked.aggs)?;
    let of = |depth: usize| -> Result<Table, Fault> {
        let options = GroupOptions { preserve_empty: depth == 0, initial_groups: None };
        table
            .agg_by(&made, &by[..depth], &options)
            .map_err(|error| at_fault(table, &asked.aggs, &made, error))
    };
    let deepest = of(by.len())?;
    let upper = (0..by.len()).map(|depth| Ok(of(depth)?.with_columns_of(&deepest)?));
    let mut levels = upper.collect::<Result<Vec<_>, Fault>>()?;
    levels.push(deepest);
    Ok(Leveled { levels, rows: asked.rows.then(|| table.clone()) })
}

/// A rollup in view order.
pub(super) fn rollup(leveled: &Arc<Leveled>, asked: &Rollup) -> Result<Table, Fault> {
    let deepest = leveled.levels.last().ok_or_else(|| Fault::new("internal", "a rollup without levels"))?;
    let types =
        asked.keys.iter().map(|name| Ok(column(deepest, name)?.1)).collect::<Result<Vec<_>, Fault>>()?;
    let open = match &asked.open {
        Open::Paths(paths) => Expansion::Keys(paths_of(&asked.keys, &types, paths)?),
        Open::Ids(_) => return Err(Fault::invalid("open of a rollup: a list of paths, a depth, or \"all\"")),
        other => depth(other)?,
    };
    let order = order(asked.sort.as_ref())?;
    let is_in = |table: &Table| {
        let known = |(name, _): &&(String, Order)| table.schema().index_of(name).is_ok();
        order.iter().filter(known).cloned().collect::<Vec<_>>()
    };
    let (group_order, row_order) = (is_in(deepest), leveled.rows.as_ref().map(is_in).unwrap_or_default());
    if let Some((name, _)) = order.iter().find(|one| !group_order.contains(one) && !row_order.contains(one)) {
        return Err(Fault::invalid(format!("there is no column \"{}\" to sort by", name.escape_debug())));
    }
    let all = Levels {
        levels: leveled.levels.clone(),
        rows: leveled.rows.clone(),
        by: asked.keys.clone(),
        group_order,
        row_order,
    };
    shown(&all.view(&open)?)
}

/// A tree in view order.
pub(super) fn tree(table: &Table, asked: &Tree) -> Result<Table, Fault> {
    let (_, data_type) = column(table, &asked.id)?;
    let open = match &asked.open {
        Open::Ids(ids) => {
            let ids: Vec<Option<&str>> = few(ids)?.iter().map(Option::as_deref).collect();
            Expansion::Keys(vec![vec![texts::column(&asked.id, &data_type, &ids)?]])
        }
        // An empty list is of no ids as well as of no paths.
        Open::Paths(paths) if paths.is_empty() => Expansion::Below(0),
        Open::Paths(_) => return Err(Fault::invalid("open of a tree: a list of ids, a depth, or \"all\"")),
        other => depth(other)?,
    };
    shown(&table.tree_view(&asked.id, &asked.parent, &order(asked.sort.as_ref())?, &open)?)
}

fn depth(open: &Open) -> Result<Expansion, Fault> {
    match open {
        Open::Below(depth) => Ok(Expansion::Below(*depth)),
        Open::Word(word) if word == "all" => Ok(Expansion::All),
        _ => Err(Fault::invalid("open: a list, a depth, or \"all\"")),
    }
}

/// With the columns that pages know instead of the engine's.
fn shown(table: &Table) -> Result<Table, Fault> {
    const OWN: [&str; 3] = ["__DEPTH__", "__EXPANDED__", "__HAS_CHILDREN__"];
    let own = |name: &String| OWN.contains(&name.as_str());
    let mut columns =
        vec![format!("{DEPTH} = __DEPTH__"), format!("{OPEN} = __HAS_CHILDREN__ ? __EXPANDED__ : null")];
    let names = table.schema().fields().iter().map(|field| field.name().clone());
    columns.extend(names.filter(|name| !own(name)));
    Ok(table.view(&columns, &NoNames)?)
}

fn order(sort: Option<&Vec<(String, By)>>) -> Result<Vec<(String, Order)>, Fault> {
    let key = |(name, by): &(String, By)| match by {
        By::Asc => Ok((name.clone(), Order::Ascending)),
        By::Desc => Ok((name.clone(), Order::Descending)),
        By::Abs => Err(Fault::invalid("rows of a hierarchy are sorted \"asc\" or \"desc\"")),
    };
    sort.map_or(Ok(Vec::new()), |sort| sort.iter().map(key).collect())
}

fn few<T>(open: &[T]) -> Result<&[T], Fault> {
    match open.len() {
        count if count > OPEN_MAX => Err(Fault::limit(format!("{count} open rows are more than {OPEN_MAX}"))),
        _ => Ok(open),
    }
}

/// Paths by the number of their keys: of each number, a column a key.
fn paths_of(
    names: &[String],
    types: &[DataType],
    paths: &[Vec<Option<String>>],
) -> Result<Vec<Vec<ArrayRef>>, Fault> {
    let mut by_length = Vec::new();
    if let Some(long) = few(paths)?.iter().find(|path| path.len() > names.len()) {
        let (keys, columns) = (long.len(), names.len());
        return Err(Fault::invalid(format!("a path of {keys} keys, in a rollup by {columns} columns")));
    }
    for length in 0..=names.len() {
        let these: Vec<&Vec<Option<String>>> = paths.iter().filter(|path| path.len() == length).collect();
        if these.is_empty() {
            continue;
        }
        let key = |place: usize| {
            let values: Vec<Option<&str>> = these.iter().map(|path| path[place].as_deref()).collect();
            texts::column(&names[place], &types[place], &values)
        };
        by_length.push((0..length).map(key).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(by_length)
}
