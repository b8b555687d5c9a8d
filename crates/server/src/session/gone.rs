//! The ids that were used and are gone, as ranges: ids are mostly handed out in order, so there are few.

use std::collections::BTreeMap;

/// A set of ids.
#[derive(Debug, Default)]
pub struct Gone {
    /// The first id of a range, and its last.
    ranges: BTreeMap<i32, i32>,
}

impl Gone {
    /// Whether an id is in it.
    pub fn contains(&self, id: i32) -> bool {
        self.ranges.range(..=id).next_back().is_some_and(|(_, last)| id <= *last)
    }

    /// Adds an id.
    pub fn insert(&mut self, id: i32) {
        if self.contains(id) {
            return;
        }
        let (mut first, mut last) = (id, id);
        if let Some((before, end)) = self.ranges.range(..id).next_back()
            && end.checked_add(1) == Some(id)
        {
            first = *before;
        }
        if let Some(next) = id.checked_add(1)
            && let Some(end) = self.ranges.remove(&next)
        {
            last = end;
        }
        self.ranges.insert(first, last);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::Gone;

    #[test]
    fn holds_what_a_set_holds() {
        let mut random = StdRng::seed_from_u64(5);
        for _ in 0..50 {
            let (mut gone, mut model) = (Gone::default(), BTreeSet::new());
            for _ in 0..60 {
                let id = random.random_range(-20..20);
                gone.insert(id);
                model.insert(id);
            }
            gone.insert(i32::MAX);
            gone.insert(i32::MIN);
            for id in -22..22 {
                assert_eq!(gone.contains(id), model.contains(&id), "{id} of {model:?}");
            }
            assert!(gone.contains(i32::MAX));
            assert!(!gone.contains(i32::MAX - 1));
        }
    }

    #[test]
    fn neighbours_become_one_range() {
        let mut gone = Gone::default();
        for id in [1, 3, 2, 5, 4] {
            gone.insert(id);
        }
        assert_eq!(gone.ranges.len(), 1);
    }
}
