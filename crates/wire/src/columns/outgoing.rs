//! The engine's arrays on their way out.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, StringArray, UInt32Array, new_null_array};
use arrow_buffer::OffsetBuffer;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;
use arrow_select::take::take;

use super::decimals;
use super::lists::items;
use crate::{Error, Result};

/// An array of the engine as one of the type that its field has for clients.
///
/// # Errors
/// If a value does not fit the type, which is only so where an uploaded column goes back under the type it came in with.
pub fn to_wire(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (DataType::Decimal128(..) | DataType::Decimal256(..), DataType::Binary) => decimals::to_bytes(array),
        (DataType::FixedSizeBinary(_), DataType::Utf8) => Ok(hexadecimal(array)),
        (DataType::Struct(_), DataType::Utf8) => {
            Err(Error::new("cells that hold objects have to be spelled by who knows them"))
        }
        (DataType::List(_), DataType::List(item)) => {
            let list = array.as_list::<i32>();
            let (offsets, items) = items(list);
            let values = to_wire(&items, item.data_type())?;
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, list.nulls().cloned())?))
        }
        (DataType::Timestamp(..), DataType::Timestamp(unit, zone)) => {
            // Cast to the unit first: a cast to another zone would move the time where there was none.
            let cast = cast(array, &DataType::Timestamp(*unit, Some("UTC".into())))?;
            let data = cast.to_data().into_builder().data_type(DataType::Timestamp(*unit, zone.clone()));
            Ok(arrow_array::make_array(data.build()?))
        }
        (DataType::BinaryView, DataType::FixedSizeBinary(_)) => cast(&cast(array, &DataType::Binary)?, to),
        (_, DataType::Null) => Ok(new_null_array(to, array.len())),
        (DataType::List(_), DataType::FixedSizeList(item, _) | DataType::ListView(item)) => {
            let list = DataType::List(item.clone());
            cast(&to_wire(array, &list)?, to)
        }
        (_, to) => cast(array, to),
    }
}

/// The lists of an array cut to their first so many items, of a negative number to their last; other arrays as they are.
///
/// # Errors
/// If memory for places runs out.
pub fn preview(array: &ArrayRef, limit: i64) -> Result<ArrayRef> {
    let (DataType::List(item), true) = (array.data_type(), limit != 0) else {
        return Ok(array.clone());
    };
    let list = array.as_list::<i32>();
    let most = i32::try_from(limit.unsigned_abs()).unwrap_or(i32::MAX);
    if list.offsets().lengths().all(|length| length <= most as usize) {
        return Ok(array.clone());
    }
    let mut places: Vec<u32> = Vec::new();
    let mut lengths = Vec::with_capacity(list.len());
    for ends in list.offsets().windows(2) {
        let count = (ends[1] - ends[0]).min(most);
        let first = if limit > 0 { ends[0] } else { ends[1] - count };
        places.extend((first..first + count).map(|place| place as u32));
        lengths.push(count as usize);
    }
    let values = take(list.values(), &UInt32Array::from(places), None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, list.nulls().cloned())?))
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    Ok(cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() })?)
}

/// Cells of bytes as text.
fn hexadecimal(array: &ArrayRef) -> ArrayRef {
    let cells = array.as_fixed_size_binary();
    let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Arc::new(cells.iter().map(|cell| cell.map(text)).collect::<StringArray>())
}
