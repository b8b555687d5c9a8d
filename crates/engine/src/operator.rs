//! What makes a table from tables, and keeps it up to date.

use kinetable_rowset::RowSet;

use crate::{Column, Definition, Result, StepCtx, Update, Version};

/// One input of an operator in one cycle.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The version the operator's last output was made from.
    pub before: &'a Version,
    /// The version at this step.
    pub now: &'a Version,
    /// What changed between the two; `None` if this input did not change.
    pub update: Option<&'a Update>,
}

/// What an operator makes of one cycle.
#[derive(Debug)]
pub struct Output {
    /// The rows of the next version.
    pub rows: RowSet,
    /// The columns of the next version.
    pub columns: Vec<Column>,
    /// What leads from the previous version to this one. Empty: the version is replaced (so that it does not
    /// hold on to old blocks of its inputs), but nobody below is told.
    pub update: Update,
}

/// Keeps a derived table up to date.
///
/// State and work are to be proportional to the inputs' changed rows; where that cannot hold, the module doc of the
/// operator says so and why.
pub trait Operator: Send {
    /// Brings the table up to date. `previous` is the operator's own last version. `None`: nothing to change.
    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, ctx: &StepCtx) -> Result<Option<Output>>;

    /// When, in engine time (ns since the epoch), it wants a cycle even if no input changes.
    fn due(&self) -> Option<i64> {
        None
    }

    /// What it is called: the operation's name as users write it.
    fn kind(&self) -> &'static str {
        let name = std::any::type_name::<Self>();
        name.rsplit("::").next().unwrap_or(name)
    }

    /// Rows and bytes that wait for the next cycle, of a source that has a queue.
    fn queued(&self) -> (usize, usize) {
        (0, 0)
    }

    /// Memory of its own state in bytes, apart from what its columns report.
    fn bytes(&self) -> usize {
        0
    }
}

/// What an operator starts from: the definition and the first version of its table.
pub struct Initial {
    /// What the table is.
    pub definition: Definition,
    /// The first rows.
    pub rows: RowSet,
    /// The first columns.
    pub columns: Vec<Column>,
    /// What keeps it up to date; not kept if all inputs are static.
    pub operator: Box<dyn Operator>,
}
