//! A Python callable as formulas call it: checked once for its argument types, called once a chunk.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable::formula::{Error, ErrorKind, Object, UserFunction};
use parking_lot::Mutex;
use pyo3::prelude::*;

use super::call;
use super::signature::{Plan, Signature};
use crate::gate;
use crate::objects::PyObjectValue;

/// A Python callable as formulas call it.
pub struct PyFunction {
    pub(super) callable: Arc<Py<PyAny>>,
    pub(super) signature: Arc<Signature>,
    /// Arguments that are fixed to objects; `None` where a column is expected. Empty: none is fixed.
    pub(super) fixed: Vec<Option<Arc<dyn Object>>>,
    /// The type a cast around the call asks for.
    pub(super) result: Option<DataType>,
    /// The last argument types and what came of them.
    pub(super) planned: Mutex<Option<(Vec<DataType>, Plan)>>,
}

impl PyFunction {
    /// Reads the signature.
    pub fn new(callable: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            callable: Arc::new(callable.clone().unbind()),
            signature: Arc::new(Signature::of(callable)?),
            fixed: Vec::new(),
            result: None,
            planned: Mutex::default(),
        })
    }

    fn copy(&self) -> Self {
        Self {
            callable: self.callable.clone(),
            signature: self.signature.clone(),
            fixed: self.fixed.clone(),
            result: self.result.clone(),
            planned: Mutex::default(),
        }
    }

    /// How a call with these argument types is made.
    fn plan(&self, args: &[DataType]) -> Result<Plan, String> {
        if let Some((types, plan)) = self.planned.lock().as_ref()
            && types == args
        {
            return Ok(plan.clone());
        }
        let plan = gate::enter(|py| self.signature.plan(py, self, args)).ok_or_else(ending)??;
        *self.planned.lock() = Some((args.to_vec(), plan.clone()));
        Ok(plan)
    }

    /// For each argument of the call, in order: the object it is fixed to, or `None` for the next column.
    pub(super) fn slots(&self, columns: usize) -> Vec<Option<&PyObjectValue>> {
        if self.fixed.is_empty() {
            return vec![None; columns];
        }
        self.fixed.iter().map(|arg| arg.as_ref().map(downcast)).collect()
    }
}

fn ending() -> String {
    "the program is ending, and runs no more Python functions".to_owned()
}

fn downcast(object: &Arc<dyn Object>) -> &PyObjectValue {
    object.as_any().downcast_ref().expect("all objects of a script are Python objects")
}

impl UserFunction for PyFunction {
    fn name(&self) -> &str {
        &self.signature.name
    }

    fn check(&self, args: &[DataType]) -> Result<DataType, String> {
        self.plan(args).map(|plan| plan.result)
    }

    fn call(&self, args: &[ArrayRef], rows: usize) -> Result<ArrayRef, Error> {
        let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
        let plan = self.plan(&types).map_err(|text| Error::new(ErrorKind::Type, text))?;
        gate::enter(|py| call::call(py, self, &plan, args, rows))
            .unwrap_or_else(|| Err(Error::new(ErrorKind::UserFunction, ending())))
    }

    fn returning(&self, data_type: &DataType) -> Option<Arc<dyn UserFunction>> {
        if self.signature.has_result() {
            return None;
        }
        Some(Arc::new(Self { result: Some(data_type.clone()), ..self.copy() }))
    }

    fn with_objects(&self, args: &[Option<Arc<dyn Object>>]) -> Option<Arc<dyn UserFunction>> {
        Some(Arc::new(Self { fixed: args.to_vec(), ..self.copy() }))
    }
}
