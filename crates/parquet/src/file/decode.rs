//! Decoding blocks of one column of one row group.
//!
//! A block is [`BLOCK`] rows, counted from the start of its row group. If all blocks of a row group are wanted, its
//! column chunk is read in one go; if some are, and the file says where its pages are, only their pages are; if it does
//! not say, pages before them are read and skipped.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ByteViewType;
use arrow_array::{Array, ArrayRef, GenericByteViewArray, RecordBatch};
use arrow_schema::DataType;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Error, Result};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
    RowSelectionPolicy,
};
use parquet::errors::{ParquetError, Result as ParquetResult};

use super::bytes::FileBytes;
use super::footer::{Footer, sound};
use crate::counters::{Counters, count};
use crate::error::{broken, quoted};
use crate::types::conform;

/// Rows in a block; the last block of a row group may have fewer.
pub(crate) const BLOCK: u64 = 1 << 14;

/// The values of some blocks, ascending, of a column of a row group.
pub(crate) fn decode(
    path: &Path,
    footer: &Footer,
    column: usize,
    group: usize,
    blocks: &[u32],
    engine_type: &DataType,
    counters: &Arc<Counters>,
) -> Result<Vec<ArrayRef>> {
    let bytes = footer.reopen(path, counters)?;
    let arrays = sound(|| read_blocks(bytes, footer, column, group, blocks));
    let arrays = arrays.map_err(|error| broken(path, error))?;
    count(&counters.row_groups_read, 1);
    let rows = arrays.iter().map(|array| array.len() as u64).sum();
    count(&counters.rows_decoded, rows);
    let name = footer.decoder.schema().field(column).name();
    let settled = |array: &ArrayRef| {
        let failed = |error| {
            Error::source(format!("column \"{name}\" of {}: {error}", quoted(path)))
                .with_hint(format!("its values do not all fit {engine_type}"))
        };
        Ok(compact(conform(array, engine_type).map_err(failed)?))
    };
    arrays.iter().map(settled).collect()
}

/// Number of blocks in a row group.
pub(crate) fn blocks_of(rows: u64) -> u32 {
    rows.div_ceil(BLOCK) as u32
}

fn block_rows(block: u32, group_rows: u64) -> std::ops::Range<usize> {
    let start = u64::from(block) * BLOCK;
    start as usize..(start + BLOCK).min(group_rows) as usize
}

fn read_blocks(
    mut bytes: FileBytes,
    footer: &Footer,
    column: usize,
    group: usize,
    blocks: &[u32],
) -> ParquetResult<Vec<ArrayRef>> {
    let rows = footer.group_rows(group);
    let rows = rows.end - rows.start;
    let whole = blocks.len() == blocks_of(rows) as usize;
    let decoder = if whole {
        read_chunks_ahead(&mut bytes, &footer.decoder, column, group)?;
        footer.decoder.clone()
    } else {
        footer.paged(&bytes)?
    };
    let mask = ProjectionMask::roots(decoder.parquet_schema(), [column]);
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, decoder)
        .with_projection(mask)
        .with_row_groups(vec![group])
        .with_row_selection_policy(RowSelectionPolicy::Selectors)
        .with_batch_size(BLOCK as usize);
    if !whole {
        let ranges = blocks.iter().map(|block| block_rows(*block, rows));
        let selection = RowSelection::from_consecutive_ranges(ranges, rows as usize);
        builder = builder.with_row_selection(selection);
    }
    let mut reader = builder.build()?;
    let lengths = blocks.iter().map(|block| block_rows(*block, rows).len());
    lengths.map(|length| next_block(&mut reader, length)).collect()
}

/// Reads the bytes of a column in one go; they lie together, or nearly so.
fn read_chunks_ahead(
    bytes: &mut FileBytes,
    decoder: &ArrowReaderMetadata,
    column: usize,
    group: usize,
) -> ParquetResult<()> {
    let schema = decoder.parquet_schema();
    let group = decoder.metadata().row_group(group);
    let leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == column);
    let ranges = leaves.map(|leaf| group.column(leaf).byte_range());
    let cover = ranges.fold(None, |cover: Option<(u64, u64)>, (start, length)| {
        let (from, to) = cover.unwrap_or((start, start));
        Some((from.min(start), to.max(start + length)))
    });
    if let Some((from, to)) = cover {
        bytes.read_ahead(from..to)?;
    }
    Ok(())
}

/// The next block: as a rule, exactly one batch.
fn next_block(reader: &mut ParquetRecordBatchReader, length: usize) -> ParquetResult<ArrayRef> {
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(1);
    let mut rest = length;
    while rest > 0 {
        let batch: RecordBatch = match reader.next() {
            Some(batch) => batch?,
            None => return Err(ParquetError::EOF(format!("{rest} rows are missing"))),
        };
        let part = batch.column(0);
        if part.len() > rest {
            let message = format!("{} rows where {rest} are left", part.len());
            return Err(ParquetError::General(message));
        }
        rest -= part.len();
        parts.push(part.clone());
    }
    let kind = parts[0].data_type().clone();
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
