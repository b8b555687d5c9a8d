//! Laws of shifts, against a map from old to new keys.

use crate::r#gen::{SEEDS, model, rng, runs, subset};
use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};
use rand::Rng;
use rand::rngs::StdRng;
use std::collections::BTreeMap;

/// Random surviving rows, shifts that fit them, and where each row goes.
fn moved(rng: &mut StdRng) -> (RowSet, Shifts, BTreeMap<u64, u64>) {
    let old = model(rng);
    let mut builder = ShiftsBuilder::new();
    let mut expected = BTreeMap::new();
    let mut end = 0;
    for run in runs(&old) {
        let mut from = run.start;
        while from < run.end {
            let until = (from + rng.random_range(1..2000)).min(run.end);
            let room = from as i128 - end as i128;
            let delta = match rng.random_range(0..5) {
                0 => -(rng.random_range(0..=room.min(200_000)) as i64),
                1 => rng.random_range(0..100),
                2 => 65_536 * rng.random_range(0..3),
                _ => 0,
            };
            // What was pushed before may have taken the place, or the end of the space may be near.
            let delta = delta.max((-room).max(i128::from(i64::MIN)) as i64);
            let delta = if until > u64::MAX - 300_000 { delta.min((-room).max(0) as i64) } else { delta };
            if until.checked_add_signed(delta).is_some() && (room + i128::from(delta)) >= 0 {
                builder.push(from..until, delta);
                expected.extend((from..until).map(|key| (key, key.wrapping_add_signed(delta))));
                end = until.wrapping_add_signed(delta);
            }
            from = until;
        }
    }
    (expected.keys().copied().collect(), builder.finish(), expected)
}

#[test]
fn apply_is_the_models_map() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (old, shifts, expected) = moved(&mut rng);
        let new: RowSet = expected.values().copied().collect();
        assert_eq!(shifts.apply(&old), new, "seed {seed}");
        assert_eq!(new.len(), old.len(), "seed {seed}");
        for (&from, &to) in expected.iter().step_by(37) {
            assert_eq!(shifts.shift_key(from), to, "seed {seed} key {from}");
        }
    }
}

#[test]
fn unapply_is_the_inverse_of_apply_where_shifts_fit() {
    let mut tried = 0;
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (old, shifts, expected) = moved(&mut rng);
        assert!(shifts.fits(&old), "seed {seed}: {shifts:?}");
        tried += usize::from(!shifts.is_empty());
        assert_eq!(shifts.unapply(&shifts.apply(&old)), old, "seed {seed}");
        let part = subset(&mut rng, &old.iter().collect());
        let part: RowSet = part.into_iter().collect();
        let moved_part: RowSet = part.iter().map(|key| expected[&key]).collect();
        assert_eq!(shifts.apply(&part), moved_part, "seed {seed}");
        assert_eq!(shifts.unapply(&moved_part), part, "seed {seed}");
        for (&from, &to) in expected.iter().step_by(41) {
            assert_eq!(shifts.unshift_key(to), from, "seed {seed} key {to}");
        }
    }
    assert!(tried > SEEDS as usize / 3, "only {tried} seeds had shifts");
}

#[test]
fn moved_keys_are_those_with_a_delta() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (old, shifts, expected) = moved(&mut rng);
        let changed: RowSet = expected.iter().filter(|(a, b)| a != b).map(|(a, _)| *a).collect();
        assert_eq!(shifts.moved_keys(&old), changed, "seed {seed}");
        let total: u64 = shifts.iter().map(|(old, _)| old.end - old.start).sum();
        assert!(total >= changed.len(), "seed {seed}");
        assert!(shifts.iter().all(|(_, delta)| delta != 0), "seed {seed}");
    }
}

#[test]
fn touching_shifts_of_one_delta_are_one() {
    let mut builder = ShiftsBuilder::new();
    builder.push(10..20, 5);
    builder.push(20..30, 5);
    builder.push(30..30, 7);
    builder.push(30..40, 0);
    builder.push(50..51, -2);
    let shifts = builder.finish();
    assert_eq!(format!("{shifts:?}"), "{10-29+5,50-2}");
    assert_eq!(shifts.iter().collect::<Vec<_>>(), [(10..30, 5), (50..51, -2)]);
    assert_eq!(shifts.len(), 2);
    assert!(Shifts::empty().is_empty());
    assert_eq!(ShiftsBuilder::new().finish(), Shifts::empty());
}

#[test]
fn shifts_that_cross_or_overlap_are_refused() {
    let refused: [&[(std::ops::Range<u64>, i64)]; 4] = [
        &[(10..20, 1), (15..30, 1)],
        &[(10..20, 1), (5..8, 1)],
        &[(10..20, 15), (20..30, 0), (30..31, 1)],
        &[(10..20, -11)],
    ];
    for pushes in refused {
        let result = std::panic::catch_unwind(|| {
            let mut builder = ShiftsBuilder::new();
            for (range, delta) in pushes {
                builder.push(range.clone(), *delta);
            }
            builder.finish()
        });
        // The third is refused by the rows only: a run of delta 0 is no shift.
        assert_eq!(result.is_err(), pushes[0].1 != 15 || pushes.len() != 3, "{pushes:?}");
    }
}

#[test]
fn rows_in_the_way_do_not_fit() {
    let mut builder = ShiftsBuilder::new();
    builder.push(10..20, 5);
    let shifts = builder.finish();
    assert!(shifts.fits(&RowSet::from_ranges([10..20, 25..30])));
    assert!(!shifts.fits(&RowSet::from_ranges([10..20, 24..30])), "meets a row that stays");
    assert!(!shifts.fits(&RowSet::from_ranges([10..11, 20..21])), "a row lies where the run goes");
    assert!(shifts.fits(&RowSet::from_ranges([0..5, 19..20, 30..31])));
    assert!(shifts.fits(&RowSet::empty()));
}
