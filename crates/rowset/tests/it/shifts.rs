//! Laws of shifts, against a map from old to new keys.

use crate::random::{SEEDS, model, rng, runs, subset};
use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};
use rand::Rng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};

/// Random surviving rows, shifts that fit them, and where each row goes.
fn moved(rng: &mut StdRng) -> (RowSet, Shifts, BTreeMap<u64, u64>) {
    let old = model(rng);
    moved_of(rng, &old)
}

/// As [`moved`], of these rows.
fn moved_of(rng: &mut StdRng, old: &BTreeSet<u64>) -> (RowSet, Shifts, BTreeMap<u64, u64>) {
    let mut builder = ShiftsBuilder::new();
    let mut expected = BTreeMap::new();
    let mut end = 0;
    for run in runs(old) {
        let mut from = run.start;
        while from < run.end {
            let until = (from + rng.random_range(1..2000)).min(run.end);
            // Rows whose place the run before has taken do not survive.
            if from >= end {
                let delta = delta(rng, from - end, u64::MAX - until);
                builder.push(from..until, delta);
                expected.extend((from..until).map(|key| (key, key.wrapping_add_signed(delta))));
                end = until.wrapping_add_signed(delta);
            }
            from = until;
        }
    }
    (expected.keys().copied().collect(), builder.finish(), expected)
}

/// A delta for a run with room below and above it.
fn delta(rng: &mut StdRng, below: u64, above: u64) -> i64 {
    match rng.random_range(0..5) {
        0 => -(rng.random_range(0..=below.min(200_000)) as i64),
        1 => rng.random_range(0..=above.min(100)) as i64,
        2 => -65_536 * rng.random_range(0..=below.min(200_000) / 65_536) as i64,
        3 => 65_536 * rng.random_range(0..=above.min(200_000) / 65_536) as i64,
        _ => 0,
    }
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
fn then_is_one_map_after_the_other() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (_, first, once) = moved(&mut rng);
        let (_, second, twice) = moved_of(&mut rng, &once.values().copied().collect());
        let both = once.iter().filter_map(|(old, new)| Some((*old, *twice.get(new)?)));
        let both: BTreeMap<u64, u64> = both.collect();
        let survivors: RowSet = both.keys().copied().collect();
        let composed = first.then(&second, &survivors);
        assert_eq!(composed.apply(&survivors), both.values().copied().collect(), "seed {seed}");
        for (&from, &to) in both.iter().step_by(37) {
            assert_eq!(composed.shift_key(from), to, "seed {seed} key {from}");
        }
    }
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
    let refused: [&[(std::ops::Range<u64>, i64)]; 5] = [
        &[(10..20, 1), (15..30, 1)],
        &[(10..20, 1), (5..8, 1)],
        &[(10..20, 15), (30..31, 1)],
        &[(10..20, -11)],
        &[(u64::MAX - 5..u64::MAX, 1)],
    ];
    for pushes in refused {
        let result = std::panic::catch_unwind(|| {
            let mut builder = ShiftsBuilder::new();
            for (range, delta) in pushes {
                builder.push(range.clone(), *delta);
            }
            builder.finish()
        });
        assert!(result.is_err(), "{pushes:?}");
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

#[test]
fn rows_fit_if_each_can_move_in_order_and_none_that_stays_lies_in_the_way() {
    let mut seen = [0; 2];
    for seed in 0..20_000 {
        let mut rng = rng(seed);
        let old: RowSet = (0..40u64).filter(|_| rng.random_bool(0.4)).collect();
        let mut builder = ShiftsBuilder::new();
        let (mut from, mut to) = (0u64, 0u64);
        for _ in 0..rng.random_range(0..4) {
            from += rng.random_range(0..9);
            to = to.max(from.saturating_sub(6)) + rng.random_range(0..4);
            let length = rng.random_range(1..6);
            builder.push(from..from + length, to as i64 - from as i64);
            (from, to) = (from + length, to + length);
        }
        let shifts = builder.finish();
        let goes = |key: u64| shifts.shift_key(key);
        let keeps_order = old.iter().zip(old.iter().skip(1)).all(|(one, next)| goes(one) < goes(next));
        let stays = |key: &u64| !shifts.iter().any(|(run, _)| run.contains(key));
        let in_the_way = |key: u64| {
            shifts.iter().any(|(run, delta)| {
                (run.start.wrapping_add_signed(delta)..run.end.wrapping_add_signed(delta)).contains(&key)
            })
        };
        let expected = keeps_order && !old.iter().filter(stays).any(in_the_way);
        assert_eq!(shifts.fits(&old), expected, "seed {seed}: {shifts:?} of {old:?}");
        seen[usize::from(expected)] += 1;
    }
    assert!(seen.iter().all(|count| *count > 1_000), "{seen:?}");
}
