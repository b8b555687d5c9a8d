//! The rows of each group, and which groups may show others than before.

use super::super::row_keys::RowKeys;
use super::super::spec::End;
use crate::estimate;

/// Row keys by slot of the group.
pub(super) struct Members {
    end: End,
    count: usize,
    /// Rows never go: those past the window are not kept.
    bounded: bool,
    rows: Vec<RowKeys>,
    /// The row at the inner end of a full window: rows beyond it are not shown.
    edges: Vec<Option<u64>>,
    dirty: Vec<u32>,
    marks: Vec<u32>,
    cycle: u32,
    /// Rows have other keys than when the edges were noted.
    shifted: bool,
}

impl Members {
    pub(super) fn new(end: End, count: usize, bounded: bool) -> Members {
        Members {
            end,
            count,
            bounded,
            rows: Vec::new(),
            edges: Vec::new(),
            dirty: Vec::new(),
            marks: Vec::new(),
            cycle: 1,
            shifted: false,
        }
    }

    /// What the operation is called.
    pub(super) fn kind(&self) -> &'static str {
        match self.end {
            End::First => "head_by",
            End::Last => "tail_by",
        }
    }

    /// Begins a cycle; says whether rows shift in it.
    pub(super) fn begin(&mut self, shifted: bool) {
        self.cycle += 1;
        self.shifted = shifted;
        self.dirty.clear();
    }

    /// Makes room for slots `0..slots`.
    pub(super) fn grow(&mut self, slots: usize) {
        if slots > self.rows.len() {
            self.rows.resize(slots, RowKeys::default());
            self.edges.resize(slots, None);
            self.marks.resize(slots, 0);
        }
    }

    /// A row came into a group.
    pub(super) fn insert(&mut self, slot: u32, key: u64) {
        let rows = &mut self.rows[slot as usize];
        if self.bounded && rows.len() == self.count {
            let inner = match self.end {
                End::First => rows.last().filter(|last| *last > key),
                End::Last => rows.first().filter(|first| *first < key),
            };
            match inner {
                Some(inner) => rows.remove(inner),
                None => return,
            };
        }
        let is_new = rows.insert(key);
        debug_assert!(is_new, "row {key} joins its group once");
        self.touch(slot, key);
    }

    /// A row went from a group.
    pub(super) fn remove(&mut self, slot: u32, key: u64) {
        self.touch(slot, key);
        let was_in = self.rows[slot as usize].remove(key);
        debug_assert!(was_in, "row {key} leaves the group it was in");
    }

    /// Notes that a group may show other rows, if the row is within its window.
    pub(super) fn touch(&mut self, slot: u32, key: u64) {
        let index = slot as usize;
        let within = match self.edges[index] {
            None => true,
            Some(edge) if self.end == End::First => key <= edge,
            Some(edge) => key >= edge,
        };
        if (within || self.shifted) && self.marks[index] != self.cycle {
            self.marks[index] = self.cycle;
            self.dirty.push(slot);
        }
    }

    /// The groups that may show other rows than before.
    pub(super) fn dirty(&self) -> &[u32] {
        &self.dirty
    }

    /// The rows a group shows, ascending.
    pub(super) fn window(&mut self, slot: u32) -> Vec<u64> {
        let rows = &self.rows[slot as usize];
        let (window, edge) = match self.end {
            End::First => {
                let window = rows.first_keys(self.count);
                let edge = window.last().copied();
                (window, edge)
            }
            End::Last => {
                let window = rows.last_keys(self.count);
                let edge = window.first().copied();
                (window, edge)
            }
        };
        self.edges[slot as usize] = edge.filter(|_| window.len() == self.count);
        window
    }

    /// A group is gone.
    pub(super) fn clear(&mut self, slot: u32) {
        debug_assert_eq!(self.rows[slot as usize].len(), 0, "all rows went before");
        self.edges[slot as usize] = None;
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let rows = estimate::of_slice(&self.rows, RowKeys::bytes);
        rows + self.edges.capacity() * 16 + (self.marks.capacity() + self.dirty.capacity()) * 4
    }
}
