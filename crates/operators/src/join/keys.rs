//! Keys of rows in a form in which equal keys have equal bits.
//!
//! | key | form |
//! |---|---|
//! | one column of at most 64 bits | the bits as a word |
//! | one column of text | its bytes |
//! | no column | nothing: all rows have the same key |
//! | all else | the row encoding of `arrow-row` |
//!
//! Before that, -0.0 becomes 0.0 and every NaN the same NaN.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, StringViewArray, make_array};
use arrow_buffer::NullBuffer;
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result, RowSet, Table, Version};

use crate::aggregate::type_name::type_name;
use crate::support::chunks::read_all;

/// The key columns of both sides, and what encodes them.
pub(crate) struct KeyColumns {
    pub(crate) left: Vec<usize>,
    pub(crate) right: Vec<usize>,
    pub(crate) encoder: Encoder,
}

/// Finds pairs of key columns by name, of which there is at least one.
pub(crate) fn resolve(left: &Table, right: &Table, on: &[(&str, &str)]) -> Result<KeyColumns> {
    if on.is_empty() {
        let message = "a join needs at least one pair of key columns";
        return Err(Error::invalid(message));
    }
    resolve_any(left, right, on)
}

/// Finds pairs of key columns by name; without any, all rows have the same key.
pub(crate) fn resolve_any(left: &Table, right: &Table, on: &[(&str, &str)]) -> Result<KeyColumns> {
    let (mut lefts, mut rights, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for (l, r) in on {
        let li = left.definition().column_index(l)?;
        let ri = right.definition().column_index(r)?;
        types.push(same_type((left, li), (right, ri))?);
        lefts.push(li);
        rights.push(ri);
    }
    Ok(KeyColumns { left: lefts, right: rights, encoder: Encoder::new(&types)? })
}

/// The type of two columns that are compared.
pub(crate) fn same_type(left: (&Table, usize), right: (&Table, usize)) -> Result<DataType> {
    let (l, r) = (left.0.schema().field(left.1), right.0.schema().field(right.1));
    if l.data_type() == r.data_type() {
        return Ok(l.data_type().clone());
    }
    let message = format!(
        "Mismatched join types: key \"{}\" of the left table is {}, but \"{}\" of the right is {}",
        l.name(),
        type_name(l.data_type()),
        r.name(),
        type_name(r.data_type()),
    );
    let hint = format!("cast one of them, e.g. update_view(\"{0} = (long){0}\")", r.name());
    Err(Error::invalid(message).with_hint(hint))
}

/// The keys of some rows.
pub(crate) enum Keys {
    /// Of no column, so many.
    Nothing(usize),
    /// Words, with nulls.
    Words(Vec<u64>, Option<NullBuffer>),
    /// Texts.
    Texts(StringViewArray),
    /// Row encodings.
    Rows(Rows),
}

impl Keys {
    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Keys::Nothing(count) => *count,
            Keys::Words(words, _) => words.len(),
            Keys::Texts(texts) => texts.len(),
            Keys::Rows(rows) => rows.num_rows(),
        }
    }
}

/// Turns columns of fixed types into keys.
#[derive(Debug)]
pub(crate) struct Encoder(Form);

#[derive(Debug)]
enum Form {
    Nothing,
    Words,
    Texts,
    Rows(RowConverter),
}

impl Encoder {
    /// An encoder of keys of these types.
    pub(crate) fn new(types: &[DataType]) -> Result<Encoder> {
        Ok(Encoder(match types {
            [] => Form::Nothing,
            [DataType::Boolean] => Form::Words,
            [DataType::Utf8View] => Form::Texts,
            [one] if one.primitive_width().is_some_and(|width| width <= 8) => Form::Words,
            many => {
                let fields = many.iter().map(|kind| SortField::new(kind.clone()));
                Form::Rows(RowConverter::new(fields.collect()).map_err(|_| {
                    let names: Vec<String> = many.iter().map(type_name).collect();
                    Error::invalid(format!("keys of [{}] cannot be compared", names.join(", ")))
                        .with_hint("use keys of numbers, text, times or booleans")
                })?)
            }
        }))
    }

    /// Whether keys are words.
    pub(crate) fn gives_words(&self) -> bool {
        matches!(self.0, Form::Words)
    }

    /// The keys of rows of a version.
    pub(crate) fn read(&self, version: &Version, columns: &[usize], rows: &RowSet) -> Result<Keys> {
        let arrays = columns
            .iter()
            .map(|column| Ok(plain(read_all(version.column(*column), rows)?)))
            .collect::<Result<Vec<_>>>()?;
        self.encode(&arrays, rows.len() as usize)
    }

    fn encode(&self, arrays: &[ArrayRef], count: usize) -> Result<Keys> {
        Ok(match &self.0 {
            Form::Nothing => Keys::Nothing(count),
            Form::Words => Keys::Words(words(&arrays[0])?, arrays[0].nulls().cloned()),
            Form::Texts => Keys::Texts(arrays[0].as_string_view().clone()),
            Form::Rows(converter) => Keys::Rows(converter.convert_columns(arrays)?),
        })
    }
}

/// One zero and one NaN.
pub(crate) fn plain(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float64 => {
            let one = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(one))
        }
        DataType::Float32 => {
            let one = |value: f32| if value.is_nan() { f32::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(one))
        }
        _ => array,
    }
}

fn words(array: &ArrayRef) -> Result<Vec<u64>> {
    if let Some(values) = array.as_boolean_opt() {
        return Ok(values.values().iter().map(u64::from).collect());
    }
    match array.data_type().primitive_width() {
        Some(1) => bits::<UInt8Type>(array),
        Some(2) => bits::<UInt16Type>(array),
        Some(4) => bits::<UInt32Type>(array),
        _ => bits::<UInt64Type>(array),
    }
}

/// The values seen as unsigned integers of the same width.
fn bits<T: ArrowPrimitiveType<Native: Into<u64>>>(array: &ArrayRef) -> Result<Vec<u64>> {
    let data = array.to_data().into_builder().data_type(T::DATA_TYPE);
    let same = make_array(data.build()?);
    let values = same.as_primitive::<T>().values().iter();
    Ok(values.map(|value| (*value).into()).collect())
}
