//! Flight SQL: statements over the tables of the server, and what clients ask about them.
//!
//! ```text
//!  GetFlightInfo(statement) ─▶ kinetable_sql ─▶ result, kept ─▶ ticket q‥ ─▶ DoGet ─▶ rows, once
//!  GetFlightInfo(catalogue) ─▶ ticket q + the same question ─▶ DoGet ─▶ a batch
//!  DoAction(CreatePreparedStatement) ─▶ the text, kept ─▶ handle
//! ```
//!
//! Names of tables in statements are variables of the server, resolved with the rights of the session's user: one that he may not
//! read is as one that is not there.

mod answers;
mod ask;
mod catalogue;
mod prepared;
mod statement;

pub use answers::{get, info, schema};
pub use prepared::{act, action_types};
