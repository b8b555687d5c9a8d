//! Sets of columns as bits: column `c` is bit `c % 8` of byte `c / 8`; bytes of nothing but zeros at the end are left out.

use kinetable_rowset::RowSet;

/// A set of columns as bytes.
pub fn to_bits(columns: &RowSet) -> Vec<u8> {
    let mut bytes = vec![0; columns.end().div_ceil(8) as usize];
    for column in columns.iter() {
        bytes[column as usize / 8] |= 1 << (column % 8);
    }
    bytes
}

/// The set of columns that bytes stand for.
pub fn from_bits(bytes: &[u8]) -> RowSet {
    let bit = |column: &u64| bytes[*column as usize / 8] >> (column % 8) & 1 == 1;
    RowSet::from_sorted((0..bytes.len() as u64 * 8).filter(bit))
}
