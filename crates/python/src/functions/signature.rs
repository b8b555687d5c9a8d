//! What a Python function takes and returns, as far as its annotations say.

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::PyFunction;
use crate::types;
use crate::values::{from_numpy, helpers, object_type, to_numpy};

/// A parameter.
pub struct Parameter {
    pub name: String,
    /// The type that the annotation says, if it says one.
    pub data_type: Option<DataType>,
    /// Whether `None` may be given for null.
    pub nullable: bool,
    pub form: Form,
}

/// How a parameter wants its values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As `iter_dict` gives them.
    Plain,
    /// As a NumPy array: of the chunk, or of the list in each row.
    Array,
    /// Instants as `datetime` without a zone.
    NaiveDatetime,
    /// Times as NumPy scalars.
    NumpyTime,
    /// Instants as `pandas.Timestamp`.
    PandasTimestamp,
}

/// A function's signature.
pub struct Signature {
    pub name: String,
    params: Vec<Parameter>,
    required: usize,
    variadic: bool,
    result: Option<DataType>,
    /// Whether the result is annotated as an array of `result`.
    result_is_array: bool,
    /// A NumPy ufunc: always called with whole arrays.
    is_ufunc: bool,
}

/// How a call with certain argument types is made.
#[derive(Clone)]
pub struct Plan {
    /// With whole chunks, or by row.
    pub whole_chunks: bool,
    pub result: DataType,
}

/// As `kinetable._signature.describe` returns it.
type Described =
    (String, Vec<(String, Option<String>, bool, String)>, usize, bool, Option<String>, bool, bool);

impl Signature {
    pub fn of(callable: &Bound<'_, PyAny>) -> PyResult<Self> {
        let module = callable.py().import("kinetable._signature")?;
        let (name, params, required, variadic, result, result_is_array, is_ufunc): Described =
            module.call_method1("describe", (callable,))?.extract()?;
        let params = params.into_iter().map(|(name, type_name, nullable, form)| Parameter {
            name,
            data_type: type_name.as_deref().and_then(types::from_name),
            nullable,
            form: Form::named(&form),
        });
        Ok(Self {
            name,
            params: params.collect(),
            required,
            variadic,
            result: result.as_deref().and_then(types::from_name),
            result_is_array,
            is_ufunc,
        })
    }

    pub fn has_result(&self) -> bool {
        self.result.is_some()
    }

    /// The parameter that takes the argument at `index`.
    pub fn param(&self, index: usize) -> Option<&Parameter> {
        self.params.get(index)
    }

    pub fn plan(&self, py: Python<'_>, function: &PyFunction, args: &[DataType]) -> Result<Plan, String> {
        let slots = function.slots(args.len());
        self.check_count(slots.len())?;
        let mut columns = args.iter();
        let mut whole_chunks = self.is_ufunc;
        for (index, slot) in slots.iter().enumerate() {
            let (None, Some(param)) = (slot, self.param(index)) else {
                continue;
            };
            let arg = columns.next().expect("a column for every argument that is not fixed");
            param.check(arg).map_err(|expected| {
                let (name, given) = (&self.name, types::name_of(arg));
                format!(
                    "argument {} (\"{}\") of \"{name}\" takes {expected}, but is given {given}",
                    index + 1,
                    param.name
                )
            })?;
            whole_chunks |= param.form == Form::Array && !matches!(arg, DataType::List(_));
        }
        let result = match (&function.result, &self.result) {
            (Some(cast), _) => Some(cast.clone()),
            (None, Some(item)) if self.result_is_array && !whole_chunks => Some(types::list_of(item.clone())),
            (None, Some(result)) => Some(result.clone()),
            (None, None) if whole_chunks => probe(py, function, args, self.is_ufunc).ok().flatten(),
            (None, None) => None,
        };
        Ok(Plan { whole_chunks, result: result.unwrap_or_else(object_type) })
    }

    fn check_count(&self, given: usize) -> Result<(), String> {
        let (least, most) = (self.required, self.params.len());
        let wants = match (given < least, given > most && !self.variadic) {
            (false, false) => return Ok(()),
            _ if self.variadic => format!("at least {least}"),
            _ if least == most => least.to_string(),
            _ => format!("{least} to {most}"),
        };
        let plural = if wants == "1" { "" } else { "s" };
        Err(format!("\"{}\" takes {wants} argument{plural}, but is given {given}", self.name))
    }
}

impl Parameter {
    /// Whether a column of this type may be given; else what is taken.
    fn check(&self, given: &DataType) -> Result<(), String> {
        let Some(wanted) = &self.data_type else {
            return Ok(());
        };
        let item = match given {
            DataType::List(item) if self.form == Form::Array => item.data_type(),
            _ => given,
        };
        let fits = match wanted {
            DataType::Float64 => is_number(item),
            DataType::Float32 => {
                *item == DataType::Float32 || int_width(item).is_some_and(|width| width <= 2)
            }
            _ => match (int_width(wanted), int_width(item)) {
                (Some(wide), Some(narrow)) => narrow <= wide,
                _ => types::name_of(wanted) == types::name_of(item),
            },
        };
        if fits { Ok(()) } else { Err(types::name_of(wanted)) }
    }

    /// Whether a row with null here is kept from the function.
    pub fn refuses_null(&self) -> bool {
        !self.nullable
    }
}

impl Form {
    fn named(name: &str) -> Self {
        match name {
            "array" => Self::Array,
            "datetime" => Self::NaiveDatetime,
            "numpy" => Self::NumpyTime,
            "pandas" => Self::PandasTimestamp,
            _ => Self::Plain,
        }
    }
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_floating() || int_width(data_type).is_some()
}

fn int_width(data_type: &DataType) -> Option<usize> {
    match data_type {
        DataType::UInt16 => Some(4),
        integral if integral.is_signed_integer() => integral.primitive_width(),
        _ => None,
    }
}

/// The result's type, found by a call with arrays of one value (ufuncs) or of none.
fn probe(py: Python<'_>, function: &PyFunction, args: &[DataType], one: bool) -> PyResult<Option<DataType>> {
    let sample = |data_type: &DataType| -> PyResult<Bound<'_, PyAny>> {
        let empty = to_numpy(py, &arrow_array::new_empty_array(data_type))?;
        if one { helpers(py)?.call_method1("one_like", (empty,)) } else { Ok(empty) }
    };
    let mut columns = args.iter();
    let values = function.slots(args.len()).into_iter().map(|slot| match slot {
        Some(object) => Ok(object.bind(py).clone()),
        None => sample(columns.next().expect("a column for every argument that is not fixed")),
    });
    let values = PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)?;
    let result = function.callable.bind(py).call1(values)?;
    let array: Option<ArrayRef> = from_numpy(&result)?;
    Ok(array.map(|array| array.data_type().clone()))
}
