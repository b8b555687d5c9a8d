//! Rows of a version as the bytes of a Parquet file: the columns of a row group are read and encoded in parallel.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use kinetable_engine::{Error, Result, RowSet, Version};
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowWriter, ArrowWriterOptions, compute_leaves,
};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaData};
use parquet::file::properties::WriterPropertiesBuilder;
use rayon::prelude::*;

use super::declare::as_declared;
use crate::progress::Progress;

/// Rows taken from the version at once.
const CHUNK: u64 = 1 << 16;

/// What is written.
pub(super) struct Content<'a> {
    pub version: &'a Version,
    /// Columns of the version, in the order of the file.
    pub columns: &'a [usize],
    pub rows: &'a RowSet,
    /// How the file declares them.
    pub declared: SchemaRef,
    /// Rows of row groups.
    pub plan: &'a [Range<u64>],
}

/// Writes all bytes; gives what the footer says.
pub(super) fn encode(
    content: &Content<'_>,
    properties: WriterPropertiesBuilder,
    target: &mut (impl Write + Send),
    progress: &Progress,
) -> Result<ParquetMetaData> {
    let types = KeyValue::new(ARROW_SCHEMA_META_KEY.into(), encode_arrow_schema(&content.declared));
    let properties = properties.set_key_value_metadata(Some(vec![types])).build();
    let settings = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let writer =
        ArrowWriter::try_new_with_options(target, content.declared.clone(), settings).map_err(failed)?;
    let (mut file, factory) = writer.into_serialized_writer().map_err(failed)?;
    for (number, rows) in content.plan.iter().enumerate() {
        let writers = factory.create_column_writers(number).map_err(failed)?;
        let chunks = encode_columns(content, rows, writers, progress)?;
        let mut group = file.next_row_group().map_err(failed)?;
        chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut group)).map_err(failed)?;
        group.close().map_err(failed)?;
    }
    file.close().map_err(failed)
}

/// A column of the table, its declaration, and the writers of its leaves.
type Work<'a> = (usize, &'a Arc<Field>, Vec<ArrowColumnWriter>);

fn encode_columns(
    content: &Content<'_>,
    rows: &Range<u64>,
    writers: Vec<ArrowColumnWriter>,
    progress: &Progress,
) -> Result<Vec<ArrowColumnChunk>> {
    let mut writers = writers.into_iter();
    let fields = content.declared.fields().iter();
    let columns: Vec<_> = content.columns.iter().zip(fields).collect();
    let work: Vec<Work<'_>> = columns
        .into_iter()
        .map(|(column, field)| (*column, field, writers.by_ref().take(leaves(field.data_type())).collect()))
        .collect();
    let encode =
        |(column, field, writers): Work<'_>| encode_column(content, column, field, rows, writers, progress);
    let chunks = work.into_par_iter().map(encode).collect::<Result<Vec<_>>>()?;
    Ok(chunks.into_iter().flatten().collect())
}

fn encode_column(
    content: &Content<'_>,
    column: usize,
    field: &Field,
    rows: &Range<u64>,
    mut writers: Vec<ArrowColumnWriter>,
    progress: &Progress,
) -> Result<Vec<ArrowColumnChunk>> {
    let unfit = |error: ArrowError| {
        Error::source(format!(
            "column \"{}\" cannot be written as {}: {error}",
            field.name(),
            field.data_type()
        ))
        .with_hint("change its values or its type before")
    };
    let mut start = rows.start;
    while start < rows.end {
        let end = (start + CHUNK).min(rows.end);
        let values = content.version.read(column, &content.rows.slice(start..end))?;
        let values = as_declared(&values, field.data_type()).map_err(unfit)?;
        let leaves = compute_leaves(field, &values).map_err(failed)?;
        for (writer, leaf) in writers.iter_mut().zip(&leaves) {
            writer.write(leaf).map_err(failed)?;
        }
        progress.advance(end - start)?;
        start = end;
    }
    writers.into_iter().map(|writer| writer.close().map_err(failed)).collect()
}

/// Columns of the file that a column of the table becomes.
fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        DataType::List(item) | DataType::LargeList(item) => leaves(item.data_type()),
        _ => 1,
    }
}

fn failed(error: ParquetError) -> Error {
    Error::source(error.to_string())
}
