//! Columns that change in place, as copy-on-write blocks of 512 row keys under groups of 256 blocks.
//!
//! A block holds the values of the keys that are present, packed, for all columns of the store; a change rebuilds
//! the blocks it touches and shares the rest with the previous version.
//!
//! **Cost** of a change: 512 rows a touched block, 256 pointers a touched group, and 16 bytes per 131,072 keys of
//! the store for the index. A shift costs the rows it moves.
//!
//! **Invariants**: 1. no block is empty; 2. groups and blocks ascend; 3. a block's offsets ascend and are as many
//! as the values of each of its columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array, UInt64Array, new_null_array};
use arrow_schema::DataType;
use arrow_select::{interleave::interleave, take::take};
use kinetable_rowset::{RowSet, Shifts};

use super::{Column, ColumnSource, compact, concat_chunks};
use crate::Result;

const BLOCK_BITS: u32 = 9;
const GROUP_BITS: u32 = 8;

/// An immutable version of a few columns that change together.
#[derive(Debug, Clone)]
pub struct Blocks {
    types: Arc<[DataType]>,
    groups: Arc<Vec<(u64, Arc<Group>)>>,
}

type Group = Vec<(u64, Arc<Block>)>;

#[derive(Debug)]
struct Block {
    offsets: Vec<u16>,
    values: Vec<ArrayRef>,
}

/// Where a block starts in a change: its number, and the range of the change's rows that fall into it.
struct Piece {
    block: u64,
    keys: Vec<u16>,
    start: usize,
}

impl Blocks {
    /// An empty store of columns of these types.
    pub fn new(types: impl Into<Arc<[DataType]>>) -> Blocks {
        Blocks { types: types.into(), groups: Arc::default() }
    }

    /// The columns of the store, ready for a version.
    pub fn columns(&self) -> Vec<Column> {
        (0..self.types.len()).map(|index| self.column(index)).collect()
    }

    /// One column of the store.
    pub fn column(&self, index: usize) -> Column {
        Arc::new(BlockColumn { blocks: self.clone(), index })
    }

    /// The store without these rows.
    pub fn remove(&self, rows: &RowSet) -> Result<Blocks> {
        let mut edit = Edit::new(self);
        for piece in pieces(rows) {
            let slot = edit.block(piece.block);
            if let Some(old) = slot {
                *slot = old.without(&piece.keys)?;
            }
        }
        Ok(edit.finish())
    }

    /// The store with these values at these rows, whether they were there or not. `None` keeps a column's values;
    /// then all the rows must be there.
    pub fn write(&self, rows: &RowSet, values: &[Option<ArrayRef>]) -> Result<Blocks> {
        assert_eq!(values.len(), self.types.len(), "one entry a column");
        let mut edit = Edit::new(self);
        for piece in pieces(rows) {
            let slot = edit.block(piece.block);
            let part = |array: &ArrayRef| array.slice(piece.start, piece.keys.len());
            let new: Vec<Option<ArrayRef>> = values.iter().map(|array| array.as_ref().map(part)).collect();
            *slot = Some(match slot.take() {
                Some(old) => old.with(&piece.keys, new)?,
                None => Arc::new(Block::fresh(piece.keys, new)?),
            });
        }
        Ok(edit.finish())
    }

    /// The store with these values of all columns at these rows.
    pub fn write_all(&self, rows: &RowSet, values: Vec<ArrayRef>) -> Result<Blocks> {
        self.write(rows, &values.into_iter().map(Some).collect::<Vec<_>>())
    }

    /// The store with runs of rows moved to other keys.
    pub fn shift(&self, shifts: &Shifts, present: &RowSet) -> Result<Blocks> {
        if shifts.is_empty() {
            return Ok(self.clone());
        }
        let moving =
            shifts.iter().map(|(run, _)| present.restrict(run)).fold(RowSet::empty(), |a, b| a.union(&b));
        let values = (0..self.types.len()).map(|column| self.read(column, &moving));
        let values = values.collect::<Result<Vec<_>>>()?;
        self.remove(&moving)?.write_all(&shifts.apply(&moving), values)
    }

    fn block(&self, number: u64) -> Option<&Arc<Block>> {
        let group = find(&self.groups, number >> GROUP_BITS)?;
        find(group, number)
    }

