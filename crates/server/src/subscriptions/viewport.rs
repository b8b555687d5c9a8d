//! A subscription of some positions: rows are numbered from 0 in what the client has.
//!
//! **State**: the keys of the rows that the client has. **Update rule**: keys that went, or whose rows the viewport no longer
//! covers, are told as places before; keys it covers anew as places after; the rest as modified where it is. Shifts keep the
//! order of rows, so they change no place by themselves. **Cost**: the viewport's rows, and the merged change's runs.

use kinetable::engine::{RowSet, RowSetBuilder, Version};
use kinetable_wire::barrage::UpdateMetadata;

use super::cells::Shape;
use super::merge::Merged;
use super::told::{Told, sequence};

/// Positions that a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Viewport {
    /// The positions.
    pub(super) positions: RowSet,
    /// Whether they count from the last row.
    pub(super) reverse: bool,
}

impl Viewport {
    /// The keys of the rows at its positions.
    pub(super) fn keys(&self, rows: &RowSet) -> RowSet {
        let count = rows.len();
        let inside = self.positions.restrict(0..count);
        if !self.reverse {
            return rows.keys_at(&inside);
        }
        let mut builder = RowSetBuilder::new();
        for run in inside.ranges().rev() {
            builder.push_range(count - run.end..count - run.start);
        }
        rows.keys_at(&builder.finish())
    }
}

/// What a subscriber of a viewport knows.
pub(super) struct Window {
    viewport: Viewport,
    columns: Option<RowSet>,
    /// The keys of its rows.
    keys: RowSet,
    table_size: u64,
}

impl Window {
    /// A subscriber who knows nothing yet.
    pub(super) fn new(viewport: Viewport, columns: Option<RowSet>) -> Window {
        Window { viewport, columns, keys: RowSet::empty(), table_size: 0 }
    }

    /// The viewport that was asked for last.
    pub(super) fn wanted(&self) -> Viewport {
        self.viewport.clone()
    }

    /// The first message, or the answer to another viewport, at a version that `merged` leads to.
    pub(super) fn snapshot(
        &mut self,
        version: &Version,
        merged: Option<Merged>,
        wanted: Viewport,
        shape: &Shape,
    ) -> Told {
        let anew = self.columns != shape.columns || self.viewport.reverse != wanted.reverse;
        self.viewport = wanted;
        self.columns.clone_from(&shape.columns);
        let moved = self.go_to(version, merged.as_ref(), shape.width());
        let changed = moved.modified.iter().fold(RowSet::empty(), |all, rows| all.union(rows));
        // Rows that changed are sent whole, as ones that went and came: a snapshot tells of no cells.
        let resent = if anew { moved.kept.clone() } else { changed };
        let kept_before = |keys: &RowSet| moved.before.keys_at(&moved.kept.positions_of(keys));
        let removed = moved.gone.union(&moved.old.positions_of(&kept_before(&resent)));
        let fresh = moved.fresh.union(&resent);
        let metadata = UpdateMetadata {
            is_snapshot: true,
            effective_viewport: Some(self.viewport.positions.clone()),
            effective_column_set: Some(shape.delivered()),
            added_rows: Some(self.keys.positions_of(&fresh)),
            removed_rows: Some(removed),
            mod_column_nodes: Some(vec![RowSet::empty(); shape.width()]),
            ..self.metadata(version.step(), version)
        };
        let added = vec![(version.clone(), fresh)];
        Told { columns: shape.columns.clone(), metadata, added, modified: None }
    }

    /// The message after a change; none if the client sees nothing of it.
    pub(super) fn change(&mut self, merged: Merged, shape: &Shape) -> Option<Told> {
        let version = merged.after.clone();
        let size = self.table_size;
        let mut moved = self.go_to(&version, Some(&merged), shape.width());
        for (column, rows) in moved.modified.iter_mut().enumerate() {
            if !shape.has(column) {
                *rows = RowSet::empty();
            }
        }
        let still = moved.gone.is_empty() && moved.fresh.is_empty() && size == self.table_size;
        if still && moved.modified.iter().all(RowSet::is_empty) {
            return None;
        }
        let places = moved.modified.iter().map(|rows| self.keys.positions_of(rows)).collect();
        let metadata = UpdateMetadata {
            added_rows: Some(self.keys.positions_of(&moved.fresh)),
            removed_rows: Some(moved.gone),
            mod_column_nodes: Some(places),
            ..self.metadata(merged.first_step, &version)
        };
        let added = vec![(version.clone(), moved.fresh)];
        let modified = Some((version, moved.modified));
        Some(Told { columns: shape.columns.clone(), metadata, added, modified })
    }

    fn metadata(&self, first_step: u64, version: &Version) -> UpdateMetadata {
        UpdateMetadata {
            first_seq: sequence(first_step),
            last_seq: sequence(version.step()),
            effective_reverse_viewport: self.viewport.reverse,
            table_size: version.rows().len() as i64,
            ..UpdateMetadata::default()
        }
    }

    /// Follows the rows to a version, and says which stayed.
    fn go_to(&mut self, version: &Version, merged: Option<&Merged>, width: usize) -> Moved {
        let now = self.viewport.keys(version.rows());
        let old = std::mem::replace(&mut self.keys, now.clone());
        self.table_size = version.rows().len();
        let (removed, forward) = match merged {
            None => (RowSet::empty(), old.clone()),
            Some(merged) => {
                let removed = old.intersect(&merged.update.removed);
                let forward = merged.update.shifted.apply(&old.difference(&removed));
                (removed, forward)
            }
        };
        let kept = forward.intersect(&now);
        let left = forward.difference(&now);
        let back =
            |keys: &RowSet| merged.map_or_else(|| keys.clone(), |merged| merged.update.shifted.unapply(keys));
        let gone = old.positions_of(&removed.union(&back(&left)));
        let modified = |column| merged.map_or_else(RowSet::empty, |m| m.modified_in(column).intersect(&kept));
        Moved {
            gone,
            fresh: now.difference(&kept),
            modified: (0..width).map(modified).collect(),
            before: back(&kept),
            kept,
            old,
        }
    }
}

/// Where the rows of a client went.
struct Moved {
    /// Its rows before.
    old: RowSet,
    /// The places before of rows it no longer has.
    gone: RowSet,
    /// The rows it has now and had not before.
    fresh: RowSet,
    /// The rows it had and has, by their keys now.
    kept: RowSet,
    /// The same, by their keys before.
    before: RowSet,
    /// By column, those of them that changed.
    modified: Vec<RowSet>,
}
