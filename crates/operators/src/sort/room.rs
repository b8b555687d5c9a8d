//! Where new rows of a sorted table go: keys between those of their neighbours, with room made where there is none.
//!
//! Rows lie in the key space with gaps. Where a gap is too small, the smallest window of keys (of a power of two,
//! aligned) that is not too full with the new rows is filled evenly anew, so that its rows shift. How full a window may be
//! falls with its size, from [`FULL_SMALL`] to [`FULL_LARGE`], so that work spent on a large window pays for many
//! insertions: this is the packed-memory array of Itai, Konheim and Rodeh, with O(log² n) rows moved an insertion
//! amortised, and far fewer when insertions are spread or at either end.
//!
//! **Invariants**: 1. windows are disjoint; 2. a window has a key for each of its rows; 3. order is kept.

use std::ops::Range;

use kinetable_engine::{RowSet, Shifts, ShiftsBuilder};

/// Where the first rows go: there is as much room before as after.
pub(super) const BASE: u64 = 1 << 62;

/// The size of the smallest window, as a power of two.
const SMALL: u32 = 6;
/// How full a small window may be.
const FULL_SMALL: f64 = 0.9;
/// How full a window as large as the table may be.
const FULL_LARGE: f64 = 0.55;

/// New rows that go to one place, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Insert {
    /// How many of the rows that are there come before them.
    pub(crate) rank: u64,
    /// How many they are.
    pub(crate) count: u64,
}

/// What becomes of the keys.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// The keys of the new rows, in order.
    pub(crate) keys: Vec<u64>,
    /// How rows that are there move first.
    pub(crate) shifts: Shifts,
}

/// Keys for rows of a table that starts: a free key after each.
pub(crate) fn fresh(count: u64) -> Vec<u64> {
    (0..count).map(|place| BASE + 2 * place).collect()
}

/// Finds keys for new rows; ranks ascend.
pub(crate) fn make_room(rows: &RowSet, inserts: &[Insert]) -> Room {
    let total = inserts.iter().map(|insert| insert.count).sum();
    if rows.is_empty() {
        return Room { keys: fresh(total), shifts: Shifts::empty() };
    }
    let places: Vec<Place> = inserts.iter().map(|insert| Place::new(rows, *insert)).collect();
    let windows = windows(rows, &places);
    let mut room = Placing { rows, keys: Vec::with_capacity(total as usize), moves: Moves::default() };
    room.place_all(&places, &windows);
    Room { keys: room.keys, shifts: room.moves.finish() }
}

/// New rows, and the keys of the rows before and after them.
#[derive(Debug, Clone, Copy)]
struct Place {
    before: Option<u64>,
    after: Option<u64>,
    count: u64,
}

impl Place {
    fn new(rows: &RowSet, insert: Insert) -> Place {
        Place {
            before: insert.rank.checked_sub(1).and_then(|rank| rows.select(rank)),
            after: rows.select(insert.rank),
            count: insert.count,
        }
    }

    /// Whether the rows fit between their neighbours as these are.
    fn fits(&self) -> bool {
        match (self.before, self.after) {
            (Some(before), Some(after)) => after - before > self.count,
            _ => true,
        }
    }

    /// The key that says to which window the rows belong; rows at an end belong to none.
    fn anchor(&self) -> Option<u64> {
        self.before.filter(|_| self.after.is_some())
    }

    fn belongs(&self, window: &Range<u64>) -> bool {
        let inside = |key: Option<u64>| key.is_some_and(|key| window.contains(&key));
        self.anchor().is_some() && (inside(self.before) || inside(self.after))
    }
}

/// The windows to be filled anew, ascending.
fn windows(rows: &RowSet, places: &[Place]) -> Vec<Range<u64>> {
    let mut windows: Vec<Range<u64>> = Vec::new();
    let span = rows.end() - rows.first().unwrap_or(0);
    for place in places.iter().filter(|place| !place.fits()) {
        let anchor = place.before.expect("rows at an end fit");
        if windows.last().is_some_and(|window| window.contains(&anchor)) {
            continue;
        }
        let window = window(rows, places, anchor, span);
        while windows.last().is_some_and(|last| last.start >= window.start) {
            windows.pop();
        }
        windows.push(window);
    }
    windows
}

