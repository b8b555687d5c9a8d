//! The client of a schema registry: schemas by id and by subject with all that they refer to, kept for ever once found.
//!
//! A schema that is not there is asked for again after a second at the earliest. A registry that does not answer is waited for
//! (30 s, then its records are refused with that reason, their bytes kept); [`Registry::outage`] says so meanwhile. Of several
//! addresses the one that answered last is asked first.

mod access;
mod client;
mod document;
mod http;

pub(crate) use client::{Lookup, Registry};
pub(crate) use document::{Document, Kind};
