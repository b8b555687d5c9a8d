//! What all pages share.

use std::time::Instant;

use super::page::{Look, Parked};
use super::tables::DerivedTables;

/// What all pages share.
pub struct Common {
    pub(in crate::web) tables: DerivedTables,
    pub(in crate::web) parked: Parked,
    pub(in crate::web) look: Look,
    /// Another one for each start of a server.
    pub(in crate::web) instance: String,
}

impl Default for Common {
    fn default() -> Common {
        Common {
            tables: DerivedTables::default(),
            parked: Parked::default(),
            look: Look::default(),
            instance: uuid::Uuid::new_v4().to_string(),
        }
    }
}

impl Common {
    /// Lets go of what nobody came back to.
    pub fn sweep(&self, now: Instant) {
        self.parked.sweep(now);
    }
}
