//! What all pages share.

use std::time::Instant;

use super::derived::DerivedTables;
use super::listing::Look;
use super::parked::Parked;

/// What all pages share.
pub struct Common {
    pub(super) tables: DerivedTables,
    pub(super) parked: Parked,
    pub(super) look: Look,
    /// Another one for each start of a server.
    pub(super) instance: String,
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
