//! Grouping and aggregation: `agg_by`, `sum_by`, `count_by`, `select_distinct`, … .
//!
//! ```text
//!  changed rows ─chunks─▶ words of their keys ─▶ slots of their groups ─▶ accumulators: one loop each
//!                                                                              │ touched groups
//!                                                     update ◀── compare ◀── results ─▶ blocks
//! ```
//!
//! **Order**: groups are in the order of their first appearance since the table was made, at first in row order. A
//! group whose rows are all gone is removed, and comes last if it appears again; `preserve_empty` keeps it.
//!
//! **State**: keys and a slot number for each group, and what each [`accumulator`] keeps. Of a blink or add-only
//! input they keep only what can still matter: a value or row key a group for sums, counts, means, spreads, ends and
//! extremes; the distinct values for medians and distinct counts. Of other inputs, `min`, `max`, medians keep the
//! distinct values, and `first` and `last` the row keys.
//!
//! **Update rule**: added rows join their groups; removed ones leave with the values they had. A modified row leaves
//! and joins if a key column changed, and otherwise goes out of and comes into just those states that read a changed
//! column. Shifted rows concern only states that keep row keys. Rows of a blink table that go are not taken out.
//!
//! **Cost**: the changed rows; for results, the touched groups (`group` and `distinct` lists: their rows).
//!
//! **Invariants**: 1. a result is a function of the rows that are in, whatever the cycles and the order they came
//! by: sums of floats are exact until they are rounded once; 2. a group is listed as modified only if a result is
//! another to the bit.

pub(crate) mod spec;
pub(crate) mod type_name;

mod by;
mod ends_by;
mod transpose;

mod plan;

mod draft;

mod operator;

mod publish;

mod groups;
mod intake;
mod keys;

mod accumulator;
mod numbers;
mod ordinal;
mod values;

mod count;
mod dealt;
mod distinct;
mod ends;
mod extreme;
mod formula;
mod members;
mod moments;
mod ordered;
mod pivot;
mod ranks;
mod row_keys;
mod sorted_ends;
mod sum_float;
mod sum_integer;
mod weighted;

pub(crate) mod exact;

mod split;

pub use by::*;
pub use ends_by::{head_by, tail_by};
pub use spec::{Aggregation, Columns};
pub use split::{SplitOptions, split};
pub use transpose::{NewColumn, Transpose, keyed_transpose};
