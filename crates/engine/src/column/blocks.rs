//! Columns that change in place, as copy-on-write blocks of 512 row keys under groups of 64 blocks.
//!
//! A block holds the values of the keys that are present, packed, for all columns of the store; a change rebuilds
//! the blocks it touches and shares the rest with the previous version.
//!
//! **Cost** of a change: 512 rows a touched block, 64 pointers a touched group, and 16 bytes per 32,768 keys of
//! the store for the index. A shift costs the rows it moves.
//!
//! **Invariants**: 1. no block is empty; 2. groups and blocks ascend; 3. a block's offsets ascend and are as many
//! as the values of each of its columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, UInt64Array, downcast_primitive, new_null_array};
use arrow_schema::DataType;
use arrow_select::interleave::interleave;
use kinetable_rowset::{RowSet, Shifts};

use super::block::Block;
use super::block_read::{self, Filling};
use super::{Column, ColumnSource, concat_chunks};
use crate::Result;

const BLOCK_BITS: u32 = 9;
const GROUP_BITS: u32 = 6;

/// An immutable version of a few columns that change together.
#[derive(Debug, Clone)]
pub struct Blocks {
    types: Arc<[DataType]>,
    groups: Arc<Vec<(u64, Arc<Group>)>>,
}

type Group = Vec<(u64, Arc<Block>)>;

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
        macro_rules! fixed {
            ($type:ty) => {
                Ok(self.read_fixed::<$type>(column, rows))
            };
        }
        downcast_primitive! {
            &self.types[column] => (fixed),
            _ => self.read_any(column, rows),
        }
    }

    fn read_fixed<T: ArrowPrimitiveType>(&self, column: usize, rows: &RowSet) -> ArrayRef {
        let mut filling = Filling::<T>::new(rows.len() as usize);
        let mut pieces = pieces(rows).peekable();
        while let Some(piece) = pieces.next() {
            let block = self.block(piece.block).expect("a row that is read is in the store");
            if pieces.peek().is_none() && piece.start == 0 && block.offsets.len() == piece.keys.len() {
                return block.values[column].clone();
            }
            filling.extend(block, column, &piece.keys);
        }
        filling.finish(&self.types[column])
    }

    fn read_any(&self, column: usize, rows: &RowSet) -> Result<ArrayRef> {
        let mut arrays: Vec<&ArrayRef> = Vec::new();
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(rows.len() as usize);
        let mut whole = true;
        for piece in pieces(rows) {
            let block = self.block(piece.block).expect("a row that is read is in the store");
            whole &= block.offsets.len() == piece.keys.len();
            let source = arrays.len();
            arrays.push(&block.values[column]);
            places.extend(piece.keys.iter().map(|offset| (source, block.place(*offset))));
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
        let block = |key: u64| {
            let block = self.block(key >> BLOCK_BITS).expect("a row that is read is in the store");
            (&**block, offset(key))
        };
        macro_rules! fixed {
            ($type:ty) => {
                Ok(block_read::gather::<$type>(keys, column, &self.types[column], block))
            };
        }
        downcast_primitive! {
            &self.types[column] => (fixed),
            _ => self.gather_any(column, keys),
        }
    }

    fn gather_any(&self, column: usize, keys: &UInt64Array) -> Result<ArrayRef> {
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
