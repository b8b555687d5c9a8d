//! `delta`: the difference to the row before.

use arrow_schema::DataType;
use kinetable_engine::Result;

use super::lane::{Lane, Outcome};
use super::spec::DeltaControl;
use super::task::{Kernel, Task};

/// Differences to the row before, of longs or doubles.
pub(super) struct Delta {
    pub(super) control: DeltaControl,
    /// The type of the column.
    pub(super) input: DataType,
}

impl Kernel for Delta {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0];
        let outcome = if self.input.is_floating() {
            Outcome::Doubles(self.differences(task, values.doubles(), |value, before| value - before)?)
        } else {
            Outcome::Longs(self.differences(task, values.longs(), i64::wrapping_sub)?)
        };
        Ok(vec![outcome])
    }
}

impl Delta {
    fn differences<V: Copy + Default + Send + Sync>(
        &self,
        task: &Task<'_>,
        values: &Lane<V>,
        less: impl Fn(V, V) -> V + Sync,
    ) -> Result<Lane<V>> {
        task.fill(|_, run, results, valid| {
            for ((place, out), valid) in run.places().zip(results).zip(valid) {
                let before = (place > run.start).then(|| values.get(place - 1).copied()).flatten();
                let result = match (values.get(place).copied(), before) {
                    (None, _) => None,
                    (Some(value), Some(before)) => Some(less(value, before)),
                    (Some(value), None) => match self.control {
                        DeltaControl::NullDominates => None,
                        DeltaControl::ValueDominates => Some(value),
                        DeltaControl::ZeroDominates => Some(V::default()),
                    },
                };
                match result {
                    Some(result) => *out = result,
                    None => *valid = false,
                }
            }
            Ok(())
        })
    }
}
