//! Views: which rows are expanded, by a table of their keys.
//!
//! A row of the table of keys names a row of the hierarchy: of a tree by its id, none being what lies above all roots; of a rollup by its depth and
//! the values of so many key columns. What is to be done with it is in a column of actions, or it is expanded.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, UInt64Array};
use kinetable::{Expansion, Mark, NoNames, Table};
use tonic::Status;

use super::super::fault::{Outcome, invalid};
use super::schema::{CONSTITUENT, DEPTH, EXPANDED, HAS_CHILDREN, OF_ROWS, schema};
use super::{Hierarchy, Rollup, Tree, View};

/// Rows of a table of keys, at most.
const KEYS_MAX: u64 = 100_000;

/// What may be done with a row.
const EXPAND: i8 = 1;
const EXPAND_ALL: i8 = 3;
const CONTRACT: i8 = 4;
/// Expands one level; the next numbers as many more.
const EXPAND_LEVELS: i8 = 0x70;

/// A hierarchy as far as a table of keys says. Without keys, what lies at the top is expanded once.
///
/// # Errors
/// If the table of keys lacks a column, or one is of another type.
pub fn view(hierarchy: &Arc<Hierarchy>, keys: Option<&Table>, action: Option<&str>) -> Result<View, Status> {
    let made = || -> Outcome<View> {
        let keys = match keys {
            Some(keys) if keys.size()? > 0 => Some(keys),
            _ => None,
        };
        let flat = match &**hierarchy {
            Hierarchy::Tree(tree) => tree_view(tree, keys, action)?,
            Hierarchy::Rollup(rollup) => rollup_view(rollup, keys, action)?,
        };
        let schema = schema(hierarchy, &flat);
        Ok(View { hierarchy: hierarchy.clone(), table: flat, schema })
    };
    Ok(made()?)
}

fn tree_view(tree: &Tree, keys: Option<&Table>, action: Option<&str>) -> Outcome<Table> {
    let mut below = 0;
    let mut marked = Vec::new();
    if let Some(keys) = keys {
        let batch = read(keys, std::slice::from_ref(&tree.id), action)?;
        let ids = column(&batch, &tree.id, &tree.source)?;
        let marks = marks(&batch, action)?;
        // The roots are always there; no id is what lies above them all, and what it reaches below them is expanded too.
        let above = (0..marks.len()).filter(|row| ids.is_null(*row)).map(|row| levels(marks[row]));
        below = above.max().unwrap_or(0).saturating_sub(1);
        marked.push((vec![ids], marks));
    }
    let open = Expansion::Marked(below, marked);
    let view = tree.source.tree_view(&tree.id, &tree.parent, &tree.order, &open)?;
    let mut columns = structure();
    columns.extend(tree.source.schema().fields().iter().map(|field| field.name().clone()));
    Ok(view.view(&columns, &NoNames)?)
}

fn rollup_view(rollup: &Rollup, keys: Option<&Table>, action: Option<&str>) -> Outcome<Table> {
    let by = &rollup.levels.by;
    let marked = match keys {
        None => vec![(Vec::new(), vec![Mark::Open])],
        Some(keys) => marked(rollup, keys, action)?,
    };
    let open = Expansion::Marked(0, marked);
    let view = rollup.levels.view(&open)?;
    let mut columns = structure();
    let groups = &rollup.levels.levels[by.len()];
    columns.extend(groups.schema().fields().iter().map(|field| field.name().clone()));
    if let Some(rows) = &rollup.levels.rows {
        for field in rows.schema().fields() {
            let name = field.name();
            let other = format!("{name}{CONSTITUENT}");
            let source = if view.schema().index_of(&other).is_ok() { &other } else { name };
            columns.push(format!("{name}{OF_ROWS} = {source}"));
        }
    }
    Ok(view.view(&columns, &NoNames)?)
}

