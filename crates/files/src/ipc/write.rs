//! Rows as a file of Arrow IPC.
//!
//! Text is written as `string` and bytes as `binary`, which every reader takes, and not as views. Columns that are asked for are written as
//! dictionaries: of the whole column, since a file holds one dictionary a column.
//!
//! **Cost**: batches are read and brought to the file's layout on all cores, and written in order.

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use kinetable_engine::{Error, Result, Version};
use rayon::prelude::*;

use crate::output::Output;
use crate::{Progress, cast, list_of};

/// Rows of a batch.
const BATCH: u64 = 1 << 17;

/// How the batches follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With a footer that says where they are: Feather's second version.
    File,
    /// One after the other, to be read from the start.
    Stream,
}

/// How buffers are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Fast.
    Lz4,
    /// Small.
    Zstd,
}

/// How to write.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// How batches follow each other.
    pub format: Format,
    /// How buffers are packed; `None`: not at all, so that they can be mapped.
    pub compression: Option<Compression>,
    /// Columns of text that are written as dictionaries.
    pub dictionaries: Vec<String>,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions { format: Format::File, compression: None, dictionaries: Vec::new() }
    }
}

/// Writes the rows of a version. The file is there when it is complete; an old one is replaced.
///
/// # Errors
/// If the file cannot be written, a column cannot be computed, or has a type that files have none for.
pub fn write(
    version: &Version,
    schema: &SchemaRef,
    path: impl AsRef<Path>,
    options: &WriteOptions,
    progress: &Progress,
) -> Result<()> {
    let mut output = BufWriter::with_capacity(1 << 20, Output::create(path)?);
    write_to(version, schema, &mut output, options, progress)?;
    let mut output = output
        .into_inner()
        .map_err(|error| failed(ArrowError::from_external_error(Box::new(error.into_error()))))?;
    output.flush().map_err(|error| output.failed(error))?;
    output.finish()
}

fn failed(error: ArrowError) -> Error {
    Error::source(format!("cannot write the file: {error}")).with_cause(error)
}

/// Writes the rows of a version to whatever takes bytes.
///
/// # Errors
/// If the bytes are not taken, a column cannot be computed, or has a type that files have none for.
pub fn write_to(
    version: &Version,
    schema: &SchemaRef,
    output: &mut impl Write,
    options: &WriteOptions,
    progress: &Progress,
) -> Result<()> {
    let columns = Columns::of(version, schema, options)?;
    let packed =
        IpcWriteOptions::default().try_with_compression(options.compression.map(|kind| match kind {
            Compression::Lz4 => CompressionType::LZ4_FRAME,
            Compression::Zstd => CompressionType::ZSTD,
        }))?;
    match options.format {
        Format::File => {
            let mut writer =
                FileWriter::try_new_with_options(output, &columns.schema, packed).map_err(failed)?;
            columns.each_batch(progress, |batch| writer.write(batch).map_err(failed))?;
            writer.finish().map_err(failed)
        }
        Format::Stream => {
            let mut writer =
                StreamWriter::try_new_with_options(output, &columns.schema, packed).map_err(failed)?;
            columns.each_batch(progress, |batch| writer.write(batch).map_err(failed))?;
            writer.finish().map_err(failed)
        }
    }
}

/// What is written.
struct Columns<'a> {
    version: &'a Version,
    from: &'a SchemaRef,
    schema: SchemaRef,
    /// Columns that are dictionaries, whole.
    whole: Vec<Option<ArrayRef>>,
}

impl<'a> Columns<'a> {
    fn of(version: &'a Version, from: &'a SchemaRef, options: &WriteOptions) -> Result<Columns<'a>> {
        for name in &options.dictionaries {
            from.index_of(name)
                .map_err(|_| Error::invalid(format!("no column \"{name}\" to write as a dictionary")))?;
        }
        let (mut fields, mut whole) = (Vec::new(), Vec::new());
        for (place, field) in from.fields().iter().enumerate() {
            let is_dictionary = options.dictionaries.contains(field.name());
            let to = file_type(field.data_type())
                .map_err(|error| error.in_context(format!("column \"{}\"", field.name())))?;
            let to = if is_dictionary {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(to))
            } else {
                to
            };
            whole.push(match is_dictionary {
                true => Some(cast(&version.read(place, version.rows())?, &to)?),
                false => None,
            });
            fields.push(Field::new(field.name(), to, true));
        }
        Ok(Columns { version, from, schema: Arc::new(Schema::new(fields)), whole })
    }

    fn each_batch(
        &self,
        progress: &Progress,
        mut write: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let rows = self.version.rows().len();
        progress.expect(rows);
        let together = BATCH * rayon::current_num_threads() as u64;
        for start in (0..rows).step_by(together as usize) {
            progress.check()?;
            let stop = (start + together).min(rows);
            let runs: Vec<Range<u64>> =
                (start..stop).step_by(BATCH as usize).map(|start| start..(start + BATCH).min(stop)).collect();
            let batches = runs.into_par_iter().map(|run| self.batch(run)).collect::<Result<Vec<_>>>()?;
            batches.iter().try_for_each(&mut write)?;
            progress.advance(stop - start);
        }
        Ok(())
    }

    fn batch(&self, run: Range<u64>) -> Result<RecordBatch> {
        let keys = self.version.rows().slice(run.clone());
        let count = (run.end - run.start) as usize;
        let columns = self.whole.iter().enumerate().map(|(place, whole)| match whole {
            Some(whole) => Ok(whole.slice(run.start as usize, count)),
            None => {
                let values = self.version.read(place, &keys)?;
                Ok(cast(&values, self.schema.field(place).data_type())?)
            }
        });
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        debug_assert_eq!(self.from.fields().len(), self.schema.fields().len(), "a column each");
        Ok(RecordBatch::try_new_with_options(
            self.schema.clone(),
            columns.collect::<Result<Vec<_>>>()?,
            &options,
        )?)
    }
}

/// The type that a file has for a column's.
fn file_type(data_type: &DataType) -> Result<DataType> {
    Ok(match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::List(item) => list_of(file_type(item.data_type())?),
        DataType::Struct(_) | DataType::FixedSizeBinary(_) => {
            let message = "it holds objects, which no file does";
            return Err(Error::invalid(message).with_hint("leave it out, or make a text of it"));
        }
        other => other.clone(),
    })
}
