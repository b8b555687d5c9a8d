//! Parquet files as tables, tables as Parquet files.
//!
//! Options come as dicts that Python's side has filled: it knows names, defaults and what goes together. A write runs on a
//! thread of its own, while the calling one looks whether the user pressed Ctrl-C, and shows how far it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_schema::{Field, Schema};
use kinetable::Session;
use kinetable::parquet::{
    Codec, Credentials, Layout, ReadOptions, RowGroups, StoreOptions, Unsigned, WriteOptions, delete,
    write_all,
};
use pyo3::prelude::*;

use crate::errors::{engine, invalid, raise};
use crate::table::PyTable;
use crate::types;
use crate::watched::watched;

/// How an object store is reached; what is `None` is as the store has it.
#[derive(FromPyObject, Default)]
#[pyo3(from_item_all)]
pub struct Store {
    region: Option<String>,
    endpoint: Option<String>,
    /// `resolving`, `key`, `anonymous` or `profile`.
    kind: String,
    key: Option<(String, String, Option<String>)>,
    requests_max: Option<usize>,
    read_ahead: Option<usize>,
    fragment_bytes: Option<usize>,
    connect_ns: Option<u64>,
    read_ns: Option<u64>,
    write_ns: Option<u64>,
    part_bytes: Option<usize>,
    parts_max: Option<usize>,
    profile: Option<String>,
    config_file: Option<PathBuf>,
    credentials_file: Option<PathBuf>,
}

impl Store {
    fn options(store: Option<Store>) -> StoreOptions {
        let usual = StoreOptions::default();
        let Some(store) = store else { return usual };
        let time = |given: Option<u64>, usual| given.map_or(usual, Duration::from_nanos);
        let credentials = match (store.kind.as_str(), store.key) {
            ("key", Some((id, secret, token))) => Credentials::Key { id, secret, token },
            ("anonymous", _) => Credentials::Anonymous,
            ("profile", _) => Credentials::Profile,
            _ => Credentials::Resolving,
        };
        StoreOptions {
            region: store.region,
            endpoint: store.endpoint,
            credentials,
            requests_max: store.requests_max.unwrap_or(usual.requests_max),
            read_ahead: store.read_ahead.unwrap_or(usual.read_ahead),
            fragment_bytes: store.fragment_bytes.unwrap_or(usual.fragment_bytes),
            connect_timeout: time(store.connect_ns, usual.connect_timeout),
            read_timeout: time(store.read_ns, usual.read_timeout),
            write_timeout: time(store.write_ns, usual.write_timeout),
            part_bytes: store.part_bytes.unwrap_or(usual.part_bytes),
            parts_max: store.parts_max.unwrap_or(usual.parts_max),
            profile: store.profile,
            config_file: store.config_file,
            credentials_file: store.credentials_file,
        }
    }
}

/// How files are read.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Reading {
    layout: Option<String>,
    columns: Option<Vec<(String, String)>>,
    partitions: Vec<String>,
    renames: Vec<(String, String)>,
    unsigned: Vec<(String, String)>,
    refresh_ms: Option<u64>,
    store: Option<Store>,
}

/// How files are written.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Writing {
    codec: Option<String>,
    renames: Vec<(String, String)>,
    dictionary_columns: Vec<String>,
    dictionary_keys: Option<usize>,
    dictionary_bytes: Option<usize>,
    page_bytes: Option<usize>,
    metadata_files: bool,
    bloom_columns: Vec<String>,
    /// `single`, `count`, `rows` or `keys`, with a number.
    row_groups: Option<(String, Option<usize>, Vec<String>)>,
    base_name: Option<String>,
    store: Option<Store>,
}

