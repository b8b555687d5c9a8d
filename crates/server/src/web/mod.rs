//! `rt.v1`: what the web app asks and is told, as decisions 0064 and 0067 say it.
//!
//! ```text
//!  socket ─▶ Desk (one task a page) ── opens, reads ─▶ threads that may block ─▶ Done ─▶ Desk ─▶ frames
//!              ▲ a listener marks a subscription as changed, and wakes the task
//! ```
//!
//! A desk keeps for each subscription the page of cells that it sent last, and whether the table has changed since. When the browser
//! has returned a credit, it reads the newest version's page and sends what differs *in content* from the one before: rows that moved are
//! found by their cells, so neither keys nor shifts are followed, and however many cycles passed, that is one frame.
//!
//! | file | what |
//! |---|---|
//! | `messages/` | what pages ask, and what they are told |
//! | `page/socket.rs`, `desk.rs` | the upgrade, who comes in; which part takes which message |
//! | `page/listing.rs` | the tables there are, and how the engine does |
//! | `page/turns.rs` | how many threads what pages ask may have |
//! | `page/parked.rs` | desks whose connection was lost |
//! | `tables/followed.rs`, `subscription.rs`, `work.rs` | what a page looks at, and when it is read |
//! | `tables/derived.rs` | tables with operations, shared by all who look at them |
//! | `tables/sheet.rs`, `cells.rs` | a page of cells, and cells as browsers know them |
//! | `tables/difference.rs`, `frame.rs` | what leads from one page to the next, and its bytes |
//! | `ops/` | operations: filters and sorts, groups, charts, hierarchies |
//! | `once/` | what is asked once: find, files to fetch, rows to write, files of the server |
//! | `console/` | code that a page runs, completion, the log |
//! | `looks.rs` | hidden columns that say how others look |
//! | `let_go.rs` | tables are dropped where that may wait |
//! | `common.rs` | what pages share |
//! | `app.rs` | the files of the app itself |
//!
//! **Cost** of a subscription: a page is read and compared at most `max_hz` times a second, and only after a change. **State**: a page,
//! 8 bytes a cell beside it. No cycle waits for any of this.
//!
//! **Invariants** (`tests/python/test_web_tables.py`): 1. a page made from a `snap` and the deltas after it equals the table's page at the
//! step that the last one names; 2. never more than two frames are on their way that the browser has not painted; 3. an answer to an
//! older `vp` is never sent after a newer one was asked for.

mod app;
mod common;
mod console;
mod let_go;
mod looks;
mod messages;
mod once;
mod ops;
mod page;
mod tables;

pub use app::Files;
pub use common::Common;
pub use page::{Pages, Rehearsal};
