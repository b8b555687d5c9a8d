//! Medians and percentiles of a static table, whose rows are all there before results are asked for.
//!
//! **State**: the values of each group, for as long as the result is being made. **Cost**: linear: a value of a rank is selected,
//! not sorted for; groups on several threads.

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::Result;
use rayon::prelude::*;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::ordered::{Rank, place_of};
use super::ordinal::Ordinal;
use crate::estimate;

/// The values of each group, in no order.
pub(super) struct Ranks<O: Ordinal> {
    outputs: Vec<Rank>,
    data_type: DataType,
    groups: Vec<Vec<O::Kept>>,
}

impl<O: Ordinal> Ranks<O> {
    /// The values of a column of a type, with these outputs, which are percentiles.
    pub(super) fn new(outputs: Vec<Rank>, data_type: DataType) -> Ranks<O> {
        Ranks { outputs, data_type, groups: Vec::new() }
    }

    fn percentile(&mut self, share: f64, average: bool, slots: &[u32]) -> Result<ArrayRef> {
        let mut pairs: Vec<Option<(O::Kept, O::Kept)>> = self
            .groups
            .par_iter_mut()
            .map(|values| {
                let (lower, upper) = place_of(values.len() as u64, share, average)?;
                let (below, value, _) = values.select_nth_unstable(upper as usize);
                let upper_value = value.clone();
                let lower_value = match lower == upper {
                    true => upper_value.clone(),
                    false => below.iter().max().expect("a value below").clone(),
                };
                Some((lower_value, upper_value))
            })
            .collect();
        let pairs: Vec<_> = slots.iter().map(|slot| pairs[*slot as usize].take()).collect();
        match average {
            true => O::means(&self.data_type, &pairs),
            false => {
                let uppers = pairs.iter().map(|pair| pair.as_ref().map(|(_, upper)| upper));
                O::array(&self.data_type, uppers)
            }
        }
    }
}

impl<O: Ordinal> Accumulator for Ranks<O> {
    fn grow(&mut self, slots: usize) {
        self.groups.resize_with(slots.max(self.groups.len()), Vec::new);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let groups = &mut self.groups;
        O::visit(&rows.values[0], rows.slots, |slot, value| groups[slot as usize].push(O::keep(value)));
        Ok(())
    }

    fn remove(&mut self, _: &Rows<'_>) -> Result<()> {
        unreachable!("rows of a static table stay")
    }

    fn clear(&mut self, slot: u32) {
        self.groups[slot as usize] = Vec::new();
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(Ranks::<O>::new(self.outputs.clone(), self.data_type.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, mut values) in slots.iter().zip(forked::<Ranks<O>>(fork).groups) {
            self.groups[*slot as usize].append(&mut values);
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let outputs = self.outputs.clone();
        let output = |rank: Rank| match rank {
            Rank::Percentile { share, average } => self.percentile(share, average, wanted.slots),
            Rank::Extreme(_) => unreachable!("extremes of a table whose rows stay have a state of their own"),
        };
        outputs.into_iter().map(output).collect()
    }

    fn bytes(&self) -> usize {
        estimate::of_slice(&self.groups, |values| 24 + values.capacity() * size_of::<O::Kept>())
    }
}
