//! Column sources, versions, tables, updates and the update graph.
//!
//! ```text
//!  source.rs ──▶ Table ──update──▶ operator ──update──▶ Table ──▶ listener.rs
//!                  └───────── graph: one cycle at a time ─────────┘
//! ```
//!
//! The engine is synchronous and does no I/O. It reads no clock: each cycle is handed the time.
//! Everything it keeps of a table is a [`Version`], an immutable value; a cycle makes the next version and
//! the [`Update`] that leads to it, and readers keep the versions they hold for as long as they like.

mod error;

pub mod column;
mod update;
mod version;

mod definition;
mod hold;
mod keep;
mod operator;
mod table;

pub mod graph;
pub mod listener;
pub mod source;

pub use column::{Column, ColumnSource};
pub use definition::{Definition, Properties};
pub use error::{Error, ErrorKind, Result};
pub use graph::{CycleReport, CycleWork, Followed, Graph, NodeFigures, NodeWork, Parts, StepCtx, Wards};
pub use listener::{Listener, ListenerHandle};
pub use operator::{Initial, Input, Operator, Output};
pub use table::{Table, WeakTable, versions};
pub use update::{Change, ColumnSet, Update};
pub use version::Version;

/// The sets of row keys that versions and updates are made of.
pub use kinetable_rowset::{RowSet, RowSetBuilder, Shifts, ShiftsBuilder};
