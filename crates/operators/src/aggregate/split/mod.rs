//! `split`: the rows of a table by key, each key's rows a table of its own.
//!
//! ```text
//!  changed rows ─▶ slots of their keys ─▶ rows of each slot ─▶ wakes the constituents that changed
//!                       └▶ keys table: a row a key, with a handle of its constituent
//! ```
//!
//! **State**: for all constituents together: keys and slots as in aggregations, and each slot's rows as a row set
//! (2 bytes a row where a key has many, up to 48 where its rows lie far apart). A constituent itself keeps nothing; it is
//! made when somebody asks for it, and shares the columns of the table. Of a table that only appends, a constituent's rows are under the keys
//! `0..n`; else under those of the table.
//!
//! **Update rule**: added rows join the row set of their slot, removed ones leave it, modified rows whose key changed do
//! both. A key that is new comes last in the keys table; one whose rows are all gone leaves it. Its constituent, if
//! somebody holds it, is then an empty table, and has rows again when the key comes back.
//!
//! **Cost**: the changed and the shifted rows, and the row sets of the keys they have. Constituents that are not concerned
//! are not run; but each cycle renews a few of them, so that they do not hold on to old blocks for good.
//!
//! **Invariants**: 1. the row sets of slots are disjoint, and together the table's rows; 2. a constituent is run only if its rows
//! changed, or to be renewed; 3. a slot whose constituent is held is not given to another key.

mod state;

mod apply;

mod constituent;

mod create;

pub use create::{SplitOptions, split};
