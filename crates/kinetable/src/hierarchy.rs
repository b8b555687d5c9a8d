//! Trees and rollups as flat tables in view order.

use arrow_array::ArrayRef;
use kinetable_engine::{Error, Result};
pub use kinetable_operators::hierarchy::Mark;
use kinetable_operators::hierarchy::{self, Expanded, OpenGroups, Rollup, Tree};
use kinetable_operators::sort::Direction as Order;

use crate::Table;

/// Which rows of a hierarchy are expanded.
#[derive(Debug, Clone)]
pub enum Expansion {
    /// Those of these keys. Of a tree: one array, of ids. Of a rollup: by number of key columns, arrays of their values; the
    /// total is an entry without arrays.
    Keys(Vec<Vec<ArrayRef>>),
    /// Those of less than this depth: roots, and the total, have depth 0.
    Below(u32),
    /// All.
    All,
    /// Those of less than this depth, unless a row, or one above it, is marked: keys as in [`Expansion::Keys`], and a mark for each.
    Marked(u32, Vec<(Vec<ArrayRef>, Vec<Mark>)>),
}

impl Table {
    /// The rows of a tree in view order, as far as it is expanded. `id` names the column of ids, `parent` that of the ids of the rows
    /// above; rows below one row are sorted by `order`.
    ///
    /// # Errors
    /// If a column is missing, types of ids and parents differ, or the table is a blink table.
    pub fn tree_view(
        &self,
        id: &str,
        parent: &str,
        order: &[(String, Order)],
        open: &Expansion,
    ) -> Result<Table> {
        let expanded = match open {
            Expansion::All => Expanded::All,
            Expansion::Below(depth) => Expanded::Below(*depth),
            Expansion::Keys(keys) => match keys.first().and_then(|arrays| arrays.first()) {
                Some(ids) => Expanded::Ids(ids.clone()),
                None => Expanded::Below(0),
            },
            Expansion::Marked(below, marked) => match marked.iter().find(|(arrays, _)| arrays.len() == 1) {
                Some((arrays, marks)) => Expanded::Marked(*below, arrays[0].clone(), marks.clone()),
                None => Expanded::Below(*below),
            },
        };
        let order = order.iter().map(|(name, order)| Ok((self.definition().column_index(name)?, *order)));
        let order = order.collect::<Result<Vec<_>>>()?;
        let tree = Tree { id, parent, order: &order };
        self.reshaped(|table| hierarchy::tree_view(table, &tree, &expanded))
    }

    /// The same rows, of which those whose parent is not there have no parent.
    ///
    /// # Errors
    /// As [`Table::tree_view`].
    pub fn promote_orphans(&self, id: &str, parent: &str) -> Result<Table> {
        self.reshaped(|table| hierarchy::promote_orphans(table, id, parent))
    }

    /// The rows of a tree that are also in `chosen`, which has rows of this table, and all rows above them.
    ///
    /// # Errors
    /// As [`Table::tree_view`].
    pub fn with_ancestors(&self, chosen: &Table, id: &str, parent: &str) -> Result<Table> {
        let chosen = chosen.engine()?;
        self.reshaped(|table| hierarchy::with_ancestors(table, &chosen, id, parent))
    }

    /// The columns of another table, in its order; those that this table does not have are null.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn with_columns_of(&self, other: &Table) -> Result<Table> {
        let other = other.engine()?;
        self.reshaped(|table| hierarchy::with_columns_of(table, &other))
    }
}

/// The tables of a rollup: aggregations without keys, of the first key column, of the first two, and so on.
#[derive(Debug, Clone)]
pub struct Levels {
    /// The aggregations.
    pub levels: Vec<Table>,
    /// The rows, if they are to be shown below the innermost groups.
    pub rows: Option<Table>,
    /// The key columns.
    pub by: Vec<String>,
    /// What groups are sorted by.
    pub group_order: Vec<(String, Order)>,
    /// What rows are sorted by.
    pub row_order: Vec<(String, Order)>,
}

impl Levels {
    /// The rollup in view order, as far as it is expanded.
    ///
    /// # Errors
    /// If a column to sort by is missing.
    pub fn view(&self, open: &Expansion) -> Result<Table> {
        let Some(first) = self.levels.first().filter(|_| self.levels.len() == self.by.len() + 1) else {
            return Err(Error::internal("a rollup needs a level for each number of key columns"));
        };
        let levels = self.levels.iter().map(Table::engine).collect::<Result<Vec<_>>>()?;
        let rows = self.rows.as_ref().map(Table::engine).transpose()?;
        let by: Vec<&str> = self.by.iter().map(String::as_str).collect();
        let (group_order, row_order) = (borrowed(&self.group_order), borrowed(&self.row_order));
        let rollup = Rollup {
            levels: &levels,
            rows: rows.as_ref(),
            by: &by,
            group_order: &group_order,
            row_order: &row_order,
        };
        let open = match open {
            Expansion::All => OpenGroups::All,
            Expansion::Below(depth) => OpenGroups::Below(*depth),
            Expansion::Keys(keys) => OpenGroups::Keys(keys.clone()),
            Expansion::Marked(below, marked) => OpenGroups::Marked(*below, marked.clone()),
        };
        first.reshaped(|_| hierarchy::rollup_view(&rollup, &open))
    }
}

fn borrowed(order: &[(String, Order)]) -> Vec<(&str, Order)> {
    order.iter().map(|(name, order)| (name.as_str(), *order)).collect()
}
