//! The wall clock, which this edge of the house may read.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, ns since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
