//! Files that are read and written whole.
//!
//! Each call works on a thread of its own, while the calling one looks whether the user pressed Ctrl-C, and shows how far it is.

use std::sync::Arc;

use arrow_schema::DataType;
use kinetable::files::{
    Access, Compression, CsvReadOptions, CsvWriteOptions, Format, IpcWriteOptions, JsonReadOptions,
    OnBadLines, Progress,
};
use kinetable::{Error, Session};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::invalid;
use crate::table::PyTable;
use crate::types;

/// Runs a call on files on a thread of its own; `show` is called with what is done and what there is in all.
fn watched<T: Send + 'static>(
    py: Python<'_>,
    show: &Bound<'_, PyAny>,
    call: impl FnOnce(&Arc<Progress>) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let progress = Arc::new(Progress::default());
    let told = progress.clone();
    crate::watched::watched(py, show, &*progress, move || call(&told))
}

fn typed(py: Python<'_>, header: Vec<(String, String)>) -> PyResult<Vec<(String, DataType)>> {
    let typed = header.into_iter().map(|(name, type_name)| match types::from_name(&type_name) {
        Some(data_type) => Ok((name, data_type)),
        None => Err(invalid(py, &format!("there is no type \"{type_name}\" for column \"{name}\""), None)),
    });
    typed.collect()
}

fn mark(py: Python<'_>, what: &str, text: &str) -> PyResult<u8> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ => {
            let message = format!("{what} is {text:?}, but has to be one ASCII character");
            Err(invalid(py, &message, Some("e.g. delimiter=\";\"")))
        }
    }
}

/// Reads a CSV file; `options` has the rest of Python's arguments.
#[pyfunction]
pub fn csv_read(
    py: Python<'_>,
    path: String,
    header: Option<Vec<(String, String)>>,
    options: &Bound<'_, PyDict>,
    show: &Bound<'_, PyAny>,
) -> PyResult<PyTable> {
    let get = |name: &str| options.as_any().get_item(name);
    let options = CsvReadOptions {
        header: header.map(|header| typed(py, header)).transpose()?,
        headless: get("headless")?.extract()?,
        header_row: get("header_row")?.extract()?,
        skip_rows: get("skip_rows")?.extract()?,
        num_rows: get("num_rows")?.extract()?,
        ignore_empty_lines: get("ignore_empty_lines")?.extract()?,
        allow_missing_columns: get("allow_missing_columns")?.extract()?,
        ignore_excess_columns: get("ignore_excess_columns")?.extract()?,
        delimiter: mark(py, "delimiter", &get("delimiter")?.extract::<String>()?)?,
        quote: mark(py, "quote", &get("quote")?.extract::<String>()?)?,
        ignore_surrounding_spaces: get("ignore_surrounding_spaces")?.extract()?,
        trim: get("trim")?.extract()?,
    };
    let read = move |progress: &Arc<Progress>| Session::global().read_csv(path, &options, progress);
    watched(py, show, read).map(PyTable::new)
}

/// Writes some columns of a table to a CSV file.
#[pyfunction]
pub fn csv_write(
    py: Python<'_>,
    table: &PyTable,
    path: String,
    columns: Option<Vec<String>>,
    show: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let table = table.inner().clone();
    let write = move |progress: &Arc<Progress>| {
        table.write_csv(path, columns.as_deref(), &CsvWriteOptions::default(), progress)
    };
    watched(py, show, write)
}

/// Reads a file of Arrow IPC.
#[pyfunction]
pub fn ipc_read(
    py: Python<'_>,
    path: String,
    memory_map: bool,
    show: &Bound<'_, PyAny>,
) -> PyResult<PyTable> {
    let access = if memory_map { Access::Mapped } else { Access::Read };
    watched(py, show, move |_| Session::global().read_ipc(path, access)).map(PyTable::new)
}

/// Writes some columns of a table to a file of Arrow IPC.
#[pyfunction]
pub fn ipc_write(
    py: Python<'_>,
    table: &PyTable,
    path: String,
    columns: Option<Vec<String>>,
    options: &Bound<'_, PyDict>,
    show: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let options = options.as_any();
    let compression = match options.get_item("compression")?.extract::<Option<String>>()?.as_deref() {
        None | Some("uncompressed") => None,
        Some("lz4") => Some(Compression::Lz4),
        Some("zstd") => Some(Compression::Zstd),
        Some(other) => {
            let message = format!("there is no compression \"{other}\" for Arrow files");
            return Err(invalid(py, &message, Some("lz4, zstd or uncompressed")));
        }
    };
    let is_stream: bool = options.get_item("stream")?.extract()?;
    let format = if is_stream { Format::Stream } else { Format::File };
    let options =
        IpcWriteOptions { format, compression, dictionaries: options.get_item("dictionaries")?.extract()? };
    let table = table.inner().clone();
    let write = move |progress: &Arc<Progress>| table.write_ipc(path, columns.as_deref(), &options, progress);
    watched(py, show, write)
}

/// The first lines that were left out: their numbers, and why.
type BadLines = Vec<(u64, String)>;

/// Reads a file of JSON lines; also how many lines were left out, and the first of them.
#[pyfunction]
pub fn jsonl_read(
    py: Python<'_>,
    path: String,
    header: Option<Vec<(String, String)>>,
    skip_bad_lines: bool,
    show: &Bound<'_, PyAny>,
) -> PyResult<(PyTable, usize, BadLines)> {
    let on_bad_lines = if skip_bad_lines { OnBadLines::Skip } else { OnBadLines::Fail };
    let options =
        JsonReadOptions { header: header.map(|header| typed(py, header)).transpose()?, on_bad_lines };
    let read = move |progress: &Arc<Progress>| Session::global().read_jsonl(path, &options, progress);
    let (table, bad) = watched(py, show, read)?;
    Ok((PyTable::new(table), bad.count, bad.first))
}

/// Writes some columns of a table to a file of JSON lines.
#[pyfunction]
pub fn jsonl_write(
    py: Python<'_>,
    table: &PyTable,
    path: String,
    columns: Option<Vec<String>>,
    show: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let table = table.inner().clone();
    let write = move |progress: &Arc<Progress>| table.write_jsonl(path, columns.as_deref(), progress);
    watched(py, show, write)
}