/// The smallest window around a key that is not too full with what belongs to it.
fn window(rows: &RowSet, places: &[Place], anchor: u64, span: u64) -> Range<u64> {
    let large = (64 - span.leading_zeros()).max(SMALL + 1);
    for bits in SMALL..63 {
        let start = anchor >> bits << bits;
        let window = start..start + (1 << bits);
        let there = rows.rank(window.end) - rows.rank(window.start);
        let first = places.partition_point(|place| place.after.is_some_and(|key| key < start));
        let coming: u64 = places[first..]
            .iter()
            .take_while(|place| place.before.is_none_or(|key| key < window.end))
            .filter(|place| place.belongs(&window))
            .map(|place| place.count)
            .sum();
        let share = f64::from(bits - SMALL) / f64::from(large - SMALL);
        let full = FULL_SMALL + (FULL_LARGE - FULL_SMALL) * share.min(1.0);
        if (there + coming) as f64 <= full * (window.end - window.start) as f64 {
            return window;
        }
    }
    panic!("a sorted table has fewer than 2^61 rows");
}

/// Hands out keys in ascending order.
struct Placing<'a> {
    rows: &'a RowSet,
    keys: Vec<u64>,
    moves: Moves,
}

impl Placing<'_> {
    fn place_all(&mut self, places: &[Place], windows: &[Range<u64>]) {
        let mut windows = windows.iter().peekable();
        let mut left = places;
        // Rows before all others go below the first row, wherever that is then: placed last.
        let front = left.split_off_first_if(|place| place.before.is_none());
        while let [place, rest @ ..] = left {
            match windows.peek() {
                Some(window) if place.belongs(window) => {
                    let own = left.iter().take_while(|place| place.belongs(window)).count();
                    self.fill(window, &left[..own]);
                    left = &left[own..];
                    windows.next();
                }
                _ => {
                    self.place(place);
                    left = rest;
                }
            }
        }
        if let Some(front) = front {
            let first = self.rows.first().expect("a table with rows");
            let first = self.moves.new_key(first);
            let keys = first - front.count..first;
            self.keys.splice(0..0, keys);
        }
    }

    /// Places rows between neighbours that have room, or after all others.
    fn place(&mut self, place: &Place) {
        let before = place.before.expect("rows at the front are placed last");
        let count = place.count;
        match place.after {
            None => {
                let last = self.moves.new_key(before);
                self.keys.extend(last + 1..=last + count);
            }
            Some(after) => {
                let gap = u128::from(after - before);
                let step = |index: u64| (gap * u128::from(index + 1) / u128::from(count + 1)) as u64;
                self.keys.extend((0..count).map(|index| before + step(index)));
            }
        }
    }

    /// Spreads a window's rows and the new rows that belong to it evenly.
    fn fill(&mut self, window: &Range<u64>, places: &[Place]) {
        // Rows between windows stay: no run of shifts may reach over them.
        self.moves.close();
        let old = self.rows.restrict(window.clone());
        let coming: u64 = places.iter().map(|place| place.count).sum();
        let total = u128::from(old.len() + coming);
        let size = u128::from(window.end - window.start);
        let mut next = 0u128;
        let mut key = || {
            next += 1;
            window.start + ((2 * next - 1) * size / (2 * total)) as u64
        };
        let mut places = places.iter().peekable();
        if let Some(first) = places.next_if(|place| place.before < Some(window.start)) {
            self.keys.extend((0..first.count).map(|_| key()));
        }
        for row in old.iter() {
            self.moves.push(row, key());
            if let Some(place) = places.next_if(|place| place.before == Some(row)) {
                self.keys.extend((0..place.count).map(|_| key()));
            }
        }
        assert!(places.next().is_none(), "all new rows of the window are placed");
    }
}

trait SplitFirst<T> {
    fn split_off_first_if(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T>;
}

impl<T: Copy> SplitFirst<T> for &[T] {
    fn split_off_first_if(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let (first, rest) = self.split_first()?;
        if !wanted(first) {
            return None;
        }
        *self = rest;
        Some(*first)
    }
}

/// Moves of single rows, gathered to runs.
#[derive(Default)]
struct Moves {
    builder: ShiftsBuilder,
    run: Option<(u64, u64, i64)>,
    last: Option<(u64, u64)>,
    first: Option<(u64, u64)>,
}

impl Moves {
    fn push(&mut self, old: u64, new: u64) {
        self.first.get_or_insert((old, new));
        self.last = Some((old, new));
        let delta = new.wrapping_sub(old) as i64;
        match &mut self.run {
            Some((_, end, same)) if *same == delta => *end = old + 1,
            _ => {
                self.close();
                self.run = Some((old, old + 1, delta));
            }
        }
    }