impl Reading {
    fn options(self, py: Python<'_>) -> PyResult<ReadOptions> {
        let layout = match self.layout.as_deref() {
            Some("single") => Layout::SingleFile,
            Some("flat") => Layout::Flat,
            Some("key_value") => Layout::KeyValue,
            Some("metadata") => Layout::Metadata,
            _ => Layout::Inferred,
        };
        let field = |(name, kind): (String, String)| match types::from_name(&kind) {
            Some(data_type) => Ok(Field::new(name, data_type, true)),
            None => Err(invalid(py, &format!("there is no type \"{kind}\" for column \"{name}\""), None)),
        };
        let fields = self.columns.map(|columns| columns.into_iter().map(field).collect::<PyResult<Vec<_>>>());
        let unsigned = self.unsigned.into_iter().map(|(name, kind)| match kind.as_str() {
            "long" => (name, Unsigned::Long),
            "signed" => (name, Unsigned::Signed),
            _ => (name, Unsigned::Big),
        });
        Ok(ReadOptions {
            layout,
            schema: fields.transpose()?.map(|fields| Arc::new(Schema::new(fields))),
            renames: self.renames,
            unsigned: unsigned.collect(),
            store: Store::options(self.store),
            refresh: self.refresh_ms.map(Duration::from_millis),
            partitions: self.partitions,
            cache: None,
        })
    }
}

impl Writing {
    fn options(self, py: Python<'_>) -> PyResult<WriteOptions> {
        let mut options = WriteOptions::default();
        if let Some(codec) = self.codec {
            options.codec = codec.parse::<Codec>().map_err(|error| raise(py, &error))?;
        }
        if let Some((kind, number, columns)) = self.row_groups {
            options.row_groups = match (kind.as_str(), number) {
                ("count", Some(count)) => RowGroups::Count(count),
                ("rows", Some(most)) => RowGroups::Rows(most),
                ("keys", rows_max) => RowGroups::Keys { columns, rows_max },
                _ => RowGroups::Single,
            };
        }
        options.base_name = self.base_name.unwrap_or(options.base_name);
        options.renames = self.renames;
        options.dictionary_columns = self.dictionary_columns;
        options.dictionary_keys = self.dictionary_keys;
        options.dictionary_bytes = self.dictionary_bytes;
        options.page_bytes = self.page_bytes;
        options.metadata_files = self.metadata_files;
        options.bloom_columns = self.bloom_columns;
        options.store = Store::options(self.store);
        Ok(options)
    }
}

/// Lists a file or directory as a table.
#[pyfunction]
pub fn parquet_read(py: Python<'_>, path: &str, options: Reading) -> PyResult<PyTable> {
    let options = options.options(py)?;
    engine(py, || Session::global().read_parquet(path, &options)).map(PyTable::new)
}

/// Writes tables to files, one each.
#[pyfunction]
pub fn parquet_write(
    py: Python<'_>,
    tables: Vec<PyRef<'_, PyTable>>,
    paths: Vec<PathBuf>,
    options: Writing,
    show: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let options = options.options(py)?;
    let tables: Vec<kinetable::Table> = tables.iter().map(|table| table.inner().clone()).collect();
    // Live listings become tables on this thread, which may hold the lock of the graph.
    engine(py, || tables.iter().try_for_each(|table| table.engine().map(drop)))?;
    watched(py, show, &*options.progress.clone(), move || {
        let paths = paths.iter().map(PathBuf::as_path);
        let parts: Vec<(kinetable::Table, &Path)> = tables.into_iter().zip(paths).collect();
        write_all(&parts, &options).map(drop)
    })
}

/// Writes a table to a tree of `key=value` directories.
#[pyfunction]
pub fn parquet_write_partitioned(
    py: Python<'_>,
    table: &PyTable,
    directory: PathBuf,
    by: Vec<String>,
    options: Writing,
    show: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let options = options.options(py)?;
    let table = table.inner().clone();
    engine(py, || table.engine().map(drop))?;
    watched(py, show, &*options.progress.clone(), move || {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        table.write_parquet_partitioned(directory, &by, &options).map(drop)
    })
}

/// Removes a file, or a directory of files.
#[pyfunction]
#[pyo3(signature = (path, store))]
pub fn parquet_delete(py: Python<'_>, path: PathBuf, store: Option<Store>) -> PyResult<()> {
    let options = Store::options(store);
    engine(py, || delete(path, &options))
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
            ("row_groups_ruled_out", counts.row_groups_ruled_out),
            ("pages_read", counts.pages_read),
            ("pages_ruled_out", counts.pages_ruled_out),
            ("bloom_filters_read", counts.bloom_filters_read),
            ("rows_decoded", counts.rows_decoded),
            ("bytes_read", counts.bytes_read),
        ]))
    })
}
