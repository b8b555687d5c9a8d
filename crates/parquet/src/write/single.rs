//! One file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use kinetable_engine::{Error, Result, RowSet, Version};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::{WriteOptions, Written};
use crate::error::quoted;

/// Rows taken from the version at once.
const CHUNK: u64 = 1 << 16;

/// Writes a version of a table as one file; directories above it are made, a file that is there is replaced.
///
/// # Errors
/// If a column has a type that Parquet has no place for, or the file cannot be written.
pub fn write(
    version: &Version,
    schema: &SchemaRef,
    path: impl AsRef<Path>,
    options: &WriteOptions,
) -> Result<Written> {
    let columns: Vec<usize> = (0..schema.fields().len()).collect();
    write_rows(version, schema, &columns, version.rows(), path.as_ref(), options)
}

/// Writes some rows of some columns.
pub(super) fn write_rows(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    path: &Path,
    options: &WriteOptions,
) -> Result<Written> {
    let unfinished = unfinished(path)?;
    let chosen: Vec<Field> = columns.iter().map(|column| declared(schema.field(*column))).collect();
    let chosen = Arc::new(Schema::new(chosen));
    let done = fill(version, &chosen, columns, rows, &unfinished, options)
        .and_then(|bytes| fs::rename(&unfinished, path).map(|()| bytes).map_err(Failure::from));
    match done {
        Ok(bytes) => Ok(Written { files: 1, rows: rows.len(), bytes }),
        Err(failure) => {
            let _ = fs::remove_file(&unfinished);
            Err(failure.at(path))
        }
    }
}

/// The name under which a file is written, in a directory that is there.
fn unfinished(path: &Path) -> Result<PathBuf> {
    let name = path.file_name().filter(|_| !path.is_dir());
    let Some(name) = name else {
        return Err(Error::invalid(format!("{} is not the name of a file", quoted(path)))
            .with_hint("give the path of the file to write, e.g. out/trades.parquet"));
    };
    let directory = path.parent().unwrap_or(Path::new(""));
    if !directory.as_os_str().is_empty() {
        let failed = |error| Failure::from(error).at(path);
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let process = std::process::id();
    Ok(directory.join(format!(".{}.{process}.unfinished", name.to_string_lossy())))
}

fn fill(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    path: &Path,
    options: &WriteOptions,
) -> Result<u64, Failure> {
    let types = KeyValue::new(ARROW_SCHEMA_META_KEY.into(), encode_arrow_schema(schema));
    let properties = options.properties(rows.len()).set_key_value_metadata(Some(vec![types]));
    let settings =
        ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
    let file = fs::File::create(path)?;
    let mut writer = ArrowWriter::try_new_with_options(file, schema.clone(), settings)?;
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let part = rows.slice(start..start + CHUNK);
        let array = |(column, field): (&usize, &Arc<Field>)| -> Result<ArrayRef, Failure> {
            Ok(cast(&version.read(*column, &part)?, field.data_type())?)
        };
        let arrays = columns.iter().zip(schema.fields()).map(array);
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        writer.write(&RecordBatch::try_new(schema.clone(), arrays)?)?;
    }
    writer.finish()?;
    let bytes = writer.bytes_written() as u64;
    writer.inner().sync_all()?;
    Ok(bytes)
}

/// A column as the file declares it: text and binary in the layout that all readers know.
fn declared(field: &Field) -> Field {
    Field::new(field.name(), declared_type(field.data_type()), true)
}

fn declared_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::List(item) => {
            DataType::List(Arc::new(item.as_ref().clone().with_data_type(declared_type(item.data_type()))))
        }
        other => other.clone(),
    }
}

/// Why a file could not be written: a column that could not be read, or the writer.
enum Failure {
    Table(Error),
    Writer(String),
}

impl Failure {
    fn at(self, path: &Path) -> Error {
        let place = format!("cannot write {}", quoted(path));
        match self {
            Failure::Table(error) => error.in_context(place),
            Failure::Writer(message) => Error::source(format!("{place}: {message}")),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Table(error)
    }
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Failure {
        Failure::Writer(error.to_string())
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Failure {
        Failure::Writer(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Writer(error.to_string())
    }
}