    fn read(&self, column: usize, rows: &RowSet) -> Result<ArrayRef> {
        let mut arrays: Vec<&ArrayRef> = Vec::new();
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(rows.len() as usize);
        let mut whole = true;
        for piece in pieces(rows) {
            let block = self.block(piece.block).expect("a row that is read is in the store");
            whole &= block.offsets.len() == piece.keys.len();
            let source = arrays.len();
            arrays.push(&block.values[column]);
            block.places(&piece.keys, |place| places.push((source, place)));
        }
        if whole {
            let chunks: Vec<ArrayRef> = arrays.into_iter().cloned().collect();
            return concat_chunks(&self.types[column], &chunks);
        }
        if let ([array], [(_, first), .., (_, last)] | [(_, first @ last)]) = (&arrays[..], &places[..])
            && last - first + 1 == places.len()
        {
            // A run within a block: a list in it, however long, is not copied.
            return Ok(array.slice(*first, places.len()));
        }
        let sources: Vec<&dyn Array> = arrays.iter().map(|array| array.as_ref()).collect();
        Ok(interleave(&sources, &places)?)
    }

    fn gather(&self, column: usize, keys: &UInt64Array) -> Result<ArrayRef> {
        let null = new_null_array(&self.types[column], 1);
        let mut sources: Vec<&dyn Array> = vec![null.as_ref()];
        let mut places = Vec::with_capacity(keys.len());
        let mut seen: HashMap<u64, usize, ahash::RandomState> = HashMap::default();
        for key in keys {
            let Some(key) = key else {
                places.push((0, 0));
                continue;
            };
            let number = key >> BLOCK_BITS;
            let block = self.block(number).expect("a row that is read is in the store");
            let source = *seen.entry(number).or_insert_with(|| {
                sources.push(block.values[column].as_ref());
                sources.len() - 1
            });
            places.push((source, block.place(offset(key))));
        }
        Ok(interleave(&sources, &places)?)
    }

    fn bytes(&self, column: usize) -> usize {
        let blocks = self.groups.iter().flat_map(|(_, group)| group.iter());
        let size = |block: &Block| {
            let data = block.values[column].to_data();
            let offsets = if column == 0 { block.offsets.len() * 2 } else { 0 };
            data.get_slice_memory_size().unwrap_or(0) + offsets + 128
        };
        blocks.map(|(_, block)| size(block)).sum()
    }
}

impl Block {
    fn fresh(offsets: Vec<u16>, values: Vec<Option<ArrayRef>>) -> Result<Block> {
        let values = values.into_iter().map(|array| array.expect("a new row has a value in every column"));
        let values = values.map(share).collect::<Result<Vec<_>>>()?;
        Ok(Block { offsets, values })
    }

    fn is_dense(&self) -> bool {
        let (first, last) = (self.offsets[0], self.offsets[self.offsets.len() - 1]);
        (last - first) as usize + 1 == self.offsets.len()
    }

    fn place(&self, offset: u16) -> usize {
        if self.is_dense() {
            return (offset - self.offsets[0]) as usize;
        }
        self.offsets.binary_search(&offset).expect("a row that is read is in its block")
    }

    fn places(&self, offsets: &[u16], mut found: impl FnMut(usize)) {
        offsets.iter().for_each(|offset| found(self.place(*offset)));
    }

    /// The block without some offsets; `None` if nothing is left.
    fn without(&self, gone: &[u16]) -> Result<Option<Arc<Block>>> {
        let keep: Vec<usize> = (0..self.offsets.len())
            .filter(|place| gone.binary_search(&self.offsets[*place]).is_err())
            .collect();
        if keep.is_empty() {
            return Ok(None);
        }
        let indices = UInt32Array::from_iter_values(keep.iter().map(|place| *place as u32));
        let values = self.values.iter().map(|array| compact(take(array, &indices, None)?));
        let values = values.collect::<Result<Vec<_>>>()?;
        Ok(Some(Arc::new(Block { offsets: keep.iter().map(|place| self.offsets[*place]).collect(), values })))
    }

    /// The block with values at some offsets.
    fn with(&self, keys: &[u16], new: Vec<Option<ArrayRef>>) -> Result<Arc<Block>> {
        let mut offsets = Vec::with_capacity(self.offsets.len() + keys.len());
        let mut places = Vec::with_capacity(self.offsets.len() + keys.len());
        let (mut old, mut fresh) = (0, 0);
        while old < self.offsets.len() || fresh < keys.len() {
            let was = self.offsets.get(old).copied().unwrap_or(u16::MAX);
            let comes = keys.get(fresh).copied().unwrap_or(u16::MAX);
            if comes <= was {
                offsets.push(comes);
                places.push((1, fresh));
                fresh += 1;
                old += usize::from(comes == was);
            } else {
                offsets.push(was);
                places.push((0, old));
                old += 1;
            }
        }
        let merge = |(was, comes): (&ArrayRef, Option<ArrayRef>)| match comes {
            Some(comes) => compact(interleave(&[was.as_ref(), comes.as_ref()], &places)?),
            None => {
                assert_eq!(offsets.len(), self.offsets.len(), "a new row has a value in every column");
                Ok(was.clone())
            }
        };
        let values = self.values.iter().zip(new).map(merge).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(Block { offsets, values }))
    }
}

