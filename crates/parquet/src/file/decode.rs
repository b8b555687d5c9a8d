//! Decoding blocks of one column of one row group.
//!
//! A block is [`BLOCK`] rows, counted from the start of its row group. If all blocks of a row group are wanted whole, its
//! column chunk is read in one go; if less is, and the file says where its pages are, only their pages are; if it does
//! not say, pages before them are read and skipped.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ByteViewType;
use arrow_array::{Array, ArrayRef, GenericByteViewArray, RecordBatch};
use arrow_schema::DataType;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Error, Result};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection, RowSelectionPolicy,
};
use parquet::basic::CompressionCodec;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::ChunkReader;

use super::bytes::FileBytes;
use super::footer::Footer;
use super::place::{Place, values_inside};
use super::thrift;
use crate::counters::{Counters, count};
use crate::error::quoted;
use crate::store::Location;
use crate::types::{Unsigned, conform};

/// Rows in a block; the last block of a row group may have fewer.
pub(crate) const BLOCK: u64 = 1 << 14;

/// Rows of a block, counted from its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub block: u32,
    pub rows: Range<u32>,
}

impl Wanted {
    /// Rows of the row group.
    fn group_rows(&self) -> Range<usize> {
        let start = u64::from(self.block) * BLOCK;
        (start + u64::from(self.rows.start)) as usize..(start + u64::from(self.rows.end)) as usize
    }
}

/// What is read of which file.
pub(crate) struct Decoding<'a> {
    pub location: &'a Location,
    pub footer: &'a Footer,
    pub place: &'a Place,
    pub group: usize,
    pub engine_type: &'a DataType,
    pub unsigned: Unsigned,
    pub counters: &'a Arc<Counters>,
}

/// The values of some rows, ascending, of a column of a row group: an array for each block.
pub(crate) fn decode(of: &Decoding<'_>, wanted: &[Wanted]) -> Result<Vec<ArrayRef>> {
    let name = of.footer.decoder.schema().field(of.place.root).name();
    let chunks = of.footer.decoder.metadata().row_group(of.group);
    if of.place.leaves.iter().any(|leaf| chunks.column(*leaf).compression_codec() == CompressionCodec::LZO) {
        return Err(Error::source(format!(
            "column \"{name}\" of {} is compressed with LZO, which is not read",
            quoted(of.location)
        ))
        .with_hint("write the file again with another codec, e.g. ZSTD; its other columns can be read"));
    }
    let bytes = of.footer.reopen(of.location, of.counters)?;
    let arrays = bytes.within(|bytes| read_blocks(bytes, of, wanted))?;
    count(&of.counters.row_groups_read, 1);
    let rows = arrays.iter().map(|array| array.len() as u64).sum();
    count(&of.counters.rows_decoded, rows);
    let settled = |array: &ArrayRef| {
        let failed = |error| {
            Error::source(format!("column \"{name}\" of {}: {error}", quoted(of.location)))
                .with_hint(format!("its values do not all fit {}", of.engine_type))
        };
        Ok(compact(conform(array, of.engine_type, of.unsigned).map_err(failed)?))
    };
    arrays.iter().map(settled).collect()
}

/// Number of blocks in a row group.
pub(crate) fn blocks_of(rows: u64) -> u32 {
    rows.div_ceil(BLOCK) as u32
}

fn read_blocks(mut bytes: FileBytes, of: &Decoding<'_>, wanted: &[Wanted]) -> ParquetResult<Vec<ArrayRef>> {
    let rows = of.footer.group_rows(of.group);
    let rows = rows.end - rows.start;
    let whole = wanted.iter().map(|wanted| wanted.rows.len() as u64).sum::<u64>() == rows;
    let pages = wanted_pages(&bytes, of, wanted)?;
    if whole {
        let chunks = chunk_ranges(of);
        bytes.read_ahead(&joined(chunks))?;
    } else if pages.are_all {
        bytes.read_further(&joined(pages.ranges.clone()), pages.until)?;
        count(&of.counters.pages_read, pages.count);
    }
    // The headers of other pages are looked at where they are read.
    for page in pages.ranges {
        let page = bytes.get_bytes(page.start, (page.end - page.start) as usize)?;
        thrift::check(&page[..], thrift::PAGE_HEADER)?;
    }
    let decoder = of.footer.decoder.clone();
    let mask = ProjectionMask::leaves(decoder.parquet_schema(), of.place.leaves.iter().copied());
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, decoder)
        .with_projection(mask)
        .with_row_groups(vec![of.group])
        .with_row_selection_policy(RowSelectionPolicy::Selectors)
        .with_batch_size(BLOCK as usize);
    if !whole {
        let ranges = wanted.iter().map(Wanted::group_rows);
        let selection = RowSelection::from_consecutive_ranges(ranges, rows as usize);
        builder = builder.with_row_selection(selection);
    }
    let mut reader = builder.build()?;
    let mut rest = Vec::new();
    let blocks = wanted.iter().map(|wanted| next_rows(&mut reader, &mut rest, wanted.rows.len()));
    blocks.map(|array| values_inside(&array?, &of.place.inside)).collect()
}

