//! Tables of tables.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{Field, Schema, SchemaRef};
use kinetable::{Error, Order, PartFunction, PartitionedTable, Session, SplitOptions, Table};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::errors::{engine, invalid};
use crate::names::PyNames;
use crate::table::PyTable;
use crate::values::from_sequence;
use crate::{gate, types};

/// A table of tables.
#[pyclass(name = "PartitionedTable", module = "kinetable._kinetable", frozen)]
pub struct PyPartitioned(Option<PartitionedTable>);

impl PyPartitioned {
    /// A table of tables, for Python.
    pub fn new(table: PartitionedTable) -> Self {
        Self(Some(table))
    }

    /// The table of tables.
    pub fn inner(&self) -> &PartitionedTable {
        self.0.as_ref().expect("a table is only taken out when it is dropped")
    }
}

impl Drop for PyPartitioned {
    /// As of [`PyTable`]: let go of without holding the interpreter.
    fn drop(&mut self) {
        let table = self.0.take();
        Python::try_attach(|py| py.detach(|| drop(table)));
    }
}

fn wrap(
    py: Python<'_>,
    call: impl FnOnce() -> kinetable::Result<PartitionedTable> + Send,
) -> PyResult<PyPartitioned> {
    engine(py, call).map(PyPartitioned::new)
}

/// Names and type names of columns, as a schema.
type Columns = Vec<(String, String)>;

fn schema(py: Python<'_>, columns: Option<Columns>) -> PyResult<Option<SchemaRef>> {
    let field = |(name, kind): (String, String)| match types::from_name(&kind) {
        Some(data_type) => Ok(Field::new(name, data_type, true)),
        None => Err(invalid(py, &format!("there is no type \"{kind}\""), None)),
    };
    let fields = columns.map(|columns| columns.into_iter().map(field).collect::<PyResult<Vec<_>>>());
    Ok(fields.transpose()?.map(|fields| Arc::new(Schema::new(fields))))
}

/// The rows of each key as a table of their own.
#[pyfunction]
pub fn partition_by(
    py: Python<'_>,
    table: &PyTable,
    by: Vec<String>,
    drop_keys: bool,
    preserve_empty: bool,
) -> PyResult<PyPartitioned> {
    wrap(py, || table.inner().split(&by, SplitOptions { drop_keys, preserve_empty }))
}

/// A partitioned table without keys.
#[pyfunction]
#[pyo3(signature = (tables, columns))]
pub fn partitioned_of_tables(
    py: Python<'_>,
    tables: Vec<PyRef<'_, PyTable>>,
    columns: Option<Columns>,
) -> PyResult<PyPartitioned> {
    let schema = schema(py, columns)?;
    let tables: Vec<Table> = tables.iter().map(|table| table.inner().clone()).collect();
    wrap(py, || PartitionedTable::of_tables(&Session::global(), &tables, schema))
}

/// A table that has a column of tables.
#[pyfunction]
#[pyo3(signature = (table, key_columns, unique_keys, constituent_column, columns, changes_permitted))]
pub fn partitioned_of_table(
    py: Python<'_>,
    table: &PyTable,
    key_columns: Option<Vec<String>>,
    unique_keys: bool,
    constituent_column: Option<String>,
    columns: Option<Columns>,
    changes_permitted: bool,
) -> PyResult<PyPartitioned> {
    let schema = schema(py, columns)?;
    let table = table.inner();
    wrap(py, || {
        PartitionedTable::of_table(
            table,
            key_columns,
            unique_keys,
            constituent_column,
            schema,
            changes_permitted,
        )
    })
}

#[pymethods]
impl PyPartitioned {
    fn table(&self) -> PyTable {
        PyTable::new(self.inner().table().clone())
    }

    /// The same constituents beside other columns.
    fn with_table(&self, table: &PyTable) -> PyPartitioned {
        PyPartitioned::new(self.inner().with_table(table.inner().clone()))
    }

    #[getter]
    fn key_columns(&self) -> Vec<String> {
        self.inner().key_columns().to_vec()
    }

    #[getter]
    fn constituent_column(&self) -> String {
        self.inner().constituent_column().to_owned()
    }

    #[getter]
    fn unique_keys(&self) -> bool {
        self.inner().unique_keys()
    }

    #[getter]
    fn changes_permitted(&self) -> bool {
        self.inner().changes_permitted()
    }