/// A part of a change as a block keeps it: numbers stay a slice of the change's array, which other blocks share;
/// text is compacted, see [`compact`].
fn share(part: ArrayRef) -> Result<ArrayRef> {
    match part.data_type() {
        DataType::Utf8View | DataType::BinaryView => compact(part),
        _ => Ok(part),
    }
}

/// A change under way: groups are copied when first touched.
struct Edit {
    types: Arc<[DataType]>,
    groups: Vec<(u64, Arc<Group>)>,
    open: Option<(u64, Vec<Slot>)>,
}

/// A block's number, and the block unless it is gone.
type Slot = (u64, Option<Arc<Block>>);

impl Edit {
    fn new(blocks: &Blocks) -> Edit {
        Edit { types: blocks.types.clone(), groups: blocks.groups.to_vec(), open: None }
    }

    /// The slot of a block; `None` in it means that the block is not there (any more).
    fn block(&mut self, number: u64) -> &mut Option<Arc<Block>> {
        let group = number >> GROUP_BITS;
        if self.open.as_ref().is_none_or(|(open, _)| *open != group) {
            self.close();
            let old = find(&self.groups, group).map(|group| group.iter());
            let slots = old.into_iter().flatten().map(|(number, block)| (*number, Some(block.clone())));
            self.open = Some((group, slots.collect()));
        }
        let (_, slots) = self.open.as_mut().expect("a group was opened above");
        let place = match slots.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(place) => place,
            Err(place) => {
                slots.insert(place, (number, None));
                place
            }
        };
        &mut slots[place].1
    }

    fn close(&mut self) {
        let Some((number, slots)) = self.open.take() else {
            return;
        };
        let group: Group = slots.into_iter().filter_map(|(number, block)| Some((number, block?))).collect();
        match self.groups.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(place) if group.is_empty() => {
                self.groups.remove(place);
            }
            Ok(place) => self.groups[place].1 = Arc::new(group),
            Err(_) if group.is_empty() => {}
            Err(place) => self.groups.insert(place, (number, Arc::new(group))),
        }
    }

    fn finish(mut self) -> Blocks {
        self.close();
        Blocks { types: self.types, groups: Arc::new(self.groups) }
    }
}

fn find<T>(sorted: &[(u64, T)], number: u64) -> Option<&T> {
    let dense = sorted.first().and_then(|(first, _)| sorted.get(number.checked_sub(*first)? as usize));
    match dense {
        Some((found, value)) if *found == number => Some(value),
        _ => {
            let place = sorted.binary_search_by_key(&number, |(number, _)| *number).ok()?;
            Some(&sorted[place].1)
        }
    }
}

fn offset(key: u64) -> u16 {
    (key & ((1 << BLOCK_BITS) - 1)) as u16
}

/// Splits rows at block borders.
fn pieces(rows: &RowSet) -> impl Iterator<Item = Piece> {
    let mut runs = rows.ranges();
    let mut run = runs.next();
    let mut start = 0;
    std::iter::from_fn(move || {
        let block = run.as_ref()?.start >> BLOCK_BITS;
        let end = (block + 1) << BLOCK_BITS;
        let mut keys = Vec::new();
        while let Some(current) = run.as_mut().filter(|current| current.start < end) {
            let stop = current.end.min(end);
            keys.extend((current.start..stop).map(offset));
            current.start = stop;
            if current.is_empty() {
                run = runs.next();
            }
        }
        let piece = Piece { block, start, keys };
        start += piece.keys.len();
        Some(piece)
    })
}

/// One column of a [`Blocks`] store.
#[derive(Debug, Clone)]
pub struct BlockColumn {
    blocks: Blocks,
    index: usize,
}

impl ColumnSource for BlockColumn {
    fn data_type(&self) -> &DataType {
        &self.blocks.types[self.index]
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.blocks.read(self.index, rows)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        self.blocks.gather(self.index, keys)
    }

    fn bytes(&self) -> usize {
        self.blocks.bytes(self.index)
    }
}