/// The bytes of the column's chunks, ascending.
fn chunk_ranges(of: &Decoding<'_>) -> Vec<Range<u64>> {
    let group = of.footer.decoder.metadata().row_group(of.group);
    let ranges = of.place.leaves.iter().map(|leaf| group.column(*leaf).byte_range());
    ranges.map(|(start, length)| start..start.saturating_add(length)).collect()
}

/// Where the pages of some rows are, of the columns of which the file says it, and the dictionaries before them.
struct WantedPages {
    ranges: Vec<Range<u64>>,
    /// Without dictionaries.
    count: u64,
    /// The end of the columns' chunks.
    until: u64,
    /// Whether the file says it of all columns.
    are_all: bool,
}

fn wanted_pages(bytes: &FileBytes, of: &Decoding<'_>, wanted: &[Wanted]) -> ParquetResult<WantedPages> {
    let metadata = of.footer.decoder.metadata();
    let mut found = WantedPages { ranges: Vec::new(), count: 0, until: 0, are_all: true };
    for (leaf, chunk) in of.place.leaves.iter().zip(chunk_ranges(of)) {
        let Some(pages) = of.footer.pages.pages(metadata, bytes, of.group, *leaf)? else {
            found.are_all = false;
            continue;
        };
        found.until = found.until.max(chunk.end);
        let first = pages.first().map_or(chunk.start, |first| first.bytes.start);
        if chunk.start < first {
            found.ranges.push(chunk.start..first);
        }
        let mut rows = wanted.iter().map(Wanted::group_rows).peekable();
        for page in &pages {
            while rows.peek().is_some_and(|rows| rows.end as u64 <= page.rows.start) {
                rows.next();
            }
            if rows.peek().is_some_and(|rows| (rows.start as u64) < page.rows.end) {
                found.ranges.push(page.bytes.clone());
                found.count += 1;
            }
        }
    }
    Ok(found)
}

/// Ranges in order, those that touch as one.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// The next rows: as a rule, exactly one batch. What a batch has beyond them is left in `rest`.
fn next_rows(
    reader: &mut ParquetRecordBatchReader,
    rest: &mut Vec<ArrayRef>,
    length: usize,
) -> ParquetResult<ArrayRef> {
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(1);
    let mut missing = length;
    while missing > 0 {
        let part = match rest.pop() {
            Some(part) => part,
            None => match reader.next() {
                Some(batch) => RecordBatch::column(&batch?, 0).clone(),
                None => return Err(ParquetError::EOF(format!("{missing} rows are missing"))),
            },
        };
        let taken = part.len().min(missing);
        if taken < part.len() {
            rest.push(part.slice(taken, part.len() - taken));
        }
        missing -= taken;
        parts.push(part.slice(0, taken));
    }
    let Some(kind) = parts.first().map(|part| part.data_type().clone()) else {
        return Err(ParquetError::General("no rows were asked for".into()));
    };
    concat_chunks(&kind, &parts).map_err(|error| ParquetError::General(error.to_string()))
}

/// Text whose views look at far more bytes than they need is copied out, so that a small block does not hold on to
/// large pages, and text short enough to need none holds on to no page.
pub(crate) fn compact(array: ArrayRef) -> ArrayRef {
    if let Some(text) = array.as_string_view_opt() {
        if is_loose(text) {
            return Arc::new(text.gc());
        }
    } else if let Some(bytes) = array.as_binary_view_opt()
        && is_loose(bytes)
    {
        return Arc::new(bytes.gc());
    }
    array
}

fn is_loose<T: ByteViewType>(array: &GenericByteViewArray<T>) -> bool {
    let held: usize = array.data_buffers().iter().map(|buffer| buffer.len()).sum();
    let needed = || array.total_buffer_bytes_used();
    held > 0 && (needed() == 0 || (held > 4096 && held > 2 * needed()))
}
