//! The table of one key: it takes its rows from the state of the split.

use std::sync::Arc;

use kinetable_engine::{Input, Operator, Output, Result, StepCtx, Version};

use super::create::Split;

/// Keeps the table of one slot up to date.
pub(super) struct Constituent {
    pub(super) split: Arc<Split>,
    pub(super) slot: u32,
}

impl Operator for Constituent {
    fn kind(&self) -> &'static str {
        "constituent"
    }

    fn apply(&mut self, _: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let mut state = self.split.state.lock();
        let update = state.take_update(self.slot);
        let (rows, columns) = state.version(self.slot);
        Ok(Some(Output { rows, columns, update }))
    }
}
