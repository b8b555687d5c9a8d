//! The state of one aggregation for all groups.

use std::any::Any;

use arrow_array::ArrayRef;
use kinetable_engine::{Result, RowSet, Version};

/// Keeps what an aggregation needs to know of each group, by slot.
///
/// **Contract**: after any sequence of calls, the results are a function of the rows that are in: those added and
/// not removed. Rows are removed with the values and row keys they were added with. Slots are below the number
/// last given to `grow`.
pub(super) trait Accumulator: Any + Send {
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

    /// An empty state of the same kind, for a part of the rows that is taken in on another thread; none if states of
    /// this kind cannot be put together.
    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        None
    }

    /// Takes in what a fork has, whose rows come after all that are in: its slot `i` is ours `slots[i]`.
    fn absorb(&mut self, _: Box<dyn Accumulator>, _: &[u32]) -> Result<()> {
        unreachable!("states that do not fork have none to absorb")
    }

    /// The results of groups, one array an output.
    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>>;

    /// Bytes held.
    fn bytes(&self) -> usize;
}

/// A fork as what it is.
pub(super) fn forked<A: Accumulator>(fork: Box<dyn Accumulator>) -> Box<A> {
    let fork: Box<dyn Any> = fork;
    fork.downcast().expect("a fork is of the kind of its origin")
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
