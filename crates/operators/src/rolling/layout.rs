//! In which order rows are handed to kernels: group by group.

use kinetable_engine::RowSet;

use super::task::Run;

/// Positions of a table's rows in group order.
#[derive(Debug)]
pub(super) struct Layout {
    /// One for each group that has rows.
    pub(super) runs: Vec<Run>,
    /// The position of each row in group order; `None` if that is row order.
    pub(super) order: Option<Vec<u32>>,
    /// Where in group order each row is.
    pub(super) places: Option<Vec<u32>>,
}

impl Layout {
    /// All rows in one group.
    pub(super) fn single(rows: usize) -> Layout {
        let runs = if rows == 0 { Vec::new() } else { vec![whole(0, rows)] };
        Layout { runs, order: None, places: None }
    }

    /// Rows by the slots of their groups, which are below `slots`.
    pub(super) fn of_slots(of_rows: &[u32], slots: usize) -> Layout {
        assert!(u32::try_from(of_rows.len()).is_ok(), "fewer than 2^32 rows in one update_by");
        let mut next = vec![0u32; slots];
        of_rows.iter().for_each(|slot| next[*slot as usize] += 1);
        let mut runs = Vec::with_capacity(slots);
        let mut start = 0;
        for count in &mut next {
            let len = std::mem::replace(count, start) as usize;
            if len > 0 {
                runs.push(whole(start as usize, len));
            }
            start += len as u32;
        }
        let mut order = vec![0u32; of_rows.len()];
        let place = |(row, slot): (usize, &u32)| {
            let next = &mut next[*slot as usize];
            let place = *next;
            *next += 1;
            order[place as usize] = row as u32;
            place
        };
        let places = of_rows.iter().enumerate().map(place).collect();
        Layout { runs, order: Some(order), places: Some(places) }
    }
}

fn whole(start: usize, len: usize) -> Run {
    Run { start, len, wanted: 0..len }
}

/// Rows whose results are wanted, and around them those that they look at: parts of groups, one after the other.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    pub(super) runs: Vec<Run>,
    /// The row keys of all rows.
    pub(super) keys: Vec<u64>,
    /// Of each run, the row before the first wanted one.
    pub(super) before: Vec<Option<u64>>,
}

impl Excerpt {
    /// Adds the rows of a group from position `from` to before `to`, of which those at `wanted` are wanted.
    pub(super) fn push(&mut self, group: &RowSet, from: u64, to: u64, wanted: std::ops::Range<u64>) {
        debug_assert!(from <= wanted.start && wanted.end <= to && to <= group.len());
        let start = self.keys.len();
        group.slice(from..to).extend_into(&mut self.keys);
        let wanted_here = (wanted.start - from) as usize..(wanted.end - from) as usize;
        self.runs.push(Run { start, len: (to - from) as usize, wanted: wanted_here });
        self.before.push(wanted.start.checked_sub(1).and_then(|position| group.select(position)));
    }

    /// Adds the last rows of a group, of which those from `wanted` on are wanted; `before` is the row before those.
    pub(super) fn push_last(&mut self, keys: impl Iterator<Item = u64>, wanted: usize, before: Option<u64>) {
        let start = self.keys.len();
        self.keys.extend(keys);
        let len = self.keys.len() - start;
        self.runs.push(Run { start, len, wanted: wanted..len });
        self.before.push(before);
    }

    /// The wanted rows, and where each is among the wanted rows of all runs.
    pub(super) fn wanted(&self) -> (RowSet, Vec<u32>) {
        let wanted = self.runs.iter().flat_map(|run| self.keys[run.places()].iter().copied());
        in_row_order(&wanted.collect::<Vec<_>>())
    }
}

/// Rows in order, and where each was.
pub(super) fn in_row_order(keys: &[u64]) -> (RowSet, Vec<u32>) {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_unstable_by_key(|at| keys[*at as usize]);
    (RowSet::from_sorted(order.iter().map(|at| keys[*at as usize])), order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_group_by_group_and_find_their_way_back() {
        let layout = Layout::of_slots(&[2, 0, 2, 0, 0], 3);
        assert_eq!(layout.runs, [whole(0, 3), whole(3, 2)]);
        assert_eq!(layout.order, Some(vec![1, 3, 4, 0, 2]));
        assert_eq!(layout.places, Some(vec![3, 0, 4, 1, 2]));
    }

    #[test]
    fn an_excerpt_gives_wanted_rows_in_row_order() {
        let mut excerpt = Excerpt::default();
        excerpt.push(&RowSet::from_sorted([5, 7, 9]), 0, 3, 1..3);
        excerpt.push(&RowSet::from_sorted([6, 8]), 0, 2, 0..1);
        assert_eq!(excerpt.before, [Some(5), None]);
        let (rows, order) = excerpt.wanted();
        assert_eq!((rows.to_vec(), order), (vec![6, 7, 9], vec![2, 0, 1]));
    }
}
