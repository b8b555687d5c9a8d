//! Rollups: the total, below it the groups of the first key column, below each of them those of the first two, and so on; below the
//! innermost groups, if wanted, the rows they are made of.
//!
//! Each level is a table of its own, aggregated from the rows: a median or a rounded sum is not what it would be if it were made
//! of the level below. Only levels and groups that are expanded are put together, so a view of few groups of many costs those few.

use std::sync::Arc;

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::{DataType, Field, FieldRef};
use kinetable_engine::{Error, Result, Table};

use super::apply::{Shape, visible};
use super::forest::{Expanded, Mark};
use super::functions::{Always, GroupId, Null};
use super::tree::sorted;
use crate::join::where_in;
use crate::select::{Selection, drop_columns, view};
use crate::shape::{merge, new_table};
use crate::sort::Direction;

const ID: &str = "__ID__";
const PARENT: &str = "__PARENT__";
const INNER: &str = "__INNER__";

/// The tables a rollup is made of.
#[derive(Debug, Clone, Copy)]
pub struct Rollup<'a> {
    /// The aggregations without keys, of the first key column, of the first two, and so on: all with the same results.
    pub levels: &'a [Table],
    /// The rows themselves, if they are to be shown.
    pub rows: Option<&'a Table>,
    /// The key columns.
    pub by: &'a [&'a str],
    /// What the groups below one group are sorted by, before their order of appearance.
    pub group_order: &'a [(&'a str, Direction)],
    /// What rows are sorted by, before their place in the table.
    pub row_order: &'a [(&'a str, Direction)],
}

/// Which groups of a rollup are expanded.
#[derive(Debug, Clone)]
pub enum OpenGroups {
    /// Those of these keys: by number of key columns, arrays of their values. The total is the group of no key column: an
    /// entry without arrays.
    Keys(Vec<Vec<ArrayRef>>),
    /// Those of less than this depth; the total has depth 0.
    Below(u32),
    /// All.
    All,
    /// Those of less than this depth, unless a group, or one above it, is marked: keys as in [`OpenGroups::Keys`], and a mark for
    /// each of them.
    Marked(u32, Vec<(Vec<ArrayRef>, Vec<Mark>)>),
}

impl OpenGroups {
    /// Arrays of keys by their number, where groups below others are shown for these keys alone.
    fn keys(&self) -> Option<Vec<&Vec<ArrayRef>>> {
        match self {
            OpenGroups::Keys(keys) => Some(keys.iter().collect()),
            OpenGroups::Marked(0, marked) => {
                let is_deep = |mark: &Mark| matches!(mark, Mark::Deep(levels) if *levels > 1);
                let deep = marked.iter().any(|(_, marks)| marks.iter().any(is_deep));
                (!deep).then(|| marked.iter().map(|(keys, _)| keys).collect())
            }
            _ => None,
        }
    }
}

