//! What a natural join keeps, and what it starts from.

use std::sync::Arc;

use arrow_array::UInt64Array;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use kinetable_engine::column::{Blocks, Packed};
use kinetable_engine::{Definition, Error, Initial, Properties, Result, RowSet, Table, Version};

use super::NaturalJoinType;
use crate::join::additions::Additions;
use crate::join::index::{KeyIndex, NO_SLOT};
use crate::join::keys::{Encoder, resolve_any};
use crate::join::side::Side;
use crate::support::chunks::map_chunks;

/// What a join is about: columns by index, and the policy.
pub(super) struct Join {
    pub(super) left_keys: Vec<usize>,
    pub(super) right_keys: Vec<usize>,
    pub(super) additions: Additions,
    pub(super) policy: NaturalJoinType,
    pub(super) encoder: Encoder,
}

/// A join that is kept up to date.
pub(super) struct Natural {
    pub(super) join: Join,
    pub(super) index: KeyIndex,
    pub(super) rights: Side,
    /// The left rows by slot; `None` if the right table is static.
    pub(super) lefts: Option<Side>,
    pub(super) map: Blocks,
}

impl Join {
    pub(super) fn resolve(
        left: &Table,
        right: &Table,
        on: &[(&str, &str)],
        add: &[(&str, &str)],
        policy: NaturalJoinType,
    ) -> Result<Join> {
        let keys = resolve_any(left, right, on)?;
        Ok(Join {
            left_keys: keys.left,
            right_keys: keys.right,
            additions: Additions::resolve(left, right, add)?,
            policy,
            encoder: keys.encoder,
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
        let (index, slots) = KeyIndex::start(&self.encoder, &keys, right.is_live());
        drop(keys);
        let mut state = Natural {
            index,
            rights: Side::default(),
            lefts: right.is_live().then(Side::default),
            map: Blocks::new([DataType::UInt64]),
            join: self,
        };
        let placed = slots.into_iter().zip(right_now.rows().iter());
        state.rights.add(placed, state.index.end());
        let matches = state.match_all(left_now)?;
        let map = if left.is_live() || right.is_live() {
            state.map = state.map.write_all(left_now.rows(), vec![Arc::new(matches)])?;
            state.map.column(0)
        } else {
            Packed::column(left_now.rows().clone(), Arc::new(matches))?
        };
        Ok(Initial {
            definition: state.definition(left, right),
            rows: left_now.rows().clone(),
            columns: state.join.additions.columns(left_now, right_now, &map),
            operator: Box::new(state),
        })
    }

    /// That a left row has not the right rows that the policy wants.
    pub(super) fn mismatch(&self, left: &Version, row: u64, count: u64) -> Error {
        let texts: Result<Vec<String>> = self
            .left_keys
            .iter()
            .map(|column| {
                let value = left.read(*column, &RowSet::single(row))?;
                let options = FormatOptions::new().with_null("null");
                let text = ArrayFormatter::try_new(&value, &options)?.value(0).to_string();
                Ok(text)
            })
            .collect();
        let key = match texts {
            Ok(texts) if texts.len() == 1 => texts.concat(),
            Ok(texts) => format!("[{}]", texts.join(", ")),
            Err(error) => return error,
        };
        let exactly_one = self.policy == NaturalJoinType::ExactlyOne;
        match count {
            0 => {
                let message = "Tables don't have one-to-one mapping - no mappings for key";
                Error::invalid(format!("{message} {key}")).with_hint("use natural_join to get nulls for it")
            }
            _ if exactly_one => {
                let message = "Tables don't have one-to-one mapping - multiple mappings for key";
                Error::invalid(format!("{message} {key} ({count} right rows)"))
                    .with_hint("use last_by on the right table to leave one row a key")
            }
            _ => Error::invalid(format!(
                "Natural Join found duplicate right key for {key} ({count} right rows)"
            ))
            .with_hint("say which one to take, FIRST_MATCH or LAST_MATCH, or use last_by on the right table"),
        }
    }

    pub(super) fn allows(&self, count: u64) -> bool {
        match self.policy {
            NaturalJoinType::FirstMatch | NaturalJoinType::LastMatch => true,
            NaturalJoinType::ErrorOnDuplicate => count <= 1,
            NaturalJoinType::ExactlyOne => count == 1,
        }
    }
}

impl Natural {
    fn definition(&self, left: &Table, right: &Table) -> Definition {
        let mut definition = left.definition().clone();
        definition.schema = self.join.additions.schema.clone();
        if right.is_live() {
            definition.properties = Properties::ANY;
        }
        definition
    }

    /// Right rows of all left rows, which are put under their slots.
    fn match_all(&mut self, left: &Version) -> Result<UInt64Array> {
        let rows = left.rows();
        if self.lefts.is_some() {
            let keys = self.join.encoder.read(left, &self.join.left_keys, rows)?;
            let slots = self.index.insert(&keys);
            self.place_left(&slots, rows);
            return self.matches(left, rows, &slots);
        }
        let parts = map_chunks(rows, |chunk| self.probe(left, chunk))?;
        let parts: Vec<&dyn arrow_array::Array> = parts.iter().map(|part| part as _).collect();
        let all = arrow_select::concat::concat(&parts)?;
        Ok(arrow_array::cast::AsArray::as_primitive::<arrow_array::types::UInt64Type>(&all).clone())
    }

    /// Right rows of left rows, when the right table is static.
    pub(super) fn probe(&self, left: &Version, rows: &RowSet) -> Result<UInt64Array> {
        let keys = self.join.encoder.read(left, &self.join.left_keys, rows)?;
        self.matches(left, rows, &self.index.find(&keys))
    }

    pub(super) fn place_left(&mut self, slots: &[u32], rows: &RowSet) {
        if let Some(lefts) = &mut self.lefts {
            lefts.add(slots.iter().copied().zip(rows.iter()), self.index.end());
        }
    }

    /// The right rows of left rows by their slots.
    pub(super) fn matches(&self, left: &Version, rows: &RowSet, slots: &[u32]) -> Result<UInt64Array> {
        let mut wrong = None;
        let matches = slots
            .iter()
            .enumerate()
            .map(|(place, slot)| {
                let count = self.rights.count(*slot);
                if !self.join.allows(count) {
                    wrong.get_or_insert((place, count));
                }
                self.choice(*slot)
            })
            .collect();
        match wrong {
            None => Ok(matches),
            Some((place, count)) => {
                let row = rows.select(place as u64).expect("a slot a row");
                Err(self.join.mismatch(left, row, count))
            }
        }
    }

    /// The right row that left rows of a slot get.
    pub(super) fn choice(&self, slot: u32) -> Option<u64> {
        debug_assert!(slot == NO_SLOT || (slot as usize) < self.index.end());
        match self.join.policy {
            NaturalJoinType::LastMatch => self.rights.last(slot),
            _ => self.rights.first(slot),
        }
    }
}
