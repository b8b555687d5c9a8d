//! Values while a formula is evaluated: a whole array, or one value that stands for every row; and how functions
//! over values read and write arrays.

use arrow_array::builder::{BooleanBuilder, PrimitiveBuilder, StringViewBuilder};
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Datum, PrimitiveArray, Scalar, StringViewArray, UInt32Array,
    new_null_array,
};
use arrow_buffer::NullBuffer;
use std::sync::Arc;

use crate::error::Error;

/// What an expression is on one chunk.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// One row that stands for all rows.
    Scalar(ArrayRef),
    /// A value for each row.
    Array(ArrayRef),
}

impl Value {
    pub fn array(&self) -> &ArrayRef {
        match self {
            Self::Scalar(array) | Self::Array(array) => array,
        }
    }

    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Scalar(_))
    }

    /// A value for each of `rows` rows.
    pub fn expand(self, rows: usize) -> Result<ArrayRef, Error> {
        match self {
            Self::Array(array) => Ok(array),
            Self::Scalar(one) if rows == 1 => Ok(one),
            Self::Scalar(one) if one.is_null(0) => Ok(new_null_array(one.data_type(), rows)),
            Self::Scalar(one) => {
                let zeros = UInt32Array::from(vec![0; rows]);
                Ok(arrow_select::take::take(&one, &zeros, None)?)
            }
        }
    }

    /// Hands the value to an Arrow kernel, which knows scalars too.
    pub fn with_datum<R>(&self, f: impl FnOnce(&dyn Datum) -> R) -> R {
        match self {
            Self::Scalar(one) => f(&Scalar::new(one.clone())),
            Self::Array(array) => f(array),
        }
    }

    /// Which rows are null, of `rows` rows.
    pub fn nulls(&self, rows: usize) -> Option<NullBuffer> {
        match self {
            Self::Array(array) => array.logical_nulls().filter(|nulls| nulls.null_count() > 0),
            Self::Scalar(one) => is_null_scalar(one).then(|| NullBuffer::new_null(rows)),
        }
    }
}

/// An array of type null has no validity of its own.
fn is_null_scalar(one: &ArrayRef) -> bool {
    one.data_type().is_null() || one.is_null(0)
}

/// The arguments of a kernel. When all of them are scalars the kernel is asked for one row.
pub(crate) struct Args {
    pub values: Vec<Value>,
    pub rows: usize,
    /// The engine's clock, in nanoseconds since the epoch.
    pub now: i64,
}

impl Args {
    /// The rows at which all arguments have values; `None` when that is everywhere.
    pub fn nulls(&self) -> Option<NullBuffer> {
        self.values
            .iter()
            .fold(None, |all, value| NullBuffer::union(all.as_ref(), value.nulls(self.rows).as_ref()))
    }

    pub fn pop(&mut self) -> Value {
        self.values.pop().expect("a kernel asks for as many arguments as it was bound with")
    }

    /// The one argument.
    pub fn one(mut self) -> Value {
        debug_assert_eq!(self.values.len(), 1);
        self.pop()
    }

    /// The two arguments.
    pub fn two(mut self) -> (Value, Value) {
        debug_assert_eq!(self.values.len(), 2);
        let second = self.pop();
        (self.pop(), second)
    }
}

/// A type of values that functions can read from arrays. Primitives are read as their Arrow type.
pub(crate) trait Read: 'static {
    type Item<'a>: Copy;
    type Column: Array + 'static;

    fn get(column: &Self::Column, row: usize) -> Self::Item<'_>;
}

/// Texts, in both directions.
pub(crate) struct Text;

/// Booleans, in both directions.
pub(crate) struct Bool;

impl<T: ArrowPrimitiveType> Read for T {
    type Item<'a> = T::Native;
    type Column = PrimitiveArray<T>;

    #[inline]
    fn get(column: &Self::Column, row: usize) -> T::Native {
        column.values()[row]
    }
}

impl Read for Text {
    type Item<'a> = &'a str;
    type Column = StringViewArray;

