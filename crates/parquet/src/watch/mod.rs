//! A directory that grows: files that come become rows.
//!
//! ```text
//!  a thread: list, every interval ─▶ new and whole ─▶ behind the files known ─┐ staged
//!                     │                                                      ▼
//!                     └ gone or changed ─▶ failure          before a cycle: shown ─▶ Growing adds their rows
//! ```
//!
//! A file is *whole* when its footer can be read and it looks the same before and after; one that is not is tried again.
//! Parquet files end with their footer, so one that is being written is not whole until its writer is done.
//!
//! **State**: the files known, with what they look like. **Cost**: a look at each file, each interval; a footer for each
//! new file.
//!
//! **Invariants**: 1. all tables of one listing show the same files in one step: files are shown before a cycle, never
//! within; 2. numbers of files never change: new ones come behind, those of one look in the order of a listing.

mod growing;
mod look_out;

pub(crate) use growing::Growing;
pub(crate) use look_out::{Watch, whole};