/// A rollup in view order, as far as it is expanded: columns for depth, expanded and has children, the key columns, the
/// results, and the columns of rows. A column of rows that has the name of a result but another type is called
/// `<name>__CONSTITUENT__`.
///
/// # Errors
/// If levels are missing, or a column to sort by.
pub fn rollup_view(rollup: &Rollup<'_>, open: &OpenGroups) -> Result<Table> {
    assert_eq!(rollup.levels.len(), rollup.by.len() + 1, "a level for each number of key columns");
    let columns = columns(rollup)?;
    let mut parts = Vec::new();
    for (depth, level) in rollup.levels.iter().enumerate() {
        let inner = depth < rollup.by.len() || rollup.rows.is_some();
        if let Some(shown) = shown(level, rollup, depth, open)? {
            parts.push(part(&shown, rollup, &columns, depth, Kind::Group { inner })?);
        }
    }
    if let Some(rows) = rollup.rows {
        let depth = rollup.by.len() + 1;
        if let Some(shown) = shown(rows, rollup, depth, open)? {
            parts.push(part(&shown, rollup, &columns, depth, Kind::Row)?);
        }
    }
    let table = merge(&parts)?;
    let index = |name: &str| table.definition().column_index(name);
    let mut order = Vec::new();
    for (place, (_, direction)) in orders(rollup).iter().enumerate() {
        order.push((index(&sort_name(place))?, *direction));
    }
    let shape = Shape { id: index(ID)?, parent: index(PARENT)?, order: &order, inner: Some(index(INNER)?) };
    let sorted = sorted(&visible(&table, &shape, &expanded(rollup, open)?)?)?;
    let mut hidden = vec![ID.to_owned(), PARENT.to_owned(), INNER.to_owned()];
    hidden.extend((0..order.len()).map(sort_name));
    drop_columns(&sorted, &hidden.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A table with the columns of another, in its order; those it does not have are null.
///
/// # Errors
/// If the table has failed.
pub fn with_columns_of(table: &Table, other: &Table) -> Result<Table> {
    let column = |field: &FieldRef| match table.schema().index_of(field.name()) {
        Ok(index) => Selection::column(field.name().clone(), index),
        Err(_) => Selection::function(field.name().clone(), Arc::new(Null(field.data_type().clone()))),
    };
    view(table, &other.schema().fields().iter().map(column).collect::<Vec<_>>())
}

fn sort_name(place: usize) -> String {
    format!("__ORDER_{place}__")
}

/// All that is sorted by: whether it is of groups, and the column.
fn orders<'a>(rollup: &'a Rollup<'_>) -> Vec<((bool, &'a str), Direction)> {
    let of = |is_group: bool| move |(name, direction): &(&'a str, Direction)| ((is_group, *name), *direction);
    let of_rows = rollup.row_order.iter().filter(|_| rollup.rows.is_some());
    rollup.group_order.iter().map(of(true)).chain(of_rows.map(of(false))).collect()
}

/// What the rows of a table are in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group { inner: bool },
    Row,
}

/// A column of the view: its name and type, and which column it is of groups and of rows.
struct Shared {
    field: FieldRef,
    of_groups: Option<String>,
    of_rows: Option<String>,
}

fn columns(rollup: &Rollup<'_>) -> Result<Vec<Shared>> {
    let deepest = &rollup.levels[rollup.by.len()];
    let mut columns: Vec<Shared> = Vec::new();
    for field in deepest.schema().fields() {
        let of_groups = Some(field.name().clone());
        columns.push(Shared { field: field.clone(), of_groups, of_rows: None });
    }
    for field in rollup.rows.iter().flat_map(|rows| rows.schema().fields()) {
        let same = columns.iter_mut().find(|column| column.field.name() == field.name());
        let of_rows = Some(field.name().clone());
        match same {
            Some(column) if column.field.data_type() == field.data_type() => column.of_rows = of_rows,
            Some(_) => {
                let name = format!("{}__CONSTITUENT__", field.name());
                let field = Arc::new(Field::clone(field).with_name(name));
                columns.push(Shared { field, of_groups: None, of_rows });
            }
            None => columns.push(Shared { field: field.clone(), of_groups: None, of_rows }),
        }
    }
    Ok(columns)
}

/// The rows of a level that lie below expanded groups; none if there is no such group.
fn shown(table: &Table, rollup: &Rollup<'_>, depth: usize, open: &OpenGroups) -> Result<Option<Table>> {
    let Some(above) = depth.checked_sub(1) else {
        return Ok(Some(table.clone()));
    };
    if let OpenGroups::Below(limit) = open {
        return Ok((above < *limit as usize).then(|| table.clone()));
    }
    let Some(keys) = open.keys() else { return Ok(Some(table.clone())) };
    let own = keys.iter().find(|arrays| arrays.len() == above && (above == 0 || !arrays[0].is_empty()));
    let Some(arrays) = own else { return Ok(None) };
    if above == 0 {
        return Ok(Some(table.clone()));
    }
    let names = &rollup.by[..above];
    let columns = names.iter().zip(arrays.iter()).map(|(name, values)| ((*name).to_owned(), values.clone()));
    let on: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    where_in(table, &new_table(columns.collect())?, &on).map(Some)
}

