//! A persistent map from block numbers to blocks: nodes of up to eight children, three levels of them, under a flat top.
//!
//! ```text
//!  top ─▶ 512 blocks a node ─▶ 64 ─▶ 8 ─▶ block        a change copies the nodes on the way to it and shares the others
//! ```
//!
//! What a copied node costs is less its own bytes than its children: each is counted once more, in a cache line of its own that
//! nobody else needs. So nodes are small.
//!
//! **Cost** of a change: three nodes of eight pointers for each changed block, fewer where blocks are neighbours; and 16 bytes
//! per 512 blocks of the map for the top.
//!
//! **Invariants**: 1. numbers ascend in every node; 2. no node is empty.

use std::hint::black_box;
use std::sync::Arc;

use super::block::Block;

/// Children of a node, as a power of two.
const FAN_BITS: u32 = 3;

/// A child, and its number on its level.
type Entry<C> = (u64, Arc<C>);
type Eight = [Entry<Block>];
type Middle = [Entry<Eight>];
type Outer = [Entry<Middle>];

/// What becomes of a block: another one, or none.
pub(super) type Edit = (u64, Option<Arc<Block>>);

/// An immutable version of the map.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    top: Arc<[Entry<Outer>]>,
}

impl Tree {
    /// The block of a number.
    #[inline]
    pub(super) fn get(&self, number: u64) -> Option<&Arc<Block>> {
        let outer = find(&self.top, number >> (3 * FAN_BITS))?;
        let middle = find(outer, number >> (2 * FAN_BITS))?;
        find(find(middle, number >> FAN_BITS)?, number)
    }

    /// All blocks, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Block> {
        let outer = self.top.iter().flat_map(|(_, outer)| outer.iter());
        let middle = outer.flat_map(|(_, middle)| middle.iter());
        middle.flat_map(|(_, eight)| eight.iter()).map(|(_, block)| &**block)
    }

    /// The map after edits, whose numbers ascend.
    pub(super) fn edited(&self, edits: &[Edit]) -> Tree {
        debug_assert!(edits.is_sorted_by(|a, b| a.0 < b.0), "edits ascend");
        let block = |_: Option<&Block>, edits: &[Edit]| edits[0].1.clone();
        let eight = |old: Option<&Eight>, edits: &[Edit]| some(copied(old, edits, 0, block));
        let middle = |old: Option<&Middle>, edits: &[Edit]| some(copied(old, edits, FAN_BITS, eight));
        let outer = |old: Option<&Outer>, edits: &[Edit]| some(copied(old, edits, 2 * FAN_BITS, middle));
        Tree { top: copied(Some(&self.top), edits, 3 * FAN_BITS, outer).into() }
    }
}

/// A node with other children where there are edits.
fn copied<C: ?Sized>(
    old: Option<&[Entry<C>]>,
    edits: &[Edit],
    bits: u32,
    child: impl Fn(Option<&C>, &[Edit]) -> Option<Arc<C>>,
) -> Vec<Entry<C>> {
    let mut rest = old.unwrap_or_default();
    warm(rest);
    let mut entries = Vec::with_capacity(rest.len() + 1);
    for edits in edits.chunk_by(|a, b| a.0 >> bits == b.0 >> bits) {
        let number = edits[0].0 >> bits;
        let (before, after) = rest.split_at(rest.partition_point(|(other, _)| *other < number));
        entries.extend_from_slice(before);
        let own = after.first().filter(|(other, _)| *other == number);
        rest = &after[usize::from(own.is_some())..];
        let new = child(own.map(|(_, child)| &**child), edits);
        entries.extend(new.map(|new| (number, new)));
    }
    entries.extend_from_slice(rest);
    entries
}

/// Reads the counts of children before they are raised: loads go on side by side where they miss the cache, while each atomic
/// addition waits for the one before it.
fn warm<C: ?Sized>(entries: &[Entry<C>]) {
    black_box(entries.iter().map(|(_, child)| Arc::strong_count(child)).sum::<usize>());
}

fn some<C>(entries: Vec<Entry<C>>) -> Option<Arc<[Entry<C>]>>
where
    C: ?Sized,
{
    (!entries.is_empty()).then(|| entries.into())
}

#[inline]
fn find<C: ?Sized>(sorted: &[Entry<C>], number: u64) -> Option<&Arc<C>> {
    let dense = sorted.first().and_then(|(first, _)| sorted.get(number.checked_sub(*first)? as usize));
    match dense {
        Some((found, child)) if *found == number => Some(child),
        _ => {
            let place = sorted.binary_search_by_key(&number, |(number, _)| *number).ok()?;
            Some(&sorted[place].1)
        }
    }
}
