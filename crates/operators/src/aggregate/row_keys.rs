//! The row keys of one group, in order.
//!
//! Rows mostly come at the end: their keys are pushed to a vector. A key that comes or goes elsewhere in a group of more
//! than [`SMALL`] turns the vector into a B-tree, for good: until the group is empty.
//!
//! **State**: 8 bytes a row in a vector, about 12 in a tree. **Cost**: O(1) at the end, else O(log rows), or moving up
//! to [`SMALL`] keys.

use std::collections::BTreeSet;

/// Keys that are moved about rather than put into a tree.
const SMALL: usize = 64;

/// Row keys, ascending.
#[derive(Debug, Clone)]
pub(super) enum RowKeys {
    /// As rows that are added at the end give it.
    Run(Vec<u64>),
    /// Rows came or went elsewhere.
    Tree(BTreeSet<u64>),
}

impl Default for RowKeys {
    fn default() -> RowKeys {
        RowKeys::Run(Vec::new())
    }
}

impl RowKeys {
    /// Puts a key in; whether it was not there.
    pub(super) fn insert(&mut self, key: u64) -> bool {
        match self {
            RowKeys::Run(keys) if keys.last().is_none_or(|last| *last < key) => {
                keys.push(key);
                true
            }
            RowKeys::Run(keys) if keys.len() <= SMALL => match keys.binary_search(&key) {
                Ok(_) => false,
                Err(place) => {
                    keys.insert(place, key);
                    true
                }
            },
            RowKeys::Run(_) => self.as_tree().insert(key),
            RowKeys::Tree(keys) => keys.insert(key),
        }
    }

    /// Puts in keys that are not there.
    pub(super) fn append(&mut self, other: RowKeys) {
        match (&mut *self, other) {
            (RowKeys::Run(keys), RowKeys::Run(more)) if keys.last() < more.first() => keys.extend(more),
            (_, RowKeys::Run(more)) => more.into_iter().for_each(|key| {
                self.insert(key);
            }),
            (_, RowKeys::Tree(more)) => more.into_iter().for_each(|key| {
                self.insert(key);
            }),
        }
    }

    /// Takes a key out; whether it was there.
    pub(super) fn remove(&mut self, key: u64) -> bool {
        let was_in = match self {
            RowKeys::Run(keys) if keys.last() == Some(&key) => keys.pop().is_some(),
            RowKeys::Run(keys) if keys.len() <= SMALL => match keys.binary_search(&key) {
                Ok(place) => {
                    keys.remove(place);
                    true
                }
                Err(_) => false,
            },
            RowKeys::Run(_) => self.as_tree().remove(&key),
            RowKeys::Tree(keys) => keys.remove(&key),
        };
        if matches!(self, RowKeys::Tree(keys) if keys.is_empty()) {
            *self = RowKeys::default();
        }
        was_in
    }

    fn as_tree(&mut self) -> &mut BTreeSet<u64> {
        if let RowKeys::Run(keys) = self {
            *self = RowKeys::Tree(std::mem::take(keys).into_iter().collect());
        }
        match self {
            RowKeys::Tree(keys) => keys,
            RowKeys::Run(_) => unreachable!("it was made a tree"),
        }
    }

    /// The keys, if they are in a vector.
    pub(super) fn as_run(&self) -> Option<&[u64]> {
        match self {
            RowKeys::Run(keys) => Some(keys),
            RowKeys::Tree(_) => None,
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        match self {
            RowKeys::Run(keys) => keys.len(),
            RowKeys::Tree(keys) => keys.len(),
        }
    }

    /// The least key.
    pub(super) fn first(&self) -> Option<u64> {
        match self {
            RowKeys::Run(keys) => keys.first().copied(),
            RowKeys::Tree(keys) => keys.first().copied(),
        }
    }

    /// The greatest key.
    pub(super) fn last(&self) -> Option<u64> {
        match self {
            RowKeys::Run(keys) => keys.last().copied(),
            RowKeys::Tree(keys) => keys.last().copied(),
        }
    }

    /// The first keys, so many.
    pub(super) fn first_keys(&self, count: usize) -> Vec<u64> {
        match self {
            RowKeys::Run(keys) => keys[..count.min(keys.len())].to_vec(),
            RowKeys::Tree(keys) => keys.iter().take(count).copied().collect(),
        }
    }

    /// The last keys, so many, ascending.
    pub(super) fn last_keys(&self, count: usize) -> Vec<u64> {
        match self {
            RowKeys::Run(keys) => keys[keys.len().saturating_sub(count)..].to_vec(),
            RowKeys::Tree(keys) => {
                let mut last: Vec<u64> = keys.iter().rev().take(count).copied().collect();
                last.reverse();
                last
            }
        }
    }

    /// Appends all keys, ascending.
    pub(super) fn extend_into(&self, all: &mut Vec<u64>) {
        match self {
            RowKeys::Run(keys) => all.extend_from_slice(keys),
            RowKeys::Tree(keys) => all.extend(keys),
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let keys = match self {
            RowKeys::Run(keys) => keys.capacity() * 8,
            // A B-tree's nodes are two thirds full or better, of 8 bytes a key.
            RowKeys::Tree(keys) => keys.len() * 12,
        };
        size_of::<RowKeys>() + keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, the same in each run.
    fn draw(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    #[test]
    fn they_are_a_sorted_set() {
        let mut state = 1;
        for spread in [1, 10, 1_000, 100_000] {
            let (mut keys, mut model) = (RowKeys::default(), BTreeSet::new());
            for round in 0..5_000 {
                let near_end = model.last().copied().unwrap_or(0) + draw(&mut state) % 3;
                let key = if round % 3 == 0 { draw(&mut state) % spread } else { near_end };
                let existing = model.iter().nth(draw(&mut state) as usize % model.len().max(1)).copied();
                match (draw(&mut state) % 5, existing) {
                    (0..=1, Some(old)) => assert_eq!(keys.remove(old), model.remove(&old)),
                    _ => assert_eq!(keys.insert(key), model.insert(key)),
                }
                if draw(&mut state).is_multiple_of(500) {
                    model.iter().for_each(|key| assert!(keys.remove(*key)));
                    model.clear();
                }
                let all: Vec<u64> = model.iter().copied().collect();
                let mut found = Vec::new();
                keys.extend_into(&mut found);
                assert_eq!(found, all);
                assert_eq!((keys.first(), keys.last()), (model.first().copied(), model.last().copied()));
                let count = draw(&mut state) as usize % (all.len() + 2);
                assert_eq!(keys.first_keys(count), all[..count.min(all.len())]);
                assert_eq!(keys.last_keys(count), all[all.len().saturating_sub(count)..]);
            }
        }
    }
}
