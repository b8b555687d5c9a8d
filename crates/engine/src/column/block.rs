//! One block of a [`super::Blocks`] store: the values of up to 512 neighbouring row keys, packed, for all columns of the store.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, make_array};
use arrow_data::transform::MutableArrayData;
use arrow_select::interleave::interleave;

use super::compact::{compact, holds_views};
use crate::Result;

/// The values at the keys that are present.
#[derive(Debug)]
pub(super) struct Block {
    /// The keys, from the block's first, ascending.
    pub(super) offsets: Vec<u16>,
    /// As many values, by column.
    pub(super) values: Vec<ArrayRef>,
}

/// A run of places of a source: 0, the block as it was; 1, what comes.
type Run = (usize, Range<usize>);

impl Block {
    /// A block of these values.
    pub(super) fn fresh(offsets: Vec<u16>, values: Vec<Option<ArrayRef>>) -> Result<Block> {
        let values = values.into_iter().map(|array| array.expect("a new row has a value in every column"));
        let values = values.map(share).collect::<Result<Vec<_>>>()?;
        Ok(Block { offsets, values })
    }

    /// Whether no key between the first and the last is missing.
    pub(super) fn is_dense(&self) -> bool {
        let (first, last) = (self.offsets[0], self.offsets[self.offsets.len() - 1]);
        (last - first) as usize + 1 == self.offsets.len()
    }

    /// The place of a key that is present.
    #[inline]
    pub(super) fn place(&self, offset: u16) -> usize {
        if self.is_dense() {
            return (offset - self.offsets[0]) as usize;
        }
        self.offsets.binary_search(&offset).expect("a row that is read is in its block")
    }

    /// The block without some offsets; `None` if nothing is left.
    pub(super) fn without(&self, gone: &[u16]) -> Result<Option<Arc<Block>>> {
        let mut offsets = Vec::with_capacity(self.offsets.len());
        let mut runs: Vec<Run> = Vec::new();
        let mut gone = gone.iter().peekable();
        for (place, offset) in self.offsets.iter().enumerate() {
            while gone.next_if(|other| **other < *offset).is_some() {}
            if gone.next_if(|other| **other == *offset).is_none() {
                offsets.push(*offset);
                push(&mut runs, 0, place);
            }
        }
        if offsets.is_empty() {
            return Ok(None);
        }
        let values = self.values.iter().map(|array| assemble(&[array], &runs, offsets.len()));
        let values = values.collect::<Result<Vec<_>>>()?;
        Ok(Some(Arc::new(Block { offsets, values })))
    }

    /// The block with values at some offsets.
    pub(super) fn with(&self, keys: &[u16], new: Vec<Option<ArrayRef>>) -> Result<Arc<Block>> {
        let mut offsets = Vec::with_capacity(self.offsets.len() + keys.len());
        let mut runs: Vec<Run> = Vec::new();
        let (mut old, mut fresh) = (0, 0);
        while old < self.offsets.len() || fresh < keys.len() {
            let was = self.offsets.get(old).copied().unwrap_or(u16::MAX);
            let comes = keys.get(fresh).copied().unwrap_or(u16::MAX);
            if comes <= was {
                offsets.push(comes);
                push(&mut runs, 1, fresh);
                fresh += 1;
                old += usize::from(comes == was);
            } else {
                offsets.push(was);
                push(&mut runs, 0, old);
                old += 1;
            }
        }
        let merge = |(was, comes): (&ArrayRef, Option<ArrayRef>)| match comes {
            Some(comes) => assemble(&[was, &comes], &runs, offsets.len()),
            None => {
                assert_eq!(offsets.len(), self.offsets.len(), "a new row has a value in every column");
                Ok(was.clone())
            }
        };
        let values = self.values.iter().zip(new).map(merge).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(Block { offsets, values }))
    }
}

fn push(runs: &mut Vec<Run>, source: usize, place: usize) {
    match runs.last_mut() {
        Some((same, run)) if *same == source && run.end == place => run.end += 1,
        _ => runs.push((source, place..place + 1)),
    }
}

/// Runs of sources one after the other: run by run where they are long, value by value where they are short.
fn assemble(sources: &[&ArrayRef], runs: &[Run], length: usize) -> Result<ArrayRef> {
    if runs.len() * 8 > length {
        let places: Vec<(usize, usize)> =
            runs.iter().flat_map(|(source, run)| run.clone().map(|place| (*source, place))).collect();
        let arrays: Vec<&dyn Array> = sources.iter().map(|array| array.as_ref()).collect();
        return compact(interleave(&arrays, &places)?);
    }
    let data: Vec<_> = sources.iter().map(|array| array.to_data()).collect();
    let mut joined = MutableArrayData::new(data.iter().collect(), false, length);
    for (source, run) in runs {
        joined.try_extend(*source, run.start, run.end)?;
    }
    compact(make_array(joined.freeze()))
}

/// A part of a change as a block keeps it: numbers stay a slice of the change's array, which other blocks share;
/// text, and lists of text, are compacted, see [`compact`].
fn share(part: ArrayRef) -> Result<ArrayRef> {
    if holds_views(part.data_type()) { compact(part) } else { Ok(part) }
}
