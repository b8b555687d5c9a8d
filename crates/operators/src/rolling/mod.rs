//! `update_by`: columns computed for each row from the rows before and after it in its group.
//!
//! ```text
//!  update ─▶ groups: their rows, and which of them are dirty
//!              │ one pass for each reach: onward · so many rows · so much time
//!              ▼
//!  rows a dirty row can reach ─▶ runs ─gather─▶ values, group by group ─▶ kernels ─▶ compare ─▶ blocks
//! ```
//!
//! A static or blink table is one run a group: keys are looked up once for all operations, each column is brought into
//! group order once, kernels go over typed slices, groups in parallel, and results are brought back into row order.
//!
//! **State**, of a live input: a slot a key, the row keys of each group, the results, and for some operations what the
//! next row needs beside the result (`ema_time`: an instant a row; `emstd`: two doubles a row). On an append-only
//! input instead of the row keys: one a group, and for windows the rows that a later window still holds, with running
//! sums of them. Of a blink input, which may have no keys: nothing; its rows are those of the current cycle.
//!
//! **Update rule**: a row is dirty that was added, joined its group, or changed in a column that is read; a removed row
//! leaves a gap. Results are computed again of the rows whose reach holds a dirty row or a gap: cumulative operations
//! and `em…` from the first of them to the end of the group, starting from the result before it; windows of rows by
//! position; windows of time by timestamp, which is searched for in the group. Shifted rows take their results along.
//!
//! **Cost**: cumulative operations and `em…`: the rows from the first dirty one to the end of its group, so appended rows
//! cost themselves. Windows: the rows whose window holds a dirty row, and once the window before them; windows of time
//! besides O(log rows of the group) for each run of dirty rows. Appended to an append-only input, rows cost themselves, and the rows
//! before them whose windows reach ahead to them; that holds for sums, means, counts, deviations, weighted means and
//! extremes. Products, lists and formulas read each window anew (log of the window a product, the window a list).
//!
//! **Invariants**: 1. a result is a function of the rows it is made from, in order: windows are summed exactly and rounded
//! once ([`crate::aggregate`]), products are multiplied in an order that the window alone determines; 2. a row is listed
//! as modified for a result only if that is another to the bit; 3. timestamps are not null and never descend within a
//! group, or the table fails.

mod spec;

mod by;

mod kernels;
mod plan;

mod operator;

mod affected;
mod members;
mod stamps;

mod append;
mod tails;

mod layout;

mod lane;
mod task;

mod decay;
mod delta;
mod running;

mod extreme;
mod lists;
mod product;
mod slide;
mod sums;

pub use by::update_by;
pub use spec::{BadData, Decay, DeltaControl, OperationControl, Scale, UpdateByOperation, Window};
