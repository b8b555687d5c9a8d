//! A file of Arrow IPC as a static table.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_empty_array};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::{Column, Definition, Error, Properties, Result, RowSet, Table};
use rayon::prelude::*;

use super::claims::{Claims, check_stream};
use super::parts::Parts;
use super::raw;
use crate::{adopt_batch, engine_type};

/// How the bytes of a file get into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// They are read now.
    Read,
    /// They are mapped: read when they are looked at, and let go by the system when it needs memory. Nobody may write to the file, or cut it
    /// short, while the table lives; that would end the process. Replacing it by another (as this package's writers do) is fine.
    Mapped,
}

/// The bytes that the file format begins and ends with.
const MAGIC: &[u8] = b"ARROW1";

/// Reads a file as a static table.
///
/// # Errors
/// If it cannot be read, is not sound, or holds a column of a type that tables have none for.
pub fn read(path: impl AsRef<Path>, access: Access) -> Result<Table> {
    let path = path.as_ref();
    let bytes = load(path, access).map_err(|error| {
        Error::source(format!("cannot read \"{}\": {error}", path.display()))
            .with_hint("look at the path, which is taken from the working directory")
            .with_cause(error)
    })?;
    // The decoder is Arrow's; what it does not expect of a file may panic, and a file is not to end the process.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode(&bytes)))
        .unwrap_or_else(|_| Err(broken("its parts contradict each other")));
    let (schema, batches) = decoded.map_err(|error| {
        let error = Error::source(format!("cannot read \"{}\": {error}", path.display())).with_cause(error);
        error.with_hint(
            "it has to be a sound file of Arrow IPC or Feather 2 with columns of types that tables have",
        )
    })?;
    table(&schema, batches, access)
}

fn load(path: &Path, access: Access) -> std::io::Result<Buffer> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(std::io::Error::other("it is a directory"));
    }
    if access == Access::Mapped && metadata.is_file() && metadata.len() > 0 {
        return Ok(Buffer::from(bytes::Bytes::from_owner(raw::map(&file)?)));
    }
    Ok(Buffer::from_vec(std::fs::read(path)?))
}

pub(super) fn broken(what: &str) -> ArrowError {
    ArrowError::ParseError(format!("the file is not sound: {what}"))
}

/// The schema and the batches, in the engine's layouts.
fn decode(bytes: &Buffer) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    if bytes.starts_with(b"FEA1") {
        return Err(ArrowError::ParseError("it is Feather of version 1, which is no Arrow file".into()));
    }
    let (schema, batches) =
        if bytes.starts_with(MAGIC) { decode_file(bytes)? } else { decode_stream(bytes)? };
    let fields = schema.fields().iter().map(|field| {
        let adopted = engine_type(field.data_type()).ok_or_else(|| {
            let (name, found) = (field.name(), field.data_type());
            ArrowError::CastError(format!(
                "column \"{name}\" is of the Arrow type {found}, which no column is"
            ))
        })?;
        Ok(Field::new(field.name(), adopted, true))
    });
    let schema = Arc::new(Schema::new(fields.collect::<Result<Vec<_>, ArrowError>>()?));
    let batches = batches.into_par_iter().map(|batch| adopt_batch(&batch)).collect::<Result<Vec<_>, _>>()?;
    Ok((schema, batches))
}

