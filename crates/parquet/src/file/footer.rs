//! The footer of a file: its types, its row groups, and where the table's columns are in it.
//!
//! What a footer says is not trusted: counts of rows that do not add up, and column chunks that lie outside the
//! file, are errors here, before anything is allocated by them.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::Result;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::FOOTER_SIZE;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};

use super::bytes::{FileBytes, Look};
use super::pages::PageIndexes;
use super::place::{Place, field_inside};
use super::thrift;
use crate::counters::{Counters, count};
use crate::error::broken;
use crate::store::Location;
use crate::types::{decode_type, type_of};

/// The most rows of a file: a row key has 40 bits for the place in its file.
const ROWS_MAX: u64 = (1 << 40) - 1;

/// What is kept of a file once it has been opened.
#[derive(Debug)]
pub(crate) struct Footer {
    /// Metadata with the types that the decoder is asked for, and with the page indexes that have been read.
    pub(crate) decoder: ArrowReaderMetadata,
    pub(crate) pages: Arc<PageIndexes>,
    /// The number in the file of the first row of each row group, and at the end the number of rows.
    pub(crate) starts: Vec<u64>,
    /// What the file looked like when its footer was read; one that another file described has not been looked at yet.
    look: OnceLock<Look>,
}

impl Footer {
    /// Reads the footer of a file, which must look as it did if that is known.
    pub(crate) fn read(
        location: &Location,
        known: Option<&Look>,
        counters: &Arc<Counters>,
    ) -> Result<Footer> {
        let bytes = FileBytes::open(location, known, counters)?;
        let footer = bytes.within(|mut bytes| {
            bytes.read_tail()?;
            let metadata = Footer::metadata(&mut bytes)?;
            check_chunks(&metadata, bytes.look().length)?;
            Footer::of(metadata, Some(bytes.look().clone()))
        })?;
        count(&counters.footers_read, 1);
        Ok(footer)
    }

    /// What a footer says.
    pub(crate) fn metadata(bytes: &mut FileBytes) -> ParquetResult<ParquetMetaData> {
        let length = bytes.len();
        if let Some(start) = length.checked_sub(FOOTER_SIZE as u64) {
            let tail = bytes.get_bytes(start, FOOTER_SIZE)?;
            let said = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
            if let Some(start) = start.checked_sub(said) {
                bytes.have_ahead(start..length)?;
                thrift::check(&bytes.get_bytes(start, said as usize)?[..], thrift::ANY)?;
            }
        }
        ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Skip).parse_and_finish(bytes)
    }

    /// A footer from what it says.
    pub(crate) fn of(metadata: ParquetMetaData, look: Option<Look>) -> ParquetResult<Footer> {
        let starts = starts(&metadata)?;
        let leaves = metadata.file_metadata().schema_descr().num_columns();
        if metadata.row_groups().iter().any(|group| group.num_columns() != leaves) {
            return Err(ParquetError::General("its row groups do not have the columns of its schema".into()));
        }
        let pages = Arc::new(PageIndexes::new(metadata.num_row_groups(), leaves));
        let metadata = metadata.into_builder().set_page_index(Some(pages.clone())).build();
        let known = OnceLock::new();
        if let Some(look) = look {
            let _ = known.set(look);
        }
        Ok(Footer { decoder: decoder(Arc::new(metadata))?, pages, starts, look: known })
    }

    /// Opens the file of this footer again, to read values.
    pub(crate) fn reopen(&self, location: &Location, counters: &Arc<Counters>) -> Result<FileBytes> {
        let bytes = FileBytes::open(location, self.look.get(), counters)?;
        if self.look.get().is_none() {
            let look = bytes.look().clone();
            let checked = check_chunks(self.decoder.metadata(), look.length);
            checked.map_err(|error| broken(location, error))?;
            let _ = self.look.set(look);
        }
        Ok(bytes)
    }

    /// What the file looked like when its footer was read.
    pub(crate) fn look(&self) -> Option<&Look> {
        self.look.get()
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
        fields.map(|field| (field.name().as_str(), type_of(field)))
    }

    /// Where a column is in the file, or a field in a column of structs, as `column.field`; and what it is there.
    pub(crate) fn place(&self, name: &str) -> Option<(Place, &Field)> {
        let fields = self.decoder.schema().fields();
        let (root, inside) = match fields.iter().position(|field| field.name() == name) {
            Some(root) => (root, Vec::new()),
            None => {
                let (column, rest) = name.split_once('.')?;
                let root = fields.iter().position(|field| field.name() == column)?;
                (root, rest.split('.').map(str::to_owned).collect())
            }
        };
        let field = field_inside(&fields[root], &inside)?;
        let schema = self.decoder.parquet_schema();
        let is_below = |leaf: &usize| {
            let path = schema.column(*leaf).path().parts().to_vec();
            schema.get_column_root_idx(*leaf) == root && path.get(1..1 + inside.len()) == Some(&inside[..])
        };
        let leaves: Vec<usize> = (0..schema.num_columns()).filter(is_below).collect();
        (!leaves.is_empty()).then_some((Place { root, inside, leaves }, field))
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let metadata = self.decoder.metadata().memory_size();
        metadata + self.pages.bytes() + self.starts.len() * 8 + size_of::<Footer>()
    }
}

/// Runs something that reads a file; a panic, which a file that lies may bring about, is an error of the file.
pub(crate) fn sound<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
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
