//! The files `_metadata` and `_common_metadata` of a directory: what its files hold, so that their footers need not be
//! read; and the names and types of all columns, those of partitions too.

use std::io::Write;
use std::sync::Arc;

use arrow_schema::{Field, Schema};
use kinetable_engine::{Error, Result};
use parquet::arrow::arrow_writer::ArrowWriter;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataBuilder, ParquetMetaDataWriter};

use super::target::{Target, unwritable};
use crate::error::quoted;
use crate::layout::{COMMON_METADATA, METADATA};
use crate::store::Location;

/// Writes both files for files of the same columns, named relative to the directory; `partitions` are the columns that
/// are in the names of directories.
pub(super) fn write_metadata(
    directory: &Location,
    files: Vec<(String, &ParquetMetaData)>,
    partitions: Option<Vec<Field>>,
) -> Result<()> {
    let Some((_, first)) = files.first() else { return Ok(()) };
    let failed = |error: ParquetError| Error::source(format!("metadata of {}: {error}", quoted(directory)));
    let first = first.file_metadata();
    let columns = first.schema_descr();
    if let Some((name, _)) = files.iter().find(|(_, of)| of.file_metadata().schema() != first.schema()) {
        return Err(Error::invalid(format!("\"{name}\" has other columns than the files beside it"))
            .with_hint("only files of the same columns can be described together"));
    }
    let schema = parquet_to_arrow_schema(columns, first.key_value_metadata()).map_err(failed)?;
    let fields = partitions.unwrap_or_default().into_iter().map(Arc::new);
    let fields: Vec<Arc<Field>> = fields.chain(schema.fields().iter().cloned()).collect();
    let common = common(&Arc::new(Schema::new(fields))).map_err(failed)?;
    let all = all(first, &files).map_err(failed)?;
    put(&directory.join(COMMON_METADATA), &common)?;
    put(&directory.join(METADATA), &all)
}

fn put(location: &Location, bytes: &[u8]) -> Result<()> {
    let mut target = Target::create(location)?;
    target.write_all(bytes).map_err(|error| unwritable(location, &error))?;
    target.publish()
}

/// A file of no rows.
fn common(schema: &Arc<Schema>) -> ParquetResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ArrowWriter::try_new(&mut bytes, schema.clone(), None)?.close()?;
    Ok(bytes)
}

/// A footer of all row groups, each with the name of its file.
fn all(first: &FileMetaData, files: &[(String, &ParquetMetaData)]) -> ParquetResult<Vec<u8>> {
    let mut groups = Vec::new();
    for (name, metadata) in files {
        for group in metadata.row_groups() {
            let columns = group
                .columns()
                .iter()
                .map(|column| column.clone().into_builder().set_file_path(name.clone()).build());
            let columns = columns.collect::<ParquetResult<Vec<_>>>()?;
            groups.push(group.clone().into_builder().set_column_metadata(columns).build()?);
        }
    }
    let rows = groups.iter().map(|group| group.num_rows()).sum();
    let of_all = FileMetaData::new(
        first.version(),
        rows,
        first.created_by().map(str::to_owned),
        first.key_value_metadata().cloned(),
        first.schema_descr_ptr(),
        first.column_orders().cloned(),
    );
    let metadata = ParquetMetaDataBuilder::new(of_all).set_row_groups(groups).build();
    let mut bytes = b"PAR1".to_vec();
    ParquetMetaDataWriter::new(&mut bytes, &metadata).finish()?;
    Ok(bytes)
}
