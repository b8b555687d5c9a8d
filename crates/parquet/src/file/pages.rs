//! Where the pages of a file are, and what is in them: read a column of a row group at a time, when first wanted.
//!
//! What does not hold together, as some writers of old made it, is taken for not being there: pages are then read one
//! after the other, as they are in files that have no index.
//!
//! **State**: the indexes read so far, for as long as the footer is kept.

use std::any::Any;
use std::ops::Range;
use std::sync::OnceLock;

use parquet::errors::Result;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::index_reader::{decode_column_index, decode_offset_index};
use parquet::file::page_index::offset_index::{OffsetIndexMetaData, PageLocation};
use parquet::file::reader::ChunkReader;

use super::bytes::FileBytes;
use super::thrift;

/// The page indexes of a file.
#[derive(Debug)]
pub(crate) struct PageIndexes {
    groups: Vec<OnceLock<Box<[Slot]>>>,
    leaves: usize,
}

#[derive(Debug, Default)]
struct Slot {
    offsets: OnceLock<Option<Box<OffsetIndexMetaData>>>,
    values: OnceLock<Option<Box<ColumnIndexMetaData>>>,
}

impl PageIndexes {
    pub(super) fn new(groups: usize, leaves: usize) -> PageIndexes {
        PageIndexes { groups: (0..groups).map(|_| OnceLock::new()).collect(), leaves }
    }

    fn slot(&self, group: usize, leaf: usize) -> &Slot {
        let slots = self.groups[group].get_or_init(|| (0..self.leaves).map(|_| Slot::default()).collect());
        &slots[leaf]
    }

    /// Where pages of a leaf are, as rows of the row group and bytes of the file; `None` if the file does not say.
    pub(crate) fn pages(
        &self,
        metadata: &ParquetMetaData,
        bytes: &FileBytes,
        group: usize,
        leaf: usize,
    ) -> Result<Option<Vec<Page>>> {
        let slot = self.slot(group, leaf);
        if slot.offsets.get().is_none() {
            let index = offsets(metadata, bytes, group, leaf)?;
            let _ = slot.offsets.set(index.map(Box::new));
        }
        let index = slot.offsets.get().and_then(Option::as_ref);
        Ok(index.map(|index| pages(index, metadata.row_group(group).num_rows() as u64)))
    }

    /// Reads what the file says of the values in the pages of a leaf; whether it says anything.
    pub(crate) fn read_values(
        &self,
        metadata: &ParquetMetaData,
        bytes: &FileBytes,
        group: usize,
        leaf: usize,
    ) -> Result<bool> {
        let Some(pages) = self.pages(metadata, bytes, group, leaf)? else {
            return Ok(false);
        };
        let slot = self.slot(group, leaf);
        if slot.values.get().is_none() {
            let index = values(metadata, bytes, group, leaf)?;
            let index = index.filter(|index| index.num_pages() == pages.len() as u64);
            let _ = slot.values.set(index.map(Box::new));
        }
        Ok(slot.values.get().is_some_and(Option::is_some))
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let slots = self.groups.iter().filter_map(OnceLock::get).flat_map(|slots| slots.iter());
        let of = |slot: &Slot| {
            let pages =
                slot.offsets.get().and_then(Option::as_ref).map_or(0, |index| index.page_locations().len());
            let values =
                slot.values.get().and_then(Option::as_ref).map_or(0, |index| index.num_pages() as usize);
            size_of::<Slot>() + pages * 24 + values * 40
        };
        slots.map(of).sum::<usize>() + self.groups.len() * size_of::<OnceLock<Box<[Slot]>>>()
    }
}

/// A page: rows of the row group, bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub rows: Range<u64>,
    pub bytes: Range<u64>,
}

fn pages(index: &OffsetIndexMetaData, rows: u64) -> Vec<Page> {
    let locations = index.page_locations();
    let ends = locations.iter().skip(1).map(|next| next.first_row_index as u64).chain([rows]);
    let page = |(location, end): (&PageLocation, u64)| Page {
        rows: location.first_row_index as u64..end,
        bytes: location.offset as u64..location.offset as u64 + location.compressed_page_size as u64,
    };
    locations.iter().zip(ends).map(page).collect()
}

fn offsets(
    metadata: &ParquetMetaData,
    bytes: &FileBytes,
    group: usize,
    leaf: usize,
) -> Result<Option<OffsetIndexMetaData>> {
    let group = metadata.row_group(group);
    let column = group.column(leaf);
    let Some(range) = inside(column.offset_index_range(), bytes) else {
        return Ok(None);
    };
    let data = bytes.get_bytes(range.start, (range.end - range.start) as usize)?;
    let read = thrift::check(&data[..], thrift::ANY).and_then(|()| decode_offset_index(&data));
    let Ok(index) = read else {
        return Ok(None);
    };
    let length = bytes.look().length;
    let locations = index.page_locations();
    let is_placed = |location: &PageLocation| {
        let (start, size) = (location.offset, location.compressed_page_size);
        start >= 0 && size > 0 && (start as u64).saturating_add(size as u64) <= length
    };
    let rows = group.num_rows();
    let ascends = locations.windows(2).all(|pair| pair[0].first_row_index < pair[1].first_row_index);
    let begins = locations.first().is_some_and(|first| first.first_row_index == 0);
    let ends = locations.last().is_some_and(|last| last.first_row_index < rows);
    Ok((begins && ends && ascends && locations.iter().all(is_placed)).then_some(index))
}

fn values(
    metadata: &ParquetMetaData,
    bytes: &FileBytes,
    group: usize,
    leaf: usize,
) -> Result<Option<ColumnIndexMetaData>> {
    let column = metadata.row_group(group).column(leaf);
    let Some(range) = inside(column.column_index_range(), bytes) else {
        return Ok(None);
    };
    let data = bytes.get_bytes(range.start, (range.end - range.start) as usize)?;
    let checked = thrift::check(&data[..], thrift::COLUMN_INDEX);
    Ok(checked.and_then(|()| decode_column_index(&data, column.column_type())).ok())
}

fn inside(range: Option<Range<u64>>, bytes: &FileBytes) -> Option<Range<u64>> {
    range.filter(|range| range.start < range.end && range.end <= bytes.look().length)
}

impl PageIndexProvider for PageIndexes {
    fn has_offset_indexes(&self) -> bool {
        true
    }

    fn has_column_indexes(&self) -> bool {
        true
    }

    fn column_index(&self, group: usize, leaf: usize) -> Option<&ColumnIndexMetaData> {
        let slot = self.groups.get(group)?.get()?.get(leaf)?;
        slot.values.get()?.as_deref()
    }

    fn offset_index(&self, group: usize, leaf: usize) -> Option<&OffsetIndexMetaData> {
        let slot = self.groups.get(group)?.get()?.get(leaf)?;
        slot.offsets.get()?.as_deref()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
