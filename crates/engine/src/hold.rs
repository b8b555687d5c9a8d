//! The first rows of a source wait until somebody is there for them.
//!
//! **State**: when the wait ends, and when is asked again. **Update rule**: each cycle asks whether the table
//! [awaits users](crate::Table::awaits_users); while it does, rows stay queued, and a cycle is due [`ASK_EVERY_NS`] later.
//! **Invariants**: 1. rows wait no longer than the patience, counted from where a clock is set back to if it is; 2. once rows have
//! flowed, nothing is asked any more.

use crate::WeakTable;

/// How often it is asked whether rows are still to wait, ns.
const ASK_EVERY_NS: i64 = 10_000_000;

/// A hold on the first rows of a table.
pub(crate) struct Hold {
    table: WeakTable,
    patience_ns: i64,
    asked: Option<Asked>,
}

/// Times of cycles, ns since the epoch.
struct Asked {
    ends: i64,
    again: i64,
}

impl Hold {
    /// A hold for so long at most from the first rows on.
    pub(crate) fn new(table: WeakTable, patience_ns: i64) -> Hold {
        Hold { table, patience_ns, asked: None }
    }

    /// Whether rows that are there wait on.
    pub(crate) fn goes_on(&mut self, now: i64) -> bool {
        let latest = now.saturating_add(self.patience_ns);
        let ends = self.asked.as_ref().map_or(latest, |asked| asked.ends.min(latest));
        self.asked = Some(Asked { ends, again: ends.min(now.saturating_add(ASK_EVERY_NS)) });
        now < ends && self.table.upgrade().is_some_and(|table| table.awaits_users())
    }

    /// When a cycle is to ask again.
    pub(crate) fn due(&self) -> Option<i64> {
        self.asked.as_ref().map(|asked| asked.again)
    }
}
