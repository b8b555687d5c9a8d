//! Kernels, and calls of them.

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType};

use crate::expr::{Expr, Kind};
use crate::value::Value;

/// A kernel: what it makes of its arguments, all of which have the length of the chunk or stand for all rows.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) eval: fn(&[Value], usize) -> Result<ArrayRef, ArrowError>,
}

impl Function {
    /// The call of this kernel, of which the caller knows what it gives.
    pub(crate) fn call(&'static self, arguments: Vec<Expr>, data_type: DataType) -> Expr {
        Expr { kind: Kind::Call(self, arguments), data_type }
    }

    /// The call of this kernel, which gives what it gives of no rows.
    ///
    /// # Errors
    /// If it does not take these types.
    pub(crate) fn probed(&'static self, arguments: Vec<Expr>) -> Result<Expr, String> {
        let empty = |expr: &Expr| Value::Many(arrow_array::new_empty_array(&expr.data_type));
        let values: Vec<Value> = arguments.iter().map(empty).collect();
        let result = (self.eval)(&values, 0).map_err(|error| crate::expr::said(&error))?;
        Ok(self.call(arguments, result.data_type().clone()))
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
