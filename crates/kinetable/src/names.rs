//! The names of the script around a formula.

use std::sync::Arc;

use arrow_schema::DataType;
use kinetable_formula::{OpaqueUse, UserFunction, Variable};

/// Variables and functions that formulas may use beside columns. They are looked up once, when a formula is compiled.
pub trait Names {
    /// The variable or function of this name.
    fn variable(&self, name: &str) -> Option<Variable>;

    /// A use of cells of an opaque type, as a function whose first argument is the cell.
    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        let _ = (data_type, using);
        None
    }

    /// What tells the function of this name from another one that is assigned to it later, while the first is held; nothing, if
    /// it is no function, or one that can change in place.
    fn function_id(&self, name: &str) -> Option<usize> {
        let _ = name;
        None
    }

    /// All names, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// Whether the formula of this text is to be computed row after row: its functions keep something between calls.
    fn is_serial(&self, text: &str) -> bool {
        let _ = text;
        false
    }
}

/// No names: formulas see columns and the library alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn variable(&self, _: &str) -> Option<Variable> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}
