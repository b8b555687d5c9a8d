//! One block of a [`super::Blocks`] store: the values of neighbouring row keys, packed, for all columns of the store.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, downcast_primitive, make_array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_data::transform::MutableArrayData;
use arrow_select::interleave::interleave;

use super::compact::{compact, holds_views};
use crate::Result;

/// The values at the keys that are present.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) offsets: Offsets,
    /// As many values, by column.
    pub(super) values: Box<[ArrayRef]>,
}

/// The keys of a block, from its first possible one, ascending; there is at least one.
#[derive(Debug, Clone)]
pub(super) enum Offsets {
    /// One run: the first, and how many.
    Run(u16, u16),
    /// All else.
    Some(Arc<[u16]>),
}

/// A run of places of a source: 0, the block as it was; 1, what comes.
type Run = (usize, Range<usize>);

impl Offsets {
    /// From ascending offsets, of which there is at least one.
    fn new(offsets: Vec<u16>) -> Offsets {
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        match (last - first) as usize + 1 == offsets.len() {
            true => Offsets::Run(first, offsets.len() as u16),
            false => Offsets::Some(offsets.into()),
        }
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        match self {
            Offsets::Run(_, count) => *count as usize,
            Offsets::Some(offsets) => offsets.len(),
        }
    }

    /// How many lie before an offset, of which so many are known to.
    #[inline]
    fn rank(&self, offset: u16, known: usize) -> usize {
        match self {
            Offsets::Run(first, count) => offset.saturating_sub(*first).min(*count) as usize,
            Offsets::Some(offsets) => known + offsets[known..].partition_point(|other| *other < offset),
        }
    }

    /// Whether an offset is the one at its rank.
    #[inline]
    fn is_at(&self, offset: u16, rank: usize) -> bool {
        match self {
            Offsets::Run(first, count) => rank < *count as usize && *first + rank as u16 == offset,
            Offsets::Some(offsets) => offsets.get(rank) == Some(&offset),
        }
    }

    fn extend_into(&self, places: Range<usize>, all: &mut Vec<u16>) {
        match self {
            Offsets::Run(first, _) => all.extend(first + places.start as u16..first + places.end as u16),
            Offsets::Some(offsets) => all.extend_from_slice(&offsets[places]),
        }
    }

    /// Bytes apart from the value itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Offsets::Run(..) => 0,
            Offsets::Some(offsets) => offsets.len() * 2,
        }
    }
}

impl Block {
    /// A block of these values.
    pub(super) fn fresh(offsets: Vec<u16>, values: Vec<Option<ArrayRef>>) -> Result<Block> {
        let values = values.into_iter().map(|array| array.expect("a new row has a value in every column"));
        let values = values.map(share).collect::<Result<Box<[_]>>>()?;
        Ok(Block { offsets: Offsets::new(offsets), values })
    }

    /// The number of rows.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// The place of a key that is present.
    #[inline]
    pub(super) fn place(&self, offset: u16) -> usize {
        let place = self.offsets.rank(offset, 0);
        assert!(self.offsets.is_at(offset, place), "a row that is read is in its block");
        place
    }

    /// The block without some offsets; `None` if nothing is left.
    pub(super) fn without(&self, gone: &[u16]) -> Result<Option<Arc<Block>>> {
        let mut runs: Vec<Run> = Vec::new();
        let mut seen = 0;
        for offset in gone {
            let place = self.offsets.rank(*offset, seen);
            push(&mut runs, 0, seen..place);
            seen = place + usize::from(self.offsets.is_at(*offset, place));
        }
        push(&mut runs, 0, seen..self.len());
        if runs.is_empty() {
            return Ok(None);
        }
        let mut offsets = Vec::with_capacity(self.len());
        runs.iter().for_each(|(_, run)| self.offsets.extend_into(run.clone(), &mut offsets));
        let values = self.values.iter().map(|array| assemble(&[array], &runs, offsets.len()));
        let values = values.collect::<Result<Box<[_]>>>()?;
        Ok(Some(Arc::new(Block { offsets: Offsets::new(offsets), values })))
    }

