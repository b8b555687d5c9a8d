//! The interpreter as the host of a server: what the side in Python (`kinetable.server._host`) cannot do itself.

use std::sync::Arc;

use arrow_schema::DataType;
use kinetable::formula::{OpaqueUse, UserFunction, Variable as FormulaVariable};
use kinetable::{Error, ErrorKind, Names, Result, Session};
use kinetable_server::host::{Application, Completion, Host, Mistake, Object, Outcome, Variable};
use kinetable_server::log::Log;
use kinetable_server::printed::Stream;
use kinetable_server::run::{Manner, Run};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::things::PyThing;
use crate::gate;
use crate::input::PyInput;
use crate::names::PyNames;
use crate::ops::PyPartitioned;
use crate::table::PyTable;

/// Where the side in Python is.
const SIDE: &str = "kinetable.server._host";

/// The interpreter, with the variables of one name space.
pub struct Interpreter {
    variables: Py<PyDict>,
}

impl Interpreter {
    /// With these variables.
    pub fn new(variables: Py<PyDict>) -> Interpreter {
        Interpreter { variables }
    }

    /// Calls a function of the side in Python, whose first argument is the name space.
    fn call<T>(
        &self,
        name: &str,
        call: impl FnOnce(Python<'_>, &Bound<'_, PyAny>, &Bound<'_, PyDict>) -> PyResult<T>,
    ) -> Result<T> {
        let called = |py: Python<'_>| {
            let function = py.import(SIDE)?.getattr(name)?;
            call(py, &function, self.variables.bind(py))
        };
        // An error is told inside the gate too: its text is asked of the interpreter.
        let called = gate::enter(|py| called(py).map_err(|error| of_python(py, error)));
        called.unwrap_or_else(|| Err(Error::new(ErrorKind::Closed, "the program is ending")))
    }

    /// As [`Interpreter::call`], where there is nobody to tell an error to.
    fn ask<T: Default>(
        &self,
        name: &str,
        call: impl FnOnce(Python<'_>, &Bound<'_, PyAny>, &Bound<'_, PyDict>) -> PyResult<T>,
    ) -> T {
        self.call(name, call).unwrap_or_else(|error| {
            if error.kind() != ErrorKind::Closed {
                eprintln!("kinetable: the server cannot call {SIDE}.{name}: {error}");
            }
            T::default()
        })
    }
}

/// An exception whose text is meant for the user.
pub fn of_python(py: Python<'_>, error: PyErr) -> Error {
    let text = error.value(py).to_string();
    Error::invalid(text).with_cause(error)
}

impl Host for Interpreter {
    fn session(&self) -> Session {
        Session::global()
    }

    fn names(&self) -> Arc<dyn Names + Send + Sync> {
        let names = gate::enter(|py| PyNames::of(py, self.variables.bind(py)));
        match names {
            Some(names) => Arc::new(Gated(names)),
            None => Arc::new(kinetable::NoNames),
        }
    }

    fn variable(&self, name: &str) -> Option<Object> {
        self.ask("find", |_, find, variables| find.call1((variables, name))?.extract::<Option<Found>>())
            .and_then(|found| gate::enter(|py| found.object(py)).flatten())
    }

    fn field(&self, application: &str, field: &str) -> Option<Object> {
        self.ask("field", |_, find, _| find.call1((application, field))?.extract::<Option<Found>>())
            .and_then(|found| gate::enter(|py| found.object(py)).flatten())
    }

    fn variables(&self) -> Vec<Variable> {
        let listed = self.ask("variables", |_, list, variables| {
            list.call1((variables,))?.extract::<Vec<(String, String, u64)>>()
        });
        let listed = listed.into_iter().map(|(name, kind, identity)| Variable {
            application: None,
            name,
            kind,
            identity,
        });
        let fields = self.ask("fields", |_, list, _| {
            list.call0()?.extract::<Vec<(String, String, String, String, u64)>>()
        });
        let fields = fields.into_iter().map(|(id, application, name, kind, identity)| Variable {
            application: Some(Application { id, name: application }),
            name,
            kind,
            identity,
        });
        listed.chain(fields).collect()
    }

    fn assign(&self, name: &str, object: &Object) -> Result<()> {
        if !matches!(object, Object::Table(_) | Object::Partitioned(_)) {
            return Err(Error::invalid(format!("a {} cannot be assigned to a variable", object.kind())));
        }
        self.call("assign", |py, assign, variables| {
            let (kind, value, writing) = spelled(py, object)?;
            assign.call1((variables, name, kind, value, writing)).map(drop)
        })
    }

    fn language(&self) -> Option<&str> {
        Some("python")
    }

    fn run(&self, code: &str, run: &Arc<Run>) -> Outcome {
        let ran = self.call("run", |_, call, variables| {
            call.call1((variables, code, PyRun(run.clone())))?.extract::<(Option<Wrong>, Vec<String>)>()
        });
        match ran {
            Ok((wrong, names)) => Outcome { error: wrong.map(Wrong::mistake), names },
            // An interruption may come when the code has ended.
            Err(error) => Outcome::failed(Mistake::new("Error", error.to_string())),
        }
    }

