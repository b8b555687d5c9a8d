//! Laws of membership, order, algebra, building and representation, against `BTreeSet`.

use crate::random::{Model, SEEDS, model, probes, rng, runs, set, subset};
use kinetable_rowset::{RowSet, RowSetBuilder};
use rand::Rng;

/// Checks everything a set can be asked that does not need a second set.
fn assert_is(set: &RowSet, model: &Model, seed: u64) {
    let keys: Vec<u64> = model.iter().copied().collect();
    assert_eq!(set.to_vec(), keys, "seed {seed}");
    assert_eq!(set.len(), keys.len() as u64, "seed {seed}");
    assert_eq!(set.is_empty(), keys.is_empty(), "seed {seed}");
    assert_eq!(set.first(), keys.first().copied(), "seed {seed}");
    assert_eq!(set.last(), keys.last().copied(), "seed {seed}");
    assert_eq!(set.end(), keys.last().map_or(0, |k| k + 1), "seed {seed}");
    assert_eq!(*set, keys.iter().rev().copied().collect::<RowSet>(), "seed {seed}: not canonical");
}

#[test]
fn iteration_forward_backward_and_mixed_is_the_model() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        assert_is(&set, &model, seed);
        assert!(set.iter().eq(model.iter().copied()), "seed {seed}");
        assert!(set.iter().rev().eq(model.iter().rev().copied()), "seed {seed}");
        let (mut ours, mut theirs) = (set.iter(), model.iter().copied());
        let mut left = model.len();
        loop {
            assert_eq!(ours.len(), left, "seed {seed}");
            let steps = rng.random_range(1..4000);
            let front = rng.random_bool(0.5);
            let mut last = None;
            for _ in 0..steps {
                let (a, b) =
                    if front { (ours.next(), theirs.next()) } else { (ours.next_back(), theirs.next_back()) };
                assert_eq!(a, b, "seed {seed}");
                left -= usize::from(a.is_some());
                last = a;
            }
            if last.is_none() {
                break;
            }
        }
    }
}

#[test]
fn ranges_are_the_maximal_runs() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        let expected = runs(&model);
        assert_eq!(set.ranges().collect::<Vec<_>>(), expected, "seed {seed}");
        let mut backward: Vec<_> = set.ranges().rev().collect();
        backward.reverse();
        assert_eq!(backward, expected, "seed {seed}");
        let mut ranges = set.ranges();
        let (mut low, mut high) = (Vec::new(), Vec::new());
        while let Some(run) = ranges.next() {
            low.push(run);
            high.extend(ranges.next_back());
        }
        low.extend(high.into_iter().rev());
        assert_eq!(low, expected, "seed {seed}");
    }
}

#[test]
fn membership_rank_and_position_are_the_models() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        let keys: Vec<u64> = model.iter().copied().collect();
        for key in probes(&mut rng, &model) {
            let rank = keys.partition_point(|&k| k < key) as u64;
            assert_eq!(set.contains(key), model.contains(&key), "seed {seed} key {key}");
            assert_eq!(set.rank(key), rank, "seed {seed} key {key}");
            let position = model.contains(&key).then_some(rank);
            assert_eq!(set.position(key), position, "seed {seed} key {key}");
        }
    }
}

#[test]
fn select_is_the_inverse_of_rank() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        let keys: Vec<u64> = model.iter().copied().collect();
        for _ in 0..100.min(keys.len()) {
            let position = rng.random_range(0..keys.len());
            assert_eq!(set.select(position as u64), Some(keys[position]), "seed {seed}");
            assert_eq!(set.rank(keys[position]), position as u64, "seed {seed}");
        }
        assert_eq!(set.select(keys.len() as u64), None, "seed {seed}");
        assert_eq!(set.select(u64::MAX), None, "seed {seed}");
    }
}

