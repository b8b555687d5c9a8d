//! Reading in any order by way of reading in row order.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array, new_empty_array, new_null_array};
use arrow_schema::DataType;
use arrow_select::{concat::concat, take::take};
use kinetable_rowset::RowSet;

use super::ColumnSource;
use crate::Result;

/// Gathers by reading the distinct keys in row order and taking from that.
///
/// **Cost**: one sort of the keys unless they already ascend.
pub fn gather_by_read<C: ColumnSource + ?Sized>(column: &C, keys: &UInt64Array) -> Result<ArrayRef> {
    let valid = keys.len() - keys.null_count();
    if valid == 0 {
        return Ok(new_null_array(column.data_type(), keys.len()));
    }
    if keys.null_count() == 0 && keys.values().is_sorted_by(|a, b| a < b) {
        return column.read(&RowSet::from_sorted(keys.values().iter().copied()));
    }
    let mut distinct: Vec<u64> = keys.iter().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let values = column.read(&RowSet::from_sorted(distinct.iter().copied()))?;
    let rank = |key: u64| distinct.partition_point(|other| *other < key) as u64;
    let ranks: UInt64Array = if distinct.last().is_some_and(|last| last - distinct[0] < 4 * valid as u64) {
        ranks_by_table(keys, &distinct)
    } else {
        keys.iter().map(|key| key.map(rank)).collect()
    };
    Ok(take(&values, &ranks, None)?)
}

/// Ranks through a direct table: keys that lie close together need no binary search.
fn ranks_by_table(keys: &UInt64Array, distinct: &[u64]) -> UInt64Array {
    let first = distinct[0];
    let mut table = vec![0u32; (distinct[distinct.len() - 1] - first) as usize + 1];
    for (rank, key) in distinct.iter().enumerate() {
        table[(key - first) as usize] = rank as u32;
    }
    keys.iter().map(|key| key.map(|key| u64::from(table[(key - first) as usize]))).collect()
}

/// Joins chunks of one type into one array; one chunk is passed on as it is, none gives an empty array.
pub fn concat_chunks(data_type: &DataType, chunks: &[ArrayRef]) -> Result<ArrayRef> {
    match chunks {
        [] => Ok(new_empty_array(data_type)),
        [one] => Ok(Arc::clone(one)),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(|chunk| chunk.as_ref()).collect();
            Ok(concat(&parts)?)
        }
    }
}
