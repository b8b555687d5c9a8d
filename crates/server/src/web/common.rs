//! What all pages share.

use std::time::Instant;

use http::Response;
use tonic::body::Body;

use super::once::{Exports, exported};
use super::page::{Look, Parked, Threads};
use super::tables::DerivedTables;

/// What all pages share.
pub struct Common {
    pub(in crate::web) tables: DerivedTables,
    pub(in crate::web) parked: Parked,
    pub(in crate::web) look: Look,
    pub(in crate::web) exports: Exports,
    pub(in crate::web) threads: Threads,
    /// Another one for each start of a server.
    pub(in crate::web) instance: String,
}

impl Default for Common {
    fn default() -> Common {
        Common {
            tables: DerivedTables::default(),
            parked: Parked::default(),
            look: Look::default(),
            exports: Exports::default(),
            threads: Threads::default(),
            instance: uuid::Uuid::new_v4().to_string(),
        }
    }
}

impl Common {
    /// The file of a word that a page was told, which holds for one request.
    pub fn exported(&self, word: &str) -> Option<Response<Body>> {
        exported(&self.exports, word)
    }

    /// Lets go of what nobody came back to.
    pub fn sweep(&self, now: Instant) {
        self.parked.sweep(now);
        self.exports.sweep(now);
    }
}
