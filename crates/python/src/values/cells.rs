//! Python objects as cells of a column.
//!
//! ```text
//!  array: Struct { "python object": BinaryView } ── views into ──▶ buffer ── owned by ──▶ Lease ── ids ──▶ objects
//! ```
//!
//! A cell is the number of an object, 16 bytes in a buffer that a [`Lease`] owns. Arrow's kernels move views about and
//! share the buffers under them, so the lease lives as long as an array that shows one of its cells; with the last of
//! them its objects are let go. Numbers are never used twice: one that is not known any more is null, and no stranger.
//!
//! **Invariant**: an object is kept for as long as an array made of the array it came in with is.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::builder::BinaryViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringViewArray, StructArray};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_schema::{DataType, Field, Fields};
use bytes::Bytes;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// Bytes of a cell: more than fit into a view itself, so that a view always needs its buffer.
const CELL: usize = 16;
const FIELD: &str = "python object";

/// The objects of all columns, by number.
static OBJECTS: Mutex<Option<HashMap<u64, Py<PyAny>>>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The type of columns of Python objects.
pub fn object_type() -> DataType {
    DataType::Struct(fields())
}

fn fields() -> Fields {
    Fields::from(vec![Field::new(FIELD, DataType::BinaryView, true)])
}

/// Whether columns of this type hold Python objects.
pub fn is_object_type(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Struct(fields) if fields.len() == 1 && fields[0].name() == FIELD)
}

/// Cells of one array, and the claim on their objects.
struct Lease {
    cells: Vec<u8>,
    ids: std::ops::Range<u64>,
}

impl AsRef<[u8]> for Lease {
    fn as_ref(&self) -> &[u8] {
        &self.cells
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let released: Vec<Py<PyAny>> = {
            let mut objects = OBJECTS.lock();
            let objects = objects.get_or_insert_default();
            self.ids.clone().filter_map(|id| objects.remove(&id)).collect()
        };
        // Outside the lock: an object's end may run Python code.
        drop(released);
    }
}

/// A column of these objects; `None` is null.
pub fn from_objects(objects: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let py = objects.py();
    let objects = objects.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let count = objects.len() as u64;
    let first = NEXT.fetch_add(count, Ordering::Relaxed);
    let ids = first..first + count;
    let mut cells = Vec::with_capacity(objects.len() * CELL);
    for id in ids.clone() {
        cells.extend_from_slice(b"pyobject");
        cells.extend_from_slice(&id.to_le_bytes());
    }
    let valid: Vec<bool> = objects.iter().map(|object| !object.is_none()).collect();
    {
        let mut known = OBJECTS.lock();
        let known = known.get_or_insert_default();
        known.extend(
            ids.clone()
                .zip(objects)
                .filter(|(_, object)| !object.is_none())
                .map(|(id, object)| (id, object.unbind())),
        );
    }
    let buffer = Buffer::from(Bytes::from_owner(Lease { cells, ids }));
    let mut builder = BinaryViewBuilder::with_capacity(valid.len());
    let block = builder.append_block(buffer);
    for (row, valid) in valid.iter().enumerate() {
        if *valid {
            let view = builder.try_append_view(block, (row * CELL) as u32, CELL as u32);
            view.map_err(|error| crate::errors::message(py, error))?;
        } else {
            builder.append_null();
        }
    }
    let nulls = NullBuffer::from(valid);
    Ok(Arc::new(StructArray::new(fields(), vec![Arc::new(builder.finish())], Some(nulls))))
}

/// The objects of a column; null is `None`.
pub fn to_objects<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let column = array.as_struct();
    let cells = column.column(0).as_binary_view();
    let found: Vec<Option<Py<PyAny>>> = {
        let objects = OBJECTS.lock();
        let known = |row: usize| {
            let id = u64::from_le_bytes(cells.value(row).get(8..CELL)?.try_into().ok()?);
            Some(objects.as_ref()?.get(&id)?.clone_ref(py))
        };
        (0..column.len())
            .map(|row| if column.is_null(row) || cells.is_null(row) { None } else { known(row) })
            .collect()
    };
    PyList::new(py, found)
}

/// What `str` says of each object, for libraries that know nothing of them.
pub fn spelled_objects(array: &ArrayRef) -> PyResult<ArrayRef> {
    Python::attach(|py| {
        let texts = to_objects(py, array)?.iter().map(|object| {
            if object.is_none() { Ok(None) } else { object.str()?.extract::<String>().map(Some) }
        });
        let texts = texts.collect::<PyResult<Vec<Option<String>>>>()?;
        Ok(Arc::new(texts.into_iter().collect::<StringViewArray>()) as ArrayRef)
    })
}

/// How many objects all columns hold, for tests.
#[pyfunction]
pub fn cells_held() -> usize {
    OBJECTS.lock().as_ref().map_or(0, HashMap::len)
}
