//! What a join on the nearest row keeps, and its first version.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::column::{Blocks, Packed};
use kinetable_engine::{Definition, Initial, Properties, Result, RowSet, Table, Version};

use super::Nearest;
use super::ladder::{Ladder, Rung};
use super::point::{Point, Points, Ruler};
use super::sorted::Sorted;
use crate::join::additions::Additions;
use crate::join::index::KeyIndex;
use crate::join::keys::{Encoder, resolve_any, same_type};
use crate::support::chunks::{map_chunks, read_all};

/// The keys of one side.
pub(super) struct SideKeys {
    /// The exact keys.
    pub(super) exact: Vec<usize>,
    /// The last key.
    pub(super) last: usize,
    /// All of them.
    pub(super) all: Vec<usize>,
}

/// What a join is about: columns by index, and the rule.
pub(super) struct Join {
    pub(super) left: SideKeys,
    pub(super) right: SideKeys,
    pub(super) encoder: Encoder,
    pub(super) ruler: Ruler,
    pub(super) nearest: Nearest,
    pub(super) additions: Additions,
}

/// A join that is kept up to date.
pub(super) struct AsOf<P> {
    pub(super) join: Join,
    pub(super) index: KeyIndex,
    pub(super) rows: Ordered<P>,
    pub(super) map: Blocks,
}

/// The rows in order.
pub(super) enum Ordered<P> {
    /// The right rows, which do not change.
    Fixed(Sorted<P>),
    /// The rows of both sides.
    Live { lefts: Ladder<P>, rights: Ladder<P> },
}

impl Join {
    pub(super) fn resolve(
        left: &Table,
        right: &Table,
        on: &[(&str, &str)],
        last: (&str, &str),
        nearest: Nearest,
        add: &[(&str, &str)],
    ) -> Result<Join> {
        let keys = resolve_any(left, right, on)?;
        let (l, r) = (left.definition().column_index(last.0)?, right.definition().column_index(last.1)?);
        let ruler = Ruler::new(&same_type((left, l), (right, r))?, nearest.is_after())?;
        let side = |exact: Vec<usize>, last: usize| {
            let all = exact.iter().copied().chain([last]).collect();
            SideKeys { exact, last, all }
        };
        Ok(Join {
            left: side(keys.left, l),
            right: side(keys.right, r),
            encoder: keys.encoder,
            ruler,
            nearest,
            additions: Additions::resolve(left, right, add)?,
        })
    }

    /// The first version.
    pub(super) fn start(
        self,
        left: &Table,
        right: &Table,
        left_now: &Version,
        right_now: &Version,
    ) -> Result<Initial> {
        if self.ruler.gives_words() {
            self.start_with::<u64>(left, right, left_now, right_now)
        } else {
            self.start_with::<Box<[u8]>>(left, right, left_now, right_now)
        }
    }

    fn start_with<P: Point>(
        self,
        left: &Table,
        right: &Table,
        left_now: &Version,
        right_now: &Version,
    ) -> Result<Initial> {
        let (mut index, sorted) = self.sort::<P>(right_now, right.is_live())?;
        let (matches, rows) = if right.is_live() {
            self.match_live(&mut index, &sorted, left_now)?
        } else {
            let parts = map_chunks(left_now.rows(), |chunk| self.probe(&index, &sorted, left_now, chunk))?;
            (concat(&parts)?, Ordered::Fixed(sorted))
        };
        let map = Blocks::new([DataType::UInt64]);
        let mut definition = Definition::new(self.additions.schema.clone(), Properties::ANY);
        definition.attributes = left.definition().attributes.clone();
        let (map, column) = if left.is_live() || right.is_live() {
            let map = map.write_all(left_now.rows(), vec![Arc::new(matches)])?;
            let column = map.column(0);
            (map, column)
        } else {
            (map, Packed::column(left_now.rows().clone(), Arc::new(matches))?)
        };
        Ok(Initial {
            definition,
            rows: left_now.rows().clone(),
            columns: self.additions.columns(left_now, right_now, &column),
            operator: Box::new(AsOf { join: self, index, rows, map }),
        })
    }

    fn sort<P: Point>(&self, right: &Version, is_live: bool) -> Result<(KeyIndex, Sorted<P>)> {
        let rows = right.rows();
        let keys = self.encoder.read(right, &self.right.exact, rows)?;
        let (index, slots) = KeyIndex::start(&self.encoder, &keys, is_live);
        drop(keys);
        let points = self.points(right, self.right.last, rows)?;
        let sorted = Sorted::new(&self.ruler, &slots, index.end(), &points, &rows.to_vec());
        Ok((index, sorted))
    }

    fn match_live<P: Point>(
        &self,
        index: &mut KeyIndex,
        sorted: &Sorted<P>,
        left: &Version,
    ) -> Result<(UInt64Array, Ordered<P>)> {
        let rows = left.rows();
        let slots = index.insert(&self.encoder.read(left, &self.left.exact, rows)?);
        let points = self.points(left, self.left.last, rows)?;
        let matches = self.matches(sorted, &slots, &points);
        let ruler = &self.ruler;
        let place = |(slot, class, point, row)| Rung::new(slot, (class, point), ruler.turn(row));
        let rights = Ladder::new(sorted.iter().map(place));
        let lefts = Ladder::new(self.rungs(&slots, &points, rows));
        Ok((matches, Ordered::Live { lefts, rights }))
    }

    /// The last keys of rows.
    pub(super) fn points<P: Point>(
        &self,
        version: &Version,
        column: usize,
        rows: &RowSet,
    ) -> Result<Points<P>> {
        P::read(&self.ruler, read_all(version.column(column), rows)?)
    }

    /// The places of rows in the order.
    pub(super) fn rungs<P: Point>(&self, slots: &[u32], points: &Points<P>, rows: &RowSet) -> Vec<Rung<P>> {
        let placed = slots.iter().zip(rows.iter()).enumerate();
        placed.map(|(place, (slot, row))| Rung::new(*slot, points.at(place), self.ruler.turn(row))).collect()
    }

    /// Right rows of left rows, when the right table is static.
    pub(super) fn probe<P: Point>(
        &self,
        index: &KeyIndex,
        sorted: &Sorted<P>,
        left: &Version,
        rows: &RowSet,
    ) -> Result<UInt64Array> {
        let slots = index.find(&self.encoder.read(left, &self.left.exact, rows)?);
        let points = self.points(left, self.left.last, rows)?;
        Ok(self.matches(sorted, &slots, &points))
    }

    fn matches<P: Point>(&self, sorted: &Sorted<P>, slots: &[u32], points: &Points<P>) -> UInt64Array {
        let is_strict = self.nearest.is_strict();
        let places = slots.iter().enumerate();
        // Logs have ascending times on both sides: then the next row of a slot is found beside its last one.
        let mut near = vec![0; sorted.slots()];
        if near.len() > slots.len() / 4 {
            return places.map(|(place, slot)| sorted.last(*slot, points.at(place), is_strict)).collect();
        }
        let mut last = |(place, slot): (usize, &u32)| {
            let near = near.get_mut(*slot as usize)?;
            sorted.last_near(*slot, points.at(place), is_strict, near)
        };
        places.map(&mut last).collect()
    }
}

fn concat(parts: &[UInt64Array]) -> Result<UInt64Array> {
    let parts: Vec<&dyn Array> = parts.iter().map(|part| part as _).collect();
    Ok(arrow_select::concat::concat(&parts)?.as_primitive::<UInt64Type>().clone())
}
