//! The state of one aggregation for all groups.

use arrow_array::ArrayRef;
use kinetable_engine::{Result, RowSet, Version};

/// Keeps what an aggregation needs to know of each group, by slot.
///
/// **Contract**: after any sequence of calls, the results are a function of the rows that are in: those added and
/// not removed. Rows are removed with the values and row keys they were added with. Slots are below the number
/// last given to `grow`.
pub(super) trait Accumulator: Send {
    /// Makes room for slots `0..slots`.
    fn grow(&mut self, slots: usize);

    /// Begins a cycle.
    fn begin(&mut self) {}

    /// Rows came.
    fn add(&mut self, rows: &Rows<'_>) -> Result<()>;

    /// Rows went. Not called where rows only come.
    fn remove(&mut self, rows: &Rows<'_>) -> Result<()>;

    /// A group is gone: its slot will be another's. All of its rows were removed before.
    fn clear(&mut self, slot: u32);

    /// The results of groups, one array an output.
    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>>;

    /// Bytes held.
    fn bytes(&self) -> usize;
}

/// A chunk of rows with the slots of their groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// Slot by row.
    pub(super) slots: &'a [u32],
    /// What the aggregation reads of each row.
    pub(super) values: &'a [ArrayRef],
    /// The rows.
    pub(super) keys: &'a RowSet,
}

/// Groups whose results are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The groups.
    pub(super) slots: &'a [u32],
    /// Rows by slot.
    pub(super) counts: &'a [u64],
    /// The input.
    pub(super) now: &'a Version,
    /// The results the groups have had until now; none for groups of this cycle.
    pub(super) old: Option<&'a [ArrayRef]>,
}
