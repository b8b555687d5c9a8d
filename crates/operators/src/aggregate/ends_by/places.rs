//! Where the rows of one group are among the keys it has.

use std::ops::Range;

/// Keys for the rows of a group, in order: old rows keep theirs where the new ones fit around them.
///
/// `rows` are the old keys of the rows that stay, ascending, and none for new rows.
pub(super) fn arrange(room: Range<u64>, rows: &[Option<u64>]) -> Vec<u64> {
    fitted(&room, rows).unwrap_or_else(|| {
        let stay: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].is_some()).collect();
        let at_ends = stay.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        if at_ends { centred(&room, rows.len()) } else { spread(&room, rows.len()) }
    })
}

/// New rows beside the old ones at either end, and evenly in the gaps between; none if there is no room.
fn fitted(room: &Range<u64>, rows: &[Option<u64>]) -> Option<Vec<u64>> {
    let mut keys = Vec::with_capacity(rows.len());
    let mut before = None;
    let mut coming = 0;
    for old in rows {
        let Some(key) = *old else {
            coming += 1;
            continue;
        };
        match before {
            None => keys.extend(key.checked_sub(coming).filter(|first| *first >= room.start)?..key),
            Some(before) if coming > 0 => {
                let gap = key - before;
                if gap <= coming {
                    return None;
                }
                keys.extend((1..=coming).map(|index| before + gap * index / (coming + 1)));
            }
            Some(_) => {}
        }
        keys.push(key);
        (before, coming) = (Some(key), 0);
    }
    match before {
        None => Some(centred(room, rows.len())),
        Some(last) if last + coming < room.end => {
            keys.extend(last + 1..=last + coming);
            Some(keys)
        }
        Some(_) => None,
    }
}

/// One run in the middle: room for rows that come at either end.
fn centred(room: &Range<u64>, count: usize) -> Vec<u64> {
    let start = room.start + (room.end - room.start - count as u64) / 2;
    (start..start + count as u64).collect()
}

/// Evenly: room for rows that come between.
fn spread(room: &Range<u64>, count: usize) -> Vec<u64> {
    let (size, total) = (u128::from(room.end - room.start), count as u128);
    (0..total).map(|index| room.start + ((2 * index + 1) * size / (2 * total)) as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_rows_are_in_the_middle() {
        assert_eq!(arrange(64..72, &[None, None]), [67, 68]);
    }

    #[test]
    fn old_rows_stay_where_new_ones_fit() {
        assert_eq!(arrange(0..16, &[None, Some(5), None, Some(9), None, None]), [4, 5, 7, 9, 10, 11]);
    }

    #[test]
    fn rows_at_a_full_end_move_all_to_the_middle() {
        assert_eq!(arrange(0..8, &[Some(6), Some(7), None]), [2, 3, 4]);
        assert_eq!(arrange(0..8, &[None, Some(0)]), [3, 4]);
    }

    #[test]
    fn rows_between_neighbours_spread_all() {
        assert_eq!(arrange(0..8, &[Some(3), None, Some(4)]), [1, 4, 6]);
    }

    #[test]
    fn order_and_bounds_are_kept() {
        for bits in 0..1u32 << 6 {
            for first in 0..20 {
                let old = |place: u64| (bits >> place & 1 == 1).then_some(first + 2 * place);
                let rows: Vec<Option<u64>> = (0..6).map(old).collect();
                let keys = arrange(0..32, &rows);
                assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?} for {rows:?}");
                assert!(keys.len() == 6 && keys[5] < 32, "{keys:?} for {rows:?}");
            }
        }
    }
}
