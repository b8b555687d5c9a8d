//! What subscribers ask and are told, over Flight's `DoExchange`.
//!
//! ```text
//!  FlightData.app_metadata: wrapper ▶ request (5 subscription, 7 snapshot) or update (6)    … tables.rs, request.rs, update.rs
//!                                        └ columns as bits, rows and shifts as bytes        … bits.rs, rows.rs, shifts.rs
//!  FlightData.data_header + data_body: a record batch whose columns may differ in length    … batch.rs, unbatch.rs
//! ```
//!
//! **Invariant**: whatever the bytes, reading them gives a value or an error, in time and memory proportional to
//! their number (`crates/wire/tests/it/hostile.rs`).

mod bits;
mod rows;
mod shifts;

mod tables;

mod request;
mod update;

mod assemble;
mod batch;
mod flight;
mod unbatch;

pub use assemble::{Assembler, Delivered};
pub use batch::{Encoded, Layout, encode_bare, encode_batch, encode_rows};
pub use bits::{from_bits, to_bits};
pub use flight::flight_data;
pub use request::{ExchangeOptions, Request, RequestKind, read_request};
pub use rows::{read_rows, write_rows};
pub use shifts::{read_shifts, write_shifts};
pub use unbatch::{Batch, decode_batch};
pub use update::UpdateMetadata;
