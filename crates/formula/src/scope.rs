//! What names mean: the columns of the table, and the variables and functions of the script around it.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;

use crate::error::Error;

/// What the names of a formula mean, given by the caller while the formula is compiled.
pub trait Scope {
    /// The type of the column of this name.
    fn column(&self, name: &str) -> Option<DataType>;

    /// The variable of the script of this name.
    fn variable(&self, name: &str) -> Option<Variable>;

    /// All names known here, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// A use of cells of an opaque type, as a function whose first argument is the cell: `None` if there is none.
    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        let _ = (data_type, using);
        None
    }

    /// Where the random numbers of this formula begin; give each formula another one.
    fn seed(&self) -> u64 {
        0
    }
}

/// A name of the script around the formula. Values are taken once, when the formula is compiled.
#[derive(Clone)]
pub enum Variable {
    /// One value: an array of one row, of the narrowest type that holds it.
    Value(ArrayRef),
    /// Several values of one type: for `Col in list`, `list[i]` and functions of arrays.
    List(ArrayRef),
    /// A function to be called over chunks.
    Function(Arc<dyn UserFunction>),
    /// Anything else: it can be cast, looked into, and handed to functions.
    Object(Arc<dyn Object>),
}

/// What a formula does with a cell that it cannot look into itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpaqueUse<'a> {
    /// `(type)cell`
    Cast(&'a DataType),
    /// `cell.name`
    Attribute(&'a str),
    /// `cell.name(arguments)`
    Method(&'a str),
    /// `cell[key]`
    Item,
}

/// A function of the user.
///
/// A call is made once a chunk, with whole arrays as arguments; under `&&`, `||` and `?:` only the rows that need it
/// are handed over.
pub trait UserFunction: Send + Sync {
    /// How the function is called in messages.
    fn name(&self) -> &str;

    /// The type of the result for arguments of these types, or what is wrong with them (a lowercase fragment).
    fn check(&self, args: &[DataType]) -> Result<DataType, String>;

    /// One result for each row. All arrays have `rows` rows.
    fn call(&self, args: &[ArrayRef], rows: usize) -> Result<ArrayRef, Error>;

    /// Whether equal arguments give equal results, so that a call on constants is made once.
    fn is_pure(&self) -> bool {
        false
    }

    /// The same function with its result taken as `data_type`: what `(int)f(x)` asks of a function without a result type.
    fn returning(&self, data_type: &DataType) -> Option<Arc<dyn UserFunction>> {
        let _ = data_type;
        None
    }

    /// The same function with these objects fixed as arguments, so that only the others (`None`) remain.
    fn with_objects(&self, args: &[Option<Arc<dyn Object>>]) -> Option<Arc<dyn UserFunction>> {
        let _ = args;
        None
    }
}

/// A value of the script that is no value of a column: a module, an instance, a dictionary.
pub trait Object: Send + Sync {
    /// The type's name, for messages.
    fn type_name(&self) -> String;

    /// `object.name`: also methods, which come back as functions.
    fn attribute(&self, name: &str) -> Option<Variable> {
        let _ = name;
        None
    }

    /// `object[key]` for a constant key (one row).
    fn item(&self, key: &ArrayRef) -> Option<Variable> {
        let _ = key;
        None
    }

    /// `object[key]` for a key that differs by row, as a function of the key.
    fn item_function(&self) -> Option<Arc<dyn UserFunction>> {
        None
    }

    /// `(type)object`: one row, or what is wrong (a lowercase fragment).
    fn cast(&self, data_type: &DataType) -> Result<ArrayRef, String> {
        Err(format!("a {} cannot be cast to {data_type}", self.type_name()))
    }

    /// For passing on: the implementor itself.
    fn as_any(&self) -> &dyn std::any::Any;
}