/// One of the tables with the columns that all have.
fn part(table: &Table, rollup: &Rollup<'_>, columns: &[Shared], depth: usize, kind: Kind) -> Result<Table> {
    let keys = |count: usize| -> Result<Vec<(usize, DataType)>> {
        let key = |name: &&str| {
            let index = table.definition().column_index(name)?;
            Ok((index, table.schema().field(index).data_type().clone()))
        };
        rollup.by[..count].iter().map(key).collect()
    };
    let column = |name: &str, source: Option<&str>, data_type: &DataType| -> Result<Selection> {
        Ok(match source.filter(|source| table.schema().index_of(source).is_ok()) {
            Some(source) => Selection::column(name, table.definition().column_index(source)?),
            None => Selection::function(name, Arc::new(Null(data_type.clone()))),
        })
    };
    let is_row = kind == Kind::Row;
    let mut selections = Vec::new();
    selections.push(match kind {
        Kind::Group { .. } => Selection::function(ID, GroupId::new(&keys(depth)?)?),
        Kind::Row => Selection::function(ID, Arc::new(Null(DataType::BinaryView))),
    });
    selections.push(match depth.checked_sub(1) {
        Some(above) => Selection::function(PARENT, GroupId::new(&keys(above)?)?),
        None => Selection::function(PARENT, Arc::new(Null(DataType::BinaryView))),
    });
    selections.push(Selection::function(INNER, Arc::new(Always(kind == Kind::Group { inner: true }))));
    for (place, ((of_groups, name), _)) in orders(rollup).into_iter().enumerate() {
        let source = if of_groups { &rollup.levels[rollup.by.len()] } else { rollup.rows.unwrap_or(table) };
        let data_type = source.schema().field(source.definition().column_index(name)?).data_type();
        selections.push(column(&sort_name(place), (of_groups != is_row).then_some(name), data_type)?);
    }
    for shared in columns {
        let source = if is_row { &shared.of_rows } else { &shared.of_groups };
        selections.push(column(shared.field.name(), source.as_deref(), shared.field.data_type())?);
    }
    view(table, &selections)
}

/// The same with ids of groups.
fn expanded(rollup: &Rollup<'_>, open: &OpenGroups) -> Result<Expanded> {
    use kinetable_engine::column::RowFunction;
    let (below, keys) = match open {
        OpenGroups::All => return Ok(Expanded::All),
        OpenGroups::Below(depth) => return Ok(Expanded::Below(*depth)),
        OpenGroups::Keys(keys) => (
            0,
            keys.iter().map(|keys| (keys, vec![Mark::Open; keys.first().map_or(1, |k| k.len())])).collect(),
        ),
        OpenGroups::Marked(below, marked) => {
            (*below, marked.iter().map(|(keys, marks)| (keys, marks.clone())).collect::<Vec<_>>())
        }
    };
    let mut ids: Vec<ArrayRef> = vec![new_null_array(&DataType::BinaryView, 0)];
    let mut said = Vec::new();
    for (arrays, marks) in keys {
        if arrays.len() > rollup.by.len() {
            return Err(Error::invalid(format!(
                "a path of {} keys in a rollup by {}",
                arrays.len(),
                rollup.by.len()
            )));
        }
        let types: Vec<(usize, DataType)> =
            arrays.iter().enumerate().map(|(place, values)| (place, values.data_type().clone())).collect();
        let rows = arrays.first().map_or(1, |values| values.len());
        ids.push(GroupId::new(&types)?.eval(arrays, rows)?);
        said.extend(marks);
    }
    let parts: Vec<&dyn arrow_array::Array> = ids.iter().map(|array| array.as_ref()).collect();
    Ok(Expanded::Marked(below, arrow_select::concat::concat(&parts)?, said))
}
