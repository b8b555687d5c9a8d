//! Filters, and which rows pass them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;
use kinetable_engine::column::{Computed, RowFunction};
use kinetable_engine::{ColumnSource, Error, Result, RowSet, RowSetBuilder, Table, Update, Version};

use crate::support::chunks::{self, Order};
use crate::support::neighbours::Window;
use crate::support::safety;

/// Rows this far apart on average are not put into a bitmap of all that lies between them.
const SPREAD_MAX: u64 = 64;

/// One condition on a row.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Gives `Boolean`; its inputs count in the table's columns. A row where it is null does not pass.
    pub function: Arc<dyn RowFunction>,
}

impl Filter {
    /// A condition.
    pub fn new(function: Arc<dyn RowFunction>) -> Filter {
        Filter { function }
    }
}

/// Which conditions a row has to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// Every one.
    All,
    /// At least one.
    Any,
}

/// Filters that were checked against a table.
pub(super) struct Test {
    filters: Vec<Filter>,
    passing: Passing,
}

impl Test {
    pub(super) fn new(table: &Table, filters: &[Filter], passing: Passing) -> Result<Test> {
        for filter in filters {
            let kind = filter.function.data_type();
            if *kind != DataType::Boolean {
                let message = format!("a filter is {kind}, but it has to be a condition");
                return Err(Error::invalid(message).with_hint("compare it, e.g. Price > 0"));
            }
            safety::check(table, &*filter.function, "filter")?;
        }
        let filters = filters.to_vec();
        Ok(Test { filters, passing })
    }

    /// The rows of `rows` that pass, at a version of the table.
    pub(super) fn pass(&self, version: &Version, rows: &RowSet) -> Result<RowSet> {
        if self.filters.is_empty() || rows.is_empty() {
            return Ok(rows.clone());
        }
        let columns: Vec<Computed> = self
            .filters
            .iter()
            .map(|filter| {
                let all = version.columns().clone();
                Computed::new(filter.function.clone(), all, version.rows().clone())
            })
            .collect();
        let is_serial = self.filters.iter().any(|filter| filter.function.is_serial());
        let order = if is_serial { Order::OfRows } else { Order::Any };
        let parts = chunks::map_chunks_in(rows, order, |chunk| match self.passing {
            Passing::All => pass_all(&columns, chunk),
            Passing::Any => pass_any(&columns, chunk),
        })?;
        Ok(union(parts))
    }

    /// Whether a row may pass or fail anew because these columns were modified.
    pub(super) fn concerns(&self, update: &Update) -> bool {
        let inputs = self.filters.iter().flat_map(|f| f.function.inputs());
        let columns = inputs.filter_map(|input| input.column());
        update.modified_columns.intersects(columns)
    }

    /// How far from their row the filters look.
    pub(super) fn window(&self) -> Window {
        self.filters.iter().map(|filter| Window::of(&*filter.function)).fold(Window::default(), Window::or)
    }
}

/// Each filter sees only the rows that passed those before it.
fn pass_all(filters: &[Computed], rows: &RowSet) -> Result<RowSet> {
    let mut left = rows.clone();
    for filter in filters {
        if left.is_empty() {
            break;
        }
        left = chosen(&left, filter.read(&left)?.as_boolean());
    }
    Ok(left)
}

/// Each filter sees only the rows that failed those before it.
fn pass_any(filters: &[Computed], rows: &RowSet) -> Result<RowSet> {
    let mut left = rows.clone();
    for filter in filters {
        if left.is_empty() {
            break;
        }
        let passed = chosen(&left, filter.read(&left)?.as_boolean());
        left = left.difference(&passed);
    }
    Ok(rows.difference(&left))
}

/// The rows where a mask is true.
fn chosen(rows: &RowSet, mask: &BooleanArray) -> RowSet {
    let bits = match mask.nulls() {
        Some(valid) => mask.values() & valid.inner(),
        None => mask.values().clone(),
    };
    let first = rows.first().unwrap_or(0);
    if rows.is_contiguous() {
        return from_bits(first, bits.bit_chunks().iter_padded());
    }
    let span = rows.end() - first;
    if span > SPREAD_MAX * rows.len() {
        return rows.keys_at(&from_bits(0, bits.bit_chunks().iter_padded()));
    }
    let mut words = vec![0; span.div_ceil(64) as usize];
    let keys = rows.to_vec();
    for place in bits.set_indices() {
        let at = (keys[place] - first) as usize;
        words[at / 64] |= 1 << (at % 64);
    }
    from_bits(first, words)
}

/// The keys of set bits.
fn from_bits(first: u64, words: impl IntoIterator<Item = u64>) -> RowSet {
    let mut builder = RowSetBuilder::new();
    builder.push_bits(first, words);
    builder.finish()
}

/// The union of ascending disjoint sets, joined in pairs so that each is copied O(log) times.
fn union(mut parts: Vec<RowSet>) -> RowSet {
    while parts.len() > 1 {
        parts = parts
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a.union(b),
                one => one[0].clone(),
            })
            .collect();
    }
    parts.pop().unwrap_or_default()
}