/// The groups of a table of keys, by the number of their keys, and what is said of them.
fn marked(rollup: &Rollup, keys: &Table, action: Option<&str>) -> Outcome<Vec<(Vec<ArrayRef>, Vec<Mark>)>> {
    let by = &rollup.levels.by;
    let deepest = &rollup.levels.levels[by.len()];
    let mut names = by.clone();
    names.push(DEPTH.to_owned());
    let batch = read(keys, &names, action)?;
    let marks = marks(&batch, action)?;
    let depths = batch.column_by_name(DEPTH).and_then(|depths| depths.as_primitive_opt::<Int32Type>());
    let depths = depths.ok_or_else(|| invalid(format!("\"{DEPTH}\" of the table of keys is no int")))?;
    let keys = by.iter().map(|name| column(&batch, name, deepest)).collect::<Outcome<Vec<_>>>()?;
    let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, depth) in depths.iter().enumerate() {
        // The total has depth 1, and no key.
        let length = depth.and_then(|depth| usize::try_from(depth.max(1) - 1).ok());
        if let Some(length) = length.filter(|length| *length <= by.len()) {
            rows.entry(length).or_default().push(row);
        }
    }
    let group = |(length, rows): (usize, Vec<usize>)| {
        let said: Vec<Mark> = rows.iter().map(|row| marks[*row]).collect();
        if length == 0 {
            return Ok((Vec::new(), vec![of_total(&rows, &said, depths)]));
        }
        let places: UInt64Array = rows.iter().map(|row| *row as u64).collect();
        let take = |values: &ArrayRef| arrow_select::take::take(values, &places, None);
        let taken = keys[..length].iter().map(take).collect::<Result<Vec<_>, _>>();
        Ok((taken.map_err(|error| invalid(error.to_string()))?, said))
    };
    // Of a total that nothing is said of, the groups are shown: clients name the rows that were opened, and it was open before.
    let unnamed = (!rows.contains_key(&0)).then(|| Ok((Vec::new(), vec![Mark::Open])));
    unnamed.into_iter().chain(rows.into_iter().map(group)).collect()
}

/// What is said of the total: the last word about it, or, if there is none, about what lies above it at depth 0, from which one level more is
/// expanded than from the total.
fn of_total(rows: &[usize], said: &[Mark], depths: &Int32Array) -> Mark {
    let own = rows.iter().zip(said).rfind(|(row, _)| depths.value(**row) == 1);
    match (own, said.last()) {
        (Some((_, mark)), _) => *mark,
        (None, Some(Mark::Deep(u32::MAX))) => Mark::Deep(u32::MAX),
        (None, above) => Mark::Deep(above.map_or(0, |mark| levels(*mark)).saturating_sub(1)),
    }
}

/// The columns of structure, as clients know them.
fn structure() -> Vec<String> {
    vec![format!("{DEPTH} = {DEPTH} + 1"), format!("{EXPANDED} = {HAS_CHILDREN} ? {EXPANDED} : NULL_BOOLEAN")]
}

/// How many levels a mark expands, itself being the first.
fn levels(mark: Mark) -> u32 {
    match mark {
        Mark::Open => 1,
        Mark::Closed => 0,
        Mark::Deep(levels) => levels,
    }
}

/// The rows of a table of keys.
fn read(keys: &Table, names: &[String], action: Option<&str>) -> Outcome<RecordBatch> {
    let size = keys.size()?;
    if size > KEYS_MAX {
        return Err(invalid(format!("the table of keys has {size} rows; {KEYS_MAX} are read at most")));
    }
    let mut names = names.to_vec();
    names.extend(action.map(str::to_owned));
    Ok(keys.batch(0..size, Some(&names))?)
}

/// A column of a batch, which must be of the type that the table's has.
fn column(batch: &RecordBatch, name: &str, table: &Table) -> Outcome<ArrayRef> {
    let missing = || invalid(format!("the table of keys has no column \"{}\"", name.escape_debug()));
    let values = batch.column_by_name(name).ok_or_else(missing)?;
    let index = table.definition().column_index(name)?;
    let wanted = table.schema().field(index).data_type();
    if values.data_type() != wanted {
        let (is, name) = (values.data_type(), name.escape_debug());
        return Err(invalid(format!("\"{name}\" of the table of keys is {is}, but {wanted} is wanted")));
    }
    Ok(values.clone())
}

fn marks(batch: &RecordBatch, action: Option<&str>) -> Outcome<Vec<Mark>> {
    let Some(name) = action else { return Ok(vec![Mark::Open; batch.num_rows()]) };
    let actions = batch.column_by_name(name).and_then(|actions| actions.as_primitive_opt::<Int8Type>());
    let actions = actions
        .ok_or_else(|| invalid(format!("\"{}\" of the table of keys is no byte", name.escape_debug())))?;
    let mark = |action: Option<i8>| match action {
        None | Some(EXPAND) => Ok(Mark::Open),
        Some(EXPAND_ALL) => Ok(Mark::Deep(u32::MAX)),
        Some(CONTRACT) => Ok(Mark::Closed),
        Some(levels) if levels >= EXPAND_LEVELS => {
            Ok(Mark::Deep(u32::from((levels - EXPAND_LEVELS) as u8) + 1))
        }
        Some(other) => Err(invalid(format!("{other} stands for no action on a row"))),
    };
    actions.iter().map(mark).collect()
}
