//! From the windows of some groups to the update of the result.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use kinetable_engine::column::Blocks;
use kinetable_engine::{Result, RowSet, Shifts, ShiftsBuilder, Update};

use super::places::arrange;

/// The rows that groups showed: result key and input key, all groups one after another.
pub(super) struct Shown {
    keys: Vec<u64>,
    inputs: Vec<u64>,
}

impl Shown {
    /// Reads what is in these runs of result keys, which ascend.
    pub(super) fn read(rooms: &[Range<u64>], rows: &RowSet, map: &Blocks) -> Result<Shown> {
        let within = rooms.iter().flat_map(|room| rows.restrict(room.clone()).to_vec());
        let keys: Vec<u64> = within.collect();
        let inputs = match keys.is_empty() {
            true => Vec::new(),
            false => {
                let inputs = map.column(0).read(&RowSet::from_sorted(keys.iter().copied()))?;
                inputs.as_primitive::<UInt64Type>().values().to_vec()
            }
        };
        Ok(Shown { keys, inputs })
    }

    /// Splits off what is before a result key.
    fn part(&self, room: &Range<u64>) -> (&[u64], &[u64]) {
        let start = self.keys.partition_point(|key| *key < room.start);
        let end = self.keys.partition_point(|key| *key < room.end);
        (&self.keys[start..end], &self.inputs[start..end])
    }
}

/// Changes of the result, gathered group by group in ascending order.
#[derive(Default)]
pub(super) struct Changes {
    removed: Vec<u64>,
    added: Vec<u64>,
    modified: Vec<u64>,
    shifts: ShiftsBuilder,
    /// Entries of the map that are new: result key and input key.
    written: Vec<(u64, u64)>,
    /// Result keys that are no longer in the map, unless they are written.
    left: Vec<u64>,
}

impl Changes {
    /// A group is gone.
    pub(super) fn forget(&mut self, shown: &Shown, room: &Range<u64>) {
        let (keys, _) = shown.part(room);
        self.removed.extend(keys);
        self.left.extend(keys);
    }

    /// A group shows these input rows now.
    pub(super) fn show(&mut self, shown: &Shown, room: &Range<u64>, window: &[u64], input: &Update) {
        let (keys, inputs) = shown.part(room);
        let mut rows: Vec<Option<u64>> = vec![None; window.len()];
        let mut stays = Vec::with_capacity(keys.len());
        let mut from = 0;
        for (key, old) in keys.iter().zip(inputs) {
            let now = input.shifted.shift_key(*old);
            // Input order is kept by shifts, so that places ascend.
            let found = match input.removed.contains(*old) {
                true => None,
                false => window[from..].binary_search(&now).ok().map(|place| from + place),
            };
            match found {
                Some(place) => {
                    rows[place] = Some(*key);
                    from = place + 1;
                    stays.push(*old);
                }
                None => {
                    self.removed.push(*key);
                    self.left.push(*key);
                }
            }
        }
        self.place(room, window, &rows, &stays, input);
    }

    fn place(
        &mut self,
        room: &Range<u64>,
        window: &[u64],
        rows: &[Option<u64>],
        stays: &[u64],
        input: &Update,
    ) {
        let mut stays = stays.iter();
        let mut run: Option<(Range<u64>, i64)> = None;
        for ((now, old), key) in window.iter().zip(rows).zip(arrange(room.clone(), rows)) {
            let Some(old) = *old else {
                self.added.push(key);
                self.written.push((key, *now));
                continue;
            };
            if input.modified.contains(*now) {
                self.modified.push(key);
            }
            let was = stays.next().expect("an input row for each that stays");
            if key != old || was != now {
                self.written.push((key, *now));
            }
            if key != old {
                self.left.push(old);
            }
            let delta = key.wrapping_sub(old) as i64;
            match &mut run {
                Some((keys, same)) if *same == delta => keys.end = old + 1,
                _ => {
                    self.shift(run.take());
                    run = Some((old..old + 1, delta));
                }
            }
        }
        self.shift(run);
    }

    fn shift(&mut self, run: Option<(Range<u64>, i64)>) {
        if let Some((keys, delta)) = run.filter(|(_, delta)| *delta != 0) {
            self.shifts.push(keys, delta);
        }
    }

    /// The map with the changes, and the update but for its modified columns.
    pub(super) fn finish(mut self, map: &Blocks) -> Result<(Blocks, Update)> {
        self.left.sort_unstable();
        let left = RowSet::from_sorted(self.left);
        let rows = RowSet::from_sorted(self.written.iter().map(|(key, _)| *key));
        let gone = left.difference(&rows);
        let mut map = if gone.is_empty() { map.clone() } else { map.remove(&gone)? };
        if !rows.is_empty() {
            let inputs = arrow_array::UInt64Array::from_iter_values(self.written.iter().map(|(_, row)| *row));
            map = map.write_all(&rows, vec![std::sync::Arc::new(inputs)])?;
        }
        let shifted: Shifts = self.shifts.finish();
        let update = Update {
            added: RowSet::from_sorted(self.added),
            removed: RowSet::from_sorted(self.removed),
            modified: RowSet::from_sorted(self.modified),
            shifted,
            ..Update::default()
        };
        Ok((map, update))
    }
}