/// A second set that is independent, a subset, equal but for a few keys, or beside.
fn partner(rng: &mut rand::rngs::StdRng, of: &Model) -> Model {
    match rng.random_range(0..4) {
        0 => model(rng),
        1 => subset(rng, of),
        2 => {
            let mut near = of.clone();
            for _ in 0..3 {
                let key = of.iter().nth(rng.random_range(0..of.len().max(1))).copied();
                let key = key.unwrap_or(7) + rng.random_range(0..2);
                if !near.remove(&key) {
                    near.insert(key.min(u64::MAX - 1));
                }
            }
            near
        }
        _ => of.iter().map(|k| k ^ 1).filter(|&k| k != u64::MAX).collect(),
    }
}

#[test]
fn algebra_is_the_models() {
    for seed in 0..2 * SEEDS {
        let mut rng = rng(seed);
        let (a, a_model) = set(&mut rng);
        let b_model = partner(&mut rng, &a_model);
        let b: RowSet = b_model.iter().copied().collect();
        assert_is(&a.union(&b), &(&a_model | &b_model), seed);
        assert_is(&a.intersect(&b), &(&a_model & &b_model), seed);
        assert_is(&a.difference(&b), &(&a_model - &b_model), seed);
        assert_is(&a.symmetric_difference(&b), &(&a_model ^ &b_model), seed);
        assert_eq!(a.is_subset(&b), a_model.is_subset(&b_model), "seed {seed}");
        assert_eq!(b.is_subset(&a), b_model.is_subset(&a_model), "seed {seed}");
        assert_eq!(a.is_disjoint(&b), a_model.is_disjoint(&b_model), "seed {seed}");
    }
}

#[test]
fn algebra_laws_hold_between_results() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (a, b, c) = (set(&mut rng).0, set(&mut rng).0, set(&mut rng).0);
        assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)), "seed {seed}: associative");
        assert_eq!(a.union(&b), b.union(&a), "seed {seed}: commutative");
        let spread = a.intersect(&b.union(&c));
        assert_eq!(spread, a.intersect(&b).union(&a.intersect(&c)), "seed {seed}: distributive");
        let outside = a.difference(&b.union(&c));
        assert_eq!(outside, a.difference(&b).intersect(&a.difference(&c)), "seed {seed}: de Morgan");
        assert_eq!(a.difference(&b).union(&a.intersect(&b)), a, "seed {seed}: partition");
        assert!(a.intersect(&b).is_subset(&a), "seed {seed}");
        assert!(a.difference(&b).is_disjoint(&b), "seed {seed}");
        assert!(a.is_subset(&a.union(&b)), "seed {seed}");
    }
}

#[test]
fn equality_is_equality_of_keys() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (a, a_model) = set(&mut rng);
        let (b, b_model) = set(&mut rng);
        assert_eq!(a == b, a_model == b_model, "seed {seed}");
        let there_and_back = a.union(&b).difference(&b.difference(&a));
        assert!(there_and_back == a, "seed {seed}: {there_and_back:?} is not {a:?}");
    }
}

#[test]
fn building_by_keys_ranges_and_parts_agree() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let (set, model) = set(&mut rng);
        assert_eq!(RowSet::from_sorted(model.iter().copied()), set, "seed {seed}");
        assert_eq!(RowSet::from_ranges(runs(&model)), set, "seed {seed}");
        let mut builder = RowSetBuilder::new();
        for run in runs(&model) {
            let mut from = run.start;
            while from < run.end {
                let until = from.saturating_add(rng.random_range(1..40_000)).min(run.end);
                if until == from + 1 {
                    builder.push(from)
                } else {
                    builder.push_range(from..until)
                }
                builder.push_range(until..until);
                from = until;
            }
        }
        assert_eq!(builder.finish(), set, "seed {seed}");
    }
}

#[test]
fn the_space_of_keys_ends_before_its_greatest_number() {
    let all = RowSet::from_range(0..u64::MAX);
    assert_eq!(all.len(), u64::MAX);
    assert_eq!(all.last(), Some(u64::MAX - 1));
    assert_eq!(all.rank(u64::MAX - 1), u64::MAX - 1);
    let holes: RowSet = [0, 70_000, 1 << 63, u64::MAX - 1].into_iter().collect();
    let rest = all.difference(&holes);
    assert_eq!(rest.len(), u64::MAX - 4);
    assert_eq!(rest.union(&holes), all);
    assert_eq!(all.symmetric_difference(&rest), holes);
    assert_eq!(rest.select(rest.len() - 1), Some(u64::MAX - 2));
    assert_eq!(rest.ranges().count(), 3);
    assert!(std::panic::catch_unwind(|| RowSet::single(u64::MAX)).is_err());
    assert!(std::panic::catch_unwind(|| RowSet::from_sorted([u64::MAX])).is_err());
    assert!(std::panic::catch_unwind(|| RowSet::from_sorted([u64::MAX - 1, u64::MAX])).is_err());
}

