//! Laws of parts of a set and of the map between keys and positions.

use crate::random::{Model, SEEDS, probes, rng, set, subset};
use kinetable_rowset::RowSet;
use rand::Rng;

#[test]
fn slice_is_skip_and_take() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        for _ in 0..10 {
            let from = rng.random_range(0..model.len() as u64 + 3);
            let until = rng.random_range(0..model.len() as u64 + 3);
            let expected: RowSet =
                model.iter().copied().skip(from as usize).take(until.saturating_sub(from) as usize).collect();
            assert_eq!(set.slice(from..until), expected, "seed {seed} {from}..{until}");
        }
        assert_eq!(set.slice(0..u64::MAX), set, "seed {seed}");
    }
}

#[test]
fn restrict_is_the_range_of_the_model() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        let probes = probes(&mut rng, &model);
        for _ in 0..10 {
            let a = probes[rng.random_range(0..probes.len())];
            let b = probes[rng.random_range(0..probes.len())];
            let expected: Model = if a < b { model.range(a..b).copied().collect() } else { Model::new() };
            let part = set.restrict(a..b);
            assert_eq!(part.to_vec(), expected.iter().copied().collect::<Vec<_>>(), "seed {seed}");
            assert_eq!(part, RowSet::from_sorted(expected), "seed {seed}: not canonical");
        }
    }
}

#[test]
fn positions_of_and_keys_at_are_inverse() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        let part = subset(&mut rng, &model);
        let keys: RowSet = part.iter().copied().collect();
        let positions = set.positions_of(&keys);
        let expected: Vec<u64> = model
            .iter()
            .enumerate()
            .filter(|(_, key)| part.contains(key))
            .map(|(position, _)| position as u64)
            .collect();
        assert_eq!(positions.to_vec(), expected, "seed {seed}");
        assert_eq!(set.keys_at(&positions), keys, "seed {seed}");
        assert_eq!(set.positions_of(&set), RowSet::flat(set.len()), "seed {seed}");
        assert_eq!(set.keys_at(&RowSet::flat(set.len())), set, "seed {seed}");
    }
}

#[test]
fn keys_outside_are_refused() {
    let set = RowSet::from_sorted([1, 2, 3, 9, 11, 70_000]);
    for keys in [RowSet::single(4), RowSet::from_range(2..5), RowSet::single(70_001)] {
        assert!(std::panic::catch_unwind(|| set.positions_of(&keys)).is_err(), "{keys:?}");
        let flat = RowSet::flat(2);
        assert!(std::panic::catch_unwind(|| flat.positions_of(&keys)).is_err(), "{keys:?}");
    }
    assert!(std::panic::catch_unwind(|| set.keys_at(&RowSet::single(6))).is_err());
}

#[test]
fn keys_beyond_half_of_the_space_have_positions() {
    let base = (1 << 63) + 12_345;
    let set = RowSet::from_range(base..base + 200_000);
    let keys = RowSet::from_sorted((0..3000).map(|k| base + k * 3));
    let positions = set.positions_of(&keys);
    assert_eq!(positions, RowSet::from_sorted((0..3000).map(|k| k * 3)));
    assert_eq!(set.keys_at(&positions), keys);
}
