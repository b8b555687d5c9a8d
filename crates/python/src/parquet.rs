//! Parquet files as tables, tables as Parquet files.

use std::collections::BTreeMap;

use kinetable::Session;
use kinetable::parquet::{ReadOptions, WriteOptions};
use pyo3::prelude::*;

use crate::errors::{engine, raise};
use crate::table::PyTable;

/// Lists a file or directory as a table.
#[pyfunction]
pub fn parquet_read(py: Python<'_>, path: &str) -> PyResult<PyTable> {
    engine(py, || Session::global().read_parquet(path, &ReadOptions::default())).map(PyTable::new)
}

/// Writes a table to one file.
#[pyfunction]
#[pyo3(signature = (table, path, codec))]
pub fn parquet_write(py: Python<'_>, table: &PyTable, path: &str, codec: Option<&str>) -> PyResult<()> {
    let mut options = WriteOptions::default();
    if let Some(codec) = codec {
        options.codec = codec.parse().map_err(|error: kinetable::Error| raise(py, &error))?;
    }
    engine(py, || table.inner().write_parquet(path, &options)).map(drop)
}

/// What has been read of a table that is still a listing of files; `None` once it is more than that.
#[pyfunction]
pub fn parquet_counts(py: Python<'_>, table: &PyTable) -> Option<BTreeMap<&'static str, u64>> {
    py.detach(|| {
        let files = table.inner().files()?;
        let counts = files.counts();
        Some(BTreeMap::from([
            ("files", files.files().len() as u64),
            ("files_opened", counts.files_opened),
            ("footers_read", counts.footers_read),
            ("row_groups_read", counts.row_groups_read),
            ("rows_decoded", counts.rows_decoded),
            ("bytes_read", counts.bytes_read),
        ]))
    })
}