#[test]
fn keys_that_do_not_ascend_are_refused() {
    assert!(std::panic::catch_unwind(|| RowSet::from_sorted([3, 3])).is_err());
    assert!(std::panic::catch_unwind(|| RowSet::from_sorted([70_000, 3])).is_err());
    assert!(std::panic::catch_unwind(|| RowSet::from_ranges([0..5, 4..6])).is_err());
}

#[test]
fn debug_prints_runs_with_both_ends() {
    let cases: [(&[u64], &str); 4] = [
        (&[], "{}"),
        (&[7], "{7}"),
        (&[0, 1, 2, 5, 65_535, 65_536], "{0-2,5,65535-65536}"),
        (&[1 << 40, (1 << 40) + 2], "{1099511627776,1099511627778}"),
    ];
    for (keys, text) in cases {
        assert_eq!(format!("{:?}", RowSet::from_sorted(keys.iter().copied())), text);
    }
    assert_eq!(format!("{:?}", RowSet::flat(100).union(&RowSet::single(105))), "{0-99,105}");
}

#[test]
fn memory_is_that_of_the_stated_layout() {
    assert!(RowSet::flat(1_000_000_000).bytes() < 64);
    let every_other = RowSet::from_sorted((0..2_000_000).map(|k| k * 2));
    let bits = every_other.bytes() as f64 * 8.0 / 2_000_000.0;
    assert!(bits < 2.1, "{bits} bits a key for every other key");
    let mut random = rng(1);
    let percent: RowSet = (0..2_000_000).filter(|_| random.random_bool(0.01)).collect();
    let bytes = percent.bytes() as f64 / percent.len() as f64;
    assert!(bytes < 2.2, "{bytes} bytes a key for 1 % of the keys");
    let holes = RowSet::flat(2_000_000).difference(&percent);
    let bits = holes.bytes() as f64 * 8.0 / holes.len() as f64;
    assert!(bits < 1.1, "{bits} bits a key for all but 1 %");
}

#[test]
fn a_small_change_shares_the_payloads_it_does_not_touch() {
    let big = RowSet::from_sorted((0..1_000_000).map(|k| k * 2));
    let few: RowSet = [131_073, 131_075].into_iter().collect();
    let grown = big.union(&few);
    assert_eq!(grown.len(), big.len() + 2);
    assert_eq!(grown.difference(&few), big);
    assert_eq!(grown.shared_payloads(&big), (30, 31));
}

#[test]
fn bits_are_the_keys_they_stand_for() {
    for seed in 0..SEEDS {
        let mut rng = rng(seed);
        let mut builder = RowSetBuilder::new();
        let mut model = Model::new();
        let mut first = rng.random_range(0..200_000u64);
        for _ in 0..rng.random_range(1..4) {
            let count = rng.random_range(1..2_500usize);
            let density = rng.random_range(0..4);
            let words: Vec<u64> = (0..count)
                .map(|_| match density {
                    0 => 0,
                    1 => u64::MAX,
                    2 => rng.random(),
                    _ => {
                        rng.random::<u64>() & rng.random::<u64>() & rng.random::<u64>() & rng.random::<u64>()
                    }
                })
                .collect();
            for (at, word) in words.iter().enumerate() {
                let keys = (0..64).filter(|bit| word >> bit & 1 == 1);
                model.extend(keys.map(|bit| first + (at * 64) as u64 + bit));
            }
            builder.push_bits(first, words);
            first += (count * 64) as u64 + rng.random_range(0..3) * rng.random_range(0..100_000u64);
        }
        assert_is(&builder.finish(), &model, seed);
    }
}