    fn interrupt(&self, run: u64) {
        self.ask("interrupt", |_, interrupt, _| interrupt.call1((run,)).map(drop));
    }

    fn complete(&self, text: &str, line: u32, character: u32) -> Vec<Completion> {
        let found = self.ask("complete", |_, complete, variables| {
            complete.call1((variables, text, line, character))?.extract::<Vec<(String, u32, String)>>()
        });
        found.into_iter().map(|(text, start, detail)| Completion { text, start, detail }).collect()
    }
}

/// What went wrong in code, as the side in Python hands it over.
#[derive(FromPyObject)]
struct Wrong {
    #[pyo3(item)]
    text: String,
    #[pyo3(item)]
    kind: String,
    #[pyo3(item)]
    message: String,
    #[pyo3(item)]
    line: Option<u32>,
    #[pyo3(item)]
    code: Option<String>,
    #[pyo3(item)]
    trace: String,
    #[pyo3(item)]
    interrupted: bool,
}

impl Wrong {
    fn mistake(self) -> Mistake {
        let Wrong { text, kind, message, line, code, trace, interrupted } = self;
        Mistake { text, kind, message, line, code, trace, interrupted }
    }
}

/// A value, as the side in Python hands it over: its kind, its native part or itself, and whether pages can show it.
#[derive(FromPyObject)]
pub struct Found(String, Py<PyAny>, bool);

impl Found {
    /// The value; none: the native part is not of the kind.
    pub fn object(self, py: Python<'_>) -> Option<Object> {
        let Found(kind, value, is_shown) = self;
        let native = value.bind(py);
        match kind.as_str() {
            "Table" => native.cast::<PyTable>().ok().map(|table| Object::Table(table.get().inner().clone())),
            "PartitionedTable" => {
                let partitioned = native.cast::<PyPartitioned>().ok()?;
                Some(Object::Partitioned(partitioned.get().inner().clone()))
            }
            _ => Some(Object::Thing(Arc::new(PyThing::new(kind, value, is_shown)))),
        }
    }
}

/// A value as the side in Python takes it: kind, native part, and what writes it.
pub fn spelled(py: Python<'_>, object: &Object) -> PyResult<(String, Py<PyAny>, Option<Py<PyAny>>)> {
    let kind = object.kind().to_owned();
    match object {
        Object::Table(table) => {
            let writing = table.input().map(|input| Py::new(py, PyInput::new(input))).transpose()?;
            let table = Py::new(py, PyTable::new(table.clone()))?;
            Ok((kind, table.into_any(), writing.map(Py::into_any)))
        }
        Object::Partitioned(value) => {
            Ok((kind, Py::new(py, PyPartitioned::new(value.clone()))?.into_any(), None))
        }
        Object::Thing(thing) if thing.as_any().is::<PyThing>() => {
            let thing = thing.as_any().downcast_ref::<PyThing>();
            Ok((kind, thing.map_or_else(|| py.None(), |thing| thing.value(py)), None))
        }
        Object::Hierarchy(_) | Object::View(_) | Object::Thing(_) | Object::Console => {
            let text = format!("a {kind} is no value of Python");
            Err(pyo3::exceptions::PyTypeError::new_err(text))
        }
    }
}

/// Names that are looked up by threads of the server.
struct Gated(PyNames);

impl Names for Gated {
    fn variable(&self, name: &str) -> Option<FormulaVariable> {
        gate::enter(|_| self.0.variable(name))?
    }

    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        gate::enter(|_| self.0.opaque(data_type, using))?
    }

    fn names(&self) -> Vec<String> {
        gate::enter(|_| self.0.names()).unwrap_or_default()
    }

    fn is_serial(&self, text: &str) -> bool {
        gate::enter(|_| self.0.is_serial(text)).unwrap_or_default()
    }
}

/// The log of a server, for what scripts print.
#[pyclass(name = "Log", module = "kinetable._kinetable", frozen)]
pub struct PyLog(pub Arc<Log>);

#[pymethods]
impl PyLog {
    /// Adds a line; `level`: `STDOUT`, `STDERR`, `INFO` or `ERROR`.
    fn write(&self, level: &str, text: &str) {
        let level = match level {
            "STDOUT" => "STDOUT",
            "STDERR" => "STDERR",
            "ERROR" => "ERROR",
            _ => "INFO",
        };
        self.0.write(level, text);
    }
}

/// Code that runs, for the streams that it prints to.
#[pyclass(name = "Run", module = "kinetable._kinetable", frozen)]
pub struct PyRun(Arc<Run>);

#[pymethods]
impl PyRun {
    /// A number that no other run has.
    #[getter]
    fn number(&self) -> u64 {
        self.0.number()
    }

    /// Whether the value of a last expression is to be printed.
    #[getter]
    fn is_prompt(&self) -> bool {
        self.0.manner() == Manner::Prompt
    }

    /// Whether somebody has asked it to stop.
    #[getter]
    fn is_taken_back(&self) -> bool {
        self.0.is_taken_back()
    }

    /// Takes what is printed; `level`: `STDOUT` or `STDERR`.
    fn write(&self, level: &str, text: &str) {
        self.0.print(if level == "STDERR" { Stream::Err } else { Stream::Out }, text);
    }
}
