//! Logs, packed and redirected columns.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::column::{Log, Packed, Redirected};
use kinetable_engine::{ColumnSource, RowSet};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::support::longs;

#[test]
fn a_log_reads_what_was_appended_in_whatever_pieces() {
    let mut random = StdRng::seed_from_u64(7);
    let mut log = Log::new(DataType::Int64, 100);
    let mut written = 0i64;
    while written < 200_000 {
        let count = *[1, 3, 100, 5_000, 70_000].get(random.random_range(0..5)).expect("one of five");
        let before = log.clone();
        log = log.append(longs(written..written + count)).expect("appended");
        assert_eq!(before.end(), 100 + written as u64, "an old version does not grow");
        written += count;
    }
    let keys: RowSet = (0..5_000).map(|_| 100 + random.random_range(0..written as u64)).collect();
    let keys = keys.union(&RowSet::from_range(65_000..140_000));
    let read = log.read(&keys).expect("rows are there");
    let expected: Vec<i64> = keys.iter().map(|key| key as i64 - 100).collect();
    assert_eq!(read.as_primitive::<Int64Type>().values(), &expected[..]);
}

#[test]
fn a_log_of_small_appends_holds_little_more_than_its_values() {
    let mut log = Log::new(DataType::Int64, 0);
    for start in 0..20_000 {
        log = log.append(longs(start * 10..start * 10 + 10)).expect("appended");
    }
    assert!(log.bytes() < 200_000 * 8 * 12 / 10, "{} bytes for 1.6 MB of values", log.bytes());
}

#[test]
fn a_log_forgets_whole_blocks_and_keeps_its_keys() {
    let log =
        Log::new(DataType::Int64, 0).append(longs(0..200_000)).expect("appended").forget_before(150_000);
    let rows = RowSet::from_range(150_000..200_000);
    let read = log.read(&rows).expect("rows are there");
    assert_eq!(read.as_primitive::<Int64Type>().value(0), 150_000);
    assert!(log.bytes() < 80_000 * 8);
    assert_eq!(log.end(), 200_000);
}

#[test]
fn a_redirected_column_follows_its_map() {
    let inner =
        Packed::column(RowSet::from_sorted([5, 10, 20]), longs([50, 100, 200])).expect("three values");
    let keys = UInt64Array::from(vec![Some(20), None, Some(5), Some(20)]);
    let map = Packed::column(RowSet::flat(4), std::sync::Arc::new(keys)).expect("four keys");
    let seen = Redirected::new(inner, map);
    let values = seen.read(&RowSet::flat(4)).expect("mapped");
    assert_eq!(
        values.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(),
        [Some(200), None, Some(50), Some(200)]
    );
    let backwards = seen.gather(&UInt64Array::from(vec![2, 0])).expect("mapped");
    assert_eq!(backwards.as_primitive::<Int64Type>().values(), &[50, 200]);
    assert_eq!(backwards.len(), 2);
}
