//! Where a column of the table is in a file: a column of its own, or a field inside a column of structs.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, make_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use parquet::errors::{ParquetError, Result};

/// A column of a file, or a field in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the column among those of the file.
    pub root: usize,
    /// Names of the fields to follow inside it; none as a rule.
    pub inside: Vec<String>,
    /// Numbers of the file's leaves that hold the values.
    pub leaves: Vec<usize>,
}

/// Follows names into structs: the field they lead to.
pub(super) fn field_inside<'a>(mut field: &'a Field, names: &[String]) -> Option<&'a Field> {
    for name in names {
        let DataType::Struct(fields) = field.data_type() else {
            return None;
        };
        field = fields.iter().find(|field| field.name() == name)?;
    }
    Some(field)
}

/// Follows names into an array of structs. A field of a struct that is null is null.
pub(super) fn values_inside(array: &ArrayRef, names: &[String]) -> Result<ArrayRef> {
    let mut array = array.clone();
    for name in names {
        let structs =
            array.as_struct_opt().and_then(|structs| Some((structs, structs.column_by_name(name)?)));
        let Some((structs, values)) = structs else {
            return Err(ParquetError::General(format!("there is no field \"{name}\"")));
        };
        let nulls = NullBuffer::union(structs.nulls(), values.nulls());
        let data = values.to_data().into_builder().nulls(nulls).build();
        array = make_array(data.map_err(|error| ParquetError::General(error.to_string()))?);
    }
    Ok(array)
}
