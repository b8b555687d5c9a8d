//! Objects of scripts as things that clients and pages ask for: what each says is said in Python (`kinetable.server._things`).

use std::any::Any;
use std::fmt;

use bytes::Bytes;
use kinetable::{Error, ErrorKind, Result};
use kinetable_server::host::{HIERARCHY, Object, kind_for_clients};
use kinetable_server::operations::hierarchy::Hierarchy;
use kinetable_server::thing::{Message, Say, Shown, Talk, Thing};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::host::{Found, of_python, spelled};
use crate::gate;
use crate::ops::served;
use crate::table::PyTable;

/// Where the side in Python is.
const SIDE: &str = "kinetable.server._things";

/// An object of a script, of a kind that Python knows.
pub struct PyThing {
    kind: String,
    is_shown: bool,
    value: Py<PyAny>,
}

impl PyThing {
    /// An object of this kind, which pages can show or not.
    pub fn new(kind: String, value: Py<PyAny>, is_shown: bool) -> PyThing {
        PyThing { kind, is_shown, value }
    }

    /// The object.
    pub fn value(&self, py: Python<'_>) -> Py<PyAny> {
        self.value.clone_ref(py)
    }
}

impl fmt::Debug for PyThing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PyThing").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Calls a function of the side in Python.
fn call<T>(name: &str, call: impl FnOnce(Python<'_>, &Bound<'_, PyAny>) -> PyResult<T>) -> Result<T> {
    let called = |py: Python<'_>| call(py, &py.import(SIDE)?.getattr(name)?);
    let called = gate::enter(|py| called(py).map_err(|error| of_python(py, error)));
    called.unwrap_or_else(|| Err(Error::new(ErrorKind::Closed, "the program is ending")))
}

impl Thing for PyThing {
    fn kind(&self) -> &str {
        &self.kind
    }

    fn is_shown(&self) -> bool {
        self.is_shown
    }

    fn shown(&self) -> Result<Option<Shown>> {
        call("shown", |py, shown| {
            let shown = shown.call1((&self.value,))?.extract::<Option<(String, Vec<Py<PyTable>>)>>()?;
            Ok(shown.map(|(json, tables)| Shown {
                json,
                tables: tables.iter().map(|table| table.bind(py).get().inner().clone()).collect(),
            }))
        })
    }

    fn is_same(&self, other: &dyn Thing) -> bool {
        other.as_any().downcast_ref::<PyThing>().is_some_and(|other| self.value.is(&other.value))
    }

    fn hierarchy(&self) -> Result<Option<Hierarchy>> {
        let made = |py: Python<'_>| match kind_for_clients(&self.kind) {
            HIERARCHY => served(&self.value.bind(py).call_method0("_served")?).map(Some),
            _ => Ok(None),
        };
        let made = gate::enter(|py| made(py).map_err(|error| of_python(py, error)));
        made.unwrap_or_else(|| Err(Error::new(ErrorKind::Closed, "the program is ending")))
    }

    fn connect(&self, say: Say) -> Result<Option<Box<dyn Talk>>> {
        call("connect", |py, connect| {
            let connection = Py::new(py, PyConnection(say))?;
            let listener = connect.call1((&self.value, connection))?;
            let talks = !listener.is_none();
            let listener = Listener(listener.unbind());
            Ok(talks.then(|| Box::new(listener) as Box<dyn Talk>))
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Who hears a client, in Python.
struct Listener(Py<PyAny>);

impl Talk for Listener {
    fn hear(&mut self, message: Message) -> Result<()> {
        call("hear", |py, hear| {
            let payload = PyBytes::new(py, &message.payload);
            let references = message.references.iter().map(|object| spelled(py, object));
            let references = references.collect::<PyResult<Vec<_>>>()?;
            hear.call1((&self.0, payload, references)).map(drop)
        })
    }

    fn close(&mut self) {
        let closed = call("close", |_, close| close.call1((&self.0,)).map(drop));
        if let Err(error) = closed
            && error.kind() != ErrorKind::Closed
        {
            eprintln!("kinetable: closing the connection of an object failed: {error}");
        }
    }
}

/// The way to one client of an object.
#[pyclass(name = "Connection", module = "kinetable._kinetable", frozen)]
pub struct PyConnection(Say);

#[pymethods]
impl PyConnection {
    /// Sends bytes, and values of these kinds with what is native of them. False: nobody listens any more.
    fn say(&self, py: Python<'_>, payload: &[u8], references: Vec<Found>) -> PyResult<bool> {
        let references: Option<Vec<Object>> = references.into_iter().map(|found| found.object(py)).collect();
        let Some(references) = references else {
            return Err(pyo3::exceptions::PyTypeError::new_err(
                "a reference is no value that clients can fetch",
            ));
        };
        let payload = Bytes::copy_from_slice(payload);
        Ok(py.detach(|| (self.0)(Some(Message { payload, references }))))
    }

    /// Ends: all is said.
    fn end(&self, py: Python<'_>) {
        py.detach(|| (self.0)(None));
    }
}
