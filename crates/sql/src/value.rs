//! Values while an expression is evaluated: one that stands for every row, or one a row.

use arrow_array::{
    Array, ArrayRef, BooleanArray, Datum, Scalar, StringViewArray, UInt32Array, new_null_array,
};
use arrow_schema::ArrowError;

use crate::types::TEXT;

/// What an expression is on one chunk.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// One row that stands for all rows.
    One(ArrayRef),
    /// A value for each row.
    Many(ArrayRef),
}

impl Value {
    /// The values as they lie.
    pub(crate) fn array(&self) -> &ArrayRef {
        match self {
            Value::One(array) | Value::Many(array) => array,
        }
    }

    /// A value for each of so many rows.
    pub(crate) fn expand(&self, rows: usize) -> Result<ArrayRef, ArrowError> {
        match self {
            Value::Many(array) => Ok(array.clone()),
            Value::One(one) if rows == 1 => Ok(one.clone()),
            Value::One(one) if one.is_null(0) => Ok(new_null_array(one.data_type(), rows)),
            Value::One(one) => arrow_select::take::take(one, &UInt32Array::from(vec![0; rows]), None),
        }
    }

    /// Hands the value to a kernel of Arrow's, which knows scalars too.
    pub(crate) fn with_datum<R>(&self, f: impl FnOnce(&dyn Datum) -> R) -> R {
        match self {
            Value::One(one) => f(&Scalar::new(one.clone())),
            Value::Many(array) => f(array),
        }
    }

    /// The truth of each row.
    pub(crate) fn truths(&self, rows: usize) -> Result<BooleanArray, ArrowError> {
        let array = self.expand(rows)?;
        match array.as_any().downcast_ref::<BooleanArray>() {
            Some(truths) => Ok(truths.clone()),
            None => Err(ArrowError::CastError(format!("{} where a truth is wanted", array.data_type()))),
        }
    }

    /// Reads texts by row.
    pub(crate) fn texts(&self) -> Result<Texts, ArrowError> {
        let array = arrow_cast::cast(self.array(), &TEXT)?;
        match array.as_any().downcast_ref::<StringViewArray>() {
            Some(texts) => Ok(Texts { texts: texts.clone(), step: self.step() }),
            None => Err(ArrowError::CastError("a text is wanted".to_owned())),
        }
    }

    /// How far the value moves from row to row.
    fn step(&self) -> usize {
        usize::from(matches!(self, Value::Many(_)))
    }

    /// Reads integers by row.
    pub(crate) fn longs(&self) -> Result<Longs, ArrowError> {
        let array = arrow_cast::cast(self.array(), &arrow_schema::DataType::Int64)?;
        match array.as_any().downcast_ref::<arrow_array::Int64Array>() {
            Some(longs) => Ok(Longs { longs: longs.clone(), step: self.step() }),
            None => Err(ArrowError::CastError("an integer is wanted".to_owned())),
        }
    }
}

/// Truths, of which what is unknown is false.
pub(crate) fn definite(truths: &BooleanArray) -> BooleanArray {
    match truths.nulls() {
        None => truths.clone(),
        Some(nulls) => BooleanArray::new(truths.values() & nulls.inner(), None),
    }
}

/// Texts by row.
pub(crate) struct Texts {
    texts: StringViewArray,
    step: usize,
}

impl Texts {
    /// The text of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let row = row * self.step;
        (!self.texts.is_null(row)).then(|| self.texts.value(row))
    }
}

/// Integers by row.
pub(crate) struct Longs {
    longs: arrow_array::Int64Array,
    step: usize,
}

impl Longs {
    /// The integer of a row.
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        let row = row * self.step;
        (!self.longs.is_null(row)).then(|| self.longs.value(row))
    }
}