    /// Name, type in formulas and type for Java clients of each column of constituents.
    fn constituent_types(&self) -> Vec<(String, String, String)> {
        let named = |field: &Arc<Field>| {
            (field.name().clone(), types::name_of(field.data_type()), types::java_name(field.data_type()))
        };
        self.inner().constituent_schema().fields().iter().map(named).collect()
    }

    fn keys(&self, py: Python<'_>, names: PyNames) -> PyResult<PyTable> {
        engine(py, || self.inner().keys(&names)).map(PyTable::new)
    }

    fn constituents(&self, py: Python<'_>) -> PyResult<Vec<PyTable>> {
        let tables = engine(py, || self.inner().constituents())?;
        Ok(tables.into_iter().map(PyTable::new).collect())
    }

    /// The constituent of a key, given by one value for each key column.
    fn constituent(&self, py: Python<'_>, values: Vec<Bound<'_, PyAny>>) -> PyResult<Option<PyTable>> {
        let inner = self.inner();
        let types = inner.key_columns().iter().map(|name| inner.table().schema().field_with_name(name));
        let types = types.filter_map(Result::ok).map(|field| field.data_type().clone());
        let arrays = values
            .iter()
            .zip(types.collect::<Vec<_>>())
            .map(|(value, data_type)| from_sequence(PyTuple::new(py, [value])?.as_any(), &data_type));
        let mut arrays: Vec<ArrayRef> = arrays.collect::<PyResult<_>>()?;
        // Too many values are an error that the table tells.
        arrays.extend(
            values
                .iter()
                .skip(arrays.len())
                .map(|_| arrow_array::new_null_array(&arrow_schema::DataType::Null, 1)),
        );
        Ok(engine(py, || inner.constituent(arrays))?.map(PyTable::new))
    }

    fn merge(&self, py: Python<'_>) -> PyResult<PyTable> {
        engine(py, || self.inner().merge()).map(PyTable::new)
    }

    fn filter(&self, py: Python<'_>, filters: Vec<String>, names: PyNames) -> PyResult<PyPartitioned> {
        wrap(py, || self.inner().filter(&filters, &names))
    }

    fn sort(&self, py: Python<'_>, keys: Vec<(String, bool)>) -> PyResult<PyPartitioned> {
        let order = |descending| if descending { Order::Descending } else { Order::Ascending };
        let keys: Vec<_> = keys.into_iter().map(|(name, descending)| (name, order(descending))).collect();
        wrap(py, || self.inner().sort(&keys))
    }

    /// A function of native tables applied to each constituent.
    fn transform(
        &self,
        py: Python<'_>,
        function: Bound<'_, PyAny>,
        dependencies: Vec<PyRef<'_, PyTable>>,
    ) -> PyResult<PyPartitioned> {
        let (function, dependencies) = (part_function(&function), owned(&dependencies));
        wrap(py, || self.inner().transform(function, &dependencies))
    }

    /// A function of two native tables applied to constituents with the same key.
    fn partitioned_transform(
        &self,
        py: Python<'_>,
        other: &PyPartitioned,
        function: Bound<'_, PyAny>,
        dependencies: Vec<PyRef<'_, PyTable>>,
        must_match: bool,
    ) -> PyResult<PyPartitioned> {
        let (function, dependencies) = (part_function(&function), owned(&dependencies));
        let other = other.inner();
        wrap(py, || self.inner().partitioned_transform(other, function, &dependencies, must_match))
    }
}

fn owned(tables: &[PyRef<'_, PyTable>]) -> Vec<Table> {
    tables.iter().map(|table| table.inner().clone()).collect()
}

/// A function of the script as the engine calls it: also from threads of its own, in a cycle.
fn part_function(function: &Bound<'_, PyAny>) -> PartFunction {
    let function = function.clone().unbind();
    Arc::new(move |tables: &[Table]| {
        let call = |py: Python<'_>| -> PyResult<Table> {
            let arguments = tables.iter().map(|table| PyTable::new(table.clone()));
            let arguments = PyTuple::new(py, arguments)?;
            let result = function.bind(py).call1(arguments)?;
            Ok(result.extract::<PyRef<'_, PyTable>>()?.inner().clone())
        };
        match gate::enter(call) {
            Some(Ok(table)) => Ok(table),
            Some(Err(raised)) => {
                Err(Error::source(format!("the function of transform failed: {raised}")).with_cause(raised))
            }
            None => Err(Error::source("the program is ending")),
        }
    })
}
