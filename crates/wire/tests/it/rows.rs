//! Row sets, shifts and sets of columns as bytes.

use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};
use kinetable_wire::barrage::{from_bits, read_rows, read_shifts, to_bits, write_rows, write_shifts};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::hex;

/// The key of the first row of a table that is reversed.
const LAST: u64 = (1 << 63) - 1;

fn rows(ranges: &[(u64, u64)]) -> RowSet {
    RowSet::from_ranges(ranges.iter().map(|(first, last)| *first..last + 1))
}

#[test]
fn recorded_row_sets_are_written_byte_by_byte_and_read() {
    for (ranges, bytes) in [
        (&[][..], "20"),
        (&[(0, 0)][..], "0c0020"),
        (&[(3, 3)], "0c0320"),
        (&[(0, 1)], "1c0200ff20"),
        (&[(0, 9)], "1c0200f720"),
        (&[(1, 5), (7, 7)], "1c0301fc0220"),
        (&[(0, 4095)], "1402000001f020"),
        (&[(100, 20000)], "1402640044b220"),
        (&[(4096, 29999)], "14020010d19a20"),
        (&[(1073741825, 1073741827)], "0a010000400cfe20"),
        (&[(1073741822, 1073741822)], "0afeffff3f20"),
        (&[(0, 50)], "1c0200ce20"),
        (&[(11, 13)], "1c020bfe20"),
        (&[(LAST, LAST)], "0bffffffffffffff7f20"),
        (&[(LAST - 9, LAST)], "0bf6ffffffffffff7f0cf720"),
    ] {
        let set = rows(ranges);
        assert_eq!(write_rows(&set), hex(bytes), "{set:?}");
        assert_eq!(read_rows(&hex(bytes)), Ok(set));
    }
}

#[test]
fn other_spellings_of_clients_are_read() {
    assert_eq!(read_rows(&hex("0c000cff20")), Ok(rows(&[(0, 1)])));
    assert_eq!(read_rows(&hex("0c640944b220")), Ok(rows(&[(100, 20000)])));
    assert_eq!(
        read_rows(&hex("1c0520")).map_err(|e| e.to_string()),
        Err("a row set ends in the middle".into())
    );
}

#[test]
fn row_sets_come_back_as_they_were() {
    let mut random = StdRng::seed_from_u64(1);
    for round in 0..2000 {
        let spread = 1u64 << (1 + round % 40);
        let mut key = random.random_range(0..spread);
        let mut ranges = Vec::new();
        for _ in 0..random.random_range(0..60) {
            let length = random.random_range(1..=spread.min(300));
            ranges.push(key..key + length);
            key += length + random.random_range(1..=spread);
        }
        let set = RowSet::from_ranges(ranges);
        assert_eq!(read_rows(&write_rows(&set)), Ok(set));
    }
}

#[test]
fn keys_that_do_not_ascend_are_refused() {
    for bytes in
        ["0cff20", "0c050c0020", "0c050cff0c0020", "0bffffffffffffff7f0c0020", "0bffffffffffffff7f0c0120"]
    {
        assert!(read_rows(&hex(bytes)).is_err(), "{bytes}");
    }
}

#[test]
fn shifts_are_three_row_sets() {
    assert_eq!(write_shifts(&Shifts::empty()), hex("202020"));
    let mut builder = ShiftsBuilder::new();
    builder.push(1073741825..1073741826, -2);
    let shifts = builder.finish();
    let bytes = hex("0a01000040200a01000040200affffff3f20");
    assert_eq!(write_shifts(&shifts), bytes);
    assert_eq!(read_shifts(&bytes), Ok(shifts));
}

#[test]
fn shifts_reach_to_the_last_key() {
    let of = |run: std::ops::Range<u64>, delta| {
        let mut builder = ShiftsBuilder::new();
        builder.push(run, delta);
        builder.finish()
    };
    for shifts in [of(LAST - 4..LAST + 1, -3), of(LAST - 9..LAST - 2, 3)] {
        assert_eq!(read_shifts(&write_shifts(&shifts)), Ok(shifts));
    }
    for (told, read) in [
        (of(7..u64::MAX, -3), of(7..LAST + 1, -3)),
        (of(7..u64::MAX - 3, 3), of(7..LAST - 2, 3)),
        (of(LAST + 1..LAST + 5, -9), Shifts::empty()),
    ] {
        assert_eq!(read_shifts(&write_shifts(&told)), Ok(read), "a run past the last row: {told:?}");
    }
}

#[test]
fn shifts_come_back_as_they_were() {
    let mut random = StdRng::seed_from_u64(2);
    for _ in 0..500 {
        let mut builder = ShiftsBuilder::new();
        let (mut old, mut new) = (0u64, 0u64);
        for _ in 0..random.random_range(0..20) {
            old += random.random_range(0..50);
            new = new.max(old.saturating_sub(20)) + random.random_range(0..50);
            let length = random.random_range(1..30);
            builder.push(old..old + length, new as i64 - old as i64);
            (old, new) = (old + length, new + length);
        }
        let shifts = builder.finish();
        assert_eq!(read_shifts(&write_shifts(&shifts)), Ok(shifts));
    }
}

#[test]
fn a_few_bytes_do_not_name_a_million_million_shifts() {
    let many = write_rows(&RowSet::from_range(0..1 << 40));
    let error = read_shifts(&[many.clone(), many.clone(), many].concat()).expect_err("too many");
    assert!(error.to_string().contains("are the most"), "{error}");
}

#[test]
fn columns_are_bits() {
    for (columns, bytes) in [(vec![0, 2], "05"), ((0..17).collect(), "ffff01"), (vec![0], "01"), (vec![], "")]
    {
        let set = RowSet::from_sorted(columns);
        assert_eq!(to_bits(&set), hex(bytes));
        assert_eq!(from_bits(&hex(bytes)), set);
    }
}