    #[inline]
    fn get(column: &Self::Column, row: usize) -> &str {
        column.value(row)
    }
}

impl Read for Bool {
    type Item<'a> = bool;
    type Column = BooleanArray;

    #[inline]
    fn get(column: &Self::Column, row: usize) -> bool {
        column.value(row)
    }
}

/// An argument as a function reads it: by row, whether it is one value or many.
pub(crate) struct Lane<'a, R: Read> {
    column: &'a R::Column,
    step: usize,
}

impl<'a, R: Read> Lane<'a, R> {
    pub fn of(value: &'a Value) -> Self {
        let array = value.array().as_ref();
        let column = array.as_any().downcast_ref::<R::Column>();
        let column = column.unwrap_or_else(|| {
            panic!("the type checker bound a kernel to a column of type {}", array.data_type())
        });
        Self { column, step: usize::from(!value.is_scalar()) }
    }

    /// The value at `row`, which must not be null.
    #[inline]
    pub fn get(&self, row: usize) -> R::Item<'a> {
        R::get(self.column, row * self.step)
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.column.is_null(row * self.step)
    }

    /// The value at `row`.
    #[inline]
    pub fn opt(&self, row: usize) -> Option<R::Item<'a>> {
        (!self.is_null(row)).then(|| self.get(row))
    }
}

/// A type of values that functions can write to arrays.
pub(crate) trait Write<V>: 'static {
    type Builder;

    fn builder(rows: usize) -> Self::Builder;
    fn push(builder: &mut Self::Builder, value: Option<V>);
    fn finish(builder: Self::Builder) -> ArrayRef;
}

impl<T: ArrowPrimitiveType> Write<T::Native> for T {
    type Builder = PrimitiveBuilder<T>;

    fn builder(rows: usize) -> Self::Builder {
        PrimitiveBuilder::with_capacity(rows)
    }

    #[inline]
    fn push(builder: &mut Self::Builder, value: Option<T::Native>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

impl<S: AsRef<str>> Write<S> for Text {
    type Builder = StringViewBuilder;

    fn builder(rows: usize) -> Self::Builder {
        StringViewBuilder::with_capacity(rows)
    }

    #[inline]
    fn push(builder: &mut Self::Builder, value: Option<S>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

impl Write<bool> for Bool {
    type Builder = BooleanBuilder;

    fn builder(rows: usize) -> Self::Builder {
        BooleanBuilder::with_capacity(rows)
    }

    #[inline]
    fn push(builder: &mut Self::Builder, value: Option<bool>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// Fills an array row by row; rows at which `nulls` is null are null, and a failure tells its row.
pub(crate) fn write_rows<O: Write<V>, V>(
    rows: usize,
    nulls: Option<&NullBuffer>,
    mut f: impl FnMut(usize) -> Result<Option<V>, Error>,
) -> Result<ArrayRef, Error> {
    let mut builder = O::builder(rows);
    for row in 0..rows {
        let value = match nulls {
            Some(nulls) if nulls.is_null(row) => None,
            _ => f(row).map_err(|error| error.with_row(row))?,
        };
        O::push(&mut builder, value);
    }
    Ok(O::finish(builder))
}

/// The array's type-checked self.
pub(crate) fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef) -> &PrimitiveArray<T> {
    array.as_any().downcast_ref().unwrap_or_else(|| {
        panic!("the type checker bound a kernel to a column of type {}", array.data_type())
    })
}

/// The array's type-checked self.
pub(crate) fn boolean(array: &ArrayRef) -> &BooleanArray {
    array.as_any().downcast_ref().unwrap_or_else(|| {
        panic!("the type checker bound a Boolean kernel to a column of type {}", array.data_type())
    })
}

/// The array's type-checked self.
pub(crate) fn text(array: &ArrayRef) -> &StringViewArray {
    array.as_any().downcast_ref().unwrap_or_else(|| {
        panic!("the type checker bound a String kernel to a column of type {}", array.data_type())
    })
}
