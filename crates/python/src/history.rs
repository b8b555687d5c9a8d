//! Archives, and history joined to what is live.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kinetable::history::{Archive, ArchiveOptions, Gap, OffsetColumns, Roll, manifest};
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{engine, raise};
use crate::table::PyTable;

/// How long writing the last rows may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Archives a table below a directory. Of `roll`: rows, bytes, nanoseconds; what is not given is as usual.
#[pyfunction]
pub fn archive(
    py: Python<'_>,
    table: &PyTable,
    path: String,
    partition_by: Vec<String>,
    roll: (Option<u64>, Option<usize>, Option<u64>),
    offsets: Option<(String, String)>,
    codec: Option<&str>,
) -> PyResult<PyArchive> {
    let usual = Roll::default();
    let mut options = ArchiveOptions {
        partition_by,
        roll: Roll {
            rows: roll.0.unwrap_or(usual.rows),
            bytes: roll.1.unwrap_or(usual.bytes),
            age: roll.2.map_or(usual.age, Duration::from_nanos),
        },
        offsets: offsets.map(columns),
        ..ArchiveOptions::default()
    };
    if let Some(codec) = codec {
        options.write.codec = codec.parse().map_err(|error: kinetable::Error| raise(py, &error))?;
    }
    let archive = engine(py, || table.inner().archive(path, &options))?;
    Ok(PyArchive(Mutex::new(Some(Arc::new(archive)))))
}

/// The newest archived offset by partition, the rows, and the columns of partition and offset.
type ArchiveEnds = (BTreeMap<i64, i64>, u64, Option<(String, String)>);

/// What the manifest of an archive says; `None` if the directory is none.
#[pyfunction]
pub fn archive_ends(py: Python<'_>, path: String) -> PyResult<Option<ArchiveEnds>> {
    let found = engine(py, || manifest(path))?;
    Ok(found.map(|manifest| {
        let columns = manifest.offset_columns.map(|columns| (columns.partition, columns.offset));
        (manifest.offsets, manifest.rows, columns)
    }))
}

/// The newest offset of each partition of a table.
#[pyfunction]
pub fn ends(py: Python<'_>, table: &PyTable, offsets: (String, String)) -> PyResult<BTreeMap<i64, i64>> {
    engine(py, || table.inner().ends(&columns(offsets)))
}

/// History, then the live rows beyond its ends.
#[pyfunction]
pub fn stitch(
    py: Python<'_>,
    history: &PyTable,
    live: &PyTable,
    ends: BTreeMap<i64, i64>,
    offsets: (String, String),
    allow_gap: bool,
) -> PyResult<PyTable> {
    let gap = if allow_gap { Gap::Allowed } else { Gap::Refused };
    engine(py, || history.inner().stitch(live.inner(), &ends, &columns(offsets), gap)).map(PyTable::new)
}

fn columns((partition, offset): (String, String)) -> OffsetColumns {
    OffsetColumns { partition, offset }
}

/// A table that is being archived.
#[pyclass(name = "Archive", module = "kinetable._kinetable", frozen)]
pub struct PyArchive(Mutex<Option<Arc<Archive>>>);

#[pymethods]
impl PyArchive {
    /// How far it is.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = py.detach(|| self.held().map(|archive| archive.stats())).unwrap_or_default();
        let all = PyDict::new(py);
        all.set_item("archived", stats.archived)?;
        all.set_item("waiting", stats.waiting)?;
        all.set_item("files", stats.files)?;
        all.set_item("rolls", stats.rolls)?;
        all.set_item("known", stats.known)?;
        all.set_item("lost", stats.lost)?;
        all.set_item("lost_because", stats.lost_because)?;
        all.set_item("failing_since", stats.failing.as_ref().map(|(since, _)| *since))?;
        all.set_item("failing_because", stats.failing.map(|(_, reason)| reason))?;
        all.set_item("table_failed", stats.table_failed)?;
        Ok(all)
    }

    /// The newest archived offset by partition.
    fn ends(&self, py: Python<'_>) -> BTreeMap<i64, i64> {
        py.detach(|| self.held().map(|archive| archive.manifest().offsets)).unwrap_or_default()
    }

    /// Writes what has come so far.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        engine(py, || self.held().map_or(Ok(()), |archive| archive.flush(PATIENCE)))
    }

    /// Writes what has come so far, and ends.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        engine(py, || self.held().map_or(Ok(()), |archive| archive.stop(PATIENCE)))
    }
}

impl PyArchive {
    /// The archive, so that nobody waits for the lock while it is waited for.
    fn held(&self) -> Option<Arc<Archive>> {
        self.0.lock().clone()
    }
}

impl Drop for PyArchive {
    /// Ending writes files, and may wait for threads that wait for the interpreter.
    fn drop(&mut self) {
        let archive = self.0.get_mut().take();
        Python::try_attach(|py| py.detach(|| drop(archive)));
    }
}
