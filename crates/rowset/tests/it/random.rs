//! Seeded random sets: runs, scattered and dense keys, across block borders and up to the greatest key.

use kinetable_rowset::RowSet;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeSet;

pub type Model = BTreeSet<u64>;

/// Number of seeds each law is tried with.
pub const SEEDS: u64 = 120;

/// Where the keys of a world lie, so that two sets of one world meet.
const BASES: [u64; 6] = [0, 65_530, 3 * 65_536 - 20, (1 << 40) - 7, (1 << 63) - 66_000, u64::MAX - 140_000];

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A random set of up to some thousand keys, with its model.
pub fn set(rng: &mut StdRng) -> (RowSet, Model) {
    let model = model(rng);
    (model.iter().copied().collect(), model)
}

/// A random subset of a model.
pub fn subset(rng: &mut StdRng, of: &Model) -> Model {
    let keep = [0.01, 0.5, 0.99][rng.random_range(0..3)];
    of.iter().copied().filter(|_| rng.random_bool(keep)).collect()
}

pub fn model(rng: &mut StdRng) -> Model {
    let mut model = Model::new();
    for _ in 0..rng.random_range(0..5) {
        let base = BASES[rng.random_range(0..BASES.len())];
        let start = base + rng.random_range(0..1000);
        match rng.random_range(0..5) {
            0 => model.extend(start..start + rng.random_range(1..3000)),
            1 => model.extend((0..rng.random_range(1..40)).map(|_| start + rng.random_range(0..130_000))),
            2 => model.extend((0..9000).filter(|k| k % 2 == 0).map(|k| start + k)),
            3 => model.extend((0..20_000).filter(|_| rng.random_bool(0.4)).map(|k| start + k)),
            _ => {
                let whole = (start >> 16) << 16;
                model.extend(whole..whole + 65_536 + rng.random_range(0..3));
                let hole = whole + rng.random_range(0..65_536);
                model.remove(&hole);
            }
        }
    }
    model.remove(&u64::MAX);
    model
}

/// Keys worth asking about: those of the set, beside them, and at block borders.
pub fn probes(rng: &mut StdRng, model: &Model) -> Vec<u64> {
    let mut probes = vec![0, 1, 65_535, 65_536, 65_537, (1 << 63) - 1, 1 << 63, u64::MAX - 1];
    let keys: Vec<u64> = model.iter().copied().collect();
    for _ in 0..keys.len().min(60) {
        let key = keys[rng.random_range(0..keys.len())];
        probes.extend([key.saturating_sub(1), key, (key + 1).min(u64::MAX - 1)]);
    }
    probes.extend(keys.first());
    probes.extend(keys.last());
    probes
}

/// The maximal runs of a model.
pub fn runs(model: &Model) -> Vec<std::ops::Range<u64>> {
    let mut runs: Vec<std::ops::Range<u64>> = Vec::new();
    for &key in model {
        match runs.last_mut() {
            Some(run) if run.end == key => run.end += 1,
            _ => runs.push(key..key + 1),
        }
    }
    runs
}
