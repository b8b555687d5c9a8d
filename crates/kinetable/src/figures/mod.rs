//! The engine's own figures as live tables: cycles, nodes, sources, what they did lately, and the process around them.
//!
//! ```text
//!  counters of the graph ─┐                           ┌─▶ nodes, sources, ancestors, subscribers: a row each, as they are now
//!  subscriptions          ├▶ a thread, once a second ─┴▶ cycles, updates, states, metrics: the newest rows of a log
//!  /proc                 ─┘
//! ```
//!
//! **State**: the counters of each node as they were a second ago, while somebody holds one of the tables; nothing else.
//! **Update rule**: a table of what is has the rows that were collected last, and does not change if they are the same; a
//! log keeps the rows of a window ([`LOG_ROWS`]). **Cost**: a look at each live table a second. Counting the bytes of a table takes a
//! thousandth of the time at most: one for which it takes long is counted less often.
//!
//! **Invariants**: 1. the thread is there only while a table is held; 2. tables of figures, and what is made of them, are in no
//! figure, so that an idle graph stays idle; 3. no cycle waits for the collecting.
//! (`kinetable/tests/it/figures.rs`)

mod sheet;

mod process;

mod moment;

mod rows;

mod subscribers;

mod board;

pub use board::{Figure, Figures, LOG_ROWS};
pub use process::{machine_memory, memory};
pub use subscribers::Subscriber;
