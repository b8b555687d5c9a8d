//! The footer of a file: its types, its row groups, and where the table's columns are in it.
//!
//! What a footer says is not trusted: counts of rows that do not add up, and column chunks that lie outside the
//! file, are errors here, before anything is allocated by them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::Result;
use parking_lot::Mutex;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::bytes::{FileBytes, Look};
use crate::counters::{Counters, count};
use crate::error::{broken, changed};
use crate::types::{decode_type, engine_type};

/// The most rows of a file: a row key has 40 bits for the place in its file.
const ROWS_MAX: u64 = (1 << 40) - 1;

/// What is kept of a file once it has been opened.
#[derive(Debug)]
pub(crate) struct Footer {
    /// Metadata with the types that the decoder is asked for.
    pub(crate) decoder: ArrowReaderMetadata,
    /// The number in the file of the first row of each row group, and at the end the number of rows.
    pub(crate) starts: Vec<u64>,
    look: Look,
    /// The same metadata with the places of pages, once a reader wanted a part of a row group.
    paged: Mutex<Option<ArrowReaderMetadata>>,
}

impl Footer {
    /// Reads the footer of a file.
    pub(crate) fn read(path: &Path, counters: &Arc<Counters>) -> Result<Footer> {
        let bytes = FileBytes::open(path, counters)?;
        let footer = sound(|| Footer::parse(&bytes)).map_err(|error| broken(path, error))?;
        count(&counters.footers_read, 1);
        Ok(footer)
    }

    fn parse(bytes: &FileBytes) -> ParquetResult<Footer> {
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Skip)
            .parse_and_finish(bytes)?;
        let starts = starts(&metadata)?;
        check_chunks(&metadata, bytes.look().length)?;
        Ok(Footer {
            decoder: decoder(Arc::new(metadata))?,
            starts,
            look: bytes.look(),
            paged: Mutex::new(None),
        })
    }

    /// Opens the file of this footer again, to read values.
    pub(crate) fn reopen(&self, path: &Path, counters: &Arc<Counters>) -> Result<FileBytes> {
        let bytes = FileBytes::open(path, counters)?;
        if bytes.look() != self.look {
            return Err(changed(path));
        }
        Ok(bytes)
    }

    /// The metadata with the places of pages.
    pub(crate) fn paged(&self, bytes: &FileBytes) -> ParquetResult<ArrowReaderMetadata> {
        let mut paged = self.paged.lock();
        if let Some(paged) = paged.as_ref() {
            return Ok(paged.clone());
        }
        let metadata = self.decoder.metadata().as_ref().clone();
        let mut reader = ParquetMetaDataReader::new_with_metadata(metadata)
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(PageIndexPolicy::Optional);
        reader.read_page_indexes(bytes)?;
        let read = decoder(Arc::new(reader.finish()?))?;
        *paged = Some(read.clone());
        Ok(read)
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> u64 {
        self.starts[self.starts.len() - 1]
    }

    /// Number of row groups.
    pub(crate) fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// Numbers in the file of the rows of a row group.
    pub(crate) fn group_rows(&self, group: usize) -> Range<u64> {
        self.starts[group]..self.starts[group + 1]
    }

    /// The row group of a row.
    pub(crate) fn group_of(&self, row: u64) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }

    /// Names and engine types of the file's columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, DataType)> {
        let fields = self.decoder.schema().fields().iter();
        fields.map(|field| (field.name().as_str(), engine_type(field.data_type())))
    }

    /// Where a column is in the file.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.columns().position(|(other, _)| other == name)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let size = |metadata: &ArrowReaderMetadata| metadata.metadata().memory_size();
        let paged = self.paged.lock().as_ref().map_or(0, size);
        size(&self.decoder) + paged + self.starts.len() * 8 + size_of::<Footer>()
    }
}

/// Runs something that reads a file; a panic, which a file that lies may bring about, is an error of the file.
pub(super) fn sound<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ParquetError::General("the decoder gave up on it".into())))
}

fn starts(metadata: &ParquetMetaData) -> ParquetResult<Vec<u64>> {
    let lie = |what: String| Err(ParquetError::General(what));
    let mut starts = vec![0u64];
    for (group, of) in metadata.row_groups().iter().enumerate() {
        let before = starts[group];
        let end = u64::try_from(of.num_rows()).ok().and_then(|rows| before.checked_add(rows));
        match end.filter(|end| *end <= ROWS_MAX) {
            Some(end) => starts.push(end),
            None => return lie(format!("row group {group} has {} rows", of.num_rows())),
        }
    }
    let (sum, said) = (starts[starts.len() - 1], metadata.file_metadata().num_rows());
    if u64::try_from(said) != Ok(sum) {
        return lie(format!("it says {said} rows, but its row groups have {sum}"));
    }
    Ok(starts)
}

fn check_chunks(metadata: &ParquetMetaData, length: u64) -> ParquetResult<()> {
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let inside = u64::try_from(start)
                .ok()
                .zip(u64::try_from(column.compressed_size()).ok())
                .and_then(|(start, size)| start.checked_add(size))
                .is_some_and(|end| end <= length);
            let name = column.column_path();
            if !inside {
                let message = format!("column {name} of row group {number} lies outside the file");
                return Err(ParquetError::General(message));
            }
            let (rows, values) = (group.num_rows(), column.num_values());
            if column.column_descr().max_rep_level() == 0 && rows != values {
                let message = format!("column {name} has {values} values for {rows} rows");
                return Err(ParquetError::General(message));
            }
        }
    }
    Ok(())
}

/// The metadata with text asked for as views, if the decoder agrees.
fn decoder(metadata: Arc<ParquetMetaData>) -> ParquetResult<ArrowReaderMetadata> {
    let plain = ArrowReaderMetadata::try_new(metadata.clone(), ArrowReaderOptions::new())?;
    let wanted = decoded_schema(plain.schema());
    if wanted == *plain.schema() {
        return Ok(plain);
    }
    let options = ArrowReaderOptions::new().with_schema(wanted);
    Ok(ArrowReaderMetadata::try_new(metadata, options).unwrap_or(plain))
}

fn decoded_schema(file: &SchemaRef) -> SchemaRef {
    let field = |field: &Arc<Field>| {
        let wanted = decode_type(field.data_type());
        field.as_ref().clone().with_data_type(wanted)
    };
    let fields: Vec<Field> = file.fields().iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, file.metadata().clone()))
}