    /// The block with values at some offsets.
    pub(super) fn with(&self, keys: &[u16], new: Vec<Option<ArrayRef>>) -> Result<Arc<Block>> {
        let mut runs: Vec<Run> = Vec::with_capacity(2 * keys.len() + 1);
        let mut seen = 0;
        let mut fresh = 0;
        for (at, key) in keys.iter().enumerate() {
            let place = self.offsets.rank(*key, seen);
            push(&mut runs, 0, seen..place);
            push(&mut runs, 1, at..at + 1);
            let is_there = self.offsets.is_at(*key, place);
            fresh += usize::from(!is_there);
            seen = place + usize::from(is_there);
        }
        push(&mut runs, 0, seen..self.len());
        let length = self.len() + fresh;
        let merge = |(was, comes): (&ArrayRef, Option<ArrayRef>)| match comes {
            Some(comes) if keys.len() == length => share(comes),
            Some(comes) => assemble(&[was, &comes], &runs, length),
            None => {
                assert_eq!(fresh, 0, "a new row has a value in every column");
                Ok(was.clone())
            }
        };
        let values = self.values.iter().zip(new).map(merge).collect::<Result<Box<[_]>>>()?;
        let offsets = match fresh {
            0 => self.offsets.clone(),
            _ => self.merged(keys, &runs, length),
        };
        Ok(Arc::new(Block { offsets, values }))
    }

    fn merged(&self, keys: &[u16], runs: &[Run], length: usize) -> Offsets {
        let mut offsets = Vec::with_capacity(length);
        for (source, run) in runs {
            match source {
                0 => self.offsets.extend_into(run.clone(), &mut offsets),
                _ => offsets.extend_from_slice(&keys[run.clone()]),
            }
        }
        Offsets::new(offsets)
    }
}

fn push(runs: &mut Vec<Run>, source: usize, run: Range<usize>) {
    match runs.last_mut() {
        _ if run.is_empty() => {}
        Some((same, last)) if *same == source && last.end == run.start => last.end = run.end,
        _ => runs.push((source, run)),
    }
}

/// Runs of sources one after the other.
fn assemble(sources: &[&ArrayRef], runs: &[Run], length: usize) -> Result<ArrayRef> {
    macro_rules! fixed {
        ($type:ty) => {
            Ok(assemble_fixed::<$type>(sources, runs, length))
        };
    }
    downcast_primitive! {
        sources[0].data_type() => (fixed),
        _ => assemble_any(sources, runs, length),
    }
}

fn assemble_fixed<T: ArrowPrimitiveType>(sources: &[&ArrayRef], runs: &[Run], length: usize) -> ArrayRef {
    let arrays: Vec<&PrimitiveArray<T>> = sources.iter().map(|array| array.as_primitive::<T>()).collect();
    let mut values = Vec::with_capacity(length);
    for (source, run) in runs {
        values.extend_from_slice(&arrays[*source].values()[run.clone()]);
    }
    let nulls = arrays.iter().any(|array| array.null_count() > 0).then(|| {
        let mut valid = BooleanBufferBuilder::new(length);
        for (source, run) in runs {
            match arrays[*source].nulls() {
                Some(nulls) => valid.append_buffer(&nulls.inner().slice(run.start, run.len())),
                None => valid.append_n(run.len(), true),
            }
        }
        NullBuffer::new(valid.finish())
    });
    Arc::new(PrimitiveArray::<T>::new(values.into(), nulls).with_data_type(sources[0].data_type().clone()))
}

/// Run by run where they are long, value by value where they are short.
fn assemble_any(sources: &[&ArrayRef], runs: &[Run], length: usize) -> Result<ArrayRef> {
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