    fn close(&mut self) {
        if let Some((start, end, delta)) = self.run.take()
            && delta != 0
        {
            self.builder.push(start..end, delta);
        }
    }

    /// Where the first or last row of the table is now.
    fn new_key(&self, old: u64) -> u64 {
        let moved = [self.first, self.last];
        let found = moved.iter().flatten().find(|(from, _)| *from == old);
        found.map_or(old, |(_, to)| *to)
    }

    fn finish(mut self) -> Shifts {
        self.close();
        self.builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserts(places: &[(u64, u64)]) -> Vec<Insert> {
        let insert = |(rank, count): &(u64, u64)| Insert { rank: *rank, count: *count };
        places.iter().map(insert).collect()
    }

    /// Where old rows (`false`) and new rows (`true`) are, in order.
    fn order(rows: &RowSet, room: &Room) -> Vec<(u64, bool)> {
        assert!(room.shifts.fits(rows), "{:?} for {rows:?}", room.shifts);
        let old = room.shifts.apply(rows);
        assert_eq!(old.len(), rows.len());
        let mut all: Vec<(u64, bool)> = old.iter().map(|key| (key, false)).collect();
        all.extend(room.keys.iter().map(|key| (*key, true)));
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "{all:?}");
        all
    }

    fn check(rows: &RowSet, places: &[(u64, u64)]) {
        let room = make_room(rows, &inserts(places));
        let mut expected = Vec::new();
        for rank in 0..=rows.len() {
            let count = places.iter().find(|(at, _)| *at == rank).map_or(0, |(_, c)| *c);
            expected.extend((0..count).map(|_| true));
            expected.extend((rank < rows.len()).then_some(false));
        }
        let found: Vec<bool> = order(rows, &room).into_iter().map(|(_, new)| new).collect();
        assert_eq!(found, expected, "{places:?} into {rows:?}");
    }

    #[test]
    fn order_is_kept_where_two_windows_move_alike() {
        let dense = |start: u64| start..start + 40;
        let rows = RowSet::from_ranges([dense(BASE), BASE + 64..BASE + 66, dense(BASE + 128)]);
        check(&rows, &[(1, 3), (43, 3)]);
        check(&rows, &[(20, 30), (40, 5), (41, 1), (42, 70), (82, 9)]);
    }

    #[test]
    fn every_place_takes_rows() {
        let dense = RowSet::from_range(BASE..BASE + 100);
        let sparse = RowSet::from_sorted(fresh(100));
        for rows in [dense, sparse] {
            for count in [1, 2, 7, 100] {
                for rank in 0..=100 {
                    check(&rows, &[(rank, count)]);
                }
                let all: Vec<(u64, u64)> = (0..=100).map(|rank| (rank, count)).collect();
                check(&rows, &all);
            }
        }
    }

    #[test]
    fn ends_need_no_room() {
        let rows = RowSet::from_range(BASE..BASE + 1000);
        let room = make_room(&rows, &inserts(&[(0, 5), (1000, 5)]));
        assert!(room.shifts.is_empty());
        let expected: Vec<u64> = (BASE - 5..BASE).chain(BASE + 1000..BASE + 1005).collect();
        assert_eq!(room.keys, expected);
    }

    #[test]
    fn few_rows_move_for_one_insertion() {
        let mut rows = RowSet::from_sorted(fresh(100_000));
        let mut moved = 0;
        for round in 0..2000u64 {
            let room = make_room(&rows, &inserts(&[(50_000 + round % 3, 1)]));
            moved += room.shifts.moved_keys(&rows).len();
            rows = room.shifts.apply(&rows).union(&RowSet::from_sorted(room.keys));
        }
        assert_eq!(rows.len(), 102_000);
        assert!(moved < 2000 * 100, "{moved} rows moved for 2000 insertions at one place");
    }
}
