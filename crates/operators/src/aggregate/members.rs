//! `first`, `last`, `group` and `distinct` from the rows of each group.
//!
//! **State**: the row keys of each group, in order, for all columns together. **Update rule**: rows that come and go
//! join and leave; rows that shift leave under the old key and join under the new one. **Cost**: O(log rows of the
//! group) a row. A list is read anew when its group is touched, which costs the rows of the group: it is another
//! value as a whole.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, UInt64Array};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::Field;
use kinetable_engine::{Error, Result};

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::dealt::dealt;
use super::keys::{Codec, NULL};
use super::row_keys::RowKeys;
use super::spec::End;
use crate::estimate;

/// What is read off a group's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The value of an end row.
    End(End),
    /// All values.
    List,
    /// Each value once, in the order of first rows; null among them or not.
    Distinct { nulls: bool },
}

/// The rows of each group.
pub(super) struct Members {
    outputs: Vec<(Reading, usize)>,
    rows: Vec<RowKeys>,
}

impl Members {
    /// The rows of groups, with readings of columns of the input as outputs.
    pub(super) fn new(outputs: Vec<(Reading, usize)>) -> Members {
        Members { outputs, rows: Vec::new() }
    }

    /// The value of an end row of each group.
    pub(super) fn end(&self, end: End, column: usize, wanted: &Wanted<'_>) -> Result<ArrayRef> {
        let key = |slot: &u32| match end {
            End::First => self.rows[*slot as usize].first(),
            End::Last => self.rows[*slot as usize].last(),
        };
        let keys: UInt64Array = wanted.slots.iter().map(key).collect();
        wanted.now.column(column).gather(&keys)
    }

    /// All values of groups, one after the other, and how many each has.
    fn values(&self, column: usize, wanted: &Wanted<'_>) -> Result<(ArrayRef, Vec<usize>)> {
        let sets = wanted.slots.iter().map(|slot| &self.rows[*slot as usize]);
        let lengths: Vec<usize> = sets.clone().map(RowKeys::len).collect();
        if let Some(groups) = sets.clone().map(RowKeys::as_run).collect::<Option<Vec<_>>>()
            && let Some(values) = dealt(wanted.now.column(column), wanted.now.rows(), &groups)?
        {
            return Ok((values, lengths));
        }
        let mut keys = Vec::with_capacity(lengths.iter().sum());
        sets.for_each(|rows| rows.extend_into(&mut keys));
        Ok((wanted.now.column(column).gather(&UInt64Array::from(keys))?, lengths))
    }

    /// The values of each group, as a list.
    pub(super) fn list(&self, column: usize, wanted: &Wanted<'_>) -> Result<ArrayRef> {
        let (values, lengths) = self.values(column, wanted)?;
        list(values, lengths, None)
    }

    fn distinct(&self, column: usize, nulls: bool, wanted: &Wanted<'_>) -> Result<ArrayRef> {
        let (values, lengths) = self.values(column, wanted)?;
        let mut codec = Codec::new(values.data_type())?;
        let mut words = vec![0; values.len()];
        codec.words(&values, &mut words, 0, 1)?;
        let mut kept = Vec::new();
        let mut kept_lengths = Vec::with_capacity(lengths.len());
        let mut rest = &words[..];
        let mut seen = HashSet::new();
        for length in lengths {
            let (group, after) = rest.split_at(length);
            seen.clear();
            let before = kept.len();
            let fresh = |word: &&u128| (nulls || **word != NULL) && seen.insert(**word);
            kept.extend(group.iter().filter(fresh));
            kept_lengths.push(kept.len() - before);
            rest = after;
        }
        distinct_list(codec.values(&kept)?, kept_lengths)
    }
}

impl Accumulator for Members {
    fn grow(&mut self, slots: usize) {
        self.rows.resize(slots.max(self.rows.len()), RowKeys::default());
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        for (slot, key) in rows.slots.iter().zip(rows.keys.iter()) {
            let is_new = self.rows[*slot as usize].insert(key);
            debug_assert!(is_new, "row {key} joins its group once");
        }
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        for (slot, key) in rows.slots.iter().zip(rows.keys.iter()) {
            let was_in = self.rows[*slot as usize].remove(key);
            debug_assert!(was_in, "row {key} leaves the group it was in");
        }
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.rows[slot as usize] = RowKeys::default();
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(Members::new(self.outputs.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, rows) in slots.iter().zip(forked::<Members>(fork).rows) {
            self.rows[*slot as usize].append(rows);
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let output = |(reading, column): &(Reading, usize)| match *reading {
            Reading::End(end) => self.end(end, *column, wanted),
            Reading::List => self.list(*column, wanted),
            Reading::Distinct { nulls } => self.distinct(*column, nulls, wanted),
        };
        self.outputs.iter().map(output).collect()
    }

    fn bytes(&self) -> usize {
        estimate::of_slice(&self.rows, RowKeys::bytes)
    }
}

/// Lists of so many of the values each.
fn list(values: ArrayRef, lengths: Vec<usize>, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
    if i32::try_from(values.len()).is_err() {
        let message = format!("lists of {} values in all are more than 2147483647", values.len());
        return Err(Error::invalid(message).with_hint("group by more columns, or filter first"));
    }
    let field = Field::new_list_field(values.data_type().clone(), true);
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::new(field), offsets, values, nulls)?))
}

/// Lists of distinct values; an empty one is null.
pub(super) fn distinct_list(values: ArrayRef, lengths: Vec<usize>) -> Result<ArrayRef> {
    let nulls = lengths.iter().map(|length| *length > 0).collect();
    list(values, lengths, Some(nulls))
}
