//! Who may enter, and what they may do: which calls is checked before a message is parsed, with which tables where a ticket becomes a
//! table (`services/shared.rs`).
//!
//! ```text
//!  request ─▶ rule of the path ─▶ credentials ─▶ token of a session, or a credential that begins one ─▶ service
//!                  └ open to all ────────────────────────────────────────────────────────────────────────┘
//!  response ◀─ authorization: Bearer <newest token>, on errors too
//! ```
//!
//! **Invariants**
//! 1. A path without a rule is refused, whoever asks (a test compares the rules with the definitions of the services).
//! 2. A refusal does not say which part of a credential was wrong; keys and passwords are compared in constant time.
//! 3. A key, a password or a token is in no message and no log.
//! 4. Of a table that a user may not read, each rpc says what it says of one that is not there (`tests/it/port/rights.rs` asks every rpc
//!    that the definitions have).

mod credentials;
mod doors;
mod layer;
mod rights;
mod rules;

pub use credentials::{Credential, KEY_HANDLER, credentials};
pub use doors::{Access, Door, User};
pub use layer::{AccessLayer, Gate, Guarded};
pub use rights::{Grants, Right, Rights, fits};
pub use rules::{Rule, rule};

#[cfg(test)]
mod tests;
