//! The state of a split: which rows each slot has, which constituents are held, and what they have not yet been told.

use std::collections::{BTreeSet, HashMap};

use ahash::RandomState;
use arrow_schema::DataType;
use kinetable_engine::{ColumnSet, Result, RowSet, Table, Update, Version, WeakTable};

use crate::aggregate::groups::Groups;
use crate::aggregate::keys::hasher;
use crate::estimate;
use crate::support::shifts::narrow;

/// Constituents renewed each cycle.
const RENEWED: usize = 32;

/// Slots without rows looked at each cycle, whether they can be forgotten.
const SWEPT: usize = 32;

pub(super) struct State {
    pub(super) groups: Groups,
    pub(super) by: Vec<usize>,
    pub(super) keep_empty: bool,
    kept: Vec<usize>,
    is_flat: bool,
    parent: Version,
    /// By slot.
    rows: Vec<RowSet>,
    serials: Vec<u64>,
    slots: HashMap<u64, u32, RandomState>,
    next_serial: u64,
    wards: HashMap<u32, WeakTable, RandomState>,
    updates: HashMap<u32, Update, RandomState>,
    /// Slots of keys that have no rows, and whose constituents somebody held.
    dormant: BTreeSet<u32>,
    next_renewed: usize,
    next_swept: u32,
}

/// What becomes of the rows of a slot in a cycle; keys in any order.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) removed: Vec<u64>,
    pub(super) added: Vec<u64>,
    pub(super) modified: Vec<u64>,
}

fn set(mut keys: Vec<u64>) -> RowSet {
    keys.sort_unstable();
    RowSet::from_sorted(keys)
}

impl State {
    pub(super) fn new(
        by: Vec<usize>,
        kept: Vec<usize>,
        key_types: Vec<DataType>,
        is_flat: bool,
        keep_empty: bool,
        parent: &Version,
    ) -> Result<State> {
        Ok(State {
            groups: Groups::new(&key_types)?,
            by,
            keep_empty,
            kept,
            is_flat,
            parent: parent.clone(),
            rows: Vec::new(),
            serials: Vec::new(),
            slots: HashMap::with_hasher(hasher()),
            next_serial: 0,
            wards: HashMap::with_hasher(hasher()),
            updates: HashMap::with_hasher(hasher()),
            dormant: BTreeSet::new(),
            next_renewed: 0,
            next_swept: 0,
        })
    }

    /// The columns that constituents have.
    pub(super) fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Whether constituents have their rows under the keys `0..n`.
    pub(super) fn is_flat(&self) -> bool {
        self.is_flat
    }

    /// The version of the table that the state is of.
    pub(super) fn parent(&self) -> &Version {
        &self.parent
    }

    /// The rows of a slot, under the keys of the table.
    pub(super) fn rows(&self, slot: u32) -> &RowSet {
        &self.rows[slot as usize]
    }

    /// The slot of a serial number, if it is in use.
    pub(super) fn slot(&self, serial: u64) -> Option<u32> {
        self.slots.get(&serial).copied()
    }

    /// The serial number of a slot.
    pub(super) fn serial(&self, slot: u32) -> u64 {
        self.serials[slot as usize]
    }

    /// The constituent of a slot, if somebody holds it.
    pub(super) fn constituent(&self, slot: u32) -> Option<Table> {
        self.wards.get(&slot)?.upgrade()
    }

    /// Keeps in mind that a constituent was made.
    pub(super) fn remember(&mut self, slot: u32, table: &Table) {
        self.updates.remove(&slot);
        self.wards.insert(slot, table.weak());
    }

    /// What a constituent has not yet been told.
    pub(super) fn take_update(&mut self, slot: u32) -> Update {
        self.updates.remove(&slot).unwrap_or_default()
    }

    /// Follows the table to a version.
    pub(super) fn set_parent(&mut self, parent: &Version) {
        self.parent = parent.clone();
        self.rows.resize(self.groups.slots(), RowSet::empty());
        self.serials.resize(self.groups.slots(), 0);
    }

    /// Gives a serial number to a slot that has come into use.
    pub(super) fn begin_slot(&mut self, slot: u32) {
        let serial = self.next_serial;
        self.next_serial += 1;
        self.serials[slot as usize] = serial;
        self.slots.insert(serial, slot);
    }

    /// Changes the rows of a slot; gives its constituent if somebody holds it and is concerned.
    pub(super) fn change(&mut self, slot: u32, draft: Draft, update: &Update) -> Option<Table> {
        let before = &self.rows[slot as usize];
        let removed = set(draft.removed);
        let mut change = Update {
            shifted: narrow(&update.shifted, before, &removed),
            removed,
            added: set(draft.added),
            ..Update::default()
        };
        let now = change.apply_to(before);
        let columns = self.kept.iter().enumerate();
        let columns = columns.filter(|(_, index)| update.modified_columns.contains(**index));
        let columns: ColumnSet = columns.map(|(place, _)| place).collect();
        if !columns.is_empty() && !draft.modified.is_empty() {
            change.modified = set(draft.modified);
            change.modified_columns = columns;
        }
        if self.is_flat {
            debug_assert!(change.removed.is_empty(), "rows of a table that appends do not go");
            change.added = RowSet::from_range(before.len()..now.len());
        }
        self.rows[slot as usize] = now;
        let ward = self.constituent(slot).filter(|_| !change.is_empty());
        if ward.is_some() {
            self.updates.insert(slot, change);
        }
        ward
    }

    /// Takes a slot out of use, unless its constituent is held.
    pub(super) fn end_slot(&mut self, slot: u32) {
        if self.constituent(slot).is_some() {
            self.dormant.insert(slot);
            return;
        }
        self.wards.remove(&slot);
        self.slots.remove(&self.serials[slot as usize]);
        self.rows[slot as usize] = RowSet::empty();
        self.groups.forget(slot);
    }

    /// The slots among these that were dormant: they are in use again.
    pub(super) fn wake_dormant(&mut self, slots: &[u32]) -> Vec<u32> {
        slots.iter().copied().filter(|slot| self.dormant.remove(slot)).collect()
    }

    /// Forgets some dormant slots whose constituents nobody holds any more.
    pub(super) fn sweep(&mut self) {
        let from = self.next_swept;
        let swept: Vec<u32> = self.dormant.range(from..).copied().take(SWEPT).collect();
        self.next_swept = if swept.len() < SWEPT { 0 } else { swept[SWEPT - 1] + 1 };
        for slot in swept {
            self.dormant.remove(&slot);
            self.end_slot(slot);
        }
    }

    /// Some of the constituents that are held, other ones each time.
    pub(super) fn renew(&mut self) -> Vec<Table> {
        let count = self.rows.len();
        let slots = (0..count.min(RENEWED)).map(|step| ((self.next_renewed + step) % count) as u32);
        let renewed: Vec<Table> = slots.filter_map(|slot| self.constituent(slot)).collect();
        self.next_renewed = (self.next_renewed + RENEWED).checked_rem(count).unwrap_or(0);
        renewed
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let rows = estimate::of_slice(&self.rows, RowSet::bytes);
        self.groups.bytes() + rows + self.slots.len() * 24 + self.wards.len() * 24
    }
}
