//! Ids of nodes by small numbers, and which rows have them or lie below them.
//!
//! **State**: for each id the rows that have it and the rows whose parent it is. **Invariants**: 1. an id without any row is
//! forgotten; 2. the first of the rows that have an id is its node, others have no children.

use std::collections::{BTreeSet, HashMap};

use ahash::RandomState;
use arrow_array::{Array, ArrayRef};
use arrow_row::{RowConverter, SortField};
use arrow_schema::DataType;
use kinetable_engine::Result;

use crate::estimate;
use crate::join::plain;

/// An id as bytes.
pub(super) type Id = Box<[u8]>;

/// Turns values of one type into ids; null is none.
#[derive(Debug)]
pub(super) struct Encoder(RowConverter);

impl Encoder {
    pub(super) fn new(data_type: &DataType) -> Result<Encoder> {
        Ok(Encoder(RowConverter::new(vec![SortField::new(data_type.clone())])?))
    }

    pub(super) fn encode(&self, values: ArrayRef) -> Result<Vec<Option<Id>>> {
        let values = plain(values);
        let rows = self.0.convert_columns(std::slice::from_ref(&values))?;
        let id = |row: usize| values.is_valid(row).then(|| Id::from(rows.row(row).data()));
        Ok((0..values.len()).map(id).collect())
    }
}

/// What is known of ids.
#[derive(Debug, Default)]
pub(super) struct Ids {
    numbers: HashMap<Id, u32, RandomState>,
    entries: Vec<Entry>,
    free: Vec<u32>,
}

#[derive(Debug, Default)]
struct Entry {
    id: Id,
    rows: BTreeSet<u64>,
    children: BTreeSet<u64>,
}

impl Ids {
    /// The number of an id; a new one is to be given a row at once.
    pub(super) fn number(&mut self, id: &Id) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.entries.push(Entry::default());
            (self.entries.len() - 1) as u32
        });
        self.entries[number as usize].id = id.clone();
        self.numbers.insert(id.clone(), number);
        number
    }

    /// The id of a number.
    pub(super) fn id(&self, number: u32) -> &Id {
        &self.entries[number as usize].id
    }

    /// The node of an id, if there is a row that has it.
    pub(super) fn node(&self, number: u32) -> Option<u64> {
        self.entries[number as usize].rows.first().copied()
    }

    /// The rows whose parent an id is.
    pub(super) fn children(&self, number: u32) -> &BTreeSet<u64> {
        &self.entries[number as usize].children
    }

    pub(super) fn add_row(&mut self, number: u32, row: u64) {
        self.entries[number as usize].rows.insert(row);
    }

    pub(super) fn add_child(&mut self, number: u32, row: u64) {
        self.entries[number as usize].children.insert(row);
    }

    pub(super) fn remove_row(&mut self, number: u32, row: u64) {
        self.entries[number as usize].rows.remove(&row);
    }

    pub(super) fn remove_child(&mut self, number: u32, row: u64) {
        self.entries[number as usize].children.remove(&row);
    }

    /// Forgets an id if no row has it or lies below it.
    pub(super) fn release(&mut self, number: u32) {
        let entry = &mut self.entries[number as usize];
        if entry.rows.is_empty() && entry.children.is_empty() && self.numbers.remove(&entry.id).is_some() {
            *entry = Entry::default();
            self.free.push(number);
        }
    }

    /// Bytes held, about.
    pub(super) fn bytes(&self) -> usize {
        let entry = |entry: &Entry| 2 * entry.id.len() + 12 * (entry.rows.len() + entry.children.len());
        estimate::of_slice(&self.entries, entry) + self.entries.capacity() * size_of::<Entry>()
    }
}
