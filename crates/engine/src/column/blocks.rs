//! Columns that change in place, as copy-on-write blocks of 512 row keys, 64 if there are lists, in a persistent tree.
//!
//! A block holds the values of the keys that are present, packed, for all columns of the store; a change rebuilds
//! the blocks it touches and shares the rest with the previous version.
//!
//! **Cost** of a change: the rows of each touched block, and the way to it in the tree ([`super::tree`]). A shift costs the rows
//! it moves.
//!
//! **Invariants**: 1. no block is empty; 2. a block's offsets ascend and are as many as the values of each of its columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, UInt64Array, downcast_primitive, new_null_array};
use arrow_schema::DataType;
use arrow_select::interleave::interleave;
use kinetable_rowset::{RowSet, Shifts};

use super::block::Block;
use super::block_read::{self, Filling};
use super::tree::{Edit, Tree};
use super::{Column, ColumnSource, concat_chunks};
use crate::Result;

/// Keys of a block, as a power of two: of values, and of lists, which are copied with their block when another one changes.
const BLOCK_BITS: u32 = 9;
const LIST_BLOCK_BITS: u32 = 6;

/// An immutable version of a few columns that change together.
#[derive(Debug, Clone)]
pub struct Blocks {
    types: Arc<[DataType]>,
    block_bits: u32,
    tree: Tree,
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
        let types = types.into();
        let has_lists = types.iter().any(DataType::is_nested);
        let block_bits = if has_lists { LIST_BLOCK_BITS } else { BLOCK_BITS };
        Blocks { types, block_bits, tree: Tree::default() }
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
        let mut edits: Vec<Edit> = Vec::new();
        for piece in pieces(rows, self.block_bits) {
            if let Some(old) = self.tree.get(piece.block) {
                edits.push((piece.block, old.without(&piece.keys)?));
            }
        }
        Ok(self.edited(&edits))
    }

    /// The store with these values at these rows, whether they were there or not. `None` keeps a column's values;
    /// then all the rows must be there.
    pub fn write(&self, rows: &RowSet, values: &[Option<ArrayRef>]) -> Result<Blocks> {
        assert_eq!(values.len(), self.types.len(), "one entry a column");
        let mut edits: Vec<Edit> = Vec::new();
        for piece in pieces(rows, self.block_bits) {
            let part = |array: &ArrayRef| array.slice(piece.start, piece.keys.len());
            let new: Vec<Option<ArrayRef>> = values.iter().map(|array| array.as_ref().map(part)).collect();
            let block = match self.tree.get(piece.block) {
                Some(old) => old.with(&piece.keys, new)?,
                None => Arc::new(Block::fresh(piece.keys, new)?),
            };
            edits.push((piece.block, Some(block)));
        }
        Ok(self.edited(&edits))
    }

    fn edited(&self, edits: &[Edit]) -> Blocks {
        if edits.is_empty() {
            return self.clone();
        }
        Blocks { tree: self.tree.edited(edits), ..self.clone() }
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
        let moving = shifts.moved_keys(present);
        let values = (0..self.types.len()).map(|column| self.read(column, &moving));
        let values = values.collect::<Result<Vec<_>>>()?;
        self.remove(&moving)?.write_all(&shifts.apply(&moving), values)
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
        let mut pieces = pieces(rows, self.block_bits).peekable();
        while let Some(piece) = pieces.next() {
            let block = self.tree.get(piece.block).expect("a row that is read is in the store");
            if pieces.peek().is_none() && piece.start == 0 && block.len() == piece.keys.len() {
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
        for piece in pieces(rows, self.block_bits) {
            let block = self.tree.get(piece.block).expect("a row that is read is in the store");
            whole &= block.len() == piece.keys.len();
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
            let block = self.tree.get(key >> self.block_bits).expect("a row that is read is in the store");
            (&**block, offset(key, self.block_bits))
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
            let number = key >> self.block_bits;
            let block = self.tree.get(number).expect("a row that is read is in the store");
            let source = *seen.entry(number).or_insert_with(|| {
                sources.push(block.values[column].as_ref());
                sources.len() - 1
            });
            places.push((source, block.place(offset(key, self.block_bits))));
        }
        Ok(interleave(&sources, &places)?)
    }

    fn bytes(&self, column: usize) -> usize {
        let size = |block: &Block| {
            let data = block.values[column].to_data();
            let offsets = if column == 0 { block.offsets.bytes() } else { 0 };
            data.get_slice_memory_size().unwrap_or(0) + offsets + 128
        };
        self.tree.iter().map(size).sum()
    }
}

fn offset(key: u64, bits: u32) -> u16 {
    (key & ((1 << bits) - 1)) as u16
}

/// Splits rows at block borders.
fn pieces(rows: &RowSet, bits: u32) -> impl Iterator<Item = Piece> {
    let mut runs = rows.ranges();
    let mut run = runs.next();
    let mut start = 0;
    std::iter::from_fn(move || {
        let block = run.as_ref()?.start >> bits;
        let end = (block + 1) << bits;
        let mut keys = Vec::new();
        while let Some(current) = run.as_mut().filter(|current| current.start < end) {
            let stop = current.end.min(end);
            keys.extend((current.start..stop).map(|key| offset(key, bits)));
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
