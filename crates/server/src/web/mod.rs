//! `rt.v1`: what the web app asks and is told, as decision 0064 says it.
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
//! | `socket.rs` | the upgrade, who comes in, messages in and out |
//! | `desk.rs`, `subscription.rs`, `work.rs` | what a page looks at, and when it is read |
//! | `ask.rs`, `tell.rs` | the messages |
//! | `derived.rs` | tables with operations, shared by all who look at them |
//! | `sheet.rs`, `cells.rs` | a page of cells, and cells as browsers know them |
//! | `difference.rs`, `frame.rs` | what leads from one page to the next, and its bytes |
//! | `listing.rs` | the tables there are, and how the engine does |
//! | `let_go.rs` | tables are dropped where that may wait |
//! | `common.rs`, `parked.rs` | what pages share; desks whose connection was lost |
//! | `files.rs` | the files of the app itself |
//!
//! **Cost** of a subscription: a page is read and compared at most `max_hz` times a second, and only after a change. **State**: a page,
//! 8 bytes a cell beside it. No cycle waits for any of this.
//!
//! **Invariants** (`tests/python/test_web_tables.py`): 1. a page made from a `snap` and the deltas after it equals the table's page at the
//! step that the last one names; 2. never more than two frames are on their way that the browser has not painted; 3. an answer to an
//! older `vp` is never sent after a newer one was asked for.

mod ask;
mod cells;
mod common;
mod derived;
mod desk;
mod difference;
mod files;
mod frame;
mod let_go;
mod listing;
mod parked;
mod sheet;
mod socket;
mod subscription;
mod tell;
mod work;

pub use common::Common;
pub use files::Files;
pub use socket::Pages;
