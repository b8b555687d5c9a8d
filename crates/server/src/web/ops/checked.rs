//! What operations check before they are done.

use arrow_schema::DataType;
use kinetable::Table;
use kinetable::formula::is_column_name;

use crate::web::messages::tell::Fault;

/// The most columns that group.
const KEYS_MAX: usize = 32;

/// The place and type of a column.
///
/// # Errors
/// If there is none of this name.
pub(super) fn column(table: &Table, name: &str) -> Result<(usize, DataType), Fault> {
    let index = table.definition().column_index(name)?;
    Ok((index, table.schema().field(index).data_type().clone()))
}

/// Columns that group, which may be none.
///
/// # Errors
/// If one is not there, or there are too many.
pub(super) fn keys<'a>(table: &Table, names: Option<&'a Vec<String>>) -> Result<&'a [String], Fault> {
    let names = names.map_or(&[] as &[String], Vec::as_slice);
    if names.len() > KEYS_MAX {
        return Err(Fault::limit(format!("more than {KEYS_MAX} columns group")));
    }
    for name in names {
        column(table, name)?;
    }
    Ok(names)
}

/// A list of at least one and at most so many.
///
/// # Errors
/// If it is not.
pub(super) fn some<'a, T>(list: &'a [T], most: usize, what: &str) -> Result<&'a [T], Fault> {
    match list.len() {
        0 => Err(Fault::invalid(format!("{what}: there is none"))),
        count if count > most => Err(Fault::limit(format!("{what}: {count} are more than {most}"))),
        _ => Ok(list),
    }
}

/// A number from 1 to so many.
///
/// # Errors
/// If it is not.
pub(super) fn number(number: u64, most: u64, what: &str) -> Result<u64, Fault> {
    match (1..=most).contains(&number) {
        true => Ok(number),
        false => Err(Fault::limit(format!("{what} is {number}, but is from 1 to {most}"))),
    }
}

/// A name that a column can have.
///
/// # Errors
/// If it cannot.
pub(super) fn new_name(name: &str) -> Result<(), Fault> {
    match is_column_name(name) {
        true => Ok(()),
        false => Err(Fault::invalid(format!("\"{}\" cannot be the name of a column", name.escape_debug()))),
    }
}

/// Whether values are numbers.
pub(super) fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric() && *data_type != DataType::UInt16
}

/// Whether values have an order that extremes can be asked of.
pub(super) fn is_ordered(data_type: &DataType) -> bool {
    data_type.is_primitive() && !matches!(data_type, DataType::Interval(_))
        || matches!(data_type, DataType::Utf8View | DataType::Utf8)
}
