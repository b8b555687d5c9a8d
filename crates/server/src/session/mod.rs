//! What a client has here: a session with its tokens, what it exported, and the tickets that name it.
//!
//! ```text
//!  authorization ─▶ access ─▶ Sessions ─▶ Session ─▶ Exports: id ─▶ unknown ▸ pending ▸ exported | failed | released
//!  ticket e‥ ─────────────────────────────────────────┘   ticket h‥ ─▶ SharedTickets ─▶ an export of some session
//! ```
//!
//! **State** per session: its tokens, an entry an export and a command that waits or runs, and the ranges of ids that are gone. **Cost**: what is named is found
//! by a look-up; ending a session costs what it exported.
//!
//! **Invariants**
//! 1. An id that was used is never used again: a ticket means one thing for as long as its session lives.
//! 2. When a session ends, all it exported is let go, and every one of its streams is told.
//! 3. Values are dropped outside of the locks of this module: what hangs on a table may be long.

mod exports;
mod gone;
mod granted;
mod registry;
mod runs;
mod shared;
mod statements;
mod tickets;

pub use exports::{Change, Export, Exports, Slot, Stage, State};
pub use gone::Gone;
pub use granted::{Granted, changes};
pub use registry::{Lifetime, Session, Sessions};
pub use runs::{Noted, Runs};
pub use shared::SharedTickets;
pub use statements::Statements;
pub use tickets::Reference;
