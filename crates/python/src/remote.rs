//! Tables of other processes.

use arrow_array::ArrayRef;
use kinetable::{Session, Table};
use kinetable_server::remote::{Address, ConnectionState, RemoteSession, Tls, parse_uri};
use pyo3::prelude::*;

use crate::errors::{engine, raise};
use crate::gate;
use crate::table::PyTable;
use crate::values::spelled_objects;

/// Cells that hold Python objects as clients of a server see them.
pub fn spell(cells: &ArrayRef) -> Result<ArrayRef, String> {
    let spelled = gate::enter(|_| spelled_objects(cells).map_err(|error| error.to_string()));
    spelled.unwrap_or_else(|| Err("the program is ending".to_owned()))
}

/// A session in another process.
#[pyclass(name = "RemoteSession", module = "kinetable._kinetable", frozen)]
pub struct PyRemoteSession(RemoteSession);

#[pymethods]
impl PyRemoteSession {
    fn subscribe(&self, py: Python<'_>, ticket: Vec<u8>) -> PyResult<PyTable> {
        engine(py, || self.0.subscribe(&Session::global(), &ticket)).map(PyTable::new)
    }

    fn snapshot(&self, py: Python<'_>, ticket: Vec<u8>) -> PyResult<PyTable> {
        engine(py, || self.0.snapshot(&Session::global(), &ticket)).map(PyTable::new)
    }

    /// The state, and of a stale session the seconds since and the reason.
    fn state(&self) -> (&'static str, Option<(f64, String)>) {
        match self.0.state() {
            ConnectionState::Connected => ("connected", None),
            ConnectionState::Closed => ("closed", None),
            ConnectionState::Stale { since, reason } => {
                ("stale", Some((since.elapsed().as_secs_f64(), reason)))
            }
        }
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.close());
    }
}

/// Begins a session in another process. `credential`: the header `authorization`; `tls`: none, or the roots that servers are
/// believed by (empty: those of the machine).
#[pyfunction]
pub fn remote_session(
    py: Python<'_>,
    host: String,
    port: u16,
    credential: String,
    tls: Option<Vec<u8>>,
    headers: Vec<(String, String)>,
) -> PyResult<PyRemoteSession> {
    let tls = tls.map(|roots| if roots.is_empty() { Tls::Platform } else { Tls::Roots(roots) });
    let address = Address { host, port, tls, credential, headers };
    engine(py, || RemoteSession::connect(address)).map(PyRemoteSession)
}

/// The live table that a URI names.
#[pyfunction]
pub fn remote_resolve(py: Python<'_>, uri: &str) -> PyResult<PyTable> {
    let (address, ticket) = parse_uri(uri).map_err(|error| raise(py, &error))?;
    let table = engine(py, || -> kinetable::Result<Table> {
        RemoteSession::connect(address)?.subscribe(&Session::global(), &ticket)
    });
    table.map(PyTable::new)
}