fn decode_file(bytes: &Buffer) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    let end = bytes.len();
    let trailer = bytes.get(end.saturating_sub(10)..).and_then(|trailer| trailer.try_into().ok());
    let trailer: [u8; 10] = trailer.ok_or_else(|| broken("it is too short"))?;
    if trailer[4..] != *MAGIC {
        return Err(broken("it does not end as it has to, and may be cut short"));
    }
    let length = read_footer_length(trailer)?;
    let footer = (end - 10).checked_sub(length).map(|start| &bytes[start..end - 10]);
    let footer = root_as_footer(footer.ok_or_else(|| broken("its footer is longer than it is"))?)
        .map_err(|error| broken(&error.to_string()))?;
    let schema = Arc::new(try_fb_to_schema(footer.schema().ok_or_else(|| broken("it has no schema"))?)?);
    let mut decoder = FileDecoder::new(schema.clone(), footer.version());
    let mut claims = Claims::of(bytes);
    let mut of = |block: &Block| Ok((*block, block_of(bytes, block, &mut claims)?));
    let dictionaries = footer.dictionaries().into_iter().flatten().map(&mut of);
    let dictionaries = dictionaries.collect::<Result<Vec<_>, ArrowError>>()?;
    let blocks = footer.recordBatches().into_iter().flatten().map(&mut of);
    let blocks = blocks.collect::<Result<Vec<_>, ArrowError>>()?;
    for (block, content) in &dictionaries {
        decoder.read_dictionary(block, content)?;
    }
    let batches = blocks.par_iter().map(|(block, content)| {
        let batch = decoder.read_record_batch(block, content)?;
        batch.ok_or_else(|| broken("a batch holds nothing"))
    });
    Ok((schema, batches.collect::<Result<Vec<_>, _>>()?))
}

/// The bytes of a message, if they are in the file.
fn block_of(bytes: &Buffer, block: &Block, claims: &mut Claims) -> Result<Buffer, ArrowError> {
    let place = || {
        let offset = usize::try_from(block.offset()).ok()?;
        let header = usize::try_from(block.metaDataLength()).ok()?;
        let length = header.checked_add(usize::try_from(block.bodyLength()).ok()?)?;
        let is_inside = offset.checked_add(length)? <= bytes.len();
        is_inside.then(|| (bytes.slice_with_length(offset, length), header))
    };
    let (block, header) = place().ok_or_else(|| broken("a batch is outside of it"))?;
    claims.check_block(&block, header)?;
    Ok(block)
}

fn decode_stream(bytes: &Buffer) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    check_stream(bytes)?;
    let mut decoder = StreamDecoder::new();
    let (mut rest, mut batches) = (bytes.clone(), Vec::new());
    while let Some(batch) = decoder.decode(&mut rest)? {
        batches.push(batch);
    }
    decoder.finish()?;
    let schema = decoder.schema().ok_or_else(|| broken("it holds no schema, and may be no Arrow file"))?;
    Ok((schema, batches))
}

fn table(schema: &SchemaRef, batches: Vec<RecordBatch>, access: Access) -> Result<Table> {
    check_names(schema)?;
    let size = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    let rows = RowSet::flat(size);
    let mut arrays: Vec<Vec<ArrayRef>> = schema.fields().iter().map(|_| Vec::new()).collect();
    for batch in batches {
        for (column, array) in arrays.iter_mut().zip(batch.columns()) {
            column.push(array.clone());
        }
    }
    let columns = arrays
        .into_par_iter()
        .zip(schema.fields().par_iter())
        .map(|(arrays, field)| column(arrays, field.data_type(), &rows, access));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(Table::fixed(Definition::new(schema.clone(), Properties::APPEND), rows.clone(), columns))
}

fn column(arrays: Vec<ArrayRef>, data_type: &DataType, rows: &RowSet, access: Access) -> Result<Column> {
    match arrays.as_slice() {
        [] => Packed::column(rows.clone(), new_empty_array(data_type)),
        [one] => Packed::column(rows.clone(), one.clone()),
        _ if access == Access::Mapped => Ok(Arc::new(Parts::new(data_type.clone(), arrays))),
        several => {
            let several: Vec<&dyn arrow_array::Array> = several.iter().map(AsRef::as_ref).collect();
            Packed::column(rows.clone(), arrow_select::concat::concat(&several)?)
        }
    }
}

fn check_names(schema: &Schema) -> Result<()> {
    let fields = schema.fields();
    for (place, field) in fields.iter().enumerate() {
        if fields[..place].iter().any(|other| other.name() == field.name()) {
            let message = format!("the file has two columns called \"{}\"", field.name());
            return Err(Error::source(message).with_hint("give one of them another name"));
        }
    }
    Ok(())
}
