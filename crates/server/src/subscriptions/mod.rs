//! What subscribers were told, and what they must be told.
//!
//! ```text
//!  graph ── Change ──▶ Inbox (one merged change) ──▶ task of the runtime ──▶ messages ──▶ socket
//!           listener         never waits               reads versions, which do not change
//! ```
//!
//! A listener merges what a cycle did into what is pending and returns. A task takes it when the client's interval is over,
//! reads the cells from the version it leads to, on a thread for blocking work, and writes message after message as the
//! client takes them; what happens meanwhile is merged again. A client that takes nothing for [`Settings::patience`], or for
//! which more than [`Settings::pending_rows_max`] rows are pending, is let go with a reason.
//!
//! | file | what |
//! |---|---|
//! | `schema.rs` | the schema of a table as clients read it |
//! | `get.rs` | `DoGet`: a snapshot as plain batches |
//! | `exchange.rs` | `DoExchange`: requests in, messages out |
//! | `inbox.rs`, `merge.rs` | what is pending |
//! | `full.rs`, `viewport.rs` | what a subscriber knows, and the messages that bring it up to date |
//! | `cells.rs`, `messages.rs` | cells as clients know them, in messages of the size they want |
//!
//! **Invariants**: 1. a subscriber's rows after each message equal the table's at the step the message names; 2. no
//! thread of the graph waits for a socket; 3. memory for a subscriber is what is pending, and a few messages.
//! (`crates/server/tests/it/subscriptions`)

mod settings;

mod requests;
mod schema;

mod cells;
mod messages;

mod inbox;
mod merge;

mod full;
mod viewport;

mod exchange;
mod get;
mod outlet;
mod told;

pub use cells::spell_objects_with;
pub(crate) use cells::spelled;
pub use exchange::{Resolve, exchange, exchange_with};
pub use get::get;
pub use outlet::Outgoing;
pub use schema::{exchange_schema, table_schema};
pub use settings::Settings;
