//! What a join of pairs keeps, and its first version.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{ArrayRef, UInt64Array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::{DataType, FieldRef, Schema};
use kinetable_engine::column::{Blocks, Packed, Redirected, concat_chunks};
use kinetable_engine::{
    Column, ColumnSet, Definition, Error, ErrorKind, Initial, Properties, Result, RowSet, Table, Update,
    Version,
};

use super::coalesced::Coalesced;
use super::{Rows, Unmatched};
use crate::join::additions::Additions;
use crate::join::index::KeyIndex;
use crate::join::keys::{Encoder, resolve_any};
use crate::join::side::Side;
use crate::sort::fresh;
use crate::support::chunks::map_chunks;

/// What a join is about: columns by index, and which rows it has.
pub(super) struct Join {
    pub(super) left_keys: Vec<usize>,
    pub(super) right_keys: Vec<usize>,
    pub(super) encoder: Encoder,
    pub(super) additions: Additions,
    pub(super) unmatched: Unmatched,
    rows: Rows,
}

/// A join that is kept up to date.
pub(super) struct Pairs {
    pub(super) join: Join,
    pub(super) index: KeyIndex,
    pub(super) rights: Side,
    /// The left rows by slot; `None` if the right table is static and left rows alone say which rows there are.
    pub(super) lefts: Option<Side>,
    /// From result key to left and right key.
    pub(super) map: Blocks,
}

/// Left and right rows of some result rows.
type Maps = (UInt64Array, UInt64Array);

/// The most rows of a result: their maps alone are 32 GiB.
const ROWS_MAX: u64 = 1 << 31;

