//! Starting a server, and stopping it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kinetable_server::access::{Access, Door, Rights};
use kinetable_server::port::{Server, Settings, Tls};
use kinetable_server::session::Lifetime;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::host::{Interpreter, PyLog};
use crate::errors::{invalid, message};

/// A server that runs.
#[pyclass(name = "Server", module = "kinetable._kinetable", frozen)]
pub struct PyServer {
    server: Mutex<Option<Server>>,
    /// Whether somebody may run code.
    #[pyo3(get)]
    console: bool,
}

/// Ways in, as Python's side writes them: the kind, a name, a secret.
type Doors = Vec<(String, String, String)>;

/// Files of TLS, as Python's side writes them: certificates, key, who vouches for clients.
type Files = (PathBuf, PathBuf, Option<PathBuf>);

/// Starts a server of the variables of a name space.
#[pyfunction]
#[pyo3(signature = (variables, host, port, doors, console, read_only, rights, session_s, tls, origins, names, app, files))]
#[expect(clippy::too_many_arguments, reason = "Python's side calls it with keywords")]
pub fn serve(
    py: Python<'_>,
    variables: Py<PyDict>,
    host: String,
    port: u16,
    doors: Doors,
    console: bool,
    read_only: bool,
    rights: Option<String>,
    session_s: f64,
    tls: Option<Files>,
    origins: Vec<String>,
    names: Vec<String>,
    app: Option<PathBuf>,
    files: Option<PathBuf>,
) -> PyResult<PyServer> {
    let doors = doors.into_iter().map(|(kind, user, secret)| match kind.as_str() {
        "anonymous" => Ok(Door::Anonymous),
        "psk" => Ok(Door::Key(secret)),
        "basic" => Ok(Door::Basic { user, password: secret }),
        other => {
            Err(invalid(py, &format!("there is no way in \"{other}\""), Some("anonymous, psk or basic")))
        }
    });
    let mut access = Access::new(doors.collect::<PyResult<_>>()?).with_console(console);
    if read_only {
        access = access.read_only();
    }
    if let Some(text) = rights {
        let given = Rights::parse(&text).and_then(|rights| access.with_rights(rights));
        access = given.map_err(|error| message(py, error))?;
    }
    let duration = Duration::try_from_secs_f64(session_s).ok().filter(|duration| *duration >= SESSION_MIN);
    let duration = duration.ok_or_else(|| {
        invalid(py, &format!("a session of {session_s} s"), Some("sessions last a second at least"))
    })?;
    let console = access.console();
    let settings = Settings {
        host,
        port,
        access,
        lifetime: Lifetime { duration, ..Lifetime::default() },
        tls: tls.map(|(certificates, key, clients)| Tls { certificates, key, clients }),
        origins,
        names,
        app,
        files,
        ..Settings::default()
    };
    let interpreter = Arc::new(Interpreter::new(variables));
    let server = py.detach(|| Server::start(settings, interpreter)).map_err(|error| message(py, error))?;
    Ok(PyServer { server: Mutex::new(Some(server)), console })
}

/// The shortest session: clients refresh theirs at half the time.
const SESSION_MIN: Duration = Duration::from_secs(1);

#[pymethods]
impl PyServer {
    /// The port that is listened on; none once it has stopped.
    #[getter]
    fn port(&self) -> Option<u16> {
        self.server.lock().as_ref().map(|server| server.address().port())
    }

    /// What scripts print, for those who watch.
    #[getter]
    fn log(&self) -> Option<PyLog> {
        self.server.lock().as_ref().map(|server| PyLog(server.log().clone()))
    }

    /// Sessions, and what they export.
    #[getter]
    fn load(&self, py: Python<'_>) -> (usize, usize) {
        py.detach(|| self.server.lock().as_ref().map_or((0, 0), Server::load))
    }

    /// Stops it; its threads may need the interpreter meanwhile.
    fn stop(&self, py: Python<'_>) {
        py.detach(|| {
            let server = self.server.lock().take();
            drop(server);
        });
    }
}

impl Drop for PyServer {
    /// As [`PyServer::stop`].
    fn drop(&mut self) {
        let server = self.server.get_mut().take();
        Python::try_attach(|py| py.detach(|| drop(server)));
    }
}