impl Join {
    pub(super) fn resolve(
        left: &Table,
        right: &Table,
        on: &[(&str, &str)],
        add: &[(&str, &str)],
        unmatched: Unmatched,
        rows: Rows,
    ) -> Result<Join> {
        let keys = resolve_any(left, right, on)?;
        Ok(Join {
            left_keys: keys.left,
            right_keys: keys.right,
            encoder: keys.encoder,
            additions: Additions::resolve(left, right, add)?,
            unmatched,
            rows,
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
        let keys = self.encoder.read(right_now, &self.right_keys, right_now.rows())?;
        let keeps_lefts = right.is_live() || self.unmatched == Unmatched::Both || self.rows == Rows::One;
        let (mut index, right_slots) = KeyIndex::start(&self.encoder, &keys, keeps_lefts);
        drop(keys);
        let grouped = Grouped::new(&right_slots, index.end(), right_now.rows());
        let total = AtomicU64::new(0);
        let (lefts, maps) = if keeps_lefts {
            let keys = self.encoder.read(left_now, &self.left_keys, left_now.rows())?;
            let slots = index.insert(&keys);
            let mut lefts = Side::default();
            lefts.add(slots.iter().copied().zip(left_now.rows().iter()), index.end());
            (Some(lefts), self.all_pairs(&grouped, left_now.rows(), &slots, &total)?)
        } else {
            let pairs = |chunk: &RowSet| {
                let keys = self.encoder.read(left_now, &self.left_keys, chunk)?;
                self.pairs(&grouped, &index.find(&keys), &mut chunk.iter(), &total)
            };
            (None, map_chunks(left_now.rows(), pairs)?)
        };
        let (left_map, right_map) = joined(maps)?;
        let is_live = left.is_live() || right.is_live();
        let mut state = Pairs {
            join: self,
            index,
            rights: Side::default(),
            lefts,
            map: Blocks::new([DataType::UInt64, DataType::UInt64]),
        };
        if is_live || state.join.rows == Rows::One {
            let placed = right_slots.iter().copied().zip(right_now.rows().iter());
            state.rights.add(placed, state.index.end());
            state.check((0..state.index.end()).map(|slot| slot as u32))?;
        }
        let count = left_map.len() as u64;
        let (rows, maps) = if is_live {
            let rows = RowSet::from_sorted(fresh(count));
            state.map = state.map.write_all(&rows, vec![left_map, right_map])?;
            (rows, state.map.columns())
        } else {
            let rows = RowSet::flat(count);
            let maps = [left_map, right_map].map(|map| Packed::column(rows.clone(), map));
            (rows.clone(), maps.into_iter().collect::<Result<Vec<_>>>()?)
        };
        Ok(Initial {
            definition: Definition::new(state.join.schema(), Properties::ANY),
            rows,
            columns: state.join.columns(left_now, right_now, &maps),
            operator: Box::new(state),
        })
    }

    fn schema(&self) -> Arc<Schema> {
        let field = |field: &FieldRef| field.as_ref().clone().with_nullable(true);
        Arc::new(Schema::new(self.additions.schema.fields().iter().map(field).collect::<Vec<_>>()))
    }

    /// The columns of both sides, through the row maps.
    pub(super) fn columns(&self, left: &Version, right: &Version, maps: &[Column]) -> Vec<Column> {
        let redirect =
            |inner: &Column, map: &Column| Arc::new(Redirected::new(inner.clone(), map.clone())) as Column;
        let mut columns: Vec<Column> =
            left.columns().iter().map(|column| redirect(column, &maps[0])).collect();
        if self.unmatched == Unmatched::Both {
            for (l, r) in self.left_keys.iter().zip(&self.right_keys) {
                let left = (left.column(*l).clone(), maps[0].clone());
                let right = (right.column(*r).clone(), maps[1].clone());
                columns[*l] = Arc::new(Coalesced::new(left, right));
            }
        }
        let added = self.additions.added.iter();
        columns.extend(added.map(|column| redirect(right.column(*column), &maps[1])));
        columns
    }

    /// The columns of the result that modified columns of the right table are shown in.
    pub(super) fn shown(&self, right: &Update) -> ColumnSet {
        let additions = &self.additions;
        let added = additions.added.iter().copied().zip(additions.width..);
        let keys = self.right_keys.iter().copied().zip(self.left_keys.iter().copied());
        let keys = keys.filter(|_| self.unmatched == Unmatched::Both);
        let modified = added.chain(keys).filter(|(column, _)| right.modified_columns.contains(*column));
        modified.map(|(_, output)| output).collect()
    }

    /// The pairs of left rows.
    fn pairs(
        &self,
        grouped: &Grouped,
        slots: &[u32],
        rows: &mut dyn Iterator<Item = u64>,
        total: &AtomicU64,
    ) -> Result<Maps> {
        let lone = usize::from(self.unmatched != Unmatched::None);
        let counts = slots.iter().map(|slot| grouped.rows(*slot).len().max(lone));
        let own: usize = counts.sum();
        count(total, own as u64)?;
        let (mut lefts, mut rights) = (Vec::with_capacity(own), Vec::with_capacity(own));
        let mut is_pair = (lone > 0).then(|| BooleanBufferBuilder::new(own));
        for (slot, left) in slots.iter().zip(rows) {
            let matches = grouped.rows(*slot);
            rights.extend_from_slice(matches);
            if matches.is_empty() && lone > 0 {
                rights.push(0);
            }
            lefts.resize(rights.len(), left);
            if let Some(is_pair) = &mut is_pair {
                is_pair.append_n(rights.len() - is_pair.len(), !matches.is_empty());
            }
        }
        let nulls = is_pair.map(|mut is_pair| NullBuffer::new(is_pair.finish()));
        Ok((UInt64Array::from(lefts), UInt64Array::new(rights.into(), nulls)))
    }

    /// The pairs of all left rows, and the right rows that have no match, if they are wanted.
    fn all_pairs(
        &self,
        grouped: &Grouped,
        rows: &RowSet,
        slots: &[u32],
        total: &AtomicU64,
    ) -> Result<Vec<Maps>> {
        let pairs = |chunk: &RowSet| {
            let start = chunk.first().map_or(0, |first| rows.rank(first)) as usize;
            let own = &slots[start..start + chunk.len() as usize];
            self.pairs(grouped, own, &mut chunk.iter(), total)
        };
        let mut maps = map_chunks(rows, pairs)?;
        if self.unmatched == Unmatched::Both {
            let lone = grouped.without(slots);
            count(total, lone.len() as u64)?;
            maps.push((UInt64Array::new_null(lone.len()), UInt64Array::from(lone)));
        }
        Ok(maps)
    }
}

/// Counts rows of a result, of which there is a greatest number.
pub(super) fn count(total: &AtomicU64, more: u64) -> Result<()> {
    let rows = total.fetch_add(more, Ordering::Relaxed) + more;
    if rows <= ROWS_MAX {
        return Ok(());
    }
    let message = format!("the result would have more than {ROWS_MAX} rows");
    Err(Error::new(ErrorKind::Limit, message)
        .with_hint("join on more keys, or filter or aggregate a table first"))
}

impl Pairs {
    /// Whether a slot has left rows; without a record of them, it is taken to.
    pub(super) fn has_left(&self, slot: u32) -> bool {
        self.lefts.as_ref().is_none_or(|lefts| lefts.count(slot) > 0)
    }

    /// The left rows of a slot.
    pub(super) fn lefts_of(&self, slot: u32) -> RowSet {
        self.lefts.as_ref().map_or_else(RowSet::empty, |lefts| lefts.rows(slot))
    }

    /// That no two rows of a side have the key of a slot, if that is wanted.
    pub(super) fn check(&self, slots: impl Iterator<Item = u32>) -> Result<()> {
        if self.join.rows == Rows::Any {
            return Ok(());
        }
        for slot in slots {
            let lefts = self.lefts.as_ref().map_or(0, |lefts| lefts.count(slot));
            let most = lefts.max(self.rights.count(slot));
            if most > 1 {
                let message = format!("{most} rows of an input have the same key");
                return Err(Error::invalid(message)
                    .with_hint("the keys of an input must be unique: use last_by on it first"));
            }
        }
        Ok(())
    }
}

/// Right rows by slot, one slot after the other.
struct Grouped {
    starts: Vec<usize>,
    rows: Vec<u64>,
}

impl Grouped {
    fn new(slots: &[u32], end: usize, rows: &RowSet) -> Grouped {
        let mut starts = vec![0; end + 1];
        slots.iter().for_each(|slot| starts[*slot as usize + 1] += 1);
        for slot in 0..end {
            starts[slot + 1] += starts[slot];
        }
        let (mut next, mut placed) = (starts.clone(), vec![0; slots.len()]);
        for (slot, row) in slots.iter().zip(rows.iter()) {
            placed[next[*slot as usize]] = row;
            next[*slot as usize] += 1;
        }
        Grouped { starts, rows: placed }
    }

    fn rows(&self, slot: u32) -> &[u64] {
        let ends = self.starts.get(slot as usize).zip(self.starts.get(slot as usize + 1));
        ends.map_or(&[], |(start, end)| &self.rows[*start..*end])
    }

    /// The rows of other slots, in order.
    fn without(&self, slots: &[u32]) -> Vec<u64> {
        let mut is_known = vec![false; self.starts.len() - 1];
        for slot in slots {
            if let Some(known) = is_known.get_mut(*slot as usize) {
                *known = true;
            }
        }
        let others = (0..is_known.len()).filter(|slot| !is_known[*slot]);
        let mut rows: Vec<u64> = others.flat_map(|slot| self.rows(slot as u32)).copied().collect();
        rows.sort_unstable();
        rows
    }
}

fn joined(parts: Vec<Maps>) -> Result<(ArrayRef, ArrayRef)> {
    let (lefts, rights): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let array = |parts: Vec<UInt64Array>| -> Result<ArrayRef> {
        let parts: Vec<ArrayRef> = parts.into_iter().map(|part| Arc::new(part) as _).collect();
        concat_chunks(&DataType::UInt64, &parts)
    };
    Ok((array(lefts)?, array(rights)?))
}
